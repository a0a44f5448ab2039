"""How programs are answered: JSON, from any website (CORS), never kept."""

from __future__ import annotations

import math
from typing import Any

import orjson
from aiohttp import web

from fedi_cotweet.services.oauth_errors import OAuthError

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate",
}
PREFLIGHT = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}
"""Without credentials: a website gets nothing here that a browser's cookies would give it."""


def answer(document: Any, *, status: int = 200) -> web.Response:
    """A JSON answer that nothing on its way may keep (RFC 6749, 5.1)."""
    return web.Response(
        body=orjson.dumps(document),
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} | CORS,
    )


def refused(error: OAuthError) -> web.Response:
    """A refusal of RFC 6749, 5.2."""
    response = answer(
        {"error": error.code, "error_description": error.description}, status=error.status
    )
    if error.status == 401:
        response.headers["WWW-Authenticate"] = f'Bearer error="{error.code}"'
    return response


def failed(status: int, message: str) -> web.Response:
    """An error as Mastodon's API says it."""
    response = answer({"error": message}, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return response


def too_often(wait: int) -> web.Response:
    """Come back in ``wait`` milliseconds."""
    response = failed(429, "Too many requests")
    response.headers["Retry-After"] = str(math.ceil(wait / 1_000))
    return response
