"""What happens is told at once: over WebSockets and as server-sent events, to the right people."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType

from fedi_cotweet.mastodon_api.streaming.hub import HUB
from fedi_cotweet.mastodon_api.streaming.listeners import (
    MOST_WAITING,
    TOO_SLOW,
    Listener,
    Message,
)
from fedi_cotweet.mastodon_api.streaming.rendering import tellings
from fedi_cotweet.services import announcing, hiding, tokens
from fedi_cotweet.services.accounts import token_hash
from fedi_cotweet.services.announcing import Wanted
from fedi_cotweet.services.broadcasting import Channel, Viewer, see
from fedi_cotweet.services.tokens import Bearer
from storage.engine import Tx
from storage.models import StreamEvent
from storage.queries import actors, follows, oauth, posts, relations
from storage.queries import streams as stored
from tests import covering
from tests.mastodon_api.conftest import App, Cast
from tests.mastodon_api.test_costs import statements

STREAMING = "/api/v1/streaming"
STATUSES = "/api/v1/statuses"


@dataclass
class Socket:
    """A client's WebSocket, and what came over it."""

    ws: aiohttp.ClientWebSocketResponse
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def hear(self, seconds: float = 5) -> dict[str, Any]:
        """The next message."""
        message = await self.ws.receive_json(timeout=seconds)
        self.heard.append(message)
        found: dict[str, Any] = message
        return found

    async def event(self, name: str, stream: str = "user") -> Any:
        """The payload of the next message, which must be this event on this stream."""
        message = await self.hear()
        assert (message["event"], message["stream"][0]) == (name, stream), message
        return json.loads(message["payload"])

    async def subscribe(self, stream: str, **more: Any) -> None:
        """Ask for a stream; the answer to something wrong proves that it was read."""
        await self.ws.send_json({"type": "subscribe", "stream": stream, **more})
        await self.ws.send_json({"type": "subscribe", "stream": "nonsense"})
        answer = await self.hear()
        assert answer == {"error": "Unknown stream type", "status": 400}

    async def closed(self, seconds: float = 2) -> int | None:
        """Waits for the end; the code of the close."""
        while True:
            message = await self.ws.receive(timeout=seconds)
            if message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED, WSMsgType.CLOSING):
                return self.ws.close_code


@asynccontextmanager
async def opened(app: App, query: str = "", **options: Any) -> AsyncIterator[Socket]:
    """A socket of an app, until the block ends."""
    options.setdefault("headers", {"Authorization": f"Bearer {app.token}"})
    async with app.http.ws_connect(f"{STREAMING}{query}", **options) as ws:
        covering.note("GET", f"{STREAMING}{query}", 101)
        yield Socket(ws)


async def follow(app: App, other: int, cast: Cast) -> None:
    await app.ask("POST", f"/api/v1/accounts/{other}/follow")
    await cast.world.settle_follows()


async def test_a_post_reaches_followers_as_the_timeline_shows_it(cast: Cast) -> None:
    await follow(cast.bobs, cast.alice, cast)
    async with opened(cast.bobs, "?stream=user") as bob, opened(cast.alices) as alice:
        await alice.subscribe("user")
        made = await cast.alices.ask("POST", STATUSES, {"status": "Tea #oolong"})
        told = await bob.event("update")
        assert told["id"] == made["id"]
        assert [told] == (await cast.bobs.page("/api/v1/timelines/home"))[0]
        assert (await alice.event("update"))["id"] == made["id"]


async def test_what_becomes_of_a_post_is_told_in_order(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    await follow(carols, cast.bob, cast)
    made = await cast.alices.ask("POST", STATUSES, {"status": "One"})
    async with opened(carols, "?stream=user") as socket:
        await cast.alices.ask("PUT", f"{STATUSES}/{made['id']}", {"status": "Not told to carol"})
        boost = await cast.bobs.ask("POST", f"{STATUSES}/{made['id']}/reblog")
        told = await socket.event("update")
        assert (told["id"], told["reblog"]["id"]) == (boost["id"], made["id"])
        assert (await carols.page("/api/v1/timelines/home"))[0] == [told]
        await cast.bobs.ask("POST", f"{STATUSES}/{made['id']}/unreblog")
        assert await socket.event("delete") == int(boost["id"])
        two = await cast.bobs.ask("POST", STATUSES, {"status": "Two"})
        await carols.ask("POST", f"{STATUSES}/{two['id']}/favourite")
        assert (await socket.event("update"))["content"] == "<p>Two</p>"
        await cast.bobs.ask("PUT", f"{STATUSES}/{two['id']}", {"status": "Three"})
        changed = await socket.event("status.update")
        assert (changed["id"], changed["content"]) == (two["id"], "<p>Three</p>")
        assert changed["favourited"] is True
        await cast.bobs.ask("DELETE", f"{STATUSES}/{two['id']}")
        assert await socket.event("delete") == int(two["id"])


async def test_what_is_announced_is_told_to_everybody(cast: Cast) -> None:
    env, write = cast.world.site.env, cast.world.site.write
    kept = await write(lambda tx: announcing.announce(tx, env, Wanted("Kept")))
    path = f"/api/v1/announcements/{kept.id}"
    await cast.bobs.ask("POST", f"{path}/dismiss")
    async with (
        opened(cast.alices, "?stream=user") as alice,
        opened(cast.bobs, "?stream=user") as bob,
        opened(cast.bobs, "?stream=public") as public,
    ):
        await cast.alices.ask("PUT", f"{path}/reactions/🍵")
        await cast.alices.ask("PUT", f"{path}/reactions/🍵")
        answered = {"name": "🍵", "count": 1, "announcement_id": kept.id}
        for socket in (alice, bob):
            assert await socket.event("announcement.reaction") == answered
        await write(lambda tx: announcing.change(tx, env, int(kept.id), Wanted("Changed")))
        changed = await alice.event("announcement")
        assert [changed] == await cast.alices.ask("GET", "/api/v1/announcements")
        assert changed["reactions"][0]["me"] is True
        await cast.alices.ask("DELETE", f"{path}/reactions/🍵")
        for socket in (alice, bob):  # who dismissed it did not hear of the change
            assert await socket.event("announcement.reaction") == {**answered, "count": 0}
        await write(lambda tx: announcing.remove(tx, env, int(kept.id)))
        for socket in (alice, bob):
            assert await socket.event("announcement.delete") == int(kept.id)
        made = await cast.bobs.ask("POST", STATUSES, {"status": "The first thing here"})
        assert (await public.event("update", "public"))["id"] == made["id"]


async def test_a_co_tweet_reaches_the_followers_of_both_once(cast: Cast) -> None:
    readers = []
    for name, followed in (("carol", cast.alice), ("dave", cast.bob)):
        app = await cast.apps.of(await cast.world.account(name))
        await follow(app, followed, cast)
        readers.append(app)
    async with (
        opened(readers[0], "?stream=user") as carol,
        opened(readers[1], "?stream=user") as dave,
        opened(cast.bobs, "?stream=user") as bob,
    ):
        post_id = await cast.world.draft(cast.alice, cast.bob, "We wrote this")
        invite = await bob.event("notification")
        assert (invite["type"], invite["status"]["visibility"]) == ("mention", "direct")
        assert invite["invite_id"]
        await cast.world.agree(post_id)
        after = await cast.bobs.ask("POST", STATUSES, {"status": "@carol after"})
        for socket in (carol, dave):
            told = await socket.event("update")
            assert [one["account"]["acct"] for one in told["co_authors"]] == ["bob"]
        assert (await carol.event("notification"))["status"]["id"] == after["id"]
        assert (await dave.event("update"))["id"] == after["id"]


async def test_each_visibility_reaches_whom_its_timeline_shows_it(cast: Cast) -> None:
    """Whoever is blocked, mutes, or does not follow hears nothing; strangers only the public."""
    names = ("follower", "muting", "blocked", "stranger", "hostile")
    people = {name: await cast.world.account(name) for name in names}
    apps = {name: await cast.apps.of(account_id) for name, account_id in people.items()}
    for name in ("follower", "muting", "blocked", "hostile"):
        await apps[name].ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    await cast.world.settle_follows()
    await apps["muting"].ask("POST", f"/api/v1/accounts/{cast.alice}/mute")
    await cast.alices.ask("POST", f"/api/v1/accounts/{people['blocked']}/block")
    await apps["hostile"].ask("POST", f"/api/v1/accounts/{cast.alice}/block")
    streams = ("user", "public", "public:local", "public:remote", "public:media", "direct")
    everybody = {**apps, "bob": cast.bobs, "alice": cast.alices}
    async with AsyncSockets(everybody) as sockets:
        for socket in sockets.values():
            for stream in streams:
                await socket.ws.send_json({"type": "subscribe", "stream": stream})
            await socket.subscribe("hashtag", tag="Tea")
        for visibility in ("direct", "private", "unlisted", "public"):
            said = {"status": f"@bob {visibility}zebra #tea", "visibility": visibility}
            await cast.alices.ask("POST", STATUSES, said)
        found = await asyncio.gather(*map(until_quiet, sockets.values()))
        heard = dict(zip(sockets, found, strict=True))
    public = {("public", stream) for stream in ("public", "public:local", "hashtag")}
    home = {("private", "user"), ("unlisted", "user"), ("public", "user")}
    between = {("direct", "user"), ("direct", "direct")}
    assert heard["alice"] == heard["bob"] == between | home | public
    assert heard["follower"] == home | public
    assert heard["stranger"] == public
    for name in ("muting", "blocked", "hostile"):
        assert heard[name] == set(), name


class AsyncSockets:
    """A socket for each of some apps."""

    def __init__(self, apps: dict[str, App]) -> None:
        self._apps = apps
        self._sockets: dict[str, Socket] = {}

    async def __aenter__(self) -> dict[str, Socket]:
        for name, app in self._apps.items():
            headers = {"Authorization": f"Bearer {app.token}"}
            self._sockets[name] = Socket(await app.http.ws_connect(STREAMING, headers=headers))
        return self._sockets

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets.values():
            await socket.ws.close()


async def until_quiet(socket: Socket) -> set[tuple[str, str]]:
    """On which streams which posts came, until nothing comes for a moment."""
    found: set[tuple[str, str]] = set()
    while True:
        try:
            message = await socket.hear(0.7)
        except TimeoutError:
            return found
        for word in re.findall(r"([a-z]+)zebra", message["payload"]):
            found.add((word, message["stream"][0]))


async def test_drafts_are_told_to_nobody(cast: Cast) -> None:
    await follow(cast.bobs, cast.alice, cast)
    async with opened(cast.bobs, "?stream=user") as bob:
        await bob.subscribe("public")
        carol = await cast.world.account("carol")
        draft = await cast.world.draft(cast.alice, carol, "zebrafish")
        await cast.world.post(cast.alice, "Now")
        assert {(await bob.hear())["event"] for _ in range(2)} == {"update"}
        assert draft
        assert "zebrafish" not in str(bob.heard)


async def test_a_list_and_a_hashtag_bring_what_is_theirs(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    for other in (cast.bob, carol):
        await follow(cast.alices, other, cast)
    made = await cast.alices.ask("POST", "/api/v1/lists", {"title": "Tea"})
    await cast.alices.ask(
        "POST", f"/api/v1/lists/{made['id']}/accounts", {"account_ids": [str(cast.bob)]}
    )
    async with opened(cast.alices) as socket:
        await socket.subscribe("list", list=made["id"])
        await socket.subscribe("hashtag", tag="Tea")
        await cast.world.post(carol, "By carol")
        first = await cast.world.post(cast.bob, "By bob")
        told = await socket.hear()
        assert told["stream"] == ["list", made["id"]]
        assert json.loads(told["payload"])["id"] == str(first)
        await cast.world.post(carol, "With #tea")
        assert (await socket.hear())["stream"] == ["hashtag", "Tea"]
        await socket.ws.send_json({"type": "unsubscribe", "stream": "hashtag", "tag": "Tea"})
        await socket.subscribe("user")
        await cast.world.post(carol, "More #tea")
        assert (await socket.hear())["stream"] == ["user"]


async def test_what_is_held_back_is_not_told_and_that_it_was_accepted_is(cast: Cast) -> None:
    policy = {"for_not_following": "filter"}
    await cast.alices.ask("PATCH", "/api/v2/notifications/policy", policy)
    async with opened(cast.alices) as socket:
        await socket.subscribe("user:notification")
        await cast.bobs.ask("POST", STATUSES, {"status": "@alice Tea?"})
        path = f"/api/v1/notifications/requests/{cast.bob}/accept"
        await cast.alices.ask("POST", path)
        merged = {"stream": ["user:notification"], "event": "notifications_merged", "payload": "1"}
        assert await socket.hear() == merged
        await cast.bobs.ask("POST", STATUSES, {"status": "@alice Milk?"})
        assert (await socket.hear())["event"] == "notification"


async def test_what_home_leaves_to_a_list_is_told_on_the_list_alone(cast: Cast) -> None:
    await follow(cast.alices, cast.bob, cast)
    body = {"title": "Tea", "exclusive": True, "replies_policy": "none"}
    made = await cast.alices.ask("POST", "/api/v1/lists", body)
    await cast.alices.ask(
        "POST", f"/api/v1/lists/{made['id']}/accounts", {"account_ids": [str(cast.bob)]}
    )
    theirs = await cast.world.post(await cast.world.account("carol"), "By carol")
    async with opened(cast.alices) as socket:
        await socket.subscribe("list", list=made["id"])
        await socket.subscribe("user")
        reply = {"status": "A reply", "in_reply_to_id": str(theirs)}
        await cast.bobs.ask("POST", STATUSES, reply)
        first = await cast.world.post(cast.bob, "By bob")
        own = await cast.world.post(cast.alice, "By alice")
        told = [await socket.hear() for _ in range(2)]
        assert [(one["stream"][0], json.loads(one["payload"])["id"]) for one in told] == [
            ("list", str(first)),
            ("user", str(own)),
        ]


async def test_a_token_comes_in_three_ways_and_must_allow_it(cast: Cast) -> None:
    for query, options in (
        (f"?access_token={cast.bobs.token}", {"headers": {}}),
        ("", {"headers": {}, "protocols": [cast.bobs.token]}),
        ("", {}),
    ):
        async with opened(cast.bobs, query, **options) as socket:
            await socket.subscribe("user")
    for token in ("", "?access_token=wrong"):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with opened(cast.bobs, token, headers={}):
                pass
        assert caught.value.status == 401
    narrow = await cast.apps.of(cast.bob, "read:statuses write")
    others = await cast.alices.ask("POST", "/api/v1/lists", {"title": "Hers"})
    async with opened(narrow, "?stream=user:notification") as socket:
        refused = {"error": "Access token does not have the required scopes", "status": 401}
        assert await socket.hear() == refused
        await socket.subscribe("user")
        await cast.alices.ask("POST", STATUSES, {"status": "@bob a notification"})
        wrong: list[tuple[dict[str, Any], int]] = [
            ({"stream": "hashtag"}, 400),
            ({"stream": "list"}, 400),
            ({"stream": ["list"], "list": others["id"]}, 401),
            ({"stream": "list", "list": "x"}, 401),
        ]
        for asked, status in wrong:
            await socket.ws.send_json({"type": "subscribe", **asked})
            assert (await socket.hear())["status"] == status
        await socket.ws.send_str("no json")
        await socket.ws.send_json([1])
        await socket.ws.send_bytes(b"no text")
        assert await socket.closed() == 1003
    writing = await cast.apps.of(cast.bob, "write")
    for path in ("user", "user/notification", "list", "direct"):
        assert await writing.refused("GET", f"{STREAMING}/{path}") == 403
        assert await cast.stranger.refused("GET", f"{STREAMING}/{path}") == 401
    assert await cast.stranger.refused("GET", f"{STREAMING}/public") == 401
    assert await cast.bobs.refused("GET", f"{STREAMING}/hashtag") == 400
    assert await cast.bobs.refused("GET", f"{STREAMING}/list?list={others['id']}") == 401
    assert await cast.bobs.refused("GET", STREAMING) == 400


async def end_token(cast: Cast, how: str, token: str) -> None:
    now = cast.world.clock.now

    def write(tx: Tx) -> None:
        held = oauth.token(tx, token_hash(token))
        assert held is not None
        match how:
            case "token":
                oauth.revoke_token(tx, held.id, now)
            case "app":
                oauth.revoke_app(tx, cast.bob, held.application_id, now)
            case "password":
                tokens.end_all(tx, cast.bob, now)
            case "suspended":
                actors.set_suspended(tx, cast.bob, now)
            case _:
                actors.mark_gone(tx, cast.bob, now)

    await cast.world.site.write(write)


@pytest.mark.parametrize("how", ["token", "app", "password", "suspended", "gone"])
async def test_a_stream_ends_within_a_second_with_what_let_it_be(cast: Cast, how: str) -> None:
    await follow(cast.bobs, cast.alice, cast)
    assert cast.bobs.token is not None
    answer = await cast.bobs.raw("GET", f"{STREAMING}/user")
    async with opened(cast.bobs, "?stream=user") as socket, opened(cast.alices) as other:
        await end_token(cast, how, cast.bobs.token)
        await cast.world.post(cast.alice, "Too late")
        began = asyncio.get_running_loop().time()
        assert await socket.closed(1) == 1008
        assert (await asyncio.wait_for(answer.content.read(), 1)).startswith(b":)\n: The access")
        assert asyncio.get_running_loop().time() - began < 1
        assert socket.heard == []
        await other.subscribe("user")


async def test_each_stream_can_be_opened_by_itself(cast: Cast) -> None:
    made = await cast.alices.ask("POST", "/api/v1/lists", {"title": "Tea"})
    for path in (
        "user",
        "user/notification",
        "public",
        "public/local",
        "public/remote",
        "hashtag?tag=tea",
        "hashtag/local?tag=tea",
        f"list?list={made['id']}",
        "direct",
    ):
        answer = await cast.alices.raw("GET", f"{STREAMING}/{path}")
        assert (answer.status, await answer.content.readline()) == (200, b":)\n")
        answer.close()
    async with opened(cast.alices, "/?stream=user") as socket:
        await socket.subscribe("user")


async def test_server_sent_events(cast: Cast) -> None:
    await follow(cast.bobs, cast.alice, cast)
    answer = await cast.bobs.raw("GET", f"{STREAMING}/user")
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["X-Accel-Buffering"] == "no"
    media = await cast.bobs.raw("GET", f"{STREAMING}/public/local?only_media=true")
    made = await cast.alices.ask("POST", STATUSES, {"status": "Tea"})
    assert await answer.content.readline() == b":)\n"
    assert await answer.content.readline() == b"event: update\n"
    line = (await answer.content.readline()).decode()
    assert json.loads(line.removeprefix("data: "))["id"] == made["id"]
    assert await answer.content.readline() == b"\n"
    picture = await cast.world.picture(cast.alice)
    await cast.alices.ask("POST", STATUSES, {"status": "", "media_ids": [str(picture.id)]})
    assert await media.content.readline() == b":)\n"
    assert await media.content.readline() == b"event: update\n"
    assert str(picture.id).encode() in await media.content.readline()
    for one in (answer, media):
        one.close()


async def test_whoever_reads_too_slowly_is_let_go(cast: Cast) -> None:
    bearer = Bearer(1, 1, cast.bob, frozenset({"read"}))
    listener = Listener(bearer, {("user", cast.bob): ("user",)})
    for number in range(MOST_WAITING):
        listener.tell(Message("delete", str(number)), ("user", cast.bob))
    assert listener.ending is not TOO_SLOW
    assert await listener.next() is not None
    listener.tell(Message("delete", "x"), ("user", cast.bob))
    listener.tell(Message("delete", "y"), ("user", cast.bob))
    assert listener.ending is TOO_SLOW
    assert await listener.next() is None


async def test_there_are_only_so_many(cast: Cast) -> None:
    most = cast.world.site.settings.streaming_connections_per_account
    found = [await cast.bobs.raw("GET", f"{STREAMING}/user") for _ in range(most)]
    assert await cast.bobs.refused("GET", f"{STREAMING}/user") == 429
    found.append(await cast.alices.raw("GET", f"{STREAMING}/user"))
    assert found[-1].status == 200
    for answer in found:
        answer.close()


async def test_all_are_closed_when_the_server_stops(cast: Cast) -> None:
    hub = cast.apps.http.app[HUB]
    async with opened(cast.bobs, "?stream=user") as socket:
        await hub.stop(cast.apps.http.app)
        assert await socket.closed() == 1001
    assert await cast.bobs.refused("GET", f"{STREAMING}/user") == 503


async def test_filters_hold_on_streams_and_apps_are_told_that_they_changed(cast: Cast) -> None:
    async with opened(cast.bobs, "?stream=user") as socket:
        await follow(cast.bobs, cast.alice, cast)
        for word, action in (("tea", "hide"), ("milk", "warn")):
            said: dict[str, Any] = {"title": word, "context": ["home"], "filter_action": action}
            said["keywords_attributes"] = [{"keyword": word}]
            await cast.bobs.ask("POST", "/api/v2/filters", said)
            assert await socket.hear() == {"stream": ["user"], "event": "filters_changed"}
        for text in ("Tea?", "Milk?"):
            await cast.alices.ask("POST", STATUSES, {"status": text})
        told = await socket.event("update")
        assert [one["filter"]["title"] for one in told["filtered"]] == ["milk"]
        assert [told] == (await cast.bobs.page("/api/v1/timelines/home"))[0]


async def test_what_other_processes_wrote_is_told_too(cast: Cast) -> None:
    """Nobody rings the bell for it, and its id is older than what was told already."""
    env = cast.world.site.env
    early = env.new_id()
    async with opened(cast.bobs, "?stream=user") as socket:
        await cast.world.post(cast.bob, "Tea")
        await socket.event("update")
        values = {"post_id": None, "subject": None, "account_id": cast.bob, "readers": None}
        await cast.world.site.store.write(
            lambda tx: stored.add(tx, id=early, kind="filters_changed", **values)
        )
        assert (await socket.hear())["event"] == "filters_changed"


async def test_two_hundred_readers_take_few_statements(cast: Cast) -> None:
    """Those to whom a post looks alike are asked for and written together."""
    env, world = cast.world.site.env, cast.world
    people = [await world.account(f"reader{number}") for number in range(12)]
    for account_id in people:
        app = await cast.apps.of(account_id)
        await app.ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    await world.settle_follows()
    post_id = await world.post(cast.alice, "Tea")
    row = StreamEvent(id=1, kind="posted", post_id=post_id)
    numbers = []
    for some in (people[:2], people[:2], people):
        listening: dict[Channel, list[Viewer]] = {("user", one): [one] for one in some}
        listening["public", ""] = list(some)
        with statements() as seen:
            read = partial(tellings, env=env, event=row, listening=listening)
            told = await world.site.read(lambda tx, read=read: list(read(tx)))  # type: ignore[misc]
        assert len(told) == 2 * len(some)
        assert len({id(one.message) for one in told}) == 2
        numbers.append(len(seen))
    assert numbers[1] == numbers[2] <= 45, numbers


@pytest.mark.parametrize("visibility", ["public", "followers", "local"])
async def test_many_see_what_each_would_see(cast: Cast, visibility: str) -> None:
    """``see`` says of many what ``hiding`` says of each."""
    world, env = cast.world, cast.world.site.env
    names = ("muting", "blocking", "blocked", "away", "wishing", "plain", "other")
    people = {name: await world.account(name) for name in names}
    for account_id in people.values():
        await follow(await cast.apps.of(account_id), cast.alice, cast)
    if visibility == "public":
        post_id = await world.draft(cast.alice, cast.bob, "Tea", language="en")
        await world.agree(post_id)
    else:
        post_id = await world.post(cast.alice, "Tea", visibility=visibility, language="en")

    def stand(tx: Tx) -> None:
        now = world.clock.now
        other_one = cast.bob if visibility == "public" else cast.alice
        relations.set_mute(tx, people["muting"], other_one, until=None, now=now)
        for one, other in (("blocking", None), (None, "blocked")):
            relations.add_block(
                tx,
                id=env.new_id(),
                uri=None,
                actor_id=people[one] if one else other_one,
                target_id=people[other] if other else cast.alice,
                created_at=now,
            )
        relations.set_wish(tx, people["wishing"], "none")
        held = follows.follow_between(tx, people["away"], cast.alice)
        assert held is not None
        follows.choose(tx, held.id, languages=["de"])

    await world.site.write(stand)

    def read(tx: Tx) -> None:
        post = posts.post(tx, post_id)
        assert post is not None
        viewers = {None, cast.alice, cast.bob, *people.values()}
        for looking in (hiding.HOME, hiding.PUBLIC, hiding.THREAD):
            each = {
                viewer
                for viewer in viewers
                if not hiding.hidden(tx, env.now(), viewer, [post], looking=looking)
            }
            assert see(tx, env.now(), viewers, post, looking) == each
            assert each not in (set(), viewers)

    await world.site.read(read)


async def test_conversations_come_as_their_list_shows_them(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    await cast.bobs.ask("POST", f"/api/v1/accounts/{carol}/mute")
    async with opened(cast.bobs, "?stream=direct") as bob, opened(cast.alices) as alice:
        await alice.subscribe("direct")
        said = {"visibility": "direct", "status": "@bob @carol tea?"}
        first = await cast.alices.ask("POST", STATUSES, said)
        told = await bob.event("conversation", "direct")
        assert [told] == (await cast.bobs.page("/api/v1/conversations"))[0]
        assert (told["unread"], told["last_status"]["id"]) == (True, first["id"])
        assert not (await alice.event("conversation", "direct"))["unread"]
        # Not even when somebody whom one mutes writes is told, nor what is not direct.
        muted = {"status": "@bob @alice milk", "in_reply_to_id": first["id"]}
        await carols.ask("POST", STATUSES, said | muted)
        assert (await alice.event("conversation", "direct"))["unread"]
        await cast.alices.ask("POST", STATUSES, {"status": "@bob in public"})
        last = await cast.alices.ask("POST", STATUSES, said | {"in_reply_to_id": first["id"]})
        told = await bob.event("conversation", "direct")
        assert told["last_status"]["id"] == last["id"]
