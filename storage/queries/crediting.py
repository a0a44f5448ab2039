"""Who made the pictures of posts, and what artists were asked and answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, select, update

from storage.dialect import insert_or_ignore, one_of, upsert
from storage.dialect import limit as literal_limit
from storage.models import Credit, CreditOffer
from storage.queries.rows import change, find, many


def credits_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, list[Credit]]:
    """Credits of posts, by post, in the order of the pictures."""
    wanted = sorted(set(post_ids))
    found: dict[int, list[Credit]] = {}
    if wanted:
        for row in many(tx, Credit, _CREDITS, {"wanted": wanted}):
            found.setdefault(row.post_id, []).append(row)
    return found


def credit(tx: Connection, post_id: int, position: int) -> Credit | None:
    """The credit of one picture."""
    return find(tx, Credit, post_id=post_id, position=position)


def set_credit(tx: Connection, post_id: int, position: int, /, **values: Any) -> None:
    """Insert or change a credit; a new one needs ``actor_uri`` and ``state``."""
    row = {"post_id": post_id, "position": position, **values}
    upsert(tx, Credit, row, key=["post_id", "position"])


def remove_credit(tx: Connection, post_id: int, position: int) -> None:
    """Nobody is said to have made this picture any more."""
    tx.execute(delete(Credit).where(Credit.post_id == post_id, Credit.position == position))


def with_stamp(tx: Connection, stamp_uri: str) -> list[Credit]:
    """Credits that rest on a stamp."""
    return many(tx, Credit, select(Credit).where(Credit.stamp_uri == stamp_uri))


def due(tx: Connection, now: int, limit: int) -> list[Credit]:
    """Credits whose stamp is due for another look."""
    return many(
        tx,
        Credit,
        select(Credit)
        .where(Credit.next_check_at <= now)
        .order_by(Credit.next_check_at)
        .limit(literal_limit(limit)),
    )


def add_offer(tx: Connection, /, **values: Any) -> bool:
    """Insert a question to an artist; False when this side knows it."""
    return bool(insert_or_ignore(tx, CreditOffer, values))


def offer(tx: Connection, offer_id: int) -> CreditOffer | None:
    """A question by id of ours."""
    return find(tx, CreditOffer, id=offer_id)


def offer_by_uri(tx: Connection, uri: str, side: str) -> CreditOffer | None:
    """A question by its identifier, as seen from one side."""
    return find(tx, CreditOffer, uri=uri, side=side)


def offer_by_stamp(tx: Connection, stamp_uri: str) -> CreditOffer | None:
    """The question that a stamp issued here answers."""
    return find(tx, CreditOffer, stamp_uri=stamp_uri, side="received")


def change_offer(tx: Connection, offer_id: int, /, **values: Any) -> None:
    """Update columns of a question."""
    change(tx, CreditOffer, offer_id, **values)


def offers_to(tx: Connection, target_id: int, limit: int) -> list[CreditOffer]:
    """What a local artist was asked, newest first."""
    return many(
        tx,
        CreditOffer,
        select(CreditOffer)
        .where(CreditOffer.target_id == target_id, CreditOffer.side == "received")
        .order_by(CreditOffer.id.desc())
        .limit(literal_limit(limit)),
    )


def open_between(tx: Connection, sender_id: int, target_id: int, side: str) -> list[CreditOffer]:
    """Unanswered questions of one person to another."""
    return many(
        tx,
        CreditOffer,
        select(CreditOffer).where(
            CreditOffer.target_id == target_id,
            CreditOffer.side == side,
            CreditOffer.state == "offered",
            CreditOffer.sender_id == sender_id,
        ),
    )


def offers_for(tx: Connection, post_uri: str, side: str) -> list[CreditOffer]:
    """All questions about a post, oldest first."""
    return many(
        tx,
        CreditOffer,
        select(CreditOffer)
        .where(CreditOffer.post_uri == post_uri, CreditOffer.side == side)
        .order_by(CreditOffer.id),
    )


def expired(tx: Connection, now: int, limit: int) -> list[CreditOffer]:
    """Unanswered questions whose time is over."""
    return many(
        tx,
        CreditOffer,
        select(CreditOffer)
        .where(CreditOffer.state == "offered", CreditOffer.expires_at <= now)
        .order_by(CreditOffer.expires_at)
        .limit(literal_limit(limit)),
    )


def put_off(tx: Connection, post_id: int, until: int) -> None:
    """Do not look at a post's credits again before that."""
    tx.execute(
        update(Credit)
        .where(Credit.post_id == post_id, Credit.next_check_at.is_not(None))
        .values(next_check_at=until)
    )


_CREDITS = (
    select(Credit).where(one_of(Credit.post_id, "wanted")).order_by(Credit.post_id, Credit.position)
)
