"""Answers of the client API: JSON, pages with ``Link``, and what browsers of others may read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from aiohttp import web

_EXPOSED: Final = ", ".join(
    (
        "Link",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
        "X-Request-Id",
        "Deprecation",
        "Mastodon-Async-Refresh",
    )
)


def answer(document: object, *, status: int = 200) -> web.Response:
    """A document as JSON. It is made for whoever asked: never kept by a cache between."""
    return web.Response(
        body=orjson.dumps(document),
        status=status,
        content_type="application/json",
        charset="utf-8",
        headers={"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"},
    )


def page(
    request: web.Request, base: str, items: Sequence[Any], places: Sequence[int]
) -> web.Response:
    """A page of a list with ``Link`` in both directions.

    ``places`` are the ids by which its items are ordered, newest first, as far as there are any.
    """
    response = answer(items)
    if places:
        kept = [
            (name, value)
            for name, value in request.query.items()
            if name not in ("max_id", "min_id", "since_id")
        ]

        path = request.path.rstrip("/")

        def link(name: str, value: int, rel: str) -> str:
            query = urlencode([*kept, (name, str(value))])
            return f'<{base}{path}?{query}>; rel="{rel}"'

        response.headers["Link"] = ", ".join(
            (link("max_id", min(places), "next"), link("min_id", max(places), "prev"))
        )
    return response


def open_to_browsers(response: web.StreamResponse) -> None:
    """Let pages of any origin read the answer. Tokens are sent by hand, never by the browser."""
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    response.headers.setdefault("Access-Control-Expose-Headers", _EXPOSED)


def preflight(methods: Sequence[str]) -> web.Response:
    """What a browser asks before it lets a page of another origin send a request."""
    response = web.Response(status=204)
    response.headers.update(
        {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ", ".join(sorted({*methods, "OPTIONS"})),
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key",
            "Access-Control-Max-Age": "7200",
        }
    )
    return response
