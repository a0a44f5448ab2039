"""The statements of the plain server, one function each, inside a transaction of ``Store``."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from activitypub.documents.actor import ActorView
from activitypub.documents.note import NoteView
from activitypub.html import sanitise
from activitypub.vocab.reading import host_of

Tx = sqlite3.Connection


@dataclass(frozen=True, slots=True)
class Delivery:
    """A signed activity that is kept until it has an outcome. ``personal``: whose own inbox."""

    arrival: int
    signer: str
    personal: str | None
    body: bytes
    received_at: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Actor:
    """What is kept of a remote actor. ``public_key`` is a PEM."""

    id: str
    handle: str
    inbox: str
    key_id: str
    public_key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a home timeline. ``boosted_by`` is a handle or None."""

    id: str
    url: str
    author: str
    boosted_by: str | None
    content: str
    published_at: int
    updated_at: int | None


# People here, and whom they follow


def add_person(tx: Tx, name: str, private_key: str) -> None:
    """Make an account, unless it is there already."""
    tx.execute("INSERT OR IGNORE INTO person VALUES (?, ?)", (name, private_key))


def private_key(tx: Tx, name: str) -> str | None:
    row = tx.execute("SELECT private_key FROM person WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def add_follow(tx: Tx, person: str, actor: str, follow_id: str) -> str:
    """Ask to follow; the id of the ``Follow``, the earlier one if it was asked before."""
    tx.execute(
        "INSERT OR IGNORE INTO follow (person, actor, id) VALUES (?, ?, ?)",
        (person, actor, follow_id),
    )
    row = tx.execute(
        "SELECT id FROM follow WHERE person = ? AND actor = ?", (person, actor)
    ).fetchone()
    return str(row[0])


def accept_follow(tx: Tx, follow_id: str, actor: str) -> bool:
    """The followed actor said yes. False if nobody here asked them with that ``Follow``."""
    changed = tx.execute(
        "UPDATE follow SET accepted = 1 WHERE id = ? AND actor = ?", (follow_id, actor)
    )
    return changed.rowcount > 0


def drop_follow(tx: Tx, follow_id: str, actor: str) -> bool:
    changed = tx.execute("DELETE FROM follow WHERE id = ? AND actor = ?", (follow_id, actor))
    return changed.rowcount > 0


def a_follower(tx: Tx, actor: str) -> str | None:
    """Somebody here whom ``actor`` accepted as follower."""
    row = tx.execute(
        "SELECT person FROM follow WHERE actor = ? AND accepted ORDER BY person LIMIT 1", (actor,)
    ).fetchone()
    return None if row is None else str(row[0])


# Remote actors


def save_actor(tx: Tx, view: ActorView, at: int) -> None:
    """Remember an actor and the one RSA key that software of this kind looks at."""
    key = next(key for key in view.keys if key.kind == "rsa")
    handle = f"{view.username}@{host_of(view.id)}"
    tx.execute(
        "INSERT OR REPLACE INTO actor VALUES (?, ?, ?, ?, ?, ?, ?)",
        (view.id, handle, view.url or view.id, view.inbox, key.id, key.public, at),
    )


def actor_by_id(tx: Tx, actor: str) -> Actor | None:
    return _actor(tx.execute(f"{_ACTOR} WHERE id = ?", (actor,)).fetchone())


def actor_by_key(tx: Tx, key_id: str) -> Actor | None:
    return _actor(tx.execute(f"{_ACTOR} WHERE key_id = ?", (key_id,)).fetchone())


_ACTOR = "SELECT id, handle, inbox, key_id, public_key FROM actor"


def _actor(row: sqlite3.Row | None) -> Actor | None:
    return None if row is None else Actor(*row)


def forget_actor(tx: Tx, actor: str) -> None:
    """A deleted actor takes everything along."""
    tx.execute(
        "DELETE FROM boost WHERE actor = ? OR note IN (SELECT id FROM note WHERE author = ?)",
        (actor, actor),
    )
    tx.execute("DELETE FROM note WHERE author = ?", (actor,))
    tx.execute("DELETE FROM follow WHERE actor = ?", (actor,))
    tx.execute("DELETE FROM actor WHERE id = ?", (actor,))


# Posts and boosts


def note_author(tx: Tx, note: str) -> str | None:
    row = tx.execute("SELECT author FROM note WHERE id = ?", (note,)).fetchone()
    return None if row is None else str(row[0])


def note_visibility(tx: Tx, note: str) -> str | None:
    row = tx.execute("SELECT visibility FROM note WHERE id = ?", (note,)).fetchone()
    return None if row is None else str(row[0])


def note_version(tx: Tx, note: str) -> int:
    """When the stored version was last changed, in ms."""
    row = tx.execute(
        "SELECT coalesce(updated_at, published_at) FROM note WHERE id = ?", (note,)
    ).fetchone()
    return int(row[0])


def save_note(tx: Tx, view: NoteView, author: str, at: int, arrival: int) -> None:
    published = at if view.published_at is None else view.published_at
    tx.execute(
        "INSERT INTO note VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            view.id,
            author,
            view.url or view.id,
            sanitise(view.content),
            view.visibility,
            published,
            view.updated_at,
            arrival,
        ),
    )


def change_note(tx: Tx, view: NoteView, updated_at: int) -> None:
    tx.execute(
        "UPDATE note SET content = ?, updated_at = ? WHERE id = ?",
        (sanitise(view.content), updated_at, view.id),
    )


def delete_note(tx: Tx, note: str, author: str) -> bool:
    """Remove a post of that author and its boosts; its id can never come back."""
    bury(tx, note, author)
    deleted = tx.execute("DELETE FROM note WHERE id = ? AND author = ?", (note, author))
    if deleted.rowcount == 0:
        return False
    tx.execute("DELETE FROM boost WHERE note = ?", (note,))
    return True


def save_boost(tx: Tx, boost: str, actor: str, note: str, arrival: int) -> bool:
    """False if that actor boosted that note before, or the id is taken."""
    added = tx.execute(
        "INSERT OR IGNORE INTO boost VALUES (?, ?, ?, ?)", (boost, actor, note, arrival)
    )
    return added.rowcount > 0


def boosted(tx: Tx, boost: str, actor: str, note: str) -> bool:
    """Whether this boost, or another by that actor of that note, is here."""
    row = tx.execute(
        "SELECT 1 FROM boost WHERE id = ? OR (actor = ? AND note = ?)", (boost, actor, note)
    ).fetchone()
    return row is not None


def drop_boost(tx: Tx, boost: str, actor: str) -> bool:
    dropped = tx.execute("DELETE FROM boost WHERE id = ? AND actor = ?", (boost, actor))
    return dropped.rowcount > 0


def bury(tx: Tx, gone: str, author: str) -> None:
    """Remember that its author deleted or undid it, also if it never arrived."""
    tx.execute("INSERT OR IGNORE INTO tombstone VALUES (?, ?)", (gone, author))


def buried(tx: Tx, gone: str, author: str) -> bool:
    row = tx.execute(
        "SELECT 1 FROM tombstone WHERE id = ? AND author = ?", (gone, author)
    ).fetchone()
    return row is not None


# Deliveries


def keep_delivery(tx: Tx, signer: str, personal: str | None, body: bytes, now: int) -> None:
    tx.execute(
        "INSERT INTO delivery (signer, personal, body, received_at, due_at) VALUES (?, ?, ?, ?, ?)",
        (signer, personal, body, now, now),
    )


def next_delivery(tx: Tx, now: int) -> Delivery | None:
    row = tx.execute(
        "SELECT arrival, signer, personal, body, received_at, attempts FROM delivery"
        " WHERE outcome IS NULL AND due_at <= ? ORDER BY arrival LIMIT 1",
        (now,),
    ).fetchone()
    return None if row is None else Delivery(*row)


def next_due(tx: Tx) -> int | None:
    """When the next delivery waits to be processed, None if there is none."""
    due: int | None = tx.execute(
        "SELECT min(due_at) FROM delivery WHERE outcome IS NULL"
    ).fetchone()[0]
    return due


def postpone(tx: Tx, arrival: int, due_at: int) -> None:
    tx.execute(
        "UPDATE delivery SET attempts = attempts + 1, due_at = ? WHERE arrival = ?",
        (due_at, arrival),
    )


def finish(tx: Tx, arrival: int, outcome: str) -> None:
    tx.execute("UPDATE delivery SET outcome = ? WHERE arrival = ?", (outcome, arrival))


def outcomes(tx: Tx, limit: int) -> list[tuple[str, str, bytes]]:
    """Signer, outcome and body of the newest processed deliveries, newest first."""
    rows = tx.execute(
        "SELECT signer, outcome, body FROM delivery WHERE outcome IS NOT NULL"
        " ORDER BY arrival DESC LIMIT ?",
        (limit,),
    )
    return [tuple(row) for row in rows]
