"""What authors keep of a co-tweet: the consent log, an export. And how co-tweets end here."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, as_id
from fedi_cotweet.services import consent_log, degrading, exports
from fedi_cotweet.services.consent_log import ConsentLogView
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.queries import posts


async def log(call: Call) -> web.Response:
    """The consent log of a co-tweet, for its authors."""
    account_id, number = await call.account_id(), call.path_id("co-tweet")
    return answer(await call.site.read(lambda tx: consent_log.for_author(tx, account_id, number)))


async def moderate_log(call: Call) -> web.Response:
    """The same for the operator, of any object by its identifier or id here (``?uri=``)."""
    given = call.request.query.get("uri")
    if not given:
        raise ServiceError("bad_query", 422, "Say which post: ?uri=IDENTIFIER")

    def find(tx: Tx) -> ConsentLogView:
        number = as_id(given)
        post = posts.post(tx, number) if number is not None else None
        if number is not None and post is None:
            raise not_found("co-tweet")
        return consent_log.for_moderator(tx, given if post is None else post.uri)

    return answer(await call.site.read(find))


async def export(call: Call) -> web.Response:
    """What the account agreed to be an author of."""
    account_id, before = await call.account_id(), call.before()
    uri = call.request.query.get("uri")
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
