"""Offers, stamps, remembered deletions and the consent log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, delete, func, select, update

from fedi_cotweet.domain.consent import ConsentState
from storage.dialect import insert_or_ignore, upsert
from storage.dialect import limit as literal_limit
from storage.models import (
    Activity,
    Actor,
    ConsentLogEntry,
    DeletedStamp,
    Delivery,
    InboxItem,
    Notification,
    Offer,
    Stamp,
    WithdrawnOffer,
)
from storage.queries.profiles import not_about_hidden
from storage.queries.rows import add, among, change, find, many


def offer(tx: Connection, offer_id: int) -> Offer | None:
    """An offer by id of ours."""
    return find(tx, Offer, id=offer_id)


def offer_by_uri(tx: Connection, uri: str, side: str) -> Offer | None:
    """An offer by its identifier, as seen from one side."""
    return find(tx, Offer, uri=uri, side=side)


def add_offer(tx: Connection, /, **values: Any) -> bool:
    """Insert an offer; False when this side knows its identifier."""
    return bool(insert_or_ignore(tx, Offer, values))


def change_offer(tx: Connection, offer_id: int, /, **values: Any) -> None:
    """Update columns of an offer."""
    change(tx, Offer, offer_id, **values)


def offers_for_object(tx: Connection, object_uri: str, side: str) -> list[Offer]:
    """All offers of an object on one side, oldest first."""
    return many(tx, Offer, _OFFERS_FOR_OBJECT, {"object": object_uri, "side": side})


def objects_agreed_to(tx: Connection, target_id: int, object_uris: Iterable[str]) -> set[str]:
    """Those of some objects of which a person here is an author, and published so."""
    values = {"target": target_id, "wanted": sorted(set(object_uris))}
    return {str(row[0]) for row in tx.execute(_AGREED_TO, values)}


def offers_by_id(tx: Connection, offer_ids: Iterable[int]) -> dict[int, Offer]:
    """Offers by id of ours."""
    wanted = sorted(set(offer_ids))
    return {found.id: found for found in among(tx, Offer, "id", wanted)} if wanted else {}


def offers_to(tx: Connection, target_id: int, states: Iterable[str], limit: int) -> list[Offer]:
    """Invitations a local person received, newest first."""
    return many(
        tx,
        Offer,
        select(Offer)
        .where(
            Offer.target_id == target_id, Offer.side == "received", Offer.state.in_(list(states))
        )
        .order_by(Offer.id.desc())
        .limit(literal_limit(limit)),
    )


def open_to(tx: Connection, target_id: int, limit: int) -> list[Offer]:
    """Invitations made here that wait for somebody, or for publication with them."""
    return many(
        tx,
        Offer,
        select(Offer)
        .where(
            Offer.target_id == target_id,
            Offer.side == "sent",
            Offer.state.in_(("offered", "accepted")),
        )
        .limit(literal_limit(limit)),
    )


def count_open(tx: Connection, sender_id: int, side: str, target_id: int | None = None) -> int:
    """Unanswered invitations by a sender, in all or to one person."""
    where = [Offer.sender_id == sender_id, Offer.side == side, Offer.state == "offered"]
    if target_id is not None:
        where.append(Offer.target_id == target_id)
    return int(tx.execute(select(func.count()).select_from(Offer).where(*where)).scalar_one())


def count_since(tx: Connection, sender_id: int, side: str, since: int) -> int:
    """Invitations a sender made since a moment."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Offer)
            .where(Offer.sender_id == sender_id, Offer.side == side, Offer.created_at >= since)
        ).scalar_one()
    )


def count_received_from_host(tx: Connection, host: str, since: int) -> int:
    """Invitations that came from people of one server since a moment."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Offer)
            .join(Actor, Actor.id == Offer.sender_id)
            .where(Offer.side == "received", Offer.created_at >= since, Actor.host == host)
        ).scalar_one()
    )


def co_authors_of(tx: Connection, actor_id: int) -> set[str]:
    """Identifiers of all authors of the published co-tweets of somebody here, themselves too."""
    stands = Offer.state == "published"
    begun = select(Offer.authors).where(Offer.sender_id == actor_id, Offer.side == "sent", stands)
    joined = select(Offer.authors).where(
        Offer.target_id == actor_id, Offer.side == "received", stands
    )
    found = (*tx.execute(begun).scalars(), *tx.execute(joined).scalars())
    return {str(uri) for authors in found for uri in authors}


def offers_to_expire(tx: Connection, now: int, limit: int) -> list[Offer]:
    """Unanswered offers whose time is over."""
    return many(
        tx,
        Offer,
        select(Offer)
        .where(Offer.state == "offered", Offer.expires_at <= now, Offer.answered_at.is_(None))
        .order_by(Offer.expires_at)
        .limit(literal_limit(limit)),
    )


def offers_to_remind(tx: Connection, now: int, before: int, limit: int) -> list[Offer]:
    """Received, unanswered offers that end within ``before`` ms, lasted longer, and of which
    nobody was reminded."""
    return many(
        tx,
        Offer,
        select(Offer)
        .where(
            Offer.state == "offered",
            Offer.expires_at > now,
            Offer.expires_at <= now + before,
            Offer.side == "received",
            Offer.reminded_at.is_(None),
            Offer.created_at < Offer.expires_at - before,
        )
        .order_by(Offer.expires_at)
        .limit(literal_limit(limit)),
    )


def offers_to_lapse(tx: Connection, answered_before: int, limit: int) -> list[Offer]:
    """Accepted invitations, of either side, that were never published."""
    return many(
        tx,
        Offer,
        select(Offer)
        .where(Offer.state == "accepted", Offer.answered_at <= answered_before)
        .order_by(Offer.answered_at)
        .limit(literal_limit(limit)),
    )


def add_stamp(tx: Connection, /, **values: Any) -> None:
    """Insert a stamp. Its document never changes."""
    add(tx, Stamp, **values)


def stamp_by_uri(tx: Connection, uri: str) -> Stamp | None:
    """A stamp issued here, deleted or not."""
    return find(tx, Stamp, uri=uri)


def stamp_for_offer(tx: Connection, offer_uri: str) -> Stamp | None:
    """The stamp issued for an offer."""
    return find(tx, Stamp, offer_uri=offer_uri)


def live_stamps(tx: Connection, object_uri: str, account_id: int | None = None) -> list[Stamp]:
    """Stamps issued here for an object and not deleted."""
    statement = _LIVE_STAMPS if account_id is None else _LIVE_STAMPS_BY
    return many(tx, Stamp, statement, {"object": object_uri, "account": account_id})


def stamps_by(
    tx: Connection, account_id: int, before: int | None, limit: int, object_uri: str | None = None
) -> list[Stamp]:
    """Stamps issued for an account, deleted or not, newest first; for one object if it is named."""
    statement = select(Stamp).where(Stamp.account_id == account_id)
    if before is not None:
        statement = statement.where(Stamp.id < before)
    if object_uri is not None:
        statement = statement.where(Stamp.object_uri == object_uri)
    return many(tx, Stamp, statement.order_by(Stamp.id.desc()).limit(literal_limit(limit)))


def delete_stamp(tx: Connection, stamp_id: int, now: int, why: str) -> bool:
    """Delete a stamp of ours; False when it was deleted before."""
    gone = tx.execute(
        update(Stamp)
        .where(Stamp.id == stamp_id, Stamp.deleted_at.is_(None))
        .values(deleted_at=now, why_deleted=why)
    )
    return gone.rowcount > 0


def remember_deleted_stamp(tx: Connection, uri: str, actor_uri: str, now: int) -> bool:
    """Never accept this stamp of this actor again; False when that was known."""
    return bool(
        insert_or_ignore(tx, DeletedStamp, {"uri": uri, "actor_uri": actor_uri, "deleted_at": now})
    )


def remember_withdrawn(tx: Connection, uri: str, actor_uri: str, until: int) -> None:
    """An Undo came before its Offer."""
    row = {"uri": uri, "actor_uri": actor_uri, "until": until}
    upsert(tx, WithdrawnOffer, row, key=["uri", "actor_uri"], update=["until"])


def withdrawn(tx: Connection, uri: str, actor_uri: str) -> WithdrawnOffer | None:
    """The memory of an actor's Undo that came before the Offer."""
    return find(tx, WithdrawnOffer, uri=uri, actor_uri=actor_uri)


def forget_withdrawn(tx: Connection, now: int) -> int:
    """Drop memories that can no longer matter."""
    return tx.execute(delete(WithdrawnOffer).where(WithdrawnOffer.until < now)).rowcount


def log(tx: Connection, /, **values: Any) -> None:
    """Append to the consent log."""
    add(tx, ConsentLogEntry, **values)


def log_of(tx: Connection, object_uri: str) -> list[ConsentLogEntry]:
    """The consent log of an object, oldest first."""
    return many(
        tx,
        ConsentLogEntry,
        select(ConsentLogEntry)
        .where(ConsentLogEntry.object_uri == object_uri)
        .order_by(ConsentLogEntry.id),
    )


def notify(tx: Connection, /, **values: Any) -> bool:
    """Tell a local person something once; False when they were told."""
    return bool(insert_or_ignore(tx, Notification, values))


def forget_notifications(
    tx: Connection, account_id: int, kind: str, subjects: Collection[str]
) -> None:
    """Take back what somebody was told, if they were."""
    if subjects:
        tx.execute(
            delete(Notification).where(
                Notification.account_id == account_id,
                Notification.kind == kind,
                Notification.subject.in_(list(subjects)),
            )
        )


def receive_once(tx: Connection, uri: str, actor_uri: str, kind: str, now: int) -> bool:
    """Note that an actor's activity arrived; False when it had."""
    return bool(
        insert_or_ignore(
            tx,
            InboxItem,
            {
                "uri": uri,
                "actor_uri": actor_uri,
                "kind": kind,
                "received_at": now,
                "outcome": "accepted",
            },
        )
    )


def activity_by_uri(tx: Connection, uri: str) -> Activity | None:
    """An activity we made."""
    return find(tx, Activity, uri=uri)


def withhold_activities(tx: Connection, object_uri: str) -> None:
    """Show nobody any more what was said about an object."""
    tx.execute(update(Activity).where(Activity.object_uri == object_uri).values(public=False))


def public_activities(
    tx: Connection, actor_id: int, before: int | None, limit: int
) -> list[Activity]:
    """The public activities of an actor, newest first: its outbox."""
    statement = (
        select(Activity)
        .where(Activity.actor_id == actor_id, Activity.public.is_(True), not_about_hidden(actor_id))
        .order_by(Activity.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(Activity.id < before)
    return many(tx, Activity, statement)


def count_public_activities(tx: Connection, actor_id: int) -> int:
    """How long an actor's outbox is."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(Activity)
            .where(
                Activity.actor_id == actor_id, Activity.public.is_(True), not_about_hidden(actor_id)
            )
        ).scalar_one()
    )


def own_activities(tx: Connection, actor_id: int, before: int | None, limit: int) -> list[Activity]:
    """All that an actor did, newest first, whoever may know of it: for themselves alone."""
    statement = (
        select(Activity)
        .where(Activity.actor_id == actor_id, Activity.public.in_((True, False)))
        .order_by(Activity.id.desc())
        .limit(literal_limit(limit))
    )
    if before is not None:
        statement = statement.where(Activity.id < before)
    return many(tx, Activity, statement)


def count_own_activities(tx: Connection, actor_id: int) -> int:
    """How many that is."""
    counted = select(func.count()).select_from(Activity).where(Activity.actor_id == actor_id)
    return int(tx.execute(counted).scalar_one())


def newest_activity(tx: Connection, actor_id: int, kind: str, since: int) -> Activity | None:
    """The newest activity of a kind that an actor did after an id."""
    statement = (
        select(Activity)
        .where(Activity.actor_id == actor_id, Activity.kind == kind, Activity.id > since)
        .order_by(Activity.id.desc())
        .limit(1)
    )
    return next(iter(many(tx, Activity, statement)), None)


def recipients_of(tx: Connection, object_uri: str) -> list[tuple[str, str]]:
    """Everyone an object was delivered to: (inbox, host)."""
    rows = tx.execute(
        select(Delivery.inbox, func.min(Delivery.host))
        .join(Activity, Activity.id == Delivery.activity_id)
        .where(Activity.object_uri == object_uri)
        .group_by(Delivery.inbox)
    )
    return [(str(a), str(b)) for a, b in rows]


def deleted_stamp_owners(tx: Connection, uris: Iterable[str]) -> list[tuple[str, str]]:
    """Of these stamps those that were deleted, each with the actor who deleted it."""
    wanted = sorted(set(uris))
    if not wanted:
        return []
    rows = tx.execute(
        select(DeletedStamp.uri, DeletedStamp.actor_uri).where(DeletedStamp.uri.in_(wanted))
    )
    return [(str(a), str(b)) for a, b in rows]


def sent_offers_with_stamp(tx: Connection, stamp_uri: str) -> list[Offer]:
    """Offers of local authors that were answered with this stamp."""
    return many(tx, Offer, select(Offer).where(Offer.stamp_uri == stamp_uri, Offer.side == "sent"))


def stamp_by_id(tx: Connection, stamp_id: int) -> Stamp | None:
    """A stamp issued here, by id of ours."""
    return find(tx, Stamp, id=stamp_id)


def activity_by_id(tx: Connection, activity_id: int) -> Activity | None:
    """An activity we made, by id of ours."""
    return find(tx, Activity, id=activity_id)


_OFFERS_FOR_OBJECT = (
    select(Offer)
    .where(Offer.object_uri == bindparam("object"), Offer.side == bindparam("side"))
    .order_by(Offer.id)
)
_AGREED_TO = select(Offer.object_uri).where(
    Offer.target_id == bindparam("target", type_=BigInteger),
    Offer.side == "received",
    Offer.state == ConsentState.PUBLISHED.value,
    Offer.object_uri.in_(bindparam("wanted", expanding=True)),
)
_LIVE_STAMPS = (
    select(Stamp)
    .where(Stamp.object_uri == bindparam("object"), Stamp.deleted_at.is_(None))
    .order_by(Stamp.id)
)
_LIVE_STAMPS_BY = _LIVE_STAMPS.where(Stamp.account_id == bindparam("account"))
