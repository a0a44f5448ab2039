"""Whose invitations local people do not want."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, delete, select

from storage.dialect import insert_or_ignore
from storage.dialect import limit as literal_limit
from storage.models import InviteMute
from storage.queries.rows import many


def add_mute(tx: Connection, account_id: int, subject: str, now: int) -> bool:
    """Mute an actor's identifier or a host; False when it was."""
    row = {"account_id": account_id, "subject": subject, "created_at": now}
    return bool(insert_or_ignore(tx, InviteMute, row))


def remove_mute(tx: Connection, account_id: int, subject: str) -> bool:
    """Lift a mute; False when there was none."""
    gone = tx.execute(
        delete(InviteMute).where(InviteMute.account_id == account_id, InviteMute.subject == subject)
    )
    return gone.rowcount > 0


def of_account(tx: Connection, account_id: int, limit: int) -> list[InviteMute]:
    """An account's mutes, newest first."""
    return many(
        tx,
        InviteMute,
        select(InviteMute)
        .where(InviteMute.account_id == account_id)
        .order_by(InviteMute.created_at.desc(), InviteMute.subject)
        .limit(literal_limit(limit)),
    )


def any_of(tx: Connection, account_id: int, subjects: Iterable[str]) -> bool:
    """Whether an account mutes one of these."""
    found = tx.execute(_ANY, {"account": account_id, "subjects": list(subjects)})
    return found.first() is not None


_ANY = select(InviteMute.subject).where(
    InviteMute.account_id == bindparam("account"),
    InviteMute.subject.in_(bindparam("subjects", expanding=True)),
)
