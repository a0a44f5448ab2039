"""Whose changes the acting account agrees to in advance."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import trusting
from fedi_cotweet.services.authoring import find_person


@dataclass(frozen=True, slots=True)
class Whom:
    """``bob@b.example`` or an actor's address."""

    who: str


async def list_trusted(call: Call) -> web.Response:
    """Whose changes are agreed to."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: trusting.listed(tx, account_id))
    return answer({"trusted": found})


async def trust(call: Call) -> web.Response:
    """Agree in advance to what somebody changes in posts written together."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Whom)).who)
    env = call.site.env
    await call.site.write(lambda tx: trusting.trust(tx, env, account_id, person))
    return answer({"actor": person.uri})


async def distrust(call: Call) -> web.Response:
    """Decide about their changes oneself again."""
    account_id = await call.account_id()
    person = await find_person(call.site, (await call.members(Whom)).who)
    await call.site.write(lambda tx: trusting.distrust(tx, account_id, person))
    return answer({"actor": person.uri})
