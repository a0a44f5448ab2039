"""What posts say and said, through the client API."""

from __future__ import annotations

from fedi_cotweet.services.edit_notices import AGAIN_AFTER
from tests.mastodon_api.conftest import App, Cast

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


async def test_a_post_is_changed_and_its_versions_are_kept(cast: Cast) -> None:
    made = await cast.alices.ask(
        "POST", STATUSES, {"status": "Tea", "spoiler_text": "drinks", "language": "en"}
    )
    path = f"{STATUSES}/{made['id']}"
    cast.world.clock.now += 60_000
    changed = await cast.alices.ask("PUT", path, {"status": "Coffee"})
    assert (changed["id"], changed["content"]) == (made["id"], "<p>Coffee</p>")
    assert (changed["spoiler_text"], changed["sensitive"], changed["language"]) == ("", False, "en")
    assert changed["edited_at"]
    marked = await cast.alices.ask("PUT", path, {"sensitive": True})
    assert (marked["content"], marked["sensitive"]) == ("<p>Coffee</p>", True)
    kept = await cast.stranger.ask("GET", f"{path}/history")
    assert [one["content"] for one in kept][:2] == [made["content"], "<p>Coffee</p>"]
    assert kept[0]["spoiler_text"] == "drinks"


async def test_pictures_and_polls_are_changed(cast: Cast) -> None:
    picture = await cast.world.picture(cast.alice)
    made = await cast.alices.ask(
        "POST", STATUSES, {"status": "Tea", "media_ids": [str(picture.id)]}
    )
    path = f"{STATUSES}/{made['id']}"
    about = {"id": str(picture.id), "description": "A pot", "focus": "0.5,0.5"}
    changed = await cast.alices.ask("PUT", path, {"status": "Tea", "media_attributes": [about]})
    [shown] = changed["media_attachments"]
    assert (shown["description"], shown["meta"]["focus"]) == ("A pot", {"x": 0.5, "y": 0.5})
    bare = await cast.alices.ask("PUT", path, {"status": "Tea", "media_ids": []})
    assert bare["media_attachments"] == []
    assert await cast.alices.refused("PUT", path, {"poll": {"options": ["a", "b"]}}) == 422
    poll = {"options": ["green", "black"], "expires_in": 3600}
    asked = await cast.alices.ask("POST", STATUSES, {"status": "Tea?", "poll": poll})
    poll["options"] = ["green", "white"]
    again = await cast.alices.ask("PUT", f"{STATUSES}/{asked['id']}", {"poll": poll})
    assert [option["title"] for option in again["poll"]["options"]] == ["green", "white"]


async def test_only_its_author_changes_a_post(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    path, change = f"{STATUSES}/{made['id']}", {"status": "Coffee"}
    assert await cast.alices.refused("PUT", path, {"status": " "}) == 422
    assert await cast.bobs.refused("PUT", path, change) == 404
    assert await cast.stranger.refused("PUT", path, change) == 401
    assert await (await cast.apps.of(cast.alice, "read")).refused("PUT", path, change) == 403
    boost = await cast.bobs.ask("POST", f"{path}/reblog")
    assert await cast.bobs.refused("PUT", f"{STATUSES}/{boost['id']}", change) == 404


async def test_co_authors_are_asked_about_a_change(cast: Cast) -> None:
    post_id = await cast.world.draft(cast.alice, cast.bob, "We like tea")
    path = f"{STATUSES}/{post_id}"
    changed = await cast.alices.ask("PUT", path, {"status": "We like coffee"})
    assert (changed["content"], changed["cotweet"]["state"]) == (
        "<p>We like coffee</p>",
        "pending",
    )
    assert "invited" in await cast.world.deliver_offers(post_id)
    invites = await cast.bobs.ask("GET", "/api/v1/fedi_cotweet/invites")
    assert "We like coffee" in [one["text"] for one in invites]
    about = {"id": "1", "description": "A pot"}
    assert await cast.alices.refused("PUT", path, {"media_attributes": [about]}) == 422


async def test_a_published_co_tweet_stands_until_all_agreed_to_a_change(cast: Cast) -> None:
    post_id = await cast.world.draft(cast.alice, cast.bob, "We like tea")
    await cast.world.agree(post_id)
    shown = await cast.stranger.ask("GET", f"{STATUSES}/{post_id}")
    path = f"{STATUSES}/{shown['id']}"
    changed = await cast.alices.ask("PUT", path, {"status": "We like coffee"})
    assert changed["content"] == shown["content"]
    await cast.world.deliver_offers(post_id)
    invites = await cast.bobs.ask("GET", "/api/v1/fedi_cotweet/invites")
    [asked] = [one for one in invites if one["is_change"]]
    assert asked["text"] == "We like coffee"
    assert await cast.bobs.refused("PUT", path, {"status": "Mine"}) == 404


async def _news(app: App) -> list[tuple[str, str]]:
    found = await app.ask("GET", "/api/v1/notifications?types[]=update&types[]=quoted_update")
    return [(one["type"], one["status"]["content"]) for one in found]


async def test_who_boosted_or_quoted_a_post_is_told_of_its_last_edit(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    path = f"{STATUSES}/{made['id']}"
    carols = await cast.apps.of(await cast.world.account("carol"))
    for app in (cast.bobs, cast.alices, carols):
        await app.ask("POST", f"{path}/reblog")
    await cast.alices.ask("PUT", path, {"status": "Coffee"})
    assert [await _news(app) for app in (cast.bobs, carols, cast.alices)] == [
        [("update", "<p>Coffee</p>")],
        [("update", "<p>Coffee</p>")],
        [],
    ]
    await cast.bobs.ask("POST", STATUSES, {"status": "Hm", "quoted_status_id": made["id"]})
    await carols.ask("POST", f"{path}/mute")
    [before] = await carols.ask("GET", "/api/v1/notifications")
    await cast.alices.ask("PUT", path, {"status": "Milk"})
    cast.world.clock.now += AGAIN_AFTER
    # Neither what changes nothing nor what others do is an edit.
    await cast.alices.ask("PUT", path, {"status": "Milk"})
    assert await _news(carols) == [("update", "<p>Milk</p>")]
    await cast.alices.ask("PUT", path, {"status": "Water"})
    assert await _news(cast.bobs) == [("quoted_update", "<p>Water</p>")]
    assert await _news(carols) == []
    assert before["account"]["acct"] == "alice"


async def test_an_edit_of_somebody_muted_is_no_news(cast: Cast) -> None:
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    await cast.bobs.ask("POST", f"{STATUSES}/{made['id']}/reblog")
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/mute")
    await cast.alices.ask("PUT", f"{STATUSES}/{made['id']}", {"status": "Coffee"})
    assert await _news(cast.bobs) == []
