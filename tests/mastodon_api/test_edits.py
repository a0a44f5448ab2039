"""What posts say and said, through the client API."""

from __future__ import annotations

from tests.mastodon_api.conftest import Cast

STATUSES = "/api/v1/statuses"


async def test_the_source_is_for_the_author(cast: Cast) -> None:
    made = await cast.alices.ask(
        "POST", STATUSES, {"status": "Tea, *hot*\n\nNow", "spoiler_text": "drinks"}
    )
    path = f"{STATUSES}/{made['id']}/source"
    assert await cast.alices.ask("GET", path) == {
        "id": made["id"],
        "text": "Tea, *hot*\n\nNow",
        "spoiler_text": "drinks",
    }
    assert await cast.bobs.refused("GET", path) == 404
    assert await cast.stranger.refused("GET", path) == 401
    assert await (await cast.apps.of(cast.alice, "write")).refused("GET", path) == 403


async def test_a_post_that_was_never_changed_has_one_version(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea", "visibility": "private"})
    path = f"{STATUSES}/{made['id']}/history"
    [version] = await cast.alices.ask("GET", path)
    assert (version["content"], version["account"]["acct"]) == (made["content"], "alice")
    assert version["created_at"] == made["created_at"]
    assert await cast.bobs.refused("GET", path) == 404
    assert await cast.stranger.refused("GET", path) == 404
