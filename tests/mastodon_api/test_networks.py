"""Followers, requests, blocks, mutes and lists through the client API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mastodon_api.conftest import App, Cast

A = "/api/v1/accounts"


async def _follow(cast: Cast, app: App, actor_id: int) -> None:
    await app.ask("POST", f"{A}/{actor_id}/follow")
    await cast.world.settle_follows()


def _names(found: list[dict[str, str]]) -> list[str]:
    return [one["acct"] for one in found]


async def test_followers_are_paged_and_can_be_kept_to_oneself(cast: Cast) -> None:
    for name in ("carol", "dave", "eve"):
        await _follow(cast, await cast.apps.of(await cast.world.account(name)), cast.bob)
    path = f"{A}/{cast.bob}/followers"
    first, links = await cast.stranger.page(f"{path}?limit=2")
    assert _names(first) == ["eve", "dave"]
    second, back = await cast.stranger.page(links["next"])
    assert _names(second) == ["carol"]
    assert _names((await cast.stranger.page(back["prev"]))[0]) == ["eve", "dave"]
    following, _ = await cast.stranger.page(f"{A}/{first[0]['id']}/following")
    assert _names(following) == ["bob"]
    await cast.bobs.ask("PATCH", f"{A}/update_credentials", {"hide_collections": True})
    assert await cast.alices.ask("GET", path) == []
    assert len(await cast.bobs.ask("GET", path)) == 3


async def test_whom_one_keeps_away_is_in_no_network(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    await _follow(cast, carols, cast.bob)
    await carols.ask("POST", f"{A}/{cast.alice}/block")
    assert await cast.alices.ask("GET", f"{A}/{cast.bob}/followers") == []
    assert await cast.alices.ask("GET", f"{A}/{carol}/following") == []
    assert len(await cast.stranger.ask("GET", f"{A}/{cast.bob}/followers")) == 1


async def test_a_locked_account_answers_who_may_follow(cast: Cast) -> None:
    await cast.bobs.ask("PATCH", f"{A}/update_credentials", {"locked": True})
    carol = await cast.world.account("carol")
    for app in (cast.alices, await cast.apps.of(carol)):
        await _follow(cast, app, cast.bob)
    waiting, _ = await cast.bobs.page("/api/v1/follow_requests")
    assert sorted(_names(waiting)) == ["alice", "carol"]
    news = "/api/v1/notifications?types[]=follow_request"
    assert len(await cast.bobs.ask("GET", news)) == 2
    path = "/api/v1/follow_requests"
    answered = await cast.bobs.ask("POST", f"{path}/{cast.alice}/authorize")
    assert answered["followed_by"]
    assert [one["account"]["acct"] for one in await cast.bobs.ask("GET", news)] == ["carol"]
    refused = await cast.bobs.ask("POST", f"{path}/{carol}/reject")
    assert (refused["followed_by"], refused["requested_by"]) == (False, False)
    assert await cast.bobs.ask("GET", news) == []
    carols = await cast.apps.of(carol)
    await _follow(cast, carols, cast.bob)
    assert len(await cast.bobs.ask("GET", news)) == 1
    await carols.ask("POST", f"{A}/{cast.bob}/unfollow")
    assert await cast.bobs.ask("GET", news) == []
    assert await cast.bobs.refused("POST", f"{path}/{carol}/authorize") == 404
    gone = await cast.bobs.ask("POST", f"{A}/{cast.alice}/remove_from_followers")
    assert not gone["followed_by"]
    assert await cast.bobs.ask("GET", f"{A}/{cast.bob}/followers") == []


async def test_blocks_and_mutes_are_made_listed_and_taken_back(cast: Cast) -> None:
    path = f"{A}/{cast.bob}"
    for act, undo, member, listed in (
        ("block", "unblock", "blocking", "blocks"),
        ("mute", "unmute", "muting", "mutes"),
    ):
        assert (await cast.alices.ask("POST", f"{path}/{act}"))[member]
        assert _names(await cast.alices.ask("GET", f"/api/v1/{listed}")) == ["bob"]
        assert not (await cast.alices.ask("POST", f"{path}/{undo}"))[member]
        assert await cast.alices.ask("GET", f"/api/v1/{listed}") == []


async def test_a_mute_ends_when_it_is_over(cast: Cast) -> None:
    muted = await cast.alices.ask("POST", f"{A}/{cast.bob}/mute", {"duration": 60})
    assert muted["muting_expires_at"] is not None
    (listed,) = await cast.alices.ask("GET", "/api/v1/mutes")
    assert listed["mute_expires_at"] == muted["muting_expires_at"]
    cast.world.clock.now += 60_000
    assert await cast.alices.ask("GET", "/api/v1/mutes") == []
    assert await cast.alices.refused("POST", f"{A}/{cast.alice}/mute") == 422


async def test_servers_are_blocked_by_name(cast: Cast) -> None:
    path = "/api/v1/domain_blocks"
    for host in ("b.example", "c.example"):
        cast.world.clock.now += 1
        await cast.alices.ask("POST", path, {"domain": host})
    found, links = await cast.alices.page(f"{path}?limit=1")
    assert found == ["c.example"]
    assert (await cast.alices.page(links["next"]))[0] == ["b.example"]
    await cast.alices.ask("DELETE", f"{path}?domain=c.example")
    assert await cast.alices.ask("GET", path) == ["b.example"]
    for wrong in ({}, {"domain": "a.example"}, {"domain": "not a host"}):
        assert await cast.alices.refused("POST", path, wrong) == 422


async def test_a_list_holds_people_whom_one_follows(cast: Cast) -> None:
    made = await cast.alices.ask("POST", "/api/v1/lists", {"title": "Tea"})
    path = f"/api/v1/lists/{made['id']}"
    bob = {"account_ids": [str(cast.bob)]}
    assert await cast.alices.refused("POST", f"{path}/accounts", bob) == 404
    await _follow(cast, cast.alices, cast.bob)
    await cast.alices.ask("POST", f"{path}/accounts", bob)
    assert _names(await cast.alices.ask("GET", f"{path}/accounts")) == ["bob"]
    assert _names(await cast.alices.ask("GET", f"{path}/accounts?limit=0")) == ["bob"]
    with_bob = await cast.alices.ask("GET", f"{A}/{cast.bob}/lists")
    assert [one["title"] for one in with_bob] == ["Tea"]
    assert (await cast.alices.ask("GET", path))["title"] == "Tea"
    said = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Tea is ready."})
    await cast.stranger.ask("GET", f"/api/v1/statuses/{said['id']}")
    listed, _ = await cast.alices.page(f"/api/v1/timelines/list/{made['id']}")
    assert [one["id"] for one in listed] == [said["id"]]
    assert (await cast.alices.ask("PUT", path, {"title": "Coffee"}))["title"] == "Coffee"
    await cast.alices.ask("DELETE", f"{path}/accounts", bob)
    assert await cast.alices.ask("GET", f"{path}/accounts") == []
    assert len(await cast.alices.ask("GET", "/api/v1/lists")) == 1
    for method, where in (
        ("GET", path),
        ("PUT", path),
        ("DELETE", path),
        ("GET", f"{path}/accounts"),
        ("POST", f"{path}/accounts"),
    ):
        assert await cast.bobs.refused(method, where) == 404, "not theirs"
    await cast.alices.ask("DELETE", path)
    assert await cast.alices.refused("GET", path) == 404
    assert await cast.alices.refused("POST", "/api/v1/lists", {"title": " "}) == 422


async def _listed(cast: Cast, list_id: str) -> list[str]:
    found, _ = await cast.alices.page(f"/api/v1/timelines/list/{list_id}")
    return [one["id"] for one in found]


async def _home(cast: Cast) -> list[str]:
    found, _ = await cast.alices.page("/api/v1/timelines/home")
    return [one["id"] for one in found]


async def _bob_listed(cast: Cast, **choices: Any) -> str:
    """A list of alice's with bob on it, whom she follows; its path."""
    await _follow(cast, cast.alices, cast.bob)
    made = await cast.alices.ask("POST", "/api/v1/lists", {"title": "Tea", **choices})
    path = f"/api/v1/lists/{made['id']}"
    await cast.alices.ask("POST", f"{path}/accounts", {"account_ids": [str(cast.bob)]})
    return path


async def test_home_leaves_whom_an_exclusive_list_holds_to_it(cast: Cast) -> None:
    path = await _bob_listed(cast)
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    number = path.rpartition("/")[2]
    theirs = (await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Tea"}))["id"]
    passed_on = (await carols.ask("POST", "/api/v1/statuses", {"status": "Milk"}))["id"]
    boost = (await cast.bobs.ask("POST", f"/api/v1/statuses/{passed_on}/reblog"))["id"]
    assert set(await _home(cast)) == {theirs, boost}
    changed = await cast.alices.ask("PUT", path, {"exclusive": True})
    assert (changed["exclusive"], changed["title"], changed["replies_policy"]) == (
        True,
        "Tea",
        "list",
    )
    assert await cast.alices.ask("GET", path) == changed
    assert await _home(cast) == []
    assert set(await _listed(cast, number)) == {theirs, boost}
    # Whose home it is not is another matter.
    bobs, _ = await cast.bobs.page("/api/v1/timelines/home")
    assert {one["id"] for one in bobs} == {theirs, boost}
    # What bob boosted comes home by somebody who is on no such list.
    dave = await cast.world.account("dave")
    await _follow(cast, cast.alices, dave)
    daves = await cast.apps.of(dave)
    again = (await daves.ask("POST", f"/api/v1/statuses/{passed_on}/reblog"))["id"]
    assert await _home(cast) == [again]
    await cast.alices.ask("PUT", path, {"exclusive": "false"})
    assert set(await _home(cast)) == {theirs, again}


@pytest.mark.parametrize(
    ("policy", "shown"),
    [("followed", "own mine member stranger"), ("list", "own mine member"), ("none", "own mine")],
)
async def test_a_list_shows_replies_as_its_policy_says(cast: Cast, policy: str, shown: str) -> None:
    path = await _bob_listed(cast, replies_policy=policy)
    carol, dave = await cast.world.account("carol"), await cast.world.account("dave")
    await _follow(cast, cast.alices, carol)
    await cast.alices.ask("POST", f"{path}/accounts", {"account_ids": [str(carol)]})
    apps = {
        "own": cast.bobs,
        "mine": cast.alices,
        "member": await cast.apps.of(carol),
        "stranger": await cast.apps.of(dave),
    }
    first = {
        name: (await app.ask("POST", "/api/v1/statuses", {"status": "Tea"}))["id"]
        for name, app in apps.items()
    }
    replies: dict[str, str] = {}
    for name, number in first.items():
        body = {"status": "Indeed", "in_reply_to_id": number}
        replies[name] = (await cast.bobs.ask("POST", "/api/v1/statuses", body))["id"]
    found = await _listed(cast, path.rpartition("/")[2])
    expected = {first["own"], first["member"], *(replies[name] for name in shown.split())}
    assert set(found) == expected
    # Whoever boosts a reply shows it, whatever it answers.
    stranger = replies["stranger"]
    boost = (await apps["member"].ask("POST", f"/api/v1/statuses/{stranger}/reblog"))["id"]
    home = await _home(cast)
    assert (boost in home, stranger in home) == (False, True), "alice has it already"


async def test_what_a_list_is_not_is_refused(cast: Cast) -> None:
    path = await _bob_listed(cast)
    for wrong in ({"replies_policy": "some"}, {"exclusive": "perhaps"}, {"title": ""}):
        assert await cast.alices.refused("PUT", path, wrong) == 422
    body = {"title": "Tea", "replies_policy": "some"}
    assert await cast.alices.refused("POST", "/api/v1/lists", body) == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", f"{A}/1/block"),
        ("POST", f"{A}/1/mute"),
        ("POST", f"{A}/1/remove_from_followers"),
        ("POST", "/api/v1/follow_requests/1/authorize"),
        ("POST", "/api/v1/domain_blocks"),
        ("POST", "/api/v1/lists"),
        ("GET", "/api/v1/blocks"),
        ("GET", "/api/v1/mutes"),
    ],
)
async def test_who_may_not_is_told_so(cast: Cast, method: str, path: str) -> None:
    assert await cast.stranger.refused(method, path) == 401
    narrow = await cast.apps.of(cast.alice, "read:statuses write:statuses")
    assert await narrow.refused(method, path) == 403
    if "/1/" in path:
        assert await cast.alices.refused(method, path) == 404
