"""What federation works with: the store, the clients, keys, and the bells that wake the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import structlog

from activitypub.shell.client import FederationClient
from activitypub.signatures.keys import SigningKey, load_private
from fedi_cotweet.services.accounts import INSTANCE_USERNAME, proving_key_id
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import Queue, noticing
from fedi_cotweet.services.host_rules import HostRules
from fedi_cotweet.services.viewing import Views
from fedi_cotweet.settings import Settings
from storage.engine import Store, Tx
from storage.queries import actors

T = TypeVar("T")

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.federation")


@dataclass(slots=True)
class Bells:
    """Set when there is new work; workers wait for them, and look anyway now and then."""

    outbox: asyncio.Event = field(default_factory=asyncio.Event)
    jobs: asyncio.Event = field(default_factory=asyncio.Event)
    deliveries: asyncio.Event = field(default_factory=asyncio.Event)
    streams: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, queues: Iterable[Queue] = ("outbox", "jobs", "deliveries")) -> None:
        """There is something to do in these queues."""
        for queue in queues:
            bell: asyncio.Event = getattr(self, queue)
            bell.set()


@dataclass(slots=True)
class Keys:
    """Signing keys of local actors, loaded once."""

    store: Store
    env: Env
    _rsa: dict[int, SigningKey] = field(default_factory=dict)
    _ed25519: dict[int, SigningKey] = field(default_factory=dict)
    _former: dict[str, SigningKey] = field(default_factory=dict)
    _instance: int | None = None

    async def rsa(self, account_id: int) -> SigningKey:
        """The key that signs an account's requests. ``LookupError`` for no account."""
        if account_id not in self._rsa:
            await self._load(account_id)
        return self._rsa[account_id]

    async def ed25519(self, account_id: int) -> SigningKey:
        """The key that makes an account's proofs."""
        if account_id not in self._ed25519:
            await self._load(account_id)
        return self._ed25519[account_id]

    async def former(self, account_id: int, activity_uri: str) -> SigningKey | None:
        """The key before the present one, if this activity announces the present one."""
        await self.rsa(account_id)
        return self._former.get(activity_uri)

    def forget(self, account_id: int) -> None:
        """The account may have new keys."""
        self._rsa.pop(account_id, None)
        self._ed25519.pop(account_id, None)

    async def instance_id(self) -> int:
        """The instance actor's account."""
        if self._instance is None:
            found = await self.store.read(lambda tx: actors.account_by_name(tx, INSTANCE_USERNAME))
            if found is None:
                raise LookupError("this database has no instance actor; run: fedi-cotweet up")
            self._instance = found.id
        return self._instance

    async def instance(self) -> SigningKey:
        """The key that signs fetches which nobody asked for in person."""
        return await self.rsa(await self.instance_id())

    async def _load(self, account_id: int) -> None:
        def query(tx: Tx) -> tuple[str, str, str, str, str | None, str | None]:
            account, actor = actors.account_of(tx, account_id), actors.actor(tx, account_id)
            if account is None or actor is None:
                raise LookupError(f"no account {account_id}")
            return (
                actor.uri,
                account.rsa_private,
                account.ed25519_private,
                proving_key_id(account, actor),
                account.former_rsa_private,
                account.rotation_uri,
            )

        uri, rsa, ed25519, proving, former, rotation = await self.store.read(query)
        self._rsa[account_id] = SigningKey(f"{uri}#main-key", load_private(rsa))
        self._ed25519[account_id] = SigningKey(proving, load_private(ed25519))
        if former is not None and rotation is not None:
            self._former[rotation] = SigningKey(f"{uri}#main-key", load_private(former))


@dataclass(slots=True)
class Runtime:
    """One server's federation. Belongs to one event loop."""

    settings: Settings
    env: Env
    store: Store
    client: FederationClient
    anonymous: FederationClient
    """Fetches without signature and without naming this software (FEP-af48, Publication)."""
    keys: Keys
    rules: HostRules = field(default_factory=HostRules)
    bells: Bells = field(default_factory=Bells)
    views: Views = field(default_factory=Views)
    swept_at: int = 0
    """When this process looked last for files that are nobody's any more."""
    away: set[str] = field(default_factory=set)
    """Servers to which the last delivery failed, as far as this process knows (``hearing``)."""

    async def write(self, fn: Callable[[Tx], T]) -> T:
        """A transaction that may make work: those who do it are woken after its commit."""
        result, queues = await self.store.write(noticing(fn))
        self.bells.ring(queues)
        return result

    def is_own(self, uri: str) -> bool:
        """Whether an identifier is of this server."""
        return self.env.addresses.owns(uri)
