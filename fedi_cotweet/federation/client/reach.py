"""For whom a post of a client is: ``to`` and the like, as one of our visibilities."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.vocab.reading import ids
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site
from storage.models import Actor

NAMES_OF_PUBLIC: Final = frozenset({PUBLIC, "as:Public", "Public"})
SEEN: Final = ("to", "cc", "audience")
BLIND: Final = ("bto", "bcc")
MOST: Final = 50
"""People whom one post may address."""


@dataclass(frozen=True, slots=True)
class Reach:
    """``named`` are told to everybody who gets the post, ``blind`` to nobody."""

    visibility: str
    named: tuple[Actor, ...]
    blind: tuple[Actor, ...]
    addressed: Mapping[str, tuple[str, ...]]
    """What ``to``, ``cc`` and ``audience`` say, for others to read."""

    @property
    def alone(self) -> bool:
        """Whether the post is for nobody but its author."""
        return self.visibility == "direct" and not self.named and not self.blind


async def reach_of(site: Site, me: Actor, documents: Sequence[Mapping[str, Any]]) -> Reach:
    """For whom what these documents address is: an activity and its object together.

    Raises ``cannot_address`` (422) for a collection that is not the author's followers, and for
    whoever cannot be found.
    """
    given = {
        member: [uri for document in documents for uri in ids(document.get(member))]
        for member in (*SEEN, *BLIND)
    }
    visibility = _visibility(me, given)
    followers = me.followers_uri or f"{me.uri}/followers"
    special = {*NAMES_OF_PUBLIC, followers, me.uri}
    named = [uri for member in SEEN for uri in given[member] if uri not in special]
    blind = [uri for member in BLIND for uri in given[member] if uri not in {*special, *named}]
    if len({*named, *blind}) > MOST:
        raise ServiceError("cannot_address", 422, f"A post addresses at most {MOST} people.")
    addressed = {
        member: tuple(dict.fromkeys(_written(member, uri) for uri in given[member]))
        for member in SEEN
        if given[member]
    }
    return Reach(visibility, await _people(site, named), await _people(site, blind), addressed)


def _written(member: str, uri: str) -> str:
    """Everybody by their full name where servers look whom a post is for."""
    return PUBLIC if uri in NAMES_OF_PUBLIC and member != "audience" else uri


def _visibility(me: Actor, given: Mapping[str, Sequence[str]]) -> str:
    everywhere = {uri for listed in given.values() for uri in listed}
    if not NAMES_OF_PUBLIC.isdisjoint({*given["to"], *given["audience"]}):
        return "public"
    if not NAMES_OF_PUBLIC.isdisjoint(everywhere):
        return "unlisted"
    followers = me.followers_uri or f"{me.uri}/followers"
    return "followers" if followers in everywhere else "direct"


async def _people(site: Site, uris: Sequence[str]) -> tuple[Actor, ...]:
    wanted = list(dict.fromkeys(uris))
    found = await asyncio.gather(*(_person(site, uri) for uri in wanted))
    return tuple({actor.id: actor for actor in found}.values())


async def _person(site: Site, uri: str) -> Actor:
    try:
        return await site.find_actor(uri)
    except ServiceError as error:
        raise ServiceError(
            "cannot_address",
            422,
            f"“{uri[:200]}” is nobody to whom a post can be sent.",
            "Address people, your own followers collection, or as:Public.",
        ) from error
