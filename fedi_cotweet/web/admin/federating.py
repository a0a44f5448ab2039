"""What this server has for its people from elsewhere and of its own: relays and emoji."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import emoji, own_emoji, staff, subscribing
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web.admin.framing import allowed, frame
from fedi_cotweet.web.forms import read_sent
from fedi_cotweet.web.sessions import Viewer, check_form
from fedi_cotweet.web.visits import Visit, as_id, see


async def relays(visit: Visit) -> web.Response:
    """All relays, and the form for another."""
    return await _relays(visit, await allowed(visit, staff.ADMINISTRATOR))


async def add_relay(visit: Visit) -> web.Response:
    """Ask a relay for the public posts of its servers, and offer it ours."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env, by = await visit.own_form(viewer), visit.env, viewer.view.viewer.handle
    wanted = fields.get("address", "").strip()
    try:
        if subscribing.is_inbox(wanted):
            await visit.site.write(
                lambda tx: subscribing.subscribe_to_inbox(tx, env, wanted, by=by)
            )
        else:
            relay = await visit.site.find_actor(wanted)
            await visit.site.write(lambda tx: subscribing.subscribe_to_actor(tx, env, relay, by=by))
    except ServiceError as error:
        return await _relays(visit, viewer, error, wanted)
    return see("/admin/relays?done=add-relay")


async def remove_relay(visit: Visit) -> web.Response:
    """Leave a relay."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env, by = await visit.own_form(viewer), visit.env, viewer.view.viewer.handle
    key = as_id(fields.get("id", ""))
    await visit.site.write(lambda tx: subscribing.unsubscribe(tx, env, key, by=by))
    return see("/admin/relays?done=remove-relay")


async def emoji_here(visit: Visit) -> web.Response:
    """All emoji of this server, and the form for another."""
    return await _emoji(visit, await allowed(visit, staff.ADMINISTRATOR))


async def add_emoji(visit: Visit) -> web.Response:
    """Give this server an emoji, or one of its emoji another picture."""
    viewer, site = await allowed(visit, staff.ADMINISTRATOR), visit.site
    sent = await read_sent(visit.request, site.settings.data, emoji.MAX_OWN_BYTES, 1)
    try:
        token = sent.texts.get("csrf", "")
        check_form(visit.request, site.settings.base_url, token, viewer.view.csrf)
        shortcode = sent.texts.get("shortcode", "")
        if "file" not in sent.files:
            raise ServiceError("no_file", 422, "Choose a picture first.")
        picture = sent.files["file"].file
        await own_emoji.give(site, shortcode, picture, by=viewer.view.viewer.handle)
    except ServiceError as error:
        if error.status == 403:
            raise
        return await _emoji(visit, viewer, error, sent.texts.get("shortcode", ""))
    finally:
        sent.close()
    return see("/admin/emoji?done=add-emoji")


async def remove_emoji(visit: Visit) -> web.Response:
    """Offer an emoji no more; posts that have it keep it."""
    viewer = await allowed(visit, staff.ADMINISTRATOR)
    fields, env, by = await visit.own_form(viewer), visit.env, viewer.view.viewer.handle
    name = fields.get("shortcode", "")
    await visit.site.write(lambda tx: emoji.remove(tx, env, name, by=by))
    return see("/admin/emoji?done=remove-emoji")


async def _relays(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, typed: str = ""
) -> web.Response:
    found = await visit.site.read(subscribing.relays)
    return frame(visit, viewer, "relays", error, found=found, typed=typed)


async def _emoji(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, typed: str = ""
) -> web.Response:
    found = await visit.site.read(lambda tx: emoji.own(tx, visit.env))
    most = emoji.MAX_OWN_BYTES // 1024
    return frame(visit, viewer, "emoji", error, found=found, typed=typed, most=most)
