"""A whole site on a real SQLite file, without network: for tests of pages and of the JSON API.

``Courier`` does what federation does between two people of one server: it hands the Offers that
were sent to those who are invited, through the same check and the same use case.
"""

from __future__ import annotations

import asyncio
import io
import tempfile
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image

from activitypub.coauthorship.offers import Invitation, check_offer
from activitypub.vocab.reading import parse_strict_json
from fedi_cotweet.services import accounts, answers, drafts, follows, invitations
from fedi_cotweet.services import posts as post_services
from fedi_cotweet.services.accounts import KeyPairs
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.env import Addresses, Env, Limits
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.file_stores import on_disk
from fedi_cotweet.services.media import store_remote
from fedi_cotweet.services.passwords import hash_password
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.words import Words
from fedi_cotweet.settings import Settings
from storage import migrations
from storage.engine import Tx, open_store
from storage.models import Actor, Media, Post
from storage.queries import actors, consents, post_media, posts, relations

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
        password_hash = await asyncio.to_thread(_password_hash) if password else None
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

    async def settle_follows(self) -> None:
        """What federation does with follows between people of one server."""

        def transaction(tx: Tx) -> None:
            people = {one.id: one for one in actors.local_actors(tx)}
            for followed in people.values():
                for held in relations.requests_to(tx, followed.id, 100):
                    if held.follower_id in people:
                        follower = people[held.follower_id]
                        follows.receive_follow(tx, self.site.env, follower, followed, held.uri)

        await self.site.write(transaction)

    async def name_of(self, account_id: int) -> str:
        """The name of an account."""
        found = await self.site.read(lambda tx: actors.actor(tx, account_id))
        assert found is not None
        return found.username

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

    async def post(self, author_id: int, text: str, **words: Any) -> int:
        """Publish an ordinary post."""
        said = Words(compose(text, {}, BASE), **words)
        return await self.site.write(
            lambda tx: post_services.create_post(tx, self.site.env, author_id, said)
        )

    async def draft(
        self, author_id: int, co_author_id: int, text: str, *others: int, **words: Any
    ) -> int:
        """A draft whose invites have reached the co-authors, who let anyone invite."""
        said, env = Words(compose(text, {}, BASE), **words), self.site.env
        invited = (co_author_id, *others)

        def transaction(tx: Tx) -> int:
            for account_id in invited:
                accounts.set_invite_policy(tx, env, account_id, "anyone")
            people = actors.actors(tx, invited)
            named = [people[account_id] for account_id in invited]
            return drafts.create_draft(tx, env, author_id, said, named)

        post_id = await self.site.write(transaction)
        assert await self.deliver_offers(post_id) == ["invited"] * len(invited)
        return post_id

    async def anyone_may_invite(self, account_id: int) -> None:
        """An account that takes invites from everybody."""
        env = self.site.env
        await self.site.write(lambda tx: accounts.set_invite_policy(tx, env, account_id, "anyone"))

    async def agree(self, post_id: int, only: int | None = None) -> None:
        """The co-authors accept, or one of them; the stamps are verified as if they had been
        fetched just now."""
        env = self.site.env

        def transaction(tx: Tx) -> None:
            post = posts.post(tx, post_id)
            assert post is not None
            for sent in consents.offers_for_object(tx, post.uri, "sent"):
                if only not in (None, sent.target_id):
                    continue
                received = consents.offer_by_uri(tx, sent.uri, "received")
                assert received is not None
                invitations.accept(tx, env, sent.target_id, received.id, sent.digest)
                stamp = consents.stamp_for_offer(tx, sent.uri)
                assert stamp is not None
                answers.stamp_verified(tx, env, sent.id, stamp.uri, stamp.document, self.clock.now)

        await self.site.write(transaction)

    async def picture(self, account_id: int | None, **columns: Any) -> Media:
        """A stored red square; its row."""
        env, data = self.site.env, self.site.settings.data
        token, media_id = env.token(), env.new_id()
        out = io.BytesIO()
        Image.new("RGB", (8, 4), "red").save(out, "PNG")
        kept = await asyncio.to_thread(
            store_remote, on_disk(data), token, out.getvalue(), "image/png"
        )

        def transaction(tx: Tx) -> Media:
            post_media.add_media(
                tx,
                id=media_id,
                token=token,
                account_id=account_id,
                state="stored",
                media_type=kept.media_type,
                digest=kept.digest,
                size=kept.size,
                width=kept.width,
                height=kept.height,
                path=kept.path,
                created_at=self.clock.now,
                **columns,
            )
            found = post_media.media(tx, media_id)
            assert found is not None
            return found

        return await self.site.write(transaction)


@cache
def _keys() -> KeyPairs:
    return accounts.make_keys()


@cache
def _password_hash() -> str:
    return hash_password(PASSWORD)


@cache
def _empty_database() -> bytes:
    """A file with the current schema and no row: migrations run once."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        asyncio.run(migrations.upgrade(f"sqlite:///{path}"))
        return path.read_bytes()


def _migrated(path: Path) -> None:
    path.write_bytes(_empty_database())


async def open_world(folder: Path, *, base: str = BASE) -> AsyncIterator[World]:
    """A site in a folder; closes its store at the end."""
    path = folder / "cotweet.sqlite3"
    await asyncio.to_thread(_migrated, path)
    url = f"sqlite:///{path}"
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
            raise ServiceError("no_such_actor", 404, f"There is no @{handle}.", "Check it.")
        return found

    async def find_post(uri: str) -> Post | None:
        people.asked.append(uri)
        return await store.read(lambda tx: posts.post_by_uri(tx, uri))

    bell = asyncio.Event()

    def changed(queues: Iterable[str]) -> None:
        woken.append(True)
        if "streams" in queues:
            bell.set()

    site = Site(settings, env, store, find_actor, find_post, changed, streams=bell)
    try:
        yield World(site, clock, people, woken)
    finally:
        await store.close()
