"""A job that makes uploaded films and sounds anew, after whoever uploaded them had an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import decoding, media, uploads
from fedi_cotweet.services.file_stores import files_of
from storage.queries import post_media


async def process_film(context: Context, payload: Mapping[str, Any]) -> None:
    """Run twice, it does the same again."""
    runtime, media_id = context.runtime, int(payload["media_id"])
    files, most = files_of(runtime.settings), runtime.settings.video_max_bytes
    item = await runtime.store.read(lambda tx: post_media.media(tx, media_id))
    if item is None:
        return
    if item.state == uploads.PROCESSING:
        changes = await decoding.aside(uploads.process_film, files, item, most)
        await runtime.write(lambda tx: uploads.processed(tx, media_id, changes))
        log.info("film_processed", media=media_id, state=changes["state"])
    await decoding.aside(files.disk.remove, [media.held(item.token)])
