"""Everything that somebody agreed to be an author of, to take along (C36).

From the Offers as they were received and the stamps made for them, so it is there whatever became
of the post.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.documents.note import parse_note
from activitypub.html import sanitise, to_text
from fedi_cotweet.services.errors import not_found
from storage.engine import Tx
from storage.models import Offer, Stamp
from storage.queries import actors, consents

PAGE = 100


@dataclass(frozen=True, slots=True)
class AgreedMediaView:
    """A picture that was part of it: its address, what it shows, the digest of its octets."""

    url: str
    alt: str
    media_type: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class ConsentView:
    """One consent: to what, with whom, when, and what became of it.

    ``state`` is a ``ConsentState``; ``why_ended`` says why the stamp was deleted. ``stamp`` is the
    document that others could fetch, ``offer`` the Offer's JSON exactly as it was received.
    """

    id: str
    object: str
    authors: tuple[str, ...]
    state: str
    content: str
    text: str
    summary: str
    language: str | None
    visibility: str
    media: tuple[AgreedMediaView, ...]
    digest: str
    offered_at: int
    agreed_at: int
    ended_at: int | None
    why_ended: str | None
    stamp_id: str
    stamp: dict[str, Any]
    offer: str


@dataclass(frozen=True, slots=True)
class ExportView:
    """A page of an export, the newest consent first. ``next_before``: as in timelines."""

    account: str
    handle: str
    consents: tuple[ConsentView, ...]
    next_before: str | None


def export(
    tx: Tx, account_id: int, *, before: int | None = None, object_uri: str | None = None
) -> ExportView:
    """What an account agreed to, in all or for one post (by its identifier)."""
    me = actors.actor(tx, account_id)
    if me is None:
        raise not_found("account")
    stamps = consents.stamps_by(tx, account_id, before, PAGE, object_uri)
    views = [_view(tx, stamp) for stamp in stamps]
    return ExportView(
        account=me.uri,
        handle=f"{me.username}@{me.host}",
        consents=tuple(view for view in views if view is not None),
        next_before=str(stamps[-1].id) if len(stamps) == PAGE else None,
    )


def _view(tx: Tx, stamp: Stamp) -> ConsentView | None:
    offer = consents.offer_by_uri(tx, stamp.offer_uri, "received")
    if offer is None:
        return None
    return _of_offer(stamp, offer)


def _of_offer(stamp: Stamp, offer: Offer) -> ConsentView:
    note = parse_note(orjson.loads(offer.document)["object"])
    content = sanitise(note.content)
    return ConsentView(
        id=str(stamp.id),
        object=stamp.object_uri,
        authors=tuple(str(uri) for uri in stamp.authors),
        state=offer.state,
        content=content,
        text=to_text(content),
        summary=to_text(note.summary),
        language=note.language,
        visibility=note.visibility,
        media=tuple(
            AgreedMediaView(item.url or "", item.name, item.media_type or "", item.digest)
            for item in note.attachments
        ),
        digest=stamp.digest,
        offered_at=offer.published_at,
        agreed_at=stamp.published_at,
        ended_at=stamp.deleted_at,
        why_ended=stamp.why_deleted,
        stamp_id=stamp.uri,
        stamp=orjson.loads(stamp.document),
        offer=offer.document,
    )
