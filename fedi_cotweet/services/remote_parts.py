"""What comes with a version of a post from elsewhere and is kept apart from it.

Its poll, quote, files, emoji and authors, and what its server counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from activitypub.coauthorship.consent_notes import listed_notes
from activitypub.documents.interactions import MEMBERS, Totals
from activitypub.quotes.forms import read_quotation
from fedi_cotweet.services import (
    attached,
    crediting,
    emoji,
    polls,
    quotes,
    standing,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from storage.engine import Tx
from storage.models import Actor, Post, Stamp
from storage.queries import actors, post_authors, posts, reactions

if TYPE_CHECKING:
    from fedi_cotweet.services.arrivals import Arrival


def keep(
    tx: Tx,
    env: Env,
    arrival: Arrival,
    post_id: int,
    known: Post | None,
    depth: int,
    *,
    recount: bool = False,
) -> None:
    """What a version has that is kept elsewhere: poll, quote, pictures, emoji, authors.

    ``known`` is the version before, whose parts may have gone. ``recount``: of the same date.
    """
    note = arrival.note
    if known is not None or note.kind == "Question":
        polls.store_remote(tx, env, post_id, note)
    said = read_quotation(note.raw)
    if known is not None or said is not None:
        quotes.store_remote(tx, env, post_id, arrival.author, note.id, said, depth)
    note_totals(tx, post_id, arrival.totals, env.now())
    if known is not None or arrival.media:
        crediting.store_remote(tx, env, post_id, orjson.loads(arrival.text))
        attached.keep_of_post(tx, env, post_id, arrival.media)
    emoji.want(tx, env, arrival.emoji)
    if known is not None or arrival.co_authors:
        kept = _store_authors(tx, env, post_id, arrival)
        if known is not None:
            standing.updated(tx, env, known, orjson.loads(arrival.text), kept)
    if arrival.co_authors and not (recount and _all_verified(tx, post_id)):
        later(tx, env, "verify_post", str(post_id), post_id=post_id)
    if listed_notes(note.raw) or (known and post_authors.companions_of(tx, [post_id])[post_id]):
        later(tx, env, "verify_consent_notes", str(post_id), post_id=post_id)


def _all_verified(tx: Tx, post_id: int) -> bool:
    """Whether new numbers came and nothing else, so that no stamp needs to be fetched for them."""
    return all(row.state == "verified" for row in post_authors.authors_of(tx, [post_id])[post_id])


def note_totals(tx: Tx, post_id: int, totals: Totals, now: int) -> None:
    said = {name: total for name in MEMBERS if (total := getattr(totals, name)) is not None}
    if said:
        reactions.set_totals(tx, post_id, said, at=now)


def _take_own_stamp(
    tx: Tx, env: Env, post_id: int, position: int, actor: Actor, stamp: Stamp, digest: str | None
) -> None:
    post_authors.set_author(
        tx,
        post_id,
        actor.uri,
        position=position,
        state="verified",
        stamp_uri=stamp.uri,
        stamp_document=stamp.document,
        digest=digest,
        fetched_at=env.now(),
    )
    post = posts.post(tx, post_id)
    if post is not None:
        standing.named(tx, env, post, actor.id, stamp.uri)


def _store_authors(tx: Tx, env: Env, post_id: int, arrival: Arrival) -> list[int]:
    """The claimed co-authors. A verdict outlives a new version only if nothing it rests on changed:
    the digest, the stamp, and an author list that grew by nobody.

    Returned are the accounts here whose verdict did.
    """
    kept: list[int] = []
    co_authors = arrival.co_authors
    held = {row.actor_uri: row for row in post_authors.authors_of(tx, [post_id])[post_id]}
    same_words = set(co_authors) <= held.keys()
    for gone in held.keys() - set(co_authors):
        post_authors.remove_author(tx, post_id, gone)
    known = actors.actors_by_uri(tx, co_authors)
    document: dict[str, object] = orjson.loads(arrival.text)
    for position, uri in enumerate(co_authors, start=1):
        actor, row = known.get(uri), held.get(uri)
        keeps = (
            row is not None
            and same_words
            and row.digest == arrival.digest
            and row.stamp_uri in arrival.note.stamps
        )
        if actor is not None and actor.local and row is not None and row.state == "verified":
            agreed = standing.agreed_stamp(tx, actor.id, document, arrival.note.stamps)
            if agreed is not None and not keeps:
                _take_own_stamp(tx, env, post_id, position, actor, agreed, arrival.digest)
                continue
            if keeps:
                kept.append(actor.id)
        post_authors.set_author(
            tx,
            post_id,
            uri,
            position=position,
            actor_id=actor.id if actor is not None else None,
            via="stamp",
            state=row.state if row is not None and keeps else "unknown",
        )
    return kept
