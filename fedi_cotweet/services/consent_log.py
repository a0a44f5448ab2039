"""The consent log of a co-tweet, for its authors and for the operator as moderator (C41)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.invitations import own_invitation
from storage.engine import Tx
from storage.models import Actor, ConsentLogEntry
from storage.queries import actors, consents, posts

_COLUMNS_OF_THEIR_OWN = ("stamp", "key")


@dataclass(frozen=True, slots=True)
class LogEntryView:
    """Something that happened to the consent to a co-tweet, as this server saw it.

    ``actor`` is who did it (for what time alone brought about: the Offer's identifier), ``handle``
    their handle or empty. ``concerns`` is the handle of whoever was asked, where it is about an
    invitation. ``key`` is the key that signed it: the request or document that brought it here, or
    the stamp that was made here. ``detail`` holds the rest.
    """

    id: str
    at: int
    move: str
    actor: str
    handle: str
    offer: str | None
    digest: str | None
    stamp: str | None
    key: str | None
    detail: dict[str, Any]
    concerns: str = ""


@dataclass(frozen=True, slots=True)
class ConsentLogView:
    """All entries of one co-tweet, oldest first."""

    object: str
    log: tuple[LogEntryView, ...]


def for_author(tx: Tx, account_id: int, number: int) -> ConsentLogView:
    """The log for one of the authors, by the id of the post here or of the invitation.

    Also after they left, and after the post was deleted. Whoever never agreed sees what concerns
    their own invitations; a reason that somebody gave to the primary author is for that one only.
    """
    post = posts.post(tx, number)
    if post is None:
        try:
            object_uri = own_invitation(tx, account_id, number).object_uri
        except ServiceError:
            raise not_found("co-tweet") from None
    else:
        object_uri = post.uri
    held = posts.post_by_uri(tx, object_uri)
    entries = consents.log_of(tx, object_uri)
    if held is not None and held.local and held.author_id == account_id:
        return _view(tx, object_uri, entries)
    mine = [
        offer
        for offer in consents.offers_for_object(tx, object_uri, "received")
        if offer.target_id == account_id
    ]
    me = actors.actor(tx, account_id)
    if not mine or me is None:
        raise not_found("co-tweet")
    if not any(offer.stamp_uri for offer in mine):
        own = {offer.uri for offer in mine}
        entries = [entry for entry in entries if entry.offer_uri in own]
    return _view(tx, object_uri, entries, reasons_of=me.uri)


def for_moderator(tx: Tx, object_uri: str) -> ConsentLogView:
    """The whole log of any object that this server had to do with, or 404."""
    entries = consents.log_of(tx, object_uri)
    if not entries:
        raise not_found("co-tweet")
    return _view(tx, object_uri, entries)


def _view(
    tx: Tx, object_uri: str, entries: list[ConsentLogEntry], reasons_of: str | None = None
) -> ConsentLogView:
    people = actors.actors_by_uri(tx, [entry.actor_uri for entry in entries])
    handles = {uri: _handle(actor) for uri, actor in people.items()}
    asked = {
        offer.uri: offer.target_id
        for side in ("sent", "received")
        for offer in consents.offers_for_object(tx, object_uri, side)
    }
    invited = actors.actors(tx, asked.values())
    concerns = {uri: _handle(invited[actor_id]) for uri, actor_id in asked.items()}
    return ConsentLogView(
        object_uri,
        tuple(
            LogEntryView(
                id=str(entry.id),
                at=entry.at,
                move=entry.move,
                actor=entry.actor_uri,
                handle=handles.get(entry.actor_uri, ""),
                offer=entry.offer_uri,
                digest=entry.digest,
                stamp=entry.detail.get("stamp"),
                key=entry.detail.get("key"),
                detail={
                    name: value
                    for name, value in entry.detail.items()
                    if name not in _COLUMNS_OF_THEIR_OWN
                    and not (name == "reason" and reasons_of not in (None, entry.actor_uri))
                },
                concerns=concerns.get(entry.offer_uri or "", ""),
            )
            for entry in entries
        ),
    )


def _handle(actor: Actor) -> str:
    return f"{actor.username}@{actor.host}"
