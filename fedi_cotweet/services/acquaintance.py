"""A profile elsewhere that somebody here begins to follow, or looks at: what it shows first is
read, and its links are looked at. Once a day at most, and in the background."""

from __future__ import annotations

from collections.abc import Sequence

from activitypub.vocab.reading import same_origin
from fedi_cotweet.services import crawling
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from fedi_cotweet.services.people import links_shown
from storage.engine import Tx
from storage.models import Actor, Crawl, CrawlItem, Post
from storage.queries import actors, pins, posts

MOST_PINS = 20
MOST_LINKS = 8
"""Of one profile whose pages are looked at; ours have no more."""
FIRST_RANK = crawling.URGENT + 1
"""Of the first post of a collection; those after it come later."""


def begin(tx: Tx, env: Env, actor: Actor, *, stranger: bool = False) -> bool:
    """Begin to get to know somebody elsewhere; False if it is too soon, or too much goes on."""
    if actor.local or actor.gone_at is not None or actor.suspended_at is not None:
        return False
    if not crawling.begin_featured(tx, env, actor, stranger=stranger):
        return False
    for url in remote_links(env, actor):
        later(tx, env, "verify_link", f"{actor.id} {url}", account_id=actor.id, url=url)
    return True


def remote_links(env: Env, actor: Actor) -> list[str]:
    """The links of a profile elsewhere that are worth a look: https only, as ours is."""
    schemes = (
        ("https://",) if env.addresses.base.startswith("https://") else ("https://", "http://")
    )
    return [url for url in links_shown(actor) if url.startswith(schemes)][:MOST_LINKS]


def listed(tx: Tx, env: Env, of: Crawl, uris: Sequence[str], *, whole: bool, asked_at: int) -> None:
    """What a ``featured`` collection lists, in its order. ``whole``: there is no more of it, so
    what was pinned here before it was asked for, and is not listed, is pinned no more."""
    actor = actors.actor(tx, of.actor_id) if of.actor_id is not None else None
    if actor is None:
        return
    own = [uri for uri in dict.fromkeys(uris) if same_origin(uri, actor.uri)]
    if whole:
        for post_id, uri in pins.pinned_before(tx, actor.id, asked_at):
            if uri not in own:
                pins.unpin(tx, actor.id, post_id)
    for place, uri in enumerate(own[:MOST_PINS]):
        post = posts.post_by_uri(tx, uri)
        if post is not None:
            receive_pin(tx, env, actor, post, removed=False, at=of.begun_at - place)
        else:
            crawling.want_notes(tx, env, of.id, [uri], rank=FIRST_RANK + place, depth=1)


def arrived(tx: Tx, env: Env, of: Crawl, item: CrawlItem, actor: Actor) -> None:
    """A post that is listed has been fetched, and is its owner's."""
    post = posts.post_by_uri(tx, item.uri)
    if post is not None:
        at = of.begun_at - (item.rank - FIRST_RANK)
        receive_pin(tx, env, actor, post, removed=False, at=at)


def receive_pin(
    tx: Tx, env: Env, actor: Actor, post: Post, *, removed: bool, at: int | None = None
) -> str:
    """Somebody elsewhere pinned a post of theirs, ``at`` that time, or did so no more."""
    if post.author_id != actor.id or post.local:
        return "not_the_author"
    if removed:
        return "unpinned" if pins.unpin(tx, actor.id, post.id) else "unknown"
    if post.visibility not in EVERYBODYS:
        return "not_public"
    if pins.count_pins(tx, actor.id) >= MOST_PINS:
        return "too_many"
    pinned_at = env.now() if at is None else at
    return "pinned" if pins.pin(tx, actor.id, post.id, pinned_at) else "repeated"
