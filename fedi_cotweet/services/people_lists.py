"""Whom one follows, blocks and mutes as CSV, in the forms that Mastodon writes and reads.

An import is done row by row, one a second: each may need a look at somebody's server.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.services import follows, relations
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later
from fedi_cotweet.services.hosts import host_named
from storage.engine import Tx
from storage.models import Actor, ImportRow
from storage.queries import imports
from storage.queries import relations as stored

KINDS = ("following", "blocks", "mutes", "domain_blocks")
MOST_ROWS = 5_000
MOST_WAITING = 10_000
STEP = SECOND
_HEADERS = {
    "following": ["Account address", "Show boosts", "Notify on new posts", "Languages"],
    "mutes": ["Account address", "Hide notifications"],
}


@dataclass(frozen=True, slots=True)
class ImportView:
    """How far imports of one kind are: rows that wait, are done, and could not be."""

    kind: str
    waiting: int
    done: int
    failed: int


def check_kind(kind: str) -> str:
    """One of ``KINDS``. Raises ``bad_list`` (422)."""
    if kind in KINDS:
        return kind
    raise ServiceError("bad_list", 422, f"The lists are: {', '.join(KINDS)}.")


def export(tx: Tx, env: Env, account_id: int, kind: str) -> str:
    """A list as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if kind in _HEADERS:
        writer.writerow(_HEADERS[kind])
    match check_kind(kind):
        case "following":
            for handle in imports.followed(tx, account_id):
                writer.writerow([handle, "true", "false", ""])
        case "blocks":
            for handle in imports.blocked(tx, account_id):
                writer.writerow([handle])
        case "mutes":
            for handle in imports.muted(tx, account_id, env.now()):
                writer.writerow([handle, "true"])
        case _:
            for row in stored.host_blocks_by(tx, account_id):
                writer.writerow([row.host])
    return out.getvalue()


def begin(tx: Tx, env: Env, account_id: int, kind: str, text: str) -> int:
    """Take a list in; how many rows. Raises ``bad_csv`` (422), ``too_many_rows`` (409).

    Rows are added to what is there; nobody is unfollowed.
    """
    wanted = _addresses(check_kind(kind), text)
    if not wanted:
        raise ServiceError(
            "bad_csv", 422, "There is no address in this file.", "Take a CSV file of Mastodon's."
        )
    waiting = imports.count_waiting(tx, account_id, MOST_WAITING)
    if len(wanted) > MOST_ROWS or waiting + len(wanted) > MOST_WAITING:
        raise ServiceError(
            "too_many_rows",
            409,
            f"A list has at most {MOST_ROWS} rows here, and {MOST_WAITING} may wait.",
            "Import a part of it, and the rest when that is done.",
        )
    imports.add_rows(
        tx,
        [
            {
                "id": env.new_id(),
                "account_id": account_id,
                "kind": kind,
                "address": address,
                "state": "waiting",
                "created_at": env.now(),
            }
            for address in wanted
        ],
    )
    first = imports.next_row(tx, account_id)
    assert first is not None, "rows were added in this transaction"
    _go_on(tx, env, first, delay=0)
    return len(wanted)


def progress(tx: Tx, account_id: int) -> list[ImportView]:
    """How far the account's imports are."""
    counted = imports.states(tx, account_id)
    return [
        ImportView(
            kind,
            *(counted.get((kind, state), 0) for state in ("waiting", "done", "failed")),
        )
        for kind in KINDS
        if any(held == kind for held, _ in counted)
    ]


def take(tx: Tx, env: Env, row: ImportRow, person: Actor | None) -> None:
    """Do what one row says, with whoever was found for it, and begin the next."""
    state = "failed"
    try:
        if row.kind == "domain_blocks":
            relations.block_host(tx, env, row.account_id, row.address)
            state = "done"
        elif person is not None and person.gone_at is None:
            match row.kind:
                case "following":
                    follows.follow(tx, env, row.account_id, person)
                case "blocks":
                    relations.block(tx, env, row.account_id, person)
                case _:
                    relations.mute(tx, env, row.account_id, person)
            state = "done"
    except ServiceError:  # themselves, their own server, somebody who cannot be followed
        state = "failed"
    imports.end_row(tx, row.id, state)
    following = imports.next_row(tx, row.account_id)
    if following is not None:
        _go_on(tx, env, following, delay=STEP)


def _go_on(tx: Tx, env: Env, row: ImportRow, *, delay: int) -> None:
    # One job per row: a second import begun meanwhile finds the one that waits, and adds none.
    later(
        tx,
        env,
        "import_row",
        str(row.id),
        delay=delay,
        account_id=row.account_id,
        row_id=row.id,
    )


def _addresses(kind: str, text: str) -> list[str]:
    """What the first column holds, or the one called so; a header or rubbish is left out."""
    found: dict[str, None] = {}
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    except csv.Error as error:
        raise ServiceError("bad_csv", 422, "This is no CSV file.", str(error)) from None
    column = 0
    if rows and "Account address" in rows[0]:
        column = rows[0].index("Account address")
    for row in rows:
        given = row[column].strip() if len(row) > column else ""
        try:
            if kind == "domain_blocks":
                address = host_named(given.removeprefix("#")) if "." in given else ""
            else:
                address = parse_handle(given.removeprefix("@")).acct if "@" in given else ""
        except (DocumentError, ServiceError):
            continue
        if address:
            found[address] = None
    return list(found)
