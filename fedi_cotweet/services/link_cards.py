"""Previews of what posts link to: which page, when it is fetched, and what is kept of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Final

from activitypub.quotes.forms import without_inline
from activitypub.vocab.reading import host_of
from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from fedi_cotweet.services.page_cards import PageCard
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import CardView
from storage.engine import Tx
from storage.models import Actor, LinkCard, Post
from storage.queries import actors, cards, post_media, posts

FRESH_FOR: Final = 14 * DAY
FAILED_FOR: Final = DAY
"""A page that could not be had is not asked for again before."""
WITHIN: Final = MINUTE
"""How long a post from elsewhere may wait, so that not all its readers' servers come at once."""
FORGOTTEN_AFTER: Final = 30 * DAY
LONGEST: Final = 2048
_NO_PAGE: Final = frozenset({"mention", "hashtag"})


def begin(tx: Tx, env: Env, post_id: int, content: str) -> None:
    """``refresh`` for a post that just arrived, of which nothing is there yet."""
    if "<a " in content:
        refresh(tx, env, post_id)


def refresh(tx: Tx, env: Env, post_id: int) -> None:
    """A post says something new: have the page fetched that its first link leads to.

    Only of posts that everybody may read: asking for a page tells its server that it was linked.
    """
    if not env.limits.link_previews:
        return
    post = posts.post(tx, post_id)
    url = None if post is None else _page_of(tx, env, post)
    if post is None or url is None:
        cards.remove_card(tx, post_id)
        return
    held = cards.card_at(tx, url)
    if held is None:
        cards.add_card(tx, id=env.new_id(), url=url, state="pending", next_at=0)
        held = cards.card_at(tx, url)
        assert held is not None, "it was just stored"
    cards.set_card(tx, post_id, held.id)
    if held.next_at > env.now():
        return
    author = actors.actor(tx, post.author_id)
    later(
        tx,
        env,
        "fetch_card",
        str(held.id),
        delay=0 if post.local else secrets.randbelow(WITHIN),
        card_id=held.id,
        because_of=author.host if author is not None and not author.local else "",
    )


def store(tx: Tx, env: Env, card_id: int, read: PageCard | None) -> None:
    """What came of asking for a page; None for nothing to show. An older card goes then, too."""
    now = env.now()
    if read is None:
        cards.change_card(tx, card_id, state="none", fetched_at=now, next_at=now + FAILED_FOR)
        return
    said = read.creator
    who = None if said is None else actors.actor_by_handle(tx, said.username, said.host)
    cards.change_card(
        tx,
        card_id,
        state="shown",
        page=read.url,
        title=read.title,
        description=read.description,
        site=read.site,
        kind=read.kind,
        creator="" if said is None else f"{said.username}@{said.host}",
        author_id=None if who is None else who.id,
        fetched_at=now,
        next_at=now + FRESH_FOR,
    )


def views_of(tx: Tx, env: Env, post_ids: Iterable[int]) -> Mapping[int, CardView]:
    """The previews that are shown with posts."""
    if not env.limits.link_previews:
        return {}
    found = cards.cards_of(tx, post_ids)
    people = actors.actors(tx, [card.author_id for card in found.values() if card.author_id])
    return {post_id: _view(env, card, people) for post_id, card in found.items()}


def _view(env: Env, card: LinkCard, people: Mapping[int, Actor]) -> CardView:
    host = host_of(card.page) or ""
    author = people.get(card.author_id) if card.author_id is not None else None
    # A page may name anybody. It counts for whoever says that this server speaks for them.
    vouched = author is not None and not set(covering(host)).isdisjoint(author.attribution_domains)
    return CardView(
        url=card.page,
        host=host,
        title=card.title,
        description=card.description,
        site=card.site,
        kind=card.kind,
        author=author_view(env, author) if author is not None and vouched else None,
    )


def _page_of(tx: Tx, env: Env, post: Post) -> str | None:
    """The first link that leads to a page: not to somebody, a hashtag, a quoted post, a file."""
    # What stands under several names is what they agreed to, and not what a page says today.
    if not everybodys(post) or post.co_authored or "<a " not in post.content:
        return None
    others = {tag.get("href") for tag in post.tags if isinstance(tag, Mapping)}
    others |= {item.remote_url for item in post_media.media_of(tx, post_ids=[post.id])}
    reader = _Links()
    reader.feed(without_inline(post.content))
    reader.close()
    for href, classes in reader.found:
        url = href.partition("#")[0]
        if href in others or url in others or not _NO_PAGE.isdisjoint(classes):
            continue
        if not url.startswith(("https://", "http://")) or len(url) > LONGEST:
            continue
        if host_of(url) is None or env.addresses.owns(url):
            continue
        return url
    return None


class _Links(HTMLParser):
    """Links of sanitised HTML with their classes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        href = given.get("href")
        if tag == "a" and href:
            self.found.append((href, frozenset((given.get("class") or "").split())))
