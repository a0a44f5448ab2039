"""What authors keep of a co-tweet: the consent log, an export. And how co-tweets end here."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import consent_log, degrading, exports, lookups
from fedi_cotweet.services.errors import ServiceError


async def log(call: Call) -> web.Response:
    """The consent log of a co-tweet, for its authors."""
    account_id = await call.account_id()
    number = await naming.talk_id(call, account_id)
    return answer(await call.site.read(lambda tx: consent_log.for_author(tx, account_id, number)))


async def moderate_log(call: Call) -> web.Response:
    """The same for the operator, of any co-tweet by an id or an address of it (``?uri=``)."""
    given = call.request.query.get("uri")
    if not given:
        raise ServiceError("bad_query", 422, "Say which post: ?uri=IDENTIFIER")
    found = await lookups.find(call.site, None, given)
    uri = given if found is None else found.uri
    return answer(await call.site.read(lambda tx: consent_log.for_moderator(tx, uri)))


async def export(call: Call) -> web.Response:
    """What the account agreed to be an author of."""
    account_id, before = await call.account_id(), call.before()
    given = call.request.query.get("uri")
    found = await lookups.find(call.site, account_id, given) if given else None
    uri = given if found is None else found.uri
    return answer(
        await call.site.read(
            lambda tx: exports.export(tx, account_id, before=before, object_uri=uri or None)
        )
    )


async def degrade_outlook(call: Call) -> web.Response:
    """What ending co-tweets would do. Changes nothing."""
    return answer(await call.site.read(degrading.outlook))


async def degrade(call: Call) -> web.Response:
    """One step towards the end of co-tweets here; call again while something is left."""
    env = call.site.env
    return answer(await call.site.write(lambda tx: degrading.step(tx, env)))
