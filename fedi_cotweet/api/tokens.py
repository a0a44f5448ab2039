"""Tokens for apps, made by the operator."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.domain.scopes import DEFAULT, LONGEST
from fedi_cotweet.services import tokens
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewToken:
    """``scopes`` with spaces between them. ``value`` only in development mode."""

    username: str
    scopes: str = field(default=DEFAULT, metadata={"most": LONGEST})
    application: str = field(default="Command line", metadata={"most": 100})
    value: str | None = None


async def create_token(call: Call) -> web.Response:
    """Let an app act for an account. The token is shown in this answer and never again."""
    wanted, env = await call.members(NewToken), call.site.env
    if wanted.value is not None:
        if not call.site.settings.development:
            raise ServiceError(
                "only_in_development",
                422,
                "A token of your choice could be guessed.",
                "Leave the value out; it may be given in development mode only.",
            )
        if not wanted.value.isascii() or not 0 < len(wanted.value) <= tokens.LONGEST:
            raise ServiceError(
                "bad_token", 422, f"A token has 1 to {tokens.LONGEST} ASCII characters."
            )

    def make(tx: Tx) -> tuple[str, tuple[str, ...]]:
        name = wanted.username.removeprefix("@")
        return tokens.mint(tx, env, name, wanted.scopes, app=wanted.application, value=wanted.value)

    token, scopes = await call.site.write(make)
    return answer({"token": token, "scopes": " ".join(scopes)}, status=201)
