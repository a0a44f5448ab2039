"""Who belongs together about a co-tweet, as one person here sees it: its circle of authors.

Everything private about a draft (its discussion, its proposals) is for the circle and nobody else.
Whoever declined, let time pass, was taken off or left has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.domain.consent import CONSENTING, ConsentState
from fedi_cotweet.services import documents
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.invitations import own_invitation
from fedi_cotweet.services.offers import current_offers
from storage.engine import Tx
from storage.models import Offer, Post
from storage.queries import actors, consents, post_authors, posts

_CONSENTING = frozenset(state.value for state in CONSENTING)


@dataclass(frozen=True, slots=True)
class Circle:
    """``authors`` take part now, the primary author first; ``named`` also those who did once.

    ``post`` is None where the draft is on another server, ``offer`` for the primary author.
    ``since``: when this person was first invited; what was said before is not for them.
    """

    object_uri: str
    primary: str
    authors: tuple[str, ...]
    named: frozenset[str]
    published: bool
    published_at: int | None
    post: Post | None
    offer: Offer | None
    since: int


def circle(tx: Tx, env: Env, object_uri: str, account_id: int) -> Circle | None:
    """The circle of somebody here, or None if they are in none (any more)."""
    post = posts.post_by_uri(tx, object_uri)
    if post is not None and post.local and post.author_id == account_id:
        return _of_primary(tx, env, post)
    return _of_co_author(tx, env, object_uri, account_id, post)


def own_circle(tx: Tx, env: Env, account_id: int, number: int) -> Circle:
    """The circle for a post or an invitation by its id here; 404 for whoever is in none."""
    post = posts.post(tx, number)
    if post is None:
        try:
            object_uri = own_invitation(tx, account_id, number).object_uri
        except ServiceError:
            raise not_found("co-tweet") from None
    else:
        object_uri = post.uri
    found = circle(tx, env, object_uri, account_id)
    if found is None:
        raise not_found("co-tweet")
    return found


def _of_primary(tx: Tx, env: Env, post: Post) -> Circle | None:
    author = actors.actor(tx, post.author_id)
    if author is None or post.state not in ("draft", "published") or not post.co_authored:
        return None
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    offers = current_offers(tx, post)
    current = [
        row.actor_uri
        for row in rows
        if row.actor_id in offers and _counts(env, offers[row.actor_id])
    ]
    return Circle(
        object_uri=post.uri,
        primary=author.uri,
        authors=(author.uri, *current),
        named=frozenset((author.uri, *(str(a) for o in offers.values() for a in o.authors))),
        published=post.state == "published",
        published_at=post.published_at,
        post=post,
        offer=None,
        since=0,
    )


def _of_co_author(
    tx: Tx, env: Env, object_uri: str, account_id: int, post: Post | None
) -> Circle | None:
    mine = [
        offer
        for offer in consents.offers_for_object(tx, object_uri, "received")
        if offer.target_id == account_id
    ]
    live = [offer for offer in mine if _counts(env, offer)]
    if not live:
        return None
    offer = live[-1]
    published = post is not None and post.state == "published"
    gone = set(offer.parted)
    return Circle(
        object_uri=object_uri,
        primary=str(offer.authors[0]),
        authors=tuple(str(uri) for uri in offer.authors if uri not in gone),
        named=frozenset(str(uri) for uri in offer.authors),
        published=published,
        published_at=post.published_at if post is not None and published else None,
        post=post,
        offer=offer,
        since=mine[0].created_at,
    )


def _counts(env: Env, offer: Offer) -> bool:
    """Whether an Offer makes its target one of the circle: open and in time, or agreed to."""
    if offer.channel != "offer":
        return False  # software that knows nothing of drafts
    if offer.state == ConsentState.OFFERED.value:
        return offer.expires_at > env.now()
    return offer.state in _CONSENTING


def part(tx: Tx, object_uri: str, gone: str, primary_id: int) -> bool:
    """The primary author says that somebody takes no part any more; False if that is no news."""
    news = False
    for offer in consents.offers_for_object(tx, object_uri, "received"):
        if offer.sender_id == primary_id and gone in offer.authors and gone not in offer.parted:
            consents.change_offer(tx, offer.id, parted=[*offer.parted, gone])
            news = True
    return news
