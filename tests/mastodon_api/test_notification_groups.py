"""News in groups, through the client API."""

from __future__ import annotations

from yarl import URL

from tests.mastodon_api.conftest import Cast

NEWS = "/api/v2/notifications"
STATUSES = "/api/v1/statuses"


async def _liked(cast: Cast) -> str:
    """A post of alice's that bob and carol like, and to which bob answers."""
    number = str((await cast.alices.ask("POST", STATUSES, {"status": "Tea"}))["id"])
    carols = await cast.apps.of(await cast.world.account("carol"))
    for app in (cast.bobs, carols):
        await app.ask("POST", f"{STATUSES}/{number}/favourite")
    said = {"status": "@alice milk?", "in_reply_to_id": number}
    await cast.bobs.ask("POST", STATUSES, said)
    return number


async def test_likes_of_one_post_are_one_group(cast: Cast) -> None:
    number = await _liked(cast)
    found = await cast.alices.ask("GET", NEWS)
    answer, likes = found["notification_groups"]
    assert (answer["type"], answer["notifications_count"]) == ("mention", 1)
    assert (likes["type"], likes["notifications_count"]) == ("favourite", 2)
    assert likes["status_id"] == number
    assert len(likes["sample_account_ids"]) == 2
    assert {one["acct"] for one in found["accounts"]} == {"bob", "carol"}
    assert {one["id"] for one in found["statuses"]} == {number, answer["status_id"]}
    assert await cast.alices.ask("GET", f"{NEWS}/unread_count") == {"count": 2}
    apart = await cast.alices.ask("GET", f"{NEWS}?grouped_types[]=follow")
    assert [one["notifications_count"] for one in apart["notification_groups"]] == [1, 1, 1]


async def test_groups_come_in_pages(cast: Cast) -> None:
    await _liked(cast)
    response = await cast.alices.raw("GET", f"{NEWS}?limit=1")
    first = (await response.json())["notification_groups"]
    following = await cast.alices.raw("GET", str(URL(response.links["next"]["url"]).relative()))
    rest = (await following.json())["notification_groups"]
    assert [one["type"] for one in [*first, *rest]] == ["mention", "favourite"]
    lowest = rest[0]["page_min_id"]
    upwards = await cast.alices.ask("GET", f"{NEWS}?limit=1&min_id={lowest}")
    assert [one["type"] for one in upwards["notification_groups"]] == ["favourite"]


async def test_one_group_by_its_key(cast: Cast) -> None:
    await _liked(cast)
    found = (await cast.alices.ask("GET", NEWS))["notification_groups"]
    for group in found:
        path = f"{NEWS}/{group['group_key']}"
        assert (await cast.alices.ask("GET", path))["notification_groups"] == [group]
        people = await cast.alices.ask("GET", f"{path}/accounts")
        assert [one["id"] for one in people] == group["sample_account_ids"]
        assert await cast.bobs.refused("GET", path) == 404
        assert await cast.bobs.refused("POST", f"{path}/dismiss") == 404
        await cast.alices.ask("POST", f"{path}/dismiss")
        assert await cast.alices.refused("GET", path) == 404
    assert (await cast.alices.ask("GET", NEWS))["notification_groups"] == []
    for wrong in ("x", "favourite-x-1", "favourite-99999999999999999999-1", "follow-9999999999999"):
        assert await cast.alices.refused("GET", f"{NEWS}/{wrong}") == 404


async def test_every_operation_needs_its_scope(cast: Cast) -> None:
    reader = await cast.apps.of(cast.alice, "read")
    writer = await cast.apps.of(cast.alice, "write")
    for path in (NEWS, f"{NEWS}/unread_count", f"{NEWS}/follow-1", f"{NEWS}/follow-1/accounts"):
        assert await cast.stranger.refused("GET", path) == 401
        assert await writer.refused("GET", path) == 403
    assert await cast.stranger.refused("POST", f"{NEWS}/follow-1/dismiss") == 401
    assert await reader.refused("POST", f"{NEWS}/follow-1/dismiss") == 403
