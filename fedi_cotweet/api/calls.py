"""One call of the API: who asks, as whom, and with what."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from aiohttp import web

from fedi_cotweet.api.members import read_members, read_object
from fedi_cotweet.domain.ids import LARGEST, read_id
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services.accounts import account_named
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors

M = TypeVar("M")

MAX_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """A request that carried the operator's token."""

    request: web.Request
    site: Site
    rechecks: Rechecks

    async def account_id(self) -> int:
        """The account this call acts for: ``X-Account``, else the only person's.

        Raises ``no_such_account`` (404), ``account_needed`` (422).
        """
        name = self.request.headers.get("X-Account", "").strip().removeprefix("@")
        name = name.removesuffix(f"@{self.site.settings.host}")

        def find(tx: Tx) -> Account:
            if name:
                return account_named(tx, name)
            people = [account for account in actors.accounts(tx) if not account.service]
            if len(people) != 1:
                raise _account_needed([account.username for account in people])
            return people[0]

        return (await self.site.read(find)).id

    async def members(self, shape: type[M]) -> M:
        """The body as ``shape`` (see ``members``)."""
        return read_members(shape, await self._object())

    async def _object(self) -> dict[str, Any]:
        length = self.request.content_length
        body = bytearray()
        if length is not None and length > MAX_BODY:
            raise web.HTTPRequestEntityTooLarge(MAX_BODY, length)
        async for chunk in self.request.content.iter_chunked(65_536):
            body += chunk
            if len(body) > MAX_BODY:
                raise web.HTTPRequestEntityTooLarge(MAX_BODY, len(body))
        return read_object(bytes(body))

    def path_id(self, what: str) -> int:
        """The id in the path; what cannot be an id is not there."""
        made = read_id(self.request.match_info["id"])
        if made is None:
            raise not_found(what)
        return made

    def query_number(self, name: str, *, low: int, high: int) -> int | None:
        """A number of the query, or None. Raises ``bad_query`` (422)."""
        given = self.request.query.get(name)
        if given is None:
            return None
        number = read_id(given)
        if number is None or not low <= number <= high:
            raise ServiceError(
                "bad_query", 422, f"“{name}” must be a whole number from {low} to {high}."
            )
        return number

    def before(self) -> int | None:
        """The id before which a page begins."""
        return self.query_number("before", low=0, high=LARGEST)

    def window(self, limit: int = 20) -> Window:
        """The page that ``before`` and ``limit`` ask for."""
        asked = self.query_number("limit", low=1, high=100)
        return Window(asked or limit, before=self.before())


def authorise(request: web.Request, token: bytes) -> None:
    """Let only the holder of the operator's token pass; compared in constant time."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), token)
    if scheme.lower() != "bearer" or not right:
        raise ServiceError(
            "unauthorized",
            401,
            "This needs the operator's token.",
            "Send “Authorization: Bearer TOKEN”, the text of operator.token in the data folder.",
        )


def answer(view: object, *, status: int = 200) -> web.Response:
    """A view, or a mapping with views in it, as JSON. It belongs to one person: never cached."""
    return web.Response(
        body=orjson.dumps(view) + b"\n",
        status=status,
        content_type="application/json",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


def nothing() -> web.Response:
    """Done, and there is nothing to show."""
    return web.Response(status=204)


def _account_needed(names: list[str]) -> ServiceError:
    if not names:
        return ServiceError(
            "account_needed",
            422,
            "This server has no account yet.",
            "Make one: fedi-cotweet account create NAME",
        )
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return ServiceError(
        "account_needed",
        422,
        "This server has several accounts: say which one acts.",
        f"Use --as NAME (or the header X-Account). There are: {shown}.",
    )
