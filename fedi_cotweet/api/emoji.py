"""The custom emoji of this server, which its operator chooses."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.uploads import read_form
from fedi_cotweet.services import decoding, emoji
from fedi_cotweet.services.file_stores import files_of
from fedi_cotweet.services.media import store_upload
from fedi_cotweet.services.pictures import OF_EMOJI
from storage.engine import Tx


async def add_emoji(call: Call) -> web.Response:
    """Add an emoji, or give one another picture; posts that have the old one keep it."""
    site = call.site
    form = await read_form(call, emoji.MAX_OWN_BYTES, "shortcode")
    shortcode = emoji.check_shortcode(form.texts.get("shortcode", ""))
    found = await decoding.aside(decoding.read, form.file.file, OF_EMOJI)
    emoji.check_type(found.media_type)
    token = site.env.token()
    stored = await decoding.aside(
        store_upload, files_of(site.settings), token, form.file.file, emoji.MAX_OWN_BYTES, OF_EMOJI
    )

    def write(tx: Tx) -> emoji.OwnEmoji:
        return emoji.add(tx, site.env, shortcode, token, stored)

    return answer(asdict(await site.write(write)), status=201)


async def list_emoji(call: Call) -> web.Response:
    """All emoji of this server, by name."""
    env = call.site.env
    found = await call.site.read(lambda tx: emoji.own(tx, env))
    return answer({"emoji": found})


async def remove_emoji(call: Call) -> web.Response:
    """Offer an emoji no more; posts that have it keep it."""
    shortcode = emoji.check_shortcode(call.request.match_info["shortcode"])
    await call.site.write(lambda tx: emoji.remove(tx, call.site.env, shortcode))
    return nothing()
