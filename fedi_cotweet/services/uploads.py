"""Pictures, films and sounds that people upload for later posts: kept, described, thrown away."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from fedi_cotweet.services import decoding, films
from fedi_cotweet.services.decoding import check_size
from fedi_cotweet.services.describing import check_alt, read_focus
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import later
from fedi_cotweet.services.file_stores import FileStore, files_of
from fedi_cotweet.services.media import (
    StoredFile,
    held,
    hold,
    store_film,
    store_poster,
    store_upload,
)
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.spooling import Spool
from fedi_cotweet.settings import Settings
from storage.engine import Tx
from storage.models import Media
from storage.queries import post_media

PROCESSING: Final = "processing"
VAGUE: Final = "application/octet-stream"
"""What an upload is that was not looked at."""


def most_bytes(site: Site) -> int:
    """How large an upload may be at most, whatever it is."""
    settings = site.settings
    if not films.available():
        return settings.media_max_bytes
    return max(settings.media_max_bytes, settings.video_max_bytes)


async def keep(
    site: Site,
    account_id: int,
    spool: Spool,
    *,
    alt: str = "",
    focus: str = "",
    later_on: bool = False,
) -> Media:
    """Keep a picture, film or sound of somebody's; its id can stand in ``media_ids`` of a post.

    ``later_on``: a film or sound is made anew after this, and can be posted only then. Raises
    ``bad_alt``, ``bad_focus``, ``not_a_picture``, ``picture_too_large``, ``hides_a_file``,
    ``no_films_here``, ``not_a_film``, ``film_too_large``, ``film_not_playable``,
    ``file_too_demanding`` (422) and ``file_too_large`` (413).
    """
    check_alt(alt)
    focal = read_focus(focus) if focus else (None, None)
    settings, token, media_id = site.settings, site.env.token(), site.env.new_id()
    about = {"alt": alt, "focal_x": focal[0], "focal_y": focal[1], "token": token}
    stored: StoredFile | None = None
    files = files_of(settings)
    if films.sort_of(await spool.head(films.HEAD)) is None:
        check_size(spool.size, settings.media_max_bytes)
        most = settings.media_max_bytes
        stored = await decoding.aside(store_upload, files, token, spool.file, most)
    else:
        _check_films(settings, spool)
        if later_on:
            await asyncio.to_thread(hold, files, token, spool.file)
        else:
            most = settings.video_max_bytes
            stored = await decoding.aside(store_film, files, token, spool.file, most)

    def write(tx: Tx) -> Media:
        columns = {"state": PROCESSING, "media_type": VAGUE} if stored is None else kept_as(stored)
        post_media.add_media(
            tx,
            id=media_id,
            account_id=account_id,
            created_at=site.env.now(),
            **about,
            **columns,
        )
        if stored is None:
            later(tx, site.env, "process_film", str(media_id), media_id=media_id)
        return unused(tx, account_id, media_id)

    return await site.write(write)


def _check_films(settings: Settings, spool: Spool) -> None:
    if not films.available():
        raise ServiceError(
            "no_films_here",
            422,
            "This server takes no films and no sounds.",
            "Whoever runs it can install its extra “video”.",
        )
    check_size(spool.size, settings.video_max_bytes)


def process_film(files: FileStore, item: Media, max_bytes: int) -> dict[str, Any]:
    """Make a film or sound anew that was uploaded before; what changes of its row. It blocks.

    Raises ``file_store_unavailable`` (503): nothing is lost, and it can be done again.
    """
    place = files.disk.path(held(item.token))
    try:
        with place.open("rb") as source:
            return kept_as(store_film(files, item.token, source, max_bytes))
    except FileNotFoundError:
        return {"state": "failed"}
    except ServiceError as error:
        if error.status >= 500:
            raise
        return {"state": "failed"}


def kept_as(stored: StoredFile) -> dict[str, Any]:
    """The columns of a row that tell what a file is."""
    found: dict[str, Any] = {
        "state": "stored",
        "media_type": stored.media_type,
        "digest": stored.digest,
        "size": stored.size,
        "width": stored.width,
        "height": stored.height,
        "blurhash": stored.blurhash,
        "path": stored.path,
    }
    if stored.film is not None:
        found |= {
            "duration": stored.film.duration,
            "frame_rate": stored.film.frame_rate,
            "bit_rate": stored.film.bit_rate,
            "silent": stored.film.silent,
            "preview": stored.preview,
        }
    return found


def unused(tx: Tx, account_id: int, media_id: int) -> Media:
    """An upload of somebody's that is in no post yet. ``not_found`` (404)."""
    held = _own(tx, account_id, media_id)
    if held.post_id is not None:
        raise not_found("upload")
    return held


async def illustrate(site: Site, account_id: int, media_id: int, spool: Spool) -> Media:
    """Have a picture of somebody's own stand for their film or sound; pictures stand for
    themselves. Raises ``not_found`` (404), and what ``keep`` raises for a picture."""
    settings = site.settings
    before = await site.read(lambda tx: unused(tx, account_id, media_id))
    if before.media_type.startswith("image/"):
        return before
    check_size(spool.size, settings.media_max_bytes)
    files, most = files_of(settings), settings.media_max_bytes
    preview, blurhash = await decoding.aside(store_poster, files, before.token, spool.file, most)

    def write(tx: Tx) -> tuple[str | None, Media]:
        old = unused(tx, account_id, media_id).preview
        post_media.change_media(tx, media_id, preview=preview, blurhash=blurhash)
        return old, unused(tx, account_id, media_id)

    old, held = await site.write(write)
    if old is not None:
        await asyncio.to_thread(files.remove, [old])
    return held


def processed(tx: Tx, media_id: int, changes: dict[str, Any]) -> None:
    """Write down what became of a film; a picture that was chosen for it stays."""
    held = post_media.media(tx, media_id)
    if held is not None and held.preview is not None:
        changes = {name: changes[name] for name in changes.keys() - {"preview", "blurhash"}}
    post_media.change_media(tx, media_id, **changes)


def describe(
    tx: Tx, account_id: int, media_id: int, *, alt: str | None = None, focus: str | None = None
) -> Media:
    """Say anew what an upload shows, and what stays in sight; None stays as it is.

    Raises ``bad_alt``, ``bad_focus`` (422) and ``not_found`` (404).
    """
    unused(tx, account_id, media_id)
    if alt is not None:
        post_media.change_media(tx, media_id, alt=check_alt(alt))
    if focus:
        x, y = read_focus(focus)
        post_media.change_media(tx, media_id, focal_x=x, focal_y=y)
    return unused(tx, account_id, media_id)


def discard(tx: Tx, account_id: int, media_id: int) -> bool:
    """Throw an upload away; its file goes with the next sweep. False when a post uses it.

    Raises ``not_found`` (404).
    """
    if _own(tx, account_id, media_id).post_id is not None:
        return False
    post_media.remove_media(tx, [media_id])
    return True


def _own(tx: Tx, account_id: int, media_id: int) -> Media:
    held = post_media.media(tx, media_id)
    if held is None or held.account_id != account_id or held.profile:
        raise not_found("upload")
    return held
