"""The relays of this server, which its operator chooses."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.services import subscribing
from fedi_cotweet.services.views import RelayView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewRelay:
    """``address``: its inbox (Mastodon's kind), or that of its actor (LitePub's)."""

    address: str


async def add_relay(call: Call) -> web.Response:
    """Ask a relay for the public posts of its servers, and offer it ours."""
    env, wanted = call.site.env, (await call.members(NewRelay)).address.strip()
    if subscribing.is_inbox(wanted):
        made = await call.site.write(lambda tx: subscribing.subscribe_to_inbox(tx, env, wanted))
        return answer(made, status=201)
    relay = await call.site.find_actor(wanted)

    def ask(tx: Tx) -> RelayView:
        return subscribing.subscribe_to_actor(tx, env, relay)

    return answer(await call.site.write(ask), status=201)


async def list_relays(call: Call) -> web.Response:
    """All relays of this server, the oldest first."""
    return answer({"relays": await call.site.read(subscribing.relays)})


async def remove_relay(call: Call) -> web.Response:
    """Leave a relay."""
    env, key = call.site.env, call.path_id("relay")
    await call.site.write(lambda tx: subscribing.unsubscribe(tx, env, key))
    return nothing()
