"""Quotes through the client API: counted, listed, taken out, allowed."""

from __future__ import annotations

from tests.mastodon_api.conftest import App, Cast

STATUSES = "/api/v1/statuses"


async def _quoted(cast: Cast, by: App) -> tuple[str, str]:
    quoted = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    made = await by.ask("POST", STATUSES, {"status": "Indeed", "quoted_status_id": quoted["id"]})
    return quoted["id"], made["id"]


async def test_a_quote_is_counted_listed_and_taken_out(cast: Cast) -> None:
    quoted, quoting = await _quoted(cast, cast.bobs)
    path = f"{STATUSES}/{quoted}"
    shown = await cast.alices.ask("GET", f"{STATUSES}/{quoting}")
    assert (shown["quote"]["state"], shown["quote"]["quoted_status"]["id"]) == (
        "accepted",
        quoted,
    )
    assert (await cast.stranger.ask("GET", path))["quotes_count"] == 1
    found, links = await cast.alices.page(f"{path}/quotes")
    assert ([one["id"] for one in found], set(links)) == ([quoting], {"next", "prev"})
    revoke = f"{path}/quotes/{quoting}/revoke"
    assert await cast.bobs.refused("POST", revoke) == 404
    assert await cast.alices.refused("POST", f"{STATUSES}/{quoting}/quotes/{quoted}/revoke") == 404
    taken = await cast.alices.ask("POST", revoke)
    assert (taken["quote"]["state"], taken["quote"]["quoted_status"]) == ("revoked", None)
    assert await cast.alices.ask("GET", f"{path}/quotes") == []
    assert (await cast.stranger.ask("GET", path))["quotes_count"] == 0


async def test_who_may_quote_is_for_the_author_to_say(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    path = f"{STATUSES}/{made['id']}/interaction_policy"
    closed = await cast.alices.ask("PUT", path, {"quote_approval_policy": "nobody"})
    assert closed["quote_approval"]["automatic"] == []
    body = {"status": "Indeed", "quoted_status_id": made["id"]}
    assert await cast.bobs.refused("POST", STATUSES, body) == 403
    for policy in ("", "everybody"):
        assert await cast.alices.refused("PUT", path, {"quote_approval_policy": policy}) == 422
    assert await cast.bobs.refused("PUT", path, {"quote_approval_policy": "public"}) == 404


async def test_scopes_and_tokens_are_asked_for(cast: Cast) -> None:
    quoted, quoting = await _quoted(cast, cast.alices)
    path = f"{STATUSES}/{quoted}"
    reader = await cast.apps.of(cast.alice, "read")
    writer = await cast.apps.of(cast.alice, "write")
    assert await writer.refused("GET", f"{path}/quotes") == 403
    assert await cast.stranger.refused("GET", f"{path}/quotes") == 401
    for method, one in (
        ("POST", f"{path}/quotes/{quoting}/revoke"),
        ("PUT", f"{path}/interaction_policy"),
    ):
        assert await reader.refused(method, one) == 403
        assert await cast.stranger.refused(method, one) == 401
