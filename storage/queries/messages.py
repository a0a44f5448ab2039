"""Conversations about consent with people whose software knows nothing of co-authors."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from storage.dialect import insert_or_ignore
from storage.models import ConsentMessage, MessageConsent, MessageStop, Offer
from storage.queries.rows import add, find, many


def add_message(tx: Connection, /, **values: Any) -> bool:
    """Insert a message; False when there is one with its id, or about the same event."""
    return bool(insert_or_ignore(tx, ConsentMessage, values))


def message(tx: Connection, uri: str) -> ConsentMessage | None:
    """A message of either side by its id."""
    return find(tx, ConsentMessage, uri=uri)


def count_messages(tx: Connection, offer_id: int, kind: str, *, ours: bool = True) -> int:
    """How many messages of a kind belong to an Offer, of ours or of theirs."""
    values = {"offer": offer_id, "kind": kind, "ours": ours}
    return int(tx.execute(_COUNT, values).scalar_one())


def add_consent(tx: Connection, /, **values: Any) -> None:
    """Begin a conversation."""
    add(tx, MessageConsent, **values)


def consent(tx: Connection, offer_id: int) -> MessageConsent | None:
    """The conversation that belongs to an Offer."""
    return find(tx, MessageConsent, offer_id=offer_id)


def change_consent(tx: Connection, offer_id: int, /, **values: Any) -> None:
    """Update columns of a conversation."""
    tx.execute(update(MessageConsent).where(MessageConsent.offer_id == offer_id).values(**values))


def consents_resting_on(tx: Connection, uri: str) -> list[MessageConsent]:
    """Conversations whose answer or whose public note is this object."""
    rows = many(tx, MessageConsent, _BY_ANSWER, {"uri": uri})
    return rows + [
        row for row in many(tx, MessageConsent, _BY_NOTE, {"uri": uri}) if row.answer_uri != uri
    ]


def offers_by_message(tx: Connection, object_uri: str, target_id: int) -> list[Offer]:
    """The Offers by message to one person for one object, oldest first."""
    values = {"object": object_uri, "target": target_id}
    return many(tx, Offer, _OFFERS, values)


def stopped(tx: Connection, actor_uri: str) -> MessageStop | None:
    """The word of somebody who does not want to be asked by message."""
    return find(tx, MessageStop, actor_uri=actor_uri)


def add_stop(tx: Connection, /, **values: Any) -> bool:
    """Remember that somebody does not want to be asked."""
    return bool(insert_or_ignore(tx, MessageStop, values))


def remove_stop(tx: Connection, actor_uri: str) -> bool:
    """They may be asked again; False when they might before."""
    return tx.execute(delete(MessageStop).where(MessageStop.actor_uri == actor_uri)).rowcount > 0


_COUNT = (
    select(func.count())
    .select_from(ConsentMessage)
    .where(
        ConsentMessage.offer_id == bindparam("offer"),
        ConsentMessage.ours == bindparam("ours"),
        ConsentMessage.kind == bindparam("kind"),
    )
)
_BY_ANSWER = select(MessageConsent).where(MessageConsent.answer_uri == bindparam("uri"))
_BY_NOTE = select(MessageConsent).where(MessageConsent.note_uri == bindparam("uri"))
_OFFERS = (
    select(Offer)
    .where(
        Offer.object_uri == bindparam("object"),
        Offer.side == "sent",
        Offer.target_id == bindparam("target"),
        Offer.channel == "message",
    )
    .order_by(Offer.id)
)
