"""Streams of every kind of reader while things happen: nobody hears what is not theirs to see."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.federation.cast import Cast
from tests.federation.drafts import make_drafts, nothing
from tests.federation.narrow import befriend, ours, theirs
from tests.federation.viewers import sign_in

STREAMS = (
    "user",
    "user:notification",
    "direct",
    "public",
    "public:media",
    "public:local",
    "public:local:media",
    "public:remote",
    "public:remote:media",
)
TAGS = ("tea", "zebrafish", "caracal", "walrus")
CONTROL = "/api/v1/control"


@dataclass
class Ear:
    """Somebody here who listens to everything they can."""

    name: str
    heard: list[str] = field(default_factory=list)

    def events(self, stream: str) -> list[tuple[str, Any]]:
        """What came on a stream: the events and their payloads."""
        messages = [json.loads(text) for text in self.heard]
        return [
            (one["event"], json.loads(one["payload"]))
            for one in messages
            if one["stream"][0] == stream
        ]


@asynccontextmanager
async def listening(cast: Cast, *names: str) -> AsyncIterator[dict[str, Ear]]:
    """Sockets of these people until the block ends; what was told by then has come."""
    ears = {name: Ear(name) for name in names}
    sockets, tasks = [], []
    for name, ear in ears.items():
        token = (await sign_in(cast, name)).app_token
        ws = await cast.here.session.ws_connect(
            f"{cast.here.base}/api/v1/streaming?access_token={token}"
        )
        for stream in STREAMS:
            await ws.send_json({"type": "subscribe", "stream": stream})
        for tag in TAGS:
            await ws.send_json({"type": "subscribe", "stream": "hashtag", "tag": tag})
        await ws.send_json({"type": "subscribe", "stream": "the last one"})
        assert "error" in await ws.receive_json(timeout=5)
        sockets.append(ws)

        async def hear(ws: Any = ws, ear: Ear = ear) -> None:
            async for message in ws:
                ear.heard.append(message.data)

        tasks.append(asyncio.create_task(hear()))
    try:
        yield ears
        await cast.here.settle()
        await asyncio.sleep(0.6)  # real time: the hub looks every 0.4 s at the latest
    finally:
        for ws in sockets:
            await ws.close()
        await asyncio.gather(*tasks)


async def test_no_stream_says_anything_of_a_draft(cast: Cast) -> None:
    """A stranger, a follower of the authors and somebody whom one of them blocks."""
    async with listening(cast, "carol", "dave", "mallory") as ears:
        drafts = await make_drafts(cast)
    secrets = drafts.secrets(nothing(cast))
    for ear in ears.values():
        found = [word for word in secrets if any(word in text for text in ear.heard)]
        assert found == [], ear.name
    assert ears["dave"].events("user"), "what is published he hears"


async def test_no_stream_says_anything_of_a_post_that_is_not_for_the_reader(cast: Cast) -> None:
    await befriend(cast)
    async with listening(cast, "carol", "mallory", "dave") as ears:
        cases = [
            await make(cast, visibility)
            for visibility in ("followers", "direct")
            for make in (ours, theirs)
        ]
    words = [word for case in cases for word in case.words]
    for name in ("carol", "mallory"):
        said = str(ears[name].heard)
        assert [word for word in words if word in said] == [], name
    assert [word for word in words if word in str(ears["dave"].heard)], "he follows them"


async def test_a_co_tweet_from_elsewhere_is_told_and_then_by_whom_it_is(cast: Cast) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    async with listening(cast, "dave", "carol") as ears:
        post = cast.cotweet(content="<p>zebrafish</p>")
        post.consent(cast.bob)
        post.publish()
        await cast.deliver(cast.alice, post.create())
    events = ears["dave"].events("user")
    assert [name for name, _ in events] == ["update", "status.update"]
    assert events[0][1]["uri"] == post.id
    assert [one["account"]["username"] for one in events[1][1]["co_authors"]] == ["bob"]
    assert "update" in [name for name, _ in ears["carol"].events("user")]
    assert "update" in [name for name, _ in ears["carol"].events("public:remote")]


async def test_whoever_keeps_any_author_away_hears_nothing_of_the_post(cast: Cast) -> None:
    bob = {"handle": cast.bob.handle}
    for name, how, what in (
        ("dave", "block", bob),
        ("carol", "mute", bob),
        ("bob", "block-host", {"host": cast.b.host}),
    ):
        await cast.follow(cast.alice, account=name)
        await cast.here.api("POST", f"{CONTROL}/{how}", what, account=name)
    async with listening(cast, "dave", "carol", "bob", "alice") as ears:
        post = cast.cotweet(content="<p>zebrafish</p>")
        post.consent(cast.bob)
        post.publish()
        await cast.deliver(cast.alice, post.create())
    for name in ("dave", "carol", "bob"):
        assert "zebrafish" not in str(ears[name].heard), name
    assert "zebrafish" in str(ears["alice"].heard)
