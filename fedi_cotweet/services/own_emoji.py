"""Giving this server an emoji: a file becomes one for everybody here."""

from __future__ import annotations

from typing import BinaryIO

from fedi_cotweet.services import decoding, emoji
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import store_upload
from fedi_cotweet.services.pictures import OF_EMOJI
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.staff_log import OPERATOR
from storage.engine import Tx


async def give(site: Site, shortcode: str, file: BinaryIO, *, by: str = OPERATOR) -> emoji.OwnEmoji:
    """Add an emoji, or give one another picture; posts that have the old one keep it.

    Raises ``bad_shortcode``, ``not_a_picture`` (422), ``file_too_large`` (413).
    """
    code = emoji.check_shortcode(shortcode)
    found = await decoding.aside(decoding.read, file, OF_EMOJI)
    emoji.check_type(found.media_type)
    token = site.env.token()
    stored = await decoding.aside(
        store_upload, files_of(site.settings), token, file, emoji.MAX_OWN_BYTES, OF_EMOJI
    )

    def write(tx: Tx) -> emoji.OwnEmoji:
        return emoji.add(tx, site.env, code, token, stored, by=by)

    return await site.write(write)
