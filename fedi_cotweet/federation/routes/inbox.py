"""The inboxes."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from activitypub.errors import DocumentError
from activitypub.verdicts import Refused
from activitypub.vocab.terms import ACTIVITY_JSON, is_activitypub_type
from fedi_cotweet.federation.handlers import handle
from fedi_cotweet.federation.handlers.hearsay import ask_origin
from fedi_cotweet.federation.hearing import heard_from
from fedi_cotweet.federation.incoming import (
    Departed,
    Hearsay,
    authenticate,
    refused_before_looking,
)
from fedi_cotweet.federation.key_fetches import NotNow
from fedi_cotweet.federation.routes.answering import (
    CONTEXT,
    caller_of,
    missing,
    not_now,
    problem,
    signed_request,
)
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.federation.synchronising import compare
from storage.errors import StorageError
from storage.queries import actors

JSON_TYPES: Final = frozenset({"application/json", ""})
BODY_WITHIN_S: Final = 30.0
"""Who sends an octet now and then holds a connection no longer than this."""


async def inbox(request: web.Request) -> web.Response:
    """Take an activity. 202: it is on our disk (or none of our business); else what to do.

    400 the body is no activity; 401 it is not signed as it must be, or not by its actor; 408 it did
    not come in time; 413 too large; 415 not an ActivityPub media type; 503 come again later
    (docs/reference/inbox.md).
    """
    context = request.app[CONTEXT]
    barred = refused_before_looking(context.runtime, signed_request(request, b""))
    if barred is not None:
        log.info("inbox_refused", code=barred.code, reason=barred.reason)
        response = problem(401, barred.code, barred.reason)
        response.force_close()  # what else they send is not read either
        return response
    content_type = request.headers.get("Content-Type", "")
    if not is_activitypub_type(content_type) and request.content_type not in JSON_TYPES:
        return problem(415, "media_type", f"Send activities as {ACTIVITY_JSON}.")
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            body = await request.read()
    except TimeoutError:
        response = problem(408, "too_slow", f"Send it within {BODY_WITHIN_S:.0f} seconds.")
        response.force_close()
        return response
    except web.HTTPRequestEntityTooLarge:
        limit = context.runtime.settings.max_body_bytes
        return problem(413, "too_large", f"An activity has at most {limit} bytes here.")
    except web.RequestPayloadError:
        return problem(400, DocumentError.code, "The body's compression or framing is broken.")
    recipient = None
    name = request.match_info.get("name")
    if name is not None:
        account = await context.runtime.store.read(lambda tx: actors.present_account(tx, name))
        if account is None:
            return missing()
        recipient = account.id
    try:
        incoming = await authenticate(
            context.runtime,
            context.directory,
            signed_request(request, body),
            recipient,
            caller_of(request),
        )
        if isinstance(incoming, NotNow):
            log.info("inbox_not_now", reason=incoming.reason)
            return not_now(incoming)
        if isinstance(incoming, Departed):
            log.info("inbox_departed", actor=incoming.actor_uri)
            return web.Response(status=202)
        if isinstance(incoming, Refused):
            log.info("inbox_refused", code=incoming.code, reason=incoming.reason)
            return problem(401, incoming.code, incoming.reason)
        await heard_from(context.runtime, incoming.signer)
        if isinstance(incoming, Hearsay):
            if not await ask_origin(context, incoming):
                code, reason = "not_the_actor", "the activity is not by who signed the request"
                return problem(401, code, reason)
            return web.Response(status=202)
        await handle(context, incoming)
        await compare(context, incoming)
    except DocumentError as error:
        log.info("inbox_bad_document", code=error.code, reason=error.safe)
        return problem(400, error.code, error.safe)
    except StorageError as error:
        # Not acknowledged, so not lost: a full disk or a busy database answers 503.
        log.warning("inbox_not_stored", code=error.code, detail=error.detail)
        return problem(error.status, error.code, error.safe)
    return web.Response(status=202)
