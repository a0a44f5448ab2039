"""Removes files of which nothing is shown any more: once a day, a folder at a time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Final

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import media
from fedi_cotweet.services.file_stores import files_of
from storage.engine import Tx
from storage.queries import files

EVERY: Final = DAY
AGE: Final = DAY
"""A file is there before a row names it, but no younger one is ever looked at."""


async def sweep_files(context: Context) -> int:
    """Remove files whose picture was deleted or replaced, and what a crash left unfinished; how
    many. Once in ``EVERY``, whoever asks."""
    runtime = context.runtime
    now, kept, gone = runtime.env.now(), files_of(runtime.settings), 0
    if runtime.swept_at > now - EVERY:
        return 0
    runtime.swept_at = now
    for folder in await asyncio.to_thread(kept.folders):
        found = await asyncio.to_thread(kept.old_files, folder, now - AGE)
        tokens = {media.token_of(file) for file in found}
        used = await runtime.store.read(partial(_in_use, tokens=tokens))
        left = [file for file in found if media.token_of(file) not in used]
        await asyncio.to_thread(kept.remove, left)
        await context.files.swept(sorted({media.token_of(file) for file in left} - {""}))
        gone += len(left)
    if gone:
        log.info("files_swept", files=gone)
    return gone


def _in_use(tx: Tx, tokens: set[str]) -> set[str]:
    return files.tokens_in_use(tx, tokens)
