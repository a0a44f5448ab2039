"""Tokens for apps, made by the operator."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.domain.scopes import DEFAULT, LONGEST
from fedi_cotweet.services import security, tokens
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.queries import oauth


@dataclass(frozen=True, slots=True)
class NewToken:
    """``scopes`` with spaces between them. ``value`` only in development mode."""

    username: str
    scopes: str = field(default=DEFAULT, metadata={"most": LONGEST})
    application: str = field(default="Command line", metadata={"most": 100})
    value: str | None = None


async def list_tokens(call: Call) -> web.Response:
    """What may act for the account."""
    account_id, env = await call.account_id(), call.site.env
    found = await call.site.read(lambda tx: security.apps_of(tx, env, account_id))
    return answer(
        {
            "tokens": [
                {
                    "id": str(one.token_id),
                    "application": one.name,
                    "website": one.website,
                    "scopes": " ".join(one.scopes),
                    "created_at": one.created_at,
                    "used_at": one.used_at,
                }
                for one in found
            ]
        }
    )


async def revoke_token(call: Call) -> web.Response:
    """End a token of the account; 404 if it has no such one."""
    account_id, env, token_id = await call.account_id(), call.site.env, call.path_id("token")

    def write(tx: Tx) -> None:
        if all(one.token_id != token_id for one in security.apps_of(tx, env, account_id)):
            raise not_found("token")
        oauth.revoke_token(tx, token_id, env.now())

    await call.site.write(write)
    return nothing()


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
