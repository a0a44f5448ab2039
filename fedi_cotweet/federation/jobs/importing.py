"""The job that works off an import, one row a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.discovery import parse_handle
from activitypub.errors import DocumentError
from activitypub.verdicts import Refused
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import people_lists
from storage.engine import Tx
from storage.models import Actor
from storage.queries import imports


async def import_row(context: Context, payload: Mapping[str, Any]) -> None:
    """Find whoever the next row names; whoever cannot be found now is failed, and said to be."""
    runtime, account_id = context.runtime, int(payload["account_id"])
    row_id = int(payload["row_id"])
    row = await runtime.store.read(lambda tx: imports.next_row(tx, account_id))
    if row is None or row.id != row_id:
        return
    person: Actor | None = None
    if row.kind != "domain_blocks":
        try:
            found = await context.directory.by_handle(parse_handle(row.address))
        except DocumentError:
            found = Refused("bad_handle", "this is no handle")
        person = None if isinstance(found, Refused) else found
        if isinstance(found, Refused):
            log.info("import_row_not_found", address=row.address, code=found.code)

    def transaction(tx: Tx) -> None:
        held = imports.next_row(tx, account_id)
        if held is not None and held.id == row.id:
            people_lists.take(tx, context.env, row, person)

    await runtime.write(transaction)
