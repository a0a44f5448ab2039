"""What one does with posts, through the client API."""

from __future__ import annotations

import pytest

from fedi_cotweet.services import relations
from storage.engine import Tx
from storage.queries import actors
from tests.mastodon_api.conftest import App, Cast

STATUSES = "/api/v1/statuses"
PAIRS = [
    ("favourite", "unfavourite", "favourited"),
    ("bookmark", "unbookmark", "bookmarked"),
    ("mute", "unmute", "muted"),
    ("pin", "unpin", "pinned"),
]


async def _post(app: App, text: str = "Tea", **more: object) -> str:
    made = await app.ask("POST", STATUSES, {"status": text, **more})
    return str(made["id"])


@pytest.mark.parametrize(("do", "undo", "mark"), PAIRS)
async def test_a_mark_is_made_once_and_taken_back(
    cast: Cast, do: str, undo: str, mark: str
) -> None:
    path = f"{STATUSES}/{await _post(cast.alices)}"
    for _ in range(2):
        assert (await cast.alices.ask("POST", f"{path}/{do}"))[mark] is True
    for _ in range(2):
        assert (await cast.alices.ask("POST", f"{path}/{undo}"))[mark] is False


async def test_a_boost_is_a_status_of_its_own(cast: Cast) -> None:
    number = await _post(cast.alices)
    path = f"{STATUSES}/{number}"
    boost = await cast.bobs.ask("POST", f"{path}/reblog", {"visibility": "public"})
    assert boost["id"] != number
    assert (boost["account"]["acct"], boost["reblog"]["id"]) == ("bob", number)
    assert (boost["reblogged"], boost["reblog"]["reblogs_count"]) == (True, 1)
    again = await cast.bobs.ask("POST", f"{path}/reblog")
    assert again["id"] == boost["id"]
    named = await cast.stranger.ask("GET", f"{path}/reblogged_by")
    assert [one["acct"] for one in named] == ["bob"]
    back = await cast.bobs.ask("POST", f"{STATUSES}/{boost['id']}/unreblog")
    assert (back["id"], back["reblogged"], back["reblogs_count"]) == (number, False, 0)
    assert await cast.stranger.ask("GET", f"{path}/reblogged_by") == []


async def test_a_private_boost_is_for_followers(cast: Cast) -> None:
    number = await _post(cast.alices)
    carols = await cast.apps.of(await cast.world.account("carol"))
    daves = await cast.apps.of(await cast.world.account("dave"))
    await carols.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    path = f"{STATUSES}/{number}"
    boost = await cast.bobs.ask("POST", f"{path}/reblog", {"visibility": "private"})
    assert (boost["visibility"], boost["reblog"]["visibility"]) == ("private", "public")
    one, profile = f"{STATUSES}/{boost['id']}", f"/api/v1/accounts/{cast.bob}/statuses"
    for app in (carols, cast.bobs):
        assert (await app.ask("GET", one))["visibility"] == "private"
        assert [shown["id"] for shown in await app.ask("GET", profile)] == [boost["id"]]
    [told] = await carols.ask("GET", "/api/v1/timelines/home")
    assert (told["id"], told["visibility"]) == (boost["id"], "private")
    for app in (daves, cast.stranger):
        assert await app.refused("GET", one) == 404
        assert await app.ask("GET", profile) == []
        assert await app.ask("GET", f"{path}/reblogged_by") == []
    unlisted = await daves.ask("POST", f"{path}/reblog", {"visibility": "unlisted"})
    assert unlisted["visibility"] == "unlisted"
    quiet = await _post(cast.alices, "Hush", visibility="unlisted")
    wider = await daves.ask("POST", f"{STATUSES}/{quiet}/reblog", {"visibility": "public"})
    assert wider["visibility"] == "unlisted"


@pytest.mark.parametrize(
    ("do", "undo", "listed"),
    [
        ("favourite", "unfavourite", "/api/v1/favourites"),
        ("bookmark", "unbookmark", "/api/v1/bookmarks"),
    ],
)
async def test_what_one_likes_and_keeps_is_listed_while_one_may_read_it(
    cast: Cast, do: str, undo: str, listed: str
) -> None:
    numbers = [await _post(cast.bobs, f"Tea {n}") for n in range(3)]
    for number in reversed(numbers):
        await cast.alices.ask("POST", f"{STATUSES}/{number}/{do}")
    first, links = await cast.alices.page(f"{listed}?limit=2")
    assert [one["id"] for one in first] == numbers[:2]
    rest, _ = await cast.alices.page(links["next"])
    assert [one["id"] for one in rest] == numbers[2:]
    assert await cast.bobs.ask("GET", listed) == []
    env = cast.world.site.env

    def block(tx: Tx) -> None:
        alice = actors.actor(tx, cast.alice)
        assert alice is not None
        relations.block(tx, env, cast.bob, alice)

    await cast.world.site.write(block)
    assert await cast.alices.ask("GET", listed) == []
    assert await cast.alices.refused("POST", f"{STATUSES}/{numbers[0]}/{undo}") == 404


async def test_who_likes_a_post_is_told_to_those_who_may_read_it(cast: Cast) -> None:
    number = await _post(cast.alices, "@bob psst", visibility="direct")
    await cast.bobs.ask("POST", f"{STATUSES}/{number}/favourite")
    found, links = await cast.alices.page(f"{STATUSES}/{number}/favourited_by")
    assert [one["acct"] for one in found] == ["bob"]
    assert set(links) == {"next", "prev"}
    assert await cast.stranger.refused("GET", f"{STATUSES}/{number}/favourited_by") == 404
    assert await cast.alices.refused("POST", f"{STATUSES}/{number}/reblog") == 422
    carol = await cast.apps.of(await cast.world.account("carol"))
    for action in ("favourite", "bookmark", "reblog", "mute", "pin", "unfavourite"):
        assert await carol.refused("POST", f"{STATUSES}/{number}/{action}") == 404


async def test_every_action_needs_its_scope_and_a_post(cast: Cast) -> None:
    number = await _post(cast.bobs)
    reader = await cast.apps.of(cast.alice, "read")
    writer = await cast.apps.of(cast.alice, "write")
    for action in (*(name for do, undo, _ in PAIRS for name in (do, undo)), "reblog", "unreblog"):
        path = f"{STATUSES}/{number}/{action}"
        assert await cast.stranger.refused("POST", path) == 401
        assert await reader.refused("POST", path) == 403
        assert await writer.refused("POST", f"{STATUSES}/404/{action}") == 404
    for path in ("/api/v1/favourites", "/api/v1/bookmarks"):
        assert await cast.stranger.refused("GET", path) == 401
        assert await writer.refused("GET", path) == 403
    assert await writer.refused("POST", f"{STATUSES}/{number}/pin") == 403
    assert await writer.refused("POST", f"{STATUSES}/{number}/reblog", {"visibility": "x"}) == 422
