"""Keys of local accounts when they are replaced."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select, update

from storage.models import Account, Activity, ActorKey, Delivery
from storage.queries.rows import find


def replace(
    tx: Connection,
    account_id: int,
    *,
    rsa_key_id: str,
    rsa_private: str,
    rsa_public: str,
    former_rsa_private: str,
    ed25519_key_id: str,
    ed25519_private: str,
    ed25519_public: str,
    kept: Collection[str],
    rotation_uri: str,
    now: int,
) -> None:
    """Store new keys of an account; of the old ones for proofs those of ``kept`` stay known."""
    tx.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(
            rsa_private=rsa_private,
            former_rsa_private=former_rsa_private,
            ed25519_private=ed25519_private,
            ed25519_key_id=ed25519_key_id,
            rotation_uri=rotation_uri,
        )
    )
    tx.execute(
        delete(ActorKey).where(
            ActorKey.actor_id == account_id,
            ActorKey.kind == "ed25519",
            ActorKey.key_id.not_in(list(kept)),
        )
    )
    tx.execute(
        update(ActorKey)
        .where(ActorKey.key_id == rsa_key_id, ActorKey.actor_id == account_id)
        .values(public=rsa_public, fetched_at=now)
    )
    tx.execute(
        insert(ActorKey).values(
            key_id=ed25519_key_id,
            actor_id=account_id,
            kind="ed25519",
            public=ed25519_public,
            fetched_at=now,
        )
    )


def is_being_told(tx: Connection, rotation_uri: str | None) -> bool:
    """Whether the ``Update`` of a rotation is not made yet, or was not tried everywhere."""
    if rotation_uri is None:
        return False
    activity = find(tx, Activity, uri=rotation_uri)
    if activity is None:
        return True
    waiting = select(Delivery.id).where(
        Delivery.activity_id == activity.id, Delivery.state == "pending", Delivery.attempts == 0
    )
    return tx.execute(waiting.limit(1)).first() is not None
