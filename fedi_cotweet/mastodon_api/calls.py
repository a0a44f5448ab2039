"""One call of the client API: who asks, for whom, with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.mastodon_api.errors import ApiError, not_found
from fedi_cotweet.mastodon_api.parameters import read_body, read_query, shaped
from fedi_cotweet.services import sign_ups, tokens
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.rechecks import Rechecks
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.tokens import Bearer

S = TypeVar("S", bound=msgspec.Struct)

STREAMING: Final = "/api/v1/streaming"

Access = Literal["everybody", "app", "person"]
"""Who may call: anybody, with a token of somebody or without; any token; a person's token."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose token, if it has one, holds and allows it."""

    request: web.Request
    site: Site
    rechecks: Rechecks
    bearer: Bearer | None

    @property
    def env(self) -> Env:
        """Clock, ids and addresses."""
        return self.site.env

    @property
    def viewer_id(self) -> int | None:
        """The account that looks, None: a stranger."""
        return None if self.bearer is None else self.bearer.account_id

    @property
    def account_id(self) -> int:
        """The account that acts; ``ApiError`` (422) for an app that acts for nobody."""
        if self.viewer_id is None:
            raise ApiError(422, "This method requires an authenticated user")
        return self.viewer_id

    def path_id(self, name: str = "id") -> int:
        """An id in the path; what cannot be one is not there."""
        made = read_id(self.request.match_info[name])
        if made is None:
            raise not_found()
        return made

    def window(self, default: int = 20, most: int = 40) -> Window:
        """The page that is asked for. Numbers that are none count as left out."""
        query = self.request.query
        limit = read_id(query.get("limit", "")) or default
        return Window(
            min(max(limit, 1), most),
            before=read_id(query.get("max_id", "")),
            since=read_id(query.get("since_id", "")),
            after=read_id(query.get("min_id", "")),
        )

    def query(self, shape: type[S]) -> S:
        """What the query says."""
        return shaped(shape, read_query(self.request.query))

    async def parameters(self, shape: type[S], *, most_file: int = 0) -> S:
        """What the query and the body say, the body first."""
        return shaped(shape, await self.members(most_file=most_file))

    async def members(self, *, most_file: int = 0) -> dict[str, Any]:
        """The same as a mapping, as it came."""
        body = await read_body(self.request, self.site.settings.data, most_file=most_file)
        return {**read_query(self.request.query), **body}


async def authenticate(
    request: web.Request, site: Site, access: Access, scope: str | None
) -> Bearer | None:
    """Whose token the request carries. ``ApiError``: 401, 403 and 422 as Mastodon has them."""
    token = token_of(request)
    if token is None:
        if access == "everybody":
            return None
        raise ApiError(401, "The access token is invalid")
    now = site.env.now()
    bearer = await site.read(lambda tx: tokens.bearer_of(tx, token, now))
    if bearer is None:
        if await site.read(lambda tx: sign_ups.is_waiting(tx, token)):
            raise ApiError(403, "Your login is currently pending approval")
        raise ApiError(401, await site.read(lambda tx: tokens.why_not(tx, token, now)))
    if access == "person" and bearer.account_id is None:
        raise ApiError(422, "This method requires an authenticated user")
    if not (
        scope is None
        or (access == "everybody" and bearer.account_id is None)
        or any(tokens.allows(bearer.scopes, one) for one in scope.split("|"))
    ):
        raise ApiError(403, "This action is outside the authorized scopes")
    if tokens.is_due(bearer, now):
        await site.write(lambda tx: tokens.note_use(tx, bearer, now))
    return bearer


def token_of(request: web.Request) -> str | None:
    """The access token that a request carries, as it came."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if request.path.startswith(STREAMING):
        return next(iter(protocols(request)), None) or request.query.get("access_token")
    return None


def protocols(request: web.Request) -> list[str]:
    """What a browser wants to speak on a WebSocket: with Mastodon the place for a token, since
    pages cannot set the header that is meant for it."""
    given = request.headers.get("Sec-WebSocket-Protocol", "")
    return [name for part in given.split(",") if (name := part.strip())]
