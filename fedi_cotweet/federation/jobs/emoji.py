"""Jobs that copy the pictures of custom emoji."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activitypub.coauthorship.projection import media_digest
from activitypub.documents.emoji import EmojiView
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import decoding, emoji, media
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import FileStore, files_of
from fedi_cotweet.services.pictures import OF_EMOJI
from storage.engine import Tx
from storage.models import EmojiPicture
from storage.queries import emoji as stored_emoji

_PASSING: Final = frozenset(
    {"timeout", "dns_failed", "tls_failed", "connection_failed", "truncated"}
)


async def fetch_emoji(context: Context, payload: Mapping[str, Any]) -> None:
    """Copy the picture of a remote emoji, if it is small, a picture, and what its digest says."""
    runtime, picture_id = context.runtime, int(payload["picture_id"])
    item = await runtime.store.read(lambda tx: stored_emoji.picture(tx, picture_id))
    if item is None or item.state != "pending":
        return
    fetched = await runtime.client.get_media(
        item.url, emoji.MAX_REMOTE_BYTES, key=await runtime.keys.instance()
    )
    if fetched.status in (408, 429) or fetched.status >= 500 or fetched.error in _PASSING:
        raise Again(f"emoji not fetched: {fetched.status} {fetched.error}")
    octets = fetched.body if fetched.status == 200 else b""
    # What the authors agreed to is these octets and no others (FEP-1311).
    if item.wanted and octets and media_digest(octets) != item.wanted:
        changes: dict[str, Any] = {"state": "mismatch"}
    else:
        await context.files.make_room(len(octets))
        try:
            changes = await decoding.aside(
                _keep, files_of(runtime.settings), item, octets, fetched.media_type
            )
        except ServiceError:
            context.files.give_back(len(octets))
            raise
        if changes["state"] != "stored":
            context.files.give_back(len(octets))
    kept = changes["state"] == "stored"

    def write(tx: Tx) -> None:
        stored_emoji.change_picture(tx, picture_id, **changes)
        if kept:
            context.files.kept(tx, item.token, item.url, changes["path"], len(octets))

    await runtime.write(write)
    log.info("emoji_fetched", url=item.url, state=changes["state"])


async def name_emoji(context: Context, payload: Mapping[str, Any]) -> None:
    """Show the emoji of somebody's name, once their pictures are here."""
    wanted = [EmojiView(str(shortcode), str(url)) for shortcode, url in payload["emoji"]]
    actor_id = int(payload["actor_id"])
    if await context.runtime.write(lambda tx: emoji.keep_for_name(tx, actor_id, wanted)):
        raise Again("the pictures are not here yet", after=MINUTE)


def _keep(files: FileStore, item: EmojiPicture, octets: bytes, declared: str) -> dict[str, Any]:
    try:
        stored = media.store_remote(files, item.token, octets, declared, OF_EMOJI)
    except ServiceError as error:
        if error.status >= 500:
            raise
        return {"state": "failed"}
    return {
        "state": "stored",
        "media_type": stored.media_type,
        "digest": stored.digest,
        "width": stored.width,
        "height": stored.height,
        "path": stored.path,
    }
