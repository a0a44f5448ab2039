"""What an operation is: where, for whom, with which scope, and what does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.mastodon_api.calls import Access, Call

Endpoint = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Operation:
    """``scope``: what a token must allow, several with ``|`` between them: one is enough."""

    method: str
    path: str
    access: Access
    scope: str | None
    endpoint: Endpoint
