"""Whoever keeps any author of a co-tweet away sees it nowhere; the filter counts in timelines.

One co-tweet by alice and bob elsewhere answers dave here, who follows alice. After each thing that
can stand between them every surface is looked at, and again when it stands there no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert

from fedi_cotweet.domain.limits import HOUR, MINUTE
from storage.engine import Tx
from storage.models import HostRule
from tests.federation.cast import Cast, CoTweet
from tests.federation.probe import Ask
from tests.federation.viewers import SignedIn, Stranger, sign_in

CONTROL = "/api/v1/control"
WORDS = "We wrote this together."

TIMELINES = frozenset({"home", "home page", "list", "tag", "tag page", "search", "search page"})
"""Where posts come to a reader who did not ask for this one."""
PUBLIC = frozenset({"tag", "tag page", "search", "search page"})
POSTS = frozenset({"post", "post page", "thread", "profile", "notifications"})
READER = TIMELINES | POSTS
VISITORS = frozenset({"feed", "visited tag", "visited search", "visited post", "visited thread"})
EVERYWHERE = READER | VISITORS


@dataclass
class Look:
    """All surfaces, as dave sees them and as a visitor does."""

    cast: Cast
    dave: SignedIn
    post: CoTweet
    post_id: int
    question: Mapping[str, Any]
    list_id: str

    async def shown(self) -> set[str]:
        """The surfaces on which the co-tweet is."""
        visitor = Stranger(self.cast)
        number, thread = self.post_id, str(self.question["page"])
        page = f"/@alice@{self.cast.a.host}/{number}"
        found = {
            name
            for name, path in {
                "home": f"{CONTROL}/timeline",
                "list": f"{CONTROL}/lists/{self.list_id}/timeline",
                "tag": f"{CONTROL}/tags/tea",
                "search": f"{CONTROL}/search?q=wrote+together",
                "post": f"{CONTROL}/posts/{number}",
                "home page": "/home",
                "tag page": "/tags/tea",
                "search page": "/search?q=wrote",
                "post page": page,
                "thread": thread,
                "profile": f"/@alice@{self.cast.a.host}?show=all",
            }.items()
            if WORDS in (await self.dave.ask("GET", Ask(path), "text/html")).text
        }
        found |= {
            name
            for name, path in {
                "feed": "/tags/tea.json",
                "visited tag": "/tags/tea",
                "visited search": "/search?q=wrote",
                "visited post": page,
                "visited thread": thread,
            }.items()
            if WORDS in (await visitor.ask("GET", Ask(path), "text/html")).text
        }
        return found | ({"notifications"} if "reply" in await self.cast.told("dave") else set())


async def look_around(cast: Cast) -> Look:
    """Everything is there, and everybody lets themselves be found."""
    question = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "What do you do?"})
    for person in (cast.alice, cast.bob):
        person.serve(indexable=True)
    await cast.follow(cast.alice)
    post = cast.cotweet(
        inReplyTo=question["uri"],
        tag=[
            {"type": "Mention", "href": cast.bob.id, "name": f"@{cast.bob.handle}"},
            {"type": "Hashtag", "href": f"{cast.a.base}/tags/tea", "name": "#Tea"},
        ],
    )
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    held = await cast.here.post(post.id)
    assert held is not None
    made = await cast.here.api("POST", f"{CONTROL}/lists", {"title": "Writers"})
    await cast.here.api("POST", f"{CONTROL}/lists/{made['id']}/add", {"handle": cast.alice.handle})
    return Look(cast, await sign_in(cast, "dave"), post, held.id, question, made["id"])


async def do(cast: Cast, path: str, **members: Any) -> None:
    await cast.here.api("POST", f"{CONTROL}/{path}", members)
    await cast.here.settle()


async def test_whoever_keeps_any_author_away_sees_the_post_nowhere(cast: Cast) -> None:
    look = await look_around(cast)
    assert await look.shown() == EVERYWHERE
    bob = cast.bob.handle
    await do(cast, "block", handle=bob)
    assert await look.shown() == VISITORS, "dave blocks bob"
    await do(cast, "unblock", handle=bob)
    assert await look.shown() == EVERYWHERE
    await do(cast, "mute", handle=bob, for_seconds=3600)
    assert await look.shown() == VISITORS, "dave mutes bob"
    cast.here.clock.advance(HOUR + MINUTE)
    assert await look.shown() == EVERYWHERE
    await do(cast, "block-host", host=cast.b.host)
    assert await look.shown() == VISITORS, "dave blocks bob's server"
    await do(cast, "unblock-host", host=cast.b.host)
    block = cast.bob.activity("Block", cast.here.actor("dave"))
    await cast.deliver(cast.bob, block)
    assert await look.shown() == VISITORS, "bob blocks dave"
    await cast.deliver(cast.bob, cast.bob.activity("Undo", block["id"]))
    assert await look.shown() == EVERYWHERE
    with_filter = EVERYWHERE - TIMELINES
    await do(cast, "co-tweets", co_tweets="none")
    assert await look.shown() == with_filter, "dave wants no co-tweets"
    await do(cast, "co-tweets", co_tweets="if_i_follow_all")
    assert await look.shown() == with_filter, "dave follows alice alone"
    await do(cast, "co-tweets", co_tweets="if_i_follow_primary")
    assert await look.shown() == EVERYWHERE


async def test_a_claimed_author_who_is_kept_away_counts_too(cast: Cast) -> None:
    look = await look_around(cast)
    await cast.deliver(cast.bob, cast.bob.activity("Delete", look.post.stamps[cast.bob.id]))
    assert await look.shown() >= TIMELINES
    claimed = cast.cotweet(cast.bob, cast.carol, content="<p>Another one.</p>")
    claimed.consent(cast.bob)
    claimed.publish()
    await cast.deliver(cast.alice, claimed.create())
    assert claimed.id in await cast.timeline()
    await do(cast, "block", handle=cast.carol.handle)
    assert claimed.id not in await cast.timeline()


async def test_what_the_operator_shuts_out_no_visitor_and_no_feed_shows(cast: Cast) -> None:
    look = await look_around(cast)

    async def rule(severity: str | None) -> None:
        def write(tx: Tx) -> None:
            tx.execute(delete(HostRule))
            if severity is not None:
                row = {"host": cast.a.host, "severity": severity, "created_at": 1}
                tx.execute(insert(HostRule).values(row))

        await cast.here.write(write)

    await rule("suspend")
    assert await look.shown() == set()
    await rule("limit")
    # Dave follows alice, so he has her in public timelines; visitors have only what they ask for.
    seen = await look.shown()
    assert seen & VISITORS == {"visited post", "visited thread"}
    assert seen >= READER
    await rule(None)
    assert await look.shown() == EVERYWHERE


async def test_hiding_a_co_tweet_takes_it_out_of_the_outbox_and_off_the_profile(
    cast: Cast,
) -> None:
    """Of one's own alone, here; the post and its other author are as they were (C23)."""
    here = cast.here
    made = await here.api(
        "POST", "/api/v1/cotweets", {"text": WORDS, "with": ["bob"]}, account="alice"
    )
    await here.settle()
    invite = await cast.invite()
    assert invite is not None
    await here.api(
        "POST",
        f"/api/v1/cotweets/invites/{invite['id']}/accept",
        {"digest": invite["digest"]},
        account="bob",
    )
    await here.settle()
    note = made["post"]["uri"]

    async def standing(name: str) -> list[bool]:
        _, outbox = await here.get(f"/users/{name}/outbox?page=1")
        _, total = await here.get(f"/users/{name}/outbox")
        _, page = await here.get(f"/@{name}")
        _, feed = await here.get(f"/@{name}.atom")
        return [note in outbox, '"totalItems":1' in total, WORDS in page, WORDS in feed]

    assert await standing("alice") == await standing("bob") == [True] * 4
    for who, other in (("bob", "alice"), ("alice", "bob")):
        path = f"/api/v1/cotweets/{made['post']['id']}"
        await here.api("POST", f"{path}/hide", account=who)
        assert await standing(who) == [False] * 4
        assert await standing(other) == [True] * 4
        status, document = await here.get(note, Accept="application/activity+json")
        assert status == 200
        assert here.actor("bob") in document
        await here.api("POST", f"{path}/unhide", account=who)
