"""Pictures that people upload for later posts: kept, described, thrown away."""

from __future__ import annotations

from typing import BinaryIO

from fedi_cotweet.services import decoding
from fedi_cotweet.services.describing import check_alt, read_focus
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.media import store_upload
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Media
from storage.queries import post_media


async def keep(
    site: Site,
    account_id: int,
    source: BinaryIO,
    *,
    alt: str = "",
    focus: str = "",
) -> Media:
    """Keep a picture of somebody's; its id can stand in ``media_ids`` of a post.

    Raises ``bad_alt``, ``bad_focus``, ``not_a_picture``, ``picture_too_large``, ``hides_a_file``,
    ``file_too_demanding`` (422) and ``file_too_large`` (413).
    """
    check_alt(alt)
    x, y = read_focus(focus) if focus else (None, None)
    token, media_id, most = site.env.token(), site.env.new_id(), site.settings.media_max_bytes
    stored = await decoding.aside(store_upload, site.settings.data, token, source, most)

    def write(tx: Tx) -> Media:
        post_media.add_media(
            tx,
            id=media_id,
            token=token,
            account_id=account_id,
            state="stored",
            media_type=stored.media_type,
            digest=stored.digest,
            size=stored.size,
            width=stored.width,
            height=stored.height,
            alt=alt,
            blurhash=stored.blurhash,
            focal_x=x,
            focal_y=y,
            path=stored.path,
            created_at=site.env.now(),
        )
        return unused(tx, account_id, media_id)

    return await site.write(write)


def unused(tx: Tx, account_id: int, media_id: int) -> Media:
    """An upload of somebody's that is in no post yet. ``not_found`` (404)."""
    held = _own(tx, account_id, media_id)
    if held.post_id is not None:
        raise not_found("upload")
    return held


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
