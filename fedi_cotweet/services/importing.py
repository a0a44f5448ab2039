"""Lists that somebody brings with them, worked off row by row, one a second: each may need a look
at somebody's server.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import bookmarks, follows, lists, relations
from fedi_cotweet.services.authoring import check_language
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import later
from fedi_cotweet.services.hosts import host_named
from fedi_cotweet.services.people_lists import HEADERS, KINDS, check_kind
from storage.engine import Tx
from storage.models import Actor, ImportRow, Post
from storage.queries import imports
from storage.queries import lists as stored_lists
from storage.queries import relations as stored

MOST_ROWS: Final = 5_000
MOST_WAITING: Final = 10_000
MOST_TOLD: Final = 200
"""So many rows that failed are listed."""
STEP: Final = SECOND
LONGEST_ADDRESS: Final = 2_000


@dataclass(frozen=True, slots=True)
class ImportView:
    """How far imports of one kind are: rows that wait, are done, and could not be."""

    kind: str
    waiting: int
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Line:
    """What a row names, and how."""

    address: str
    options: Mapping[str, Any] = field(default_factory=dict)


def begin(
    tx: Tx, env: Env, account_id: int, kind: str, text: str, *, overwrite: bool = False
) -> int:
    """Take a list in; how many rows. Raises ``bad_csv`` (422), ``too_many_rows`` (409).

    Rows are added to what is there. ``overwrite``: whatever is not in the list goes.
    """
    wanted = read(check_kind(kind), text)
    if not wanted:
        raise ServiceError(
            "bad_csv", 422, "There is no address in this file.", "Take a CSV file of Mastodon's."
        )
    gone = _left_out(tx, env, account_id, kind, wanted) if overwrite else []
    waiting = imports.count_waiting(tx, account_id, MOST_WAITING)
    if len(wanted) > MOST_ROWS or waiting + len(wanted) + len(gone) > MOST_WAITING:
        raise ServiceError(
            "too_many_rows",
            409,
            say(
                "A list has at most {most} rows here, and {waiting} may wait.",
                most=MOST_ROWS,
                waiting=MOST_WAITING,
            ),
            "Import a part of it, and the rest when that is done.",
        )
    if kind == "lists" and overwrite:
        _empty_lists(tx, account_id, {str(line.options["list"]) for line in wanted})
    imports.forget_over(tx, account_id, kind)
    imports.add_rows(
        tx,
        [
            {
                "id": env.new_id(),
                "account_id": account_id,
                "kind": kind,
                "address": line.address,
                "options": dict(line.options),
                "state": "waiting",
                "created_at": env.now(),
            }
            for line in (*gone, *wanted)
        ],
    )
    first = imports.next_row(tx, account_id)
    assert first is not None, "rows were added in this transaction"
    _go_on(tx, env, first, delay=0)
    return len(wanted)


def progress(tx: Tx, account_id: int) -> list[ImportView]:
    """How far the account's imports are: of each kind, the last."""
    counted = imports.states(tx, account_id)
    return [
        ImportView(
            kind,
            *(counted.get((kind, state), 0) for state in ("waiting", "done", "failed")),
        )
        for kind in KINDS
        if any(held == kind for held, _ in counted)
    ]


def failed(tx: Tx, account_id: int, kind: str) -> list[str]:
    """What could not be done of the last import of a kind."""
    return imports.failed(tx, account_id, kind, MOST_TOLD)


def take(tx: Tx, env: Env, row: ImportRow, found: Actor | Post | None) -> None:
    """Do what one row says, with whoever or whatever it names, and begin the next."""
    try:
        done = _do(tx, env, row, found)
    except ServiceError:  # themselves, their own server, somebody who cannot be followed
        done = False
    imports.end_row(tx, row.id, "done" if done else "failed")
    following = imports.next_row(tx, row.account_id)
    if following is not None:
        _go_on(tx, env, following, delay=STEP)


def _do(tx: Tx, env: Env, row: ImportRow, found: Actor | Post | None) -> bool:
    me, options, removed = row.account_id, row.options, "remove" in row.options
    if row.kind == "domain_blocks":
        (relations.unblock_host if removed else relations.block_host)(tx, env, me, row.address)
        return True
    if isinstance(found, Post):
        (bookmarks.drop if removed else bookmarks.keep)(tx, env, me, found.id)
        return True
    if not isinstance(found, Actor) or (found.gone_at is not None and not removed):
        return removed
    match row.kind:
        case "following" if removed:
            follows.unfollow(tx, env, me, found)
        case "following":
            follows.follow(tx, env, me, found)
            follows.choose(
                tx,
                env,
                me,
                found,
                shows_boosts=options.get("boosts"),
                notifies=options.get("notify"),
                languages=options.get("languages"),
            )
        case "blocks":
            (relations.unblock if removed else relations.block)(tx, env, me, found)
        case "mutes" if removed:
            relations.unmute(tx, me, found)
        case "mutes":
            hides = options.get("hide_notices", True)
            relations.mute(tx, env, me, found, hides_notices=hides)
        case "lists":
            lists.add(tx, me, _list_called(tx, env, me, str(options["list"])), found)
        case _:
            return False
    return True


def _list_called(tx: Tx, env: Env, account_id: int, title: str) -> int:
    for held in stored_lists.lists_of(tx, account_id):
        if held.title == title:
            return held.id
    return lists.create(tx, env, account_id, title)


def _left_out(tx: Tx, env: Env, account_id: int, kind: str, wanted: Sequence[Line]) -> list[Line]:
    """What is there and not in the list. Lists are emptied at once (``_empty_lists``)."""
    held: list[str] = []
    match kind:
        case "following":
            held = [one.handle for one in imports.followed(tx, account_id)]
        case "blocks":
            held = imports.blocked(tx, account_id)
        case "mutes":
            held = [handle for handle, _ in imports.muted(tx, account_id, env.now())]
        case "domain_blocks":
            held = [row.host for row in stored.host_blocks_by(tx, account_id)]
        case "bookmarks":
            held = imports.bookmarked(tx, account_id)
        case _:
            pass
    kept = {line.address.lower() for line in wanted}
    return [Line(one, {"remove": True}) for one in held if one.lower() not in kept]


def _empty_lists(tx: Tx, account_id: int, titles: set[str]) -> None:
    """Lists that are not in the file go; of those that are, only who is in it stays."""
    held = stored_lists.lists_of(tx, account_id)
    members = stored_lists.members(tx, [one.id for one in held])
    for one in held:
        if one.title not in titles:
            lists.delete(tx, account_id, one.id)
            continue
        for actor_id in members[one.id]:
            stored_lists.remove_member(tx, one.id, actor_id)


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


def read(kind: str, text: str) -> list[Line]:
    """The rows of a file; a header or rubbish is left out. Raises ``bad_csv`` (422)."""
    found: dict[tuple[str, str], Line] = {}
    try:
        rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    except csv.Error:
        raise ServiceError(
            "bad_csv", 422, "This is no CSV file.", "Take a CSV file of Mastodon's."
        ) from None
    columns = _columns(kind, rows)
    for row in rows:
        cells = {name: row[place].strip() for name, place in columns.items() if place < len(row)}
        try:
            line = _line(kind, cells)
        except (DocumentError, ServiceError):
            continue
        if line is not None:
            found[(line.address, str(line.options.get("list", "")))] = line
    return list(found.values())


def _columns(kind: str, rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Where what stands: by the header if there is one, otherwise as Mastodon writes it."""
    names = (
        ("List", "Account address") if kind == "lists" else HEADERS.get(kind, ("Account address",))
    )
    first = [cell.strip() for cell in rows[0]] if rows else []
    if "Account address" in first:
        return {name: first.index(name) for name in names if name in first}
    return {name: place for place, name in enumerate(names)}


def _line(kind: str, cells: Mapping[str, str]) -> Line | None:
    given = cells.get("Account address", "")
    if kind == "domain_blocks":
        return Line(host_named(given.removeprefix("#"))) if "." in given else None
    if kind == "bookmarks":
        fits = given.startswith(("https://", "http://")) and len(given) <= LONGEST_ADDRESS
        return Line(given) if fits else None
    if "@" not in given:
        return None
    address = parse_handle(given.removeprefix("@")).acct
    match kind:
        case "following":
            spoken = [tag.strip() for tag in cells.get("Languages", "").split(",")]
            options: dict[str, Any] = {
                "boosts": cells.get("Show boosts", "").lower() != "false",
                "notify": cells.get("Notify on new posts", "").lower() == "true",
                "languages": [tag for tag in spoken if tag and check_language(tag)],
            }
            return Line(address, options)
        case "mutes":
            hides = cells.get("Hide notifications", "").lower() != "false"
            return Line(address, {"hide_notices": hides})
        case "lists":
            title = lists.check_title(cells.get("List", ""))
            return Line(address, {"list": title})
        case _:
            return Line(address)
