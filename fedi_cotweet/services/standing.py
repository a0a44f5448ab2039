"""Where a co-author who lives here stands on a post of anybody's, as its versions come and go."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.notice import without_notice
from activitypub.coauthorship.publication import check_published
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.vocab.terms import Doc
from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move
from storage.engine import Tx
from storage.models import Offer, Post
from storage.models import Stamp as StoredStamp
from storage.queries import actors, consents, posts

_NO_NEWS = frozenset(
    {
        "@context",
        "published",
        "updated",
        "proof",
        "signature",
        "likes",
        "shares",
        "replies",
        "votersCount",
        "oneOf",
        "anyOf",
        "closed",
        "attributedTo",
        "authorRoles",
        "coAuthors",
        "coAuthorAuthorization",
        "consentNotes",
        "interactionPolicy",
        "quoteAuthorization",
        "to",
        "cc",
        "tag",
    }
)
"""Members whose change is none of the post: dates, numbers, and who is named and addressed."""


def received_by(tx: Tx, account_id: int, object_uri: str) -> list[Offer]:
    """What somebody here was asked about an object, oldest first."""
    found = consents.offers_for_object(tx, object_uri, "received")
    return [offer for offer in found if offer.target_id == account_id]


def named(tx: Tx, env: Env, post: Post, account_id: int, stamp_uri: str | None) -> bool:
    """The published version carries this stamp of an account here; whether that is news.

    Consent to an older version is over with that: its stamp goes, without a word (FEP-af48,
    Changes).
    """
    me, primary = actors.actor(tx, account_id), actors.actor(tx, post.author_id)
    offers = received_by(tx, account_id, post.uri)
    chosen = [
        offer
        for offer in offers
        if offer.state == ConsentState.ACCEPTED.value and offer.stamp_uri == stamp_uri
    ]
    if me is None or primary is None or not chosen:
        return False
    apply_move(tx, env, chosen[0], Move.PUBLISH, primary.uri)
    older = [offer for offer in offers if offer.state == ConsentState.PUBLISHED.value]
    for offer in older:
        apply_move(tx, env, offer, Move.SUPERSEDE, primary.uri, by_offer=chosen[0].uri)
        drop_stamp(tx, env, offer, "superseded")
    if not older:
        emit(tx, env, "cotweet.published_with", post_id=post.id, account_id=account_id)
    kind = "cotweet.changed" if older else "cotweet.published"
    tell(
        tx,
        env,
        account_id,
        kind,
        chosen[0].uri if older else post.uri,
        actor_id=post.author_id,
        post_id=post.id,
        text=say("The change you agreed to is published.")
        if older
        else say("The post you agreed to is published."),
    )
    return True


def agreed_stamp(
    tx: Tx, account_id: int, document: dict[str, object], listed: Iterable[str]
) -> StoredStamp | None:
    """The live stamp of an account here by which it agreed to this very version, if it lists one.

    So a co-author's own server need not ask itself over the network, and their followers do not
    lose a post between two versions that they both agreed to.
    """
    for uri in listed:
        stamp = consents.stamp_by_uri(tx, uri)
        if stamp is None or stamp.account_id != account_id or stamp.deleted_at is not None:
            continue
        issued = parse_stamp(orjson.loads(stamp.document))
        if isinstance(issued, Stamp) and check_published(document, issued) is None:
            return stamp
    return None


def updated(tx: Tx, env: Env, before: Post, after: Doc, account_ids: Iterable[int]) -> None:
    """A newer version came that co-authors here had agreed to already: they hear of it (C37).

    Not of numbers and dates, nor that others left, of which there is a notification of its own.
    """
    if _beside_the_digest(orjson.loads(before.document)) == _beside_the_digest(after):
        return
    for account_id in account_ids:
        tell(
            tx,
            env,
            account_id,
            "cotweet.updated",
            f"{before.uri} {after.get('updated')}",
            actor_id=before.author_id,
            post_id=before.id,
            text=say("A post you wrote together was updated. What you agreed to is the same."),
        )


def _beside_the_digest(document: Doc) -> dict[str, object]:
    authors = read_author_list(document)
    # What is fetched has a notice that what was sent has not.
    bare = without_notice(document, authors.everyone if isinstance(authors, AuthorList) else ())
    return {name: value for name, value in bare.items() if name not in _NO_NEWS}


def no_longer_named(tx: Tx, env: Env, object_uri: str, co_authors: Iterable[str]) -> None:
    """The primary author removed somebody who lives here: their stamp goes, silently."""
    post = posts.post_by_uri(tx, object_uri)
    kept = set(co_authors)
    author = actors.actor(tx, post.author_id) if post is not None else None
    for offer in consents.offers_for_object(tx, object_uri, "received"):
        me = actors.actor(tx, offer.target_id)
        if me is None or me.uri in kept or offer.state != ConsentState.PUBLISHED.value:
            continue
        if post is None or author is None:
            continue
        apply_move(tx, env, offer, Move.REMOVE, author.uri)
        drop_stamp(tx, env, offer, "removed")
        emit(tx, env, "cotweet.unannounced", post_id=post.id, account_id=offer.target_id)
        tell(
            tx,
            env,
            offer.target_id,
            "cotweet.removed",
            offer.uri,
            actor_id=post.author_id,
            post_id=post.id,
            text=say("You are no longer an author of a post you had agreed to."),
        )
