"""Any-author block, mute and the reader's filter, on every surface that shows posts (C31, C32).

Dave reads: alice of a wrote a post with bob of b, answering dave, with a hashtag and a mention of
dave. It reaches him in every way there is; each rule of his must close all of them, or all that are
timelines, and nothing for carol, who reads here too and keeps away nobody.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from storage.engine import Tx
from storage.queries import lists
from tests.federation.cast import CONTENT, Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person
from tests.federation.viewers import SignedIn, sign_in

CONTROL = "/api/v1/control"
WORDS = "We wrote this together"
TIMELINES = {"home", "list", "tag", "search", "home page", "tag page", "search page"}


@dataclass
class Reader:
    """Somebody here with a session, a list of the authors, and the post to look for."""

    cast: Cast
    name: str
    web: SignedIn
    post: CoTweet
    post_id: int
    parent: str
    list_id: str = ""

    async def uris(self, path: str) -> bool:
        """Whether a page of posts of the API has the post."""
        page = await self.cast.here.api("GET", f"{CONTROL}/{path}", account=self.name)
        return self.post.id in [view["uri"] for view in page["posts"]]

    async def page(self, path: str) -> bool:
        """Whether a page in a browser shows the post's words."""
        _, text = await self.cast.here.get(path, Cookie=self.web.cookie)
        return WORDS in text

    async def alone(self) -> bool:
        try:
            await self.cast.here.api("GET", f"{CONTROL}/posts/{self.post_id}", account=self.name)
        except ApiRefusalError:
            return False
        return True

    async def heard(self) -> bool:
        return bool({"mention", "reply"} & set(await self.cast.told(self.name)))


Look = Callable[[Reader], Awaitable[bool]]

SURFACES: dict[str, Look] = {
    "home": lambda r: r.uris("timeline"),
    "list": lambda r: r.uris(f"lists/{r.list_id}/timeline"),
    "tag": lambda r: r.uris("tags/tea"),
    "search": lambda r: r.uris("search?q=together"),
    "notifications": lambda r: r.heard(),
    "post": lambda r: r.alone(),
    "home page": lambda r: r.page("/home"),
    "tag page": lambda r: r.page("/tags/tea"),
    "search page": lambda r: r.page("/search?q=together"),
    "post page": lambda r: r.page(f"/@{r.cast.alice.handle}/{r.post_id}"),
    "thread": lambda r: r.page(r.parent),
    "profile of the primary author": lambda r: r.page(f"/@{r.cast.alice.handle}?show=all"),
    "profile of the co-author": lambda r: r.page(f"/@{r.cast.bob.handle}?show=all"),
}
PROFILES = {"profile of the primary author", "profile of the co-author"}


async def reader(cast: Cast, name: str, post: CoTweet, parent: dict[str, Any]) -> Reader:
    made = await cast.here.api("POST", f"{CONTROL}/lists", {"title": "Both"}, account=name)
    for person in (cast.alice, cast.bob):
        await cast.here.api(
            "POST",
            f"{CONTROL}/lists/{made['id']}/add",
            {"handle": person.handle},
            account=name,
        )
    await cast.here.write(partial(_with_all_replies, int(made["id"])))
    stored = await cast.here.post(post.id)
    assert stored is not None
    return Reader(
        cast, name, await sign_in(cast, name), post, stored.id, parent["page"], made["id"]
    )


def _with_all_replies(list_id: int, tx: Tx) -> None:
    lists.change_list(tx, list_id, replies_policy="followed")


async def story(cast: Cast) -> tuple[Reader, Reader]:
    """Dave, who will keep somebody away, and carol, who will not."""
    for person in (cast.alice, cast.bob):  # search finds those who let themselves be found
        person.serve(indexable=True)
    for account in ("dave", "carol"):
        await cast.follow(cast.alice, cast.bob, account=account)
    parent = await cast.here.api("POST", f"{CONTROL}/posts", {"text": "Tea?"}, account="dave")
    dave = cast.here.actor("dave")
    mention = {"type": "Mention", "href": dave, "name": "@dave"}
    tag = {"type": "Hashtag", "href": f"{cast.a.base}/tags/tea", "name": "#tea"}
    authors = cast.cotweet().core
    post = cast.cotweet(
        content=CONTENT,
        inReplyTo=parent["uri"],
        tag=[*authors["tag"], mention, tag],
        cc=[*authors["cc"], dave],
    )
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    return await reader(cast, "dave", post, parent), await reader(cast, "carol", post, parent)


async def seen(who: Reader) -> set[str]:
    """On which surfaces somebody finds the post."""
    return {name for name, look in SURFACES.items() if await look(who)}


async def test_every_way_to_a_post_is_closed_by_a_rule_about_any_of_its_authors(
    cast: Cast,
) -> None:
    dave, carol = await story(cast)
    everywhere = set(SURFACES)
    assert await seen(dave) == everywhere
    carols = everywhere - {"notifications"}
    assert await seen(carol) == carols

    async def call(path: str, **members: Any) -> None:
        await cast.here.api("POST", f"{CONTROL}/{path}", members, account="dave")
        await cast.here.settle()

    async def follow_again(author: Person) -> None:
        """Ended by what was taken back; on the list are only people one follows."""
        await cast.follow(author)
        await call(f"lists/{dave.list_id}/add", handle=author.handle)

    for author in (cast.alice, cast.bob):
        await call("mute", handle=author.handle)
        # On the page of somebody muted one sees what they write: one went there to see it.
        own = {
            "profile of the primary author" if author is cast.alice else "profile of the co-author"
        }
        assert await seen(dave) == own, author.name
        assert await seen(carol) == carols
        await call("unmute", handle=author.handle)
        assert await seen(dave) == everywhere
        await call("block-host", host=author.origin.host)
        assert await seen(dave) == set(), author.name
        await call("unblock-host", host=author.origin.host)
        await follow_again(author)
        block = author.activity("Block", cast.here.actor("dave"))
        await cast.deliver(author, block)
        assert await seen(dave) == set(), f"{author.name} blocks dave"
        await cast.deliver(author, author.activity("Undo", block))
        await follow_again(author)
        await call("block", handle=author.handle)
        assert await seen(dave) == set(), author.name
        # From under his own post dave takes what she wrote, until he takes that back; not what
        # somebody else wrote with him.
        kept_off = {"thread"} if author is cast.alice else set()
        assert await seen(carol) == carols - kept_off
        await call("unblock", handle=author.handle)
        await follow_again(author)
        # What dave had heard of them went with the block.
        everywhere -= {"notifications"}


async def test_the_readers_filter_closes_timelines_and_nothing_else(cast: Cast) -> None:
    dave, carol = await story(cast)
    everywhere = set(SURFACES)

    async def choose(wish: str | None, **members: Any) -> None:
        document = members | ({} if wish is None else {"co_tweets": wish})
        await cast.here.api("POST", f"{CONTROL}/co-tweets", document, account="dave")

    await choose("none")
    assert await seen(dave) == everywhere - TIMELINES
    assert await seen(carol) == everywhere - {"notifications"}
    await choose("all", handle=cast.bob.handle)
    assert await seen(dave) == everywhere
    await choose(None, handle=cast.bob.handle)
    await choose("if_i_follow_all")
    assert await seen(dave) == everywhere
    await cast.here.api(
        "POST", f"{CONTROL}/unfollow", {"handle": cast.alice.handle}, account="dave"
    )
    assert "home" not in await seen(dave)
    await choose("if_i_follow_primary")
    assert "home" not in await seen(dave)
    await choose("all")
    assert "home" in await seen(dave)


@pytest.mark.parametrize("whose", ["primary", "co-author"])
async def test_the_operators_rule_counts_for_everybody_and_for_feeds(
    cast: Cast, whose: str
) -> None:
    dave, carol = await story(cast)
    origin = cast.a if whose == "primary" else cast.b

    async def feed() -> str:
        _, text = await cast.here.get("/tags/tea.json")
        return text

    assert WORDS in await feed()
    await cast.here.api("POST", f"{CONTROL}/domains", {"host": origin.host, "severity": "suspend"})
    await cast.here.settle()
    if whose == "primary":
        assert await seen(dave) | await seen(carol) == set()
        assert WORDS not in await feed()
    else:
        # The post stays, without the name.
        assert "post" in await seen(carol)
        assert await cast.shown(dave.post.id) == [cast.alice.id]
        text = await feed()
        assert WORDS in text
        assert cast.bob.name not in text.lower()
