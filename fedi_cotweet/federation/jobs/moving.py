"""The job that believes a ``Move``, or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.verdicts import Refused
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import moving
from storage.engine import Tx
from storage.queries import actors


async def move(context: Context, payload: Mapping[str, Any]) -> None:
    """Ask the new account whether it was the old one."""
    runtime, env = context.runtime, context.env
    old_uri, new_uri = str(payload["old"]), str(payload["new"])
    found = await context.directory.actor(new_uri, refresh=True)
    if isinstance(found, Refused):
        if found.code == "not_fetched":
            raise Again(found.reason)
        log.info("move_refused", actor=old_uri, target=new_uri, code=found.code)
        return
    new = found

    def transaction(tx: Tx) -> str:
        old = actors.actor_by_uri(tx, old_uri)
        return "unknown" if old is None else moving.receive_move(tx, env, old, new)

    outcome = await runtime.write(transaction)
    log.info("move_checked", actor=old_uri, target=new_uri, outcome=outcome)
