"""The custom emoji of this server, which its operator chooses."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.api.uploads import read_form
from fedi_cotweet.services import emoji, own_emoji


async def add_emoji(call: Call) -> web.Response:
    """Add an emoji, or give one another picture; posts that have the old one keep it."""
    site = call.site
    form = await read_form(call, emoji.MAX_OWN_BYTES, "shortcode")
    made = await own_emoji.give(site, form.texts.get("shortcode", ""), form.file.file)
    return answer(asdict(made), status=201)


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
