"""Whom one follows, blocks and mutes, one's lists and bookmarks as CSV, in Mastodon's forms."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.queries import imports
from storage.queries import relations as stored

KINDS: Final = ("following", "blocks", "mutes", "domain_blocks", "lists", "bookmarks")
HEADERS: Final = {
    "following": ("Account address", "Show boosts", "Notify on new posts", "Languages"),
    "mutes": ("Account address", "Hide notifications"),
}


def check_kind(kind: str) -> str:
    """One of ``KINDS``. Raises ``bad_list`` (422)."""
    if kind in KINDS:
        return kind
    raise ServiceError("bad_list", 422, say("The lists are: {choices}.", choices=", ".join(KINDS)))


def export(tx: Tx, env: Env, account_id: int, kind: str) -> str:
    """A list as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if check_kind(kind) in HEADERS:
        writer.writerow(HEADERS[kind])
    writer.writerows(_rows(tx, env, account_id, kind))
    return out.getvalue()


def _rows(tx: Tx, env: Env, account_id: int, kind: str) -> Iterable[Sequence[str]]:
    match kind:
        case "following":
            return (
                (one.handle, _yes(one.shows_boosts), _yes(one.notifies), ", ".join(one.languages))
                for one in imports.followed(tx, account_id)
            )
        case "blocks":
            return ((handle,) for handle in imports.blocked(tx, account_id))
        case "mutes":
            found = imports.muted(tx, account_id, env.now())
            return ((handle, _yes(hides)) for handle, hides in found)
        case "lists":
            return imports.on_lists(tx, account_id)
        case "bookmarks":
            return ((uri,) for uri in imports.bookmarked(tx, account_id))
        case _:
            return ((row.host,) for row in stored.host_blocks_by(tx, account_id))


def _yes(value: bool) -> str:
    return "true" if value else "false"
