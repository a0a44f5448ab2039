"""A whole site on a real SQLite file, without network: for tests of pages and of the JSON API.

``Courier`` does what federation does between two people of one server: it hands the Offers that
were sent to those who are invited, through the same check and the same use case.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from activitypub.coauthorship.offers import Invitation, check_offer
from activitypub.vocab.reading import parse_strict_json
from fedi_cotweet.services import accounts, invitations
from fedi_cotweet.services.accounts import KeyPairs
from fedi_cotweet.services.env import Addresses, Env, Limits
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.passwords import hash_password
from fedi_cotweet.services.site import Site
from fedi_cotweet.settings import Settings
from storage import migrations
from storage.engine import Tx, open_store
from storage.models import Actor, Post
from storage.queries import actors, consents, posts

BASE = "http://a.example"
HOST = "a.example"
TOKEN = "correct-horse-battery-staple"
PASSWORD = "tea with lemon"


@dataclass
class Clock:
    """Time stands still unless a test moves it."""

    now: int = 1_795_168_800_000

    def __call__(self) -> int:
        return self.now


@dataclass
class People:
    """Who can be found, and who was asked for."""

    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class World:
    """A site with the clock and the record behind it."""

    site: Site
    clock: Clock
    people: People
    woken: list[bool]

    async def account(self, username: str, *, name: str = "", password: bool = False) -> int:
        """Make an account, quickly: the keys are real, but the same for everybody."""
        password_hash = await asyncio.to_thread(hash_password, PASSWORD) if password else None
        keys = await asyncio.to_thread(_keys)
        return await self.site.write(
            lambda tx: accounts.create_account(
                tx,
                self.site.env,
                username=username,
                keys=keys,
                password_hash=password_hash,
                name=name,
            )
        )

    async def deliver_offers(self, post_id: int) -> list[str]:
        """What federation does with Offers between people of one server; the outcomes."""

        def transaction(tx: Tx) -> list[str]:
            post = posts.post(tx, post_id)
            assert post is not None
            outcomes = []
            for sent in consents.offers_for_object(tx, post.uri, "sent"):
                sender, target = actors.actor(tx, sent.sender_id), actors.actor(tx, sent.target_id)
                assert sender is not None
                assert target is not None
                checked = check_offer(
                    parse_strict_json(sent.document),
                    signer=sender.uri,
                    now=self.clock.now,
                    own_actor=self.site.env.addresses.owns,
                )
                assert isinstance(checked, Invitation), checked
                outcomes.append(
                    invitations.receive_offer(
                        tx, self.site.env, checked, sender, target, sent.document
                    )
                )
            return outcomes

        return await self.site.write(transaction)


_made: list[KeyPairs] = []


def _keys() -> KeyPairs:
    if not _made:
        _made.append(accounts.make_keys())
    return _made[0]


async def open_world(folder: Path, *, base: str = BASE) -> AsyncIterator[World]:
    """A site in a folder; closes its store at the end."""
    url = f"sqlite:///{folder / 'cotweet.sqlite3'}"
    await migrations.upgrade(url)
    store = open_store(url)
    clock, people, woken = Clock(), People(), list[bool]()
    env = Env(Addresses(base), replace(Limits(), invite_min_account_age_ms=0), clock=clock)
    settings = Settings(
        data=folder,
        development=base.startswith("http://"),
        base_url=base,
        name="Reading Room",
        description="Slow posts.",
        media_max_bytes=200_000,
    )

    async def find_actor(handle: str) -> Actor:
        people.asked.append(handle)
        username, _, host = handle.partition("@")
        found = await store.read(
            lambda tx: (
                actors.actor_by_uri(tx, handle)
                if "://" in handle
                else actors.actor_by_handle(tx, username, host)
            )
        )
        if found is None:
            raise ServiceError("no_such_person", 404, f"There is no @{handle}.", "Check it.")
        return found

    async def find_post(uri: str) -> Post | None:
        people.asked.append(uri)
        return await store.read(lambda tx: posts.post_by_uri(tx, uri))

    site = Site(settings, env, store, find_actor, find_post, lambda: woken.append(True))
    try:
        yield World(site, clock, people, woken)
    finally:
        await store.close()
