"""How these routes read requests and answer them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from aiohttp import web

from activitypub.signatures.request import SignedRequest
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.federation.handlers import Context
from fedi_cotweet.federation.hearing import Hearing
from fedi_cotweet.federation.key_fetches import Caller, NotNow
from fedi_cotweet.services.attempts import comes_from_nowhere, counted_address

CONTEXT: Final = web.AppKey("federation_context", Context)
HEARING: Final = web.AppKey("federation_hearing", Hearing)


def constant(body: bytes, media_type: str) -> Route:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            body=body,
            headers={"Content-Type": media_type, "Access-Control-Allow-Origin": "*"},
        )

    return answer


def json_answer(
    document: Any,
    *,
    status: int = 200,
    media_type: str = ACTIVITY_JSON,
    cache: str = "public, max-age=30",
    vary: str = "Accept",
) -> web.Response:
    return web.Response(
        status=status,
        body=orjson.dumps(document),
        headers={
            "Content-Type": media_type,
            "Cache-Control": cache,
            "Vary": vary,
            "X-Content-Type-Options": "nosniff",
        },
    )


def problem(status: int, code: str, reason: str, **headers: str) -> web.Response:
    """An error for a program: what was wrong, in words that are safe to show."""
    return web.Response(
        status=status,
        body=orjson.dumps({"error": code, "message": reason}),
        headers={"Content-Type": "application/json", "Cache-Control": "no-store", **headers},
    )


def not_now(later: NotNow) -> web.Response:
    """Whoever signed may be who they say: their key cannot be had at present."""
    return problem(503, "key_unavailable", later.reason, **{"Retry-After": str(later.wait)})


def missing() -> web.Response:
    return problem(404, "not_found", "There is nothing here.")


def signed_request(request: web.Request, body: bytes) -> SignedRequest:
    base = request.app[CONTEXT].env.addresses.base
    return SignedRequest.of(
        request.method,
        base + request.raw_path,
        [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers],
        body,
    )


def caller_of(request: web.Request) -> Caller:
    """Where a request comes from; nowhere if all come from a proxy that does not tell."""
    settings = request.app[CONTEXT].runtime.settings
    nowhere = comes_from_nowhere(request, settings)
    return Caller("" if nowhere else counted_address(request, settings))


def wants_page(request: web.Request) -> bool:
    """Whether a browser asks: HTML is named in ``Accept`` before any ActivityPub type."""
    for part in request.headers.get("Accept", "").split(","):
        name = part.partition(";")[0].strip().lower()
        if name in ("application/activity+json", "application/ld+json", "application/json"):
            return False
        if name in ("text/html", "application/xhtml+xml"):
            return True
    return False


def number(text: str) -> int | None:
    """An id in decimal digits that the database can hold, or None."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19):
        return None
    number = int(text)
    return number if number < 2**63 else None


Route = Callable[[web.Request], Awaitable[web.StreamResponse]]
