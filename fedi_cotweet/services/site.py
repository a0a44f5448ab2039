"""What pages and APIs work with. Finding things elsewhere is given to them as functions."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.attempts import Attempts, Quota
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import Queue, noticing
from fedi_cotweet.services.host_rules import HostRules
from fedi_cotweet.services.statistics import NOBODY_ASKED, Asked
from fedi_cotweet.services.viewing import Views
from fedi_cotweet.settings import Settings
from storage.engine import Store, Tx
from storage.models import Actor, Post

T = TypeVar("T")

HASHING_AT_ONCE = 2
SIGN_UP_WINDOW = 30 * MINUTE


async def nobody_is_asked(account_id: int, post_id: int) -> Asked:
    """For a site without network."""
    return NOBODY_ASKED


async def nobody_is_found(text: str) -> Actor:
    """The same for people."""
    raise ServiceError("no_such_actor", 404, say("Nobody was found for “{text}”.", text=text))


async def nobody_says(handle: str) -> Mapping[str, str] | None:
    """For a site without network: no server says where its people begin."""
    return None


@dataclass(frozen=True, slots=True)
class Site:
    """One server, as its pages and APIs see it.

    ``find_actor`` takes a handle (``bob@b.example``) or an actor's address and raises
    ``ServiceError`` when there is nobody; ``find_post`` takes a post's address and returns None
    when there is none. ``ask_statistics`` asks the other authors' servers, for an account and a
    post of its. All three may use the network. ``views`` counts what is shown. ``changed`` wakes
    the workers after a write.
    """

    settings: Settings
    env: Env
    store: Store
    find_actor: Callable[[str], Awaitable[Actor]]
    find_post: Callable[[str], Awaitable[Post | None]]
    changed: Callable[[Iterable[Queue]], None]
    find_actor_now: Callable[[str], Awaitable[Actor]] = nobody_is_found
    """As ``find_actor``, and asks their server again if that answers."""
    rules: HostRules = field(default_factory=HostRules)
    ask_statistics: Callable[[int, int], Awaitable[Asked]] = nobody_is_asked
    ask_home: Callable[[str], Awaitable[Mapping[str, str] | None]] = nobody_says
    """Where the server of a handle lets its people begin (``activitypub.discovery.intents``); None
    when it does not answer, or knows nobody of that name."""
    views: Views = field(default_factory=Views)
    streams: asyncio.Event = field(default_factory=asyncio.Event)
    """Rung by ``changed`` when there is something to tell those who listen."""
    attempts: Attempts = field(default_factory=Attempts)
    """At passwords, on pages and by apps together."""
    sign_ups: Quota = field(init=False)
    """Accounts that were asked for, on pages and by apps together, by address."""
    hashing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(HASHING_AT_ONCE))
    """Held while a password is checked: each check takes 19 MiB."""

    def __post_init__(self) -> None:
        quota = Quota(self.settings.sign_ups_per_address, SIGN_UP_WINDOW)
        object.__setattr__(self, "sign_ups", quota)

    async def read(self, fn: Callable[[Tx], T]) -> T:
        """One consistent snapshot."""
        return await self.store.read(fn)

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """One transaction; those who do the work it makes are woken after its commit."""
        result, queues = await self.store.write(noticing(fn))
        self.changed(queues)
        return result
