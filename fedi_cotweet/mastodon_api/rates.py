"""How often apps may ask, said in every answer as Mastodon says it (``X-RateLimit-*``).

Kept in this process. Mastodon's numbers: requests per account or address in five minutes, uploads
and deletions per account, and sign-ups per address, in thirty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.services.attempts import Quota, counted_address
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.tokens import Bearer

WINDOW: Final = 5 * MINUTE
LONG_WINDOW: Final = 30 * MINUTE
UPLOADS: Final = 30
DELETIONS: Final = 30
_UPLOADS: Final = frozenset({("POST", "/api/v1/media"), ("POST", "/api/v2/media")})
_SIGN_UP: Final = ("POST", "/api/v1/accounts")
_DELETIONS: Final = frozenset(
    {("DELETE", "/api/v1/statuses/{id}"), ("POST", "/api/v1/statuses/{id}/unreblog")}
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a request was counted in, for its answer."""

    quota: Quota
    who: str


class Rates:
    """The counts of one process."""

    def __init__(self, site: Site) -> None:
        self._settings = settings = site.settings
        self._people = Quota(settings.api_requests, WINDOW)
        self._strangers = Quota(settings.api_requests_of_strangers, WINDOW)
        self._sign_ups = site.sign_ups
        self._uploads = Quota(UPLOADS, LONG_WINDOW)
        self._deletions = Quota(DELETIONS, LONG_WINDOW)

    def take(
        self, request: web.Request, operation: tuple[str, str], bearer: Bearer | None, now: int
    ) -> Taken:
        """Count a request. ``ApiError`` (429) with the headers when it is one too many."""
        taken = self._counted_in(request, operation, bearer)
        for one in taken:
            if one.quota.take(one.who, now):
                raise ApiError(429, "Too many requests", headers=headers(one, now))
        return taken[-1]

    def _counted_in(
        self, request: web.Request, operation: tuple[str, str], bearer: Bearer | None
    ) -> Sequence[Taken]:
        if bearer is None or bearer.account_id is None:
            address = counted_address(request, self._settings)
            counted = [Taken(self._strangers, address)]
            if operation == _SIGN_UP:
                counted.append(Taken(self._sign_ups, address))
            return counted
        who = str(bearer.account_id)
        counted = [Taken(self._people, who)]
        if operation in _UPLOADS:
            counted.append(Taken(self._uploads, who))
        if operation in _DELETIONS:
            counted.append(Taken(self._deletions, who))
        return counted


def headers(taken: Taken, now: int) -> Mapping[str, str]:
    """What an answer says of the count that its request was taken in."""
    left, again_at = taken.quota.standing(taken.who, now)
    return {
        "X-RateLimit-Limit": str(taken.quota.most),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset": moment(again_at),
    }
