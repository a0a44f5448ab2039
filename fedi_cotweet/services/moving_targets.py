"""Where somebody wants to go on."""

from __future__ import annotations

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from storage.models import Actor


async def just_fetched(site: Site, handle: str) -> Actor:
    """Somebody as their server says that they are now: an alias may be new, or gone."""
    person = await find_person(site, handle)
    if person.local:
        return person
    fresh = await site.find_actor_now(person.uri)
    if fresh.fetched_at < site.env.now() - MINUTE:
        raise ServiceError(
            "no_such_actor",
            404,
            say("The server of {who} does not answer.", who=f"@{fresh.username}@{fresh.host}"),
            "Try again later: it has to say that the account is yours.",
        )
    return fresh
