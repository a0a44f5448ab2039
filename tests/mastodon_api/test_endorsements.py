"""Finding people: the directory, endorsements, familiar followers and suggestions."""

from __future__ import annotations

from tests.mastodon_api.conftest import App, Cast

A = "/api/v1/accounts"
SHOWN = "/api/v1/endorsements"


async def _follow(cast: Cast, app: App, *actor_ids: int) -> None:
    for actor_id in actor_ids:
        await app.ask("POST", f"{A}/{actor_id}/follow")
    await cast.world.settle_follows()


def _names(found: list[dict[str, str]]) -> list[str]:
    return [one["acct"] for one in found]


async def test_whom_one_follows_one_may_show(cast: Cast) -> None:
    carol, dave = await cast.world.account("carol"), await cast.world.account("dave")
    assert await cast.alices.refused("POST", f"{A}/{carol}/endorse") == 422
    await _follow(cast, cast.alices, carol, dave, cast.bob)
    for name, person in (("endorse", carol), ("pin", dave), ("pin", dave), ("endorse", cast.bob)):
        shown = await cast.alices.ask("POST", f"{A}/{person}/{name}")
        assert shown["endorsed"] is True
    first, links = await cast.alices.page(f"{SHOWN}?limit=2")
    assert _names(first) == ["bob", "dave"]
    assert _names((await cast.alices.page(links["next"]))[0]) == ["carol"]
    path = f"{A}/{cast.alice}/endorsements"
    assert len(await cast.stranger.ask("GET", path)) == 3
    assert (await cast.alices.ask("POST", f"{A}/{dave}/unpin"))["endorsed"] is False
    assert (await cast.alices.ask("POST", f"{A}/{carol}/unendorse"))["endorsed"] is False
    await cast.alices.ask("POST", f"{A}/{cast.bob}/mute")
    assert _names(await cast.alices.ask("GET", SHOWN)) == ["bob"]
    await cast.alices.ask("POST", f"{A}/{cast.bob}/unfollow")
    assert await cast.stranger.ask("GET", path) == []


async def test_whoever_is_kept_away_sees_nobodys_friends(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    await _follow(cast, cast.alices, cast.bob)
    await cast.alices.ask("POST", f"{A}/{cast.bob}/endorse")
    path = f"{A}/{cast.alice}/endorsements"
    await cast.bobs.ask("POST", f"{A}/{carol}/block")
    assert await carols.ask("GET", path) == []
    assert _names(await cast.bobs.ask("GET", path)) == ["bob"]
    await cast.alices.ask("POST", f"{A}/{cast.bob}/block")
    assert await cast.bobs.ask("GET", path) == []


async def test_friends_of_friends_are_familiar_and_suggested(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    await _follow(cast, cast.alices, cast.bob)
    await _follow(cast, cast.bobs, carol)
    path = f"{A}/familiar_followers?id[]={carol}&id[]={cast.bob}&id[]=404"
    [of_carol, of_bob, of_nobody] = await cast.alices.ask("GET", path)
    assert (of_carol["id"], _names(of_carol["accounts"])) == (str(carol), ["bob"])
    assert (of_bob["accounts"], of_nobody["accounts"]) == ([], [])
    [suggestion] = await cast.alices.ask("GET", "/api/v2/suggestions")
    assert suggestion["account"]["acct"] == "carol"
    assert suggestion["sources"] == ["friends_of_friends"]
    assert _names(await cast.alices.ask("GET", "/api/v1/suggestions?limit=1")) == ["carol"]
    await cast.bobs.ask("PATCH", f"{A}/update_credentials", {"hide_collections": True})
    assert (await cast.alices.ask("GET", path))[0]["accounts"] == []
    assert await cast.alices.ask("GET", "/api/v2/suggestions") == []
    await cast.bobs.ask("PATCH", f"{A}/update_credentials", {"hide_collections": False})
    await cast.alices.ask("DELETE", f"/api/v1/suggestions/{carol}")
    assert await cast.alices.ask("GET", "/api/v2/suggestions") == []


async def test_the_directory_has_who_wants_to_be_found(cast: Cast) -> None:
    await cast.alices.ask("POST", "/api/v1/statuses", {"status": "Here"})
    path = "/api/v1/directory"
    assert _names(await cast.stranger.ask("GET", path)) == ["alice", "bob"]
    assert _names(await cast.stranger.ask("GET", f"{path}?order=new&local=true")) == [
        "bob",
        "alice",
    ]
    assert _names(await cast.stranger.ask("GET", f"{path}?limit=1&offset=1")) == ["bob"]
    assert await cast.stranger.refused("GET", f"{path}?order=best") == 422
    await cast.bobs.ask("PATCH", "/api/v1/profile", {"discoverable": False})
    assert _names(await cast.stranger.ask("GET", path)) == ["alice"]


async def test_a_profile_is_what_one_typed(cast: Cast) -> None:
    body = {
        "display_name": "Alice :)",
        "note": "I *type* <this>",
        "fields_attributes": [{"name": "Tea", "value": "green & hot"}],
        "bot": True,
    }
    changed = await cast.alices.ask("PATCH", "/api/v1/profile", body)
    assert changed == await cast.alices.ask("GET", "/api/v1/profile")
    assert (changed["note"], changed["bot"]) == (body["note"], True)
    assert changed["fields"] == [{"name": "Tea", "value": "green & hot", "verified_at": None}]
    assert changed["avatar"] is None


async def test_a_last_slash_means_nothing(cast: Cast) -> None:
    for number in range(3):
        await cast.alices.ask("POST", "/api/v1/statuses/", {"status": f"Number {number}"})
    first, links = await cast.alices.page("/api/v1/timelines/home/?limit=2")
    assert len(first) == 2
    assert links["next"].startswith("/api/v1/timelines/home?")
    assert len((await cast.alices.page(links["next"]))[0]) == 1
    assert (await cast.alices.ask("GET", f"{A}/{cast.bob}/"))["acct"] == "bob"
    assert (await cast.stranger.raw("OPTIONS", "/api/v2/instance/")).status == 204
    for method, path, status in (
        ("GET", "/api/v1/nothing/", 404),
        ("GET", "/api/v2/instance//", 404),
        ("PUT", "/api/v2/instance/", 405),
        ("GET", "/api/", 404),
        ("GET", "/health/", 404),
    ):
        assert (await cast.stranger.raw(method, path)).status == status, path
