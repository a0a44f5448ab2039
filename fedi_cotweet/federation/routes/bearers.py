"""Who asks with a token of OAuth, and what it lets them do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from activitypub.errors import DocumentError
from fedi_cotweet.federation.routes.answering import CONTEXT, problem
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import tokens
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.errors import StorageError
from storage.models import Actor
from storage.queries import actors

READ: Final = "read"
"""What an inbox or an outbox holds is a bit of everything: a part of the scope is not enough."""
CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Location, Retry-After, WWW-Authenticate",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedError(Exception):
    """A request that is answered with an error: ``ServiceError``s are about its content, this one
    is about who asks."""

    def __init__(self, status: int, code: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.reason = reason


def has_token(request: web.Request) -> bool:
    """Whether the request comes with a bearer token, good or not."""
    return request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer"


async def bearer(request: web.Request, scope: str) -> Actor:
    """Who asks. ``RefusedError``: 401 without a token that holds, 403 if it does not allow it."""
    context = request.app[CONTEXT]
    if not has_token(request):
        raise RefusedError(401, "no_token", "Sign in, and send the access token.")
    given = request.headers["Authorization"].partition(" ")[2].strip()
    now = context.env.now()

    def query(tx: Tx) -> tuple[tokens.Bearer, Actor] | None:
        held = tokens.bearer_of(tx, given, now)
        actor = None if held is None else actors.actor(tx, held.account_id or 0)
        return None if held is None or actor is None else (held, actor)

    found = await context.runtime.store.read(query)
    if found is None or found[1].suspended_at is not None or found[1].gone_at is not None:
        raise RefusedError(401, "bad_token", "The access token is not valid, or acts for nobody.")
    held, actor = found
    if not tokens.allows(held.scopes, scope):
        raise RefusedError(403, "insufficient_scope", f"The access token needs the scope {scope}.")
    if tokens.is_due(held, now):
        await context.runtime.write(lambda tx: tokens.note_use(tx, held, now))
    return actor


async def owner(request: web.Request, scope: str) -> Actor:
    """The same of somebody at their own address; 403 for anybody else."""
    actor = await bearer(request, scope)
    if actor.username != request.match_info["name"]:
        raise RefusedError(403, "not_yours", "This is somebody else's.")
    return actor


async def owner_or_none(request: web.Request, scope: str) -> Actor | None:
    """The same, None for anybody else."""
    try:
        return await owner(request, scope)
    except RefusedError:
        return None


async def reader(request: web.Request) -> Actor | None:
    """Who reads with a token that lets them, if anybody does."""
    if not has_token(request):
        return None
    try:
        return await bearer(request, "read:statuses")
    except RefusedError:
        return None


def allowed(handler: Handler) -> Handler:
    """A handler whose answers pages of any origin may read: with the token that they send, or as a
    stranger. A browser sends no cookie of ours there."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = await handler(request)
        response.headers.update(CORS)
        return response

    return answer


def answered(handler: Handler) -> Handler:
    """A handler for people's programs: what it refuses is said in words, to pages of any origin."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except RefusedError as refused:
            response = problem(refused.status, refused.code, refused.reason)
            if refused.status in (401, 403):
                error = "insufficient_scope" if refused.status == 403 else "invalid_token"
                response.headers["WWW-Authenticate"] = (
                    f'Bearer realm="fedi_cotweet", error="{error}"'
                )
        except ServiceError as error:
            response = problem(error.status, error.code, f"{error.safe} {error.fix}".strip())
        except DocumentError as error:
            response = problem(400, error.code, error.safe)
        except web.HTTPRequestEntityTooLarge:
            response = problem(413, "too_large", "The request is too large.")
        except web.RequestPayloadError:
            response = problem(400, "bad_body", "The request's body cannot be read.")
        except StorageError as error:
            log.warning("client_not_served", code=error.code, detail=error.detail)
            response = problem(error.status, error.code, error.safe)
        response.headers.update(CORS)
        return response

    return answer


async def preflight(_: web.Request) -> web.StreamResponse:
    """What a browser asks before a page of another origin may send a token."""
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept",
        "Access-Control-Max-Age": "7200",
    }
    return web.Response(status=204, headers=headers)
