"""The job that works off an import, one row a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from activitypub.verdicts import Refused
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.jobs.fetching import fetch_note
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import importing
from storage.engine import Tx
from storage.models import Actor, ImportRow, Post
from storage.queries import actors, imports, posts


async def import_row(context: Context, payload: Mapping[str, Any]) -> None:
    """Find whatever the next row names; what cannot be found now is failed, and said to be."""
    runtime, account_id = context.runtime, int(payload["account_id"])
    row_id = int(payload["row_id"])
    row = await runtime.store.read(lambda tx: imports.next_row(tx, account_id))
    if row is None or row.id != row_id:
        return
    found: Actor | Post | None = None
    if row.kind == "bookmarks":
        found = await _post(context, row)
    elif row.kind != "domain_blocks":
        found = await _person(context, row)

    def transaction(tx: Tx) -> None:
        held = imports.next_row(tx, account_id)
        if held is not None and held.id == row.id:
            importing.take(tx, context.env, row, found)

    await runtime.write(transaction)


async def _person(context: Context, row: ImportRow) -> Actor | None:
    try:
        handle = parse_handle(row.address)
    except DocumentError:
        return None
    if "remove" in row.options:  # no server has to be asked about whom one lets go
        username, _, host = row.address.partition("@")
        return await context.runtime.store.read(
            lambda tx: actors.actor_by_handle(tx, username, host)
        )
    found = await context.directory.by_handle(handle)
    if isinstance(found, Refused):
        log.info("import_row_not_found", address=row.address, code=found.code)
        return None
    return found


async def _post(context: Context, row: ImportRow) -> Post | None:
    def held(tx: Tx) -> Post | None:
        return posts.post_by_uri(tx, row.address)

    found = await context.runtime.store.read(held)
    if found is not None or "remove" in row.options:
        return found
    try:
        await fetch_note(context, row.address)
    except Again as why:
        log.info("import_row_not_found", address=row.address, code=str(why))
    return await context.runtime.store.read(held)
