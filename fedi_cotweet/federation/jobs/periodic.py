"""Does what time alone makes due, until nothing is left."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.archiving import sweep_archives
from fedi_cotweet.federation.jobs.sweeping import sweep_files
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.services.upkeep import STEPS, Step
from storage.errors import StorageError
from storage.queries import statistics

ROUNDS: Final = 50
"""At most so many batches of a kind in one go: the others have their turn too."""


async def periodic(context: Context) -> None:
    """All of ``services.upkeep``, each batch a transaction: requests come in between."""
    await context.runtime.rules.load(context.runtime.store)  # another process may have changed them
    await write_views(context.runtime)
    for step in STEPS:
        try:
            await _work_off(context, step)
        except Exception:  # one kind that fails must not hold up the others
            log.exception("periodic_step_failed", step=step.__name__)
    try:
        await context.files.write_uses()
        await context.files.drop_unused()
        await sweep_files(context)
        await sweep_archives(context)
    except (OSError, StorageError):
        log.exception("files_not_swept")


async def write_views(runtime: Runtime) -> None:
    """How often posts were shown since the last time, in one transaction."""
    counts = runtime.views.take()
    if not counts:
        return
    try:
        await runtime.store.write(lambda tx: statistics.add_views(tx, counts))
    except StorageError as error:
        runtime.views.give_back(counts)
        log.warning("views_not_written", code=error.code)


async def _work_off(context: Context, step: Step) -> None:
    for _ in range(ROUNDS):
        if not await context.runtime.write(lambda tx: step(tx, context.env)):
            return
