"""Fetching and sending for the plain server. What is fetched is judged before it is believed."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import orjson

from activitypub import origins
from activitypub.activities.follow import build_follow
from activitypub.discovery import parse_handle, parse_jrd
from activitypub.errors import DocumentError
from activitypub.shell.client import FederationClient
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.verdicts import Fetched, Refused
from demo.plain_server import records, rules
from demo.plain_server.records import Actor
from demo.plain_server.store import Store


class Network:
    """The people here as the network sees them: their keys, and what is done in their names."""

    def __init__(
        self, base: str, store: Store, client: FederationClient, clock: Callable[[], int]
    ) -> None:
        self._base, self._store, self._client, self._clock = base, store, client, clock

    async def signing_key(self, person: str) -> SigningKey:
        pem = await self._store.run(lambda tx: records.private_key(tx, person))
        if pem is None:
            raise LookupError(f"nobody here is called {person}")
        return SigningKey(f"{self._base}/users/{person}#main-key", load_private(pem))

    async def get(self, url: str, person: str) -> Fetched:
        """Fetch, signed by somebody here."""
        return await self._client.get(url, key=await self.signing_key(person))

    async def key_owner(self, key_id: str, person: str, *, anew: bool = False) -> Actor | Refused:
        """Whose key that is: known already, or fetched, ``person`` signing.

        Refused as ``unreachable`` when no server answered, which says nothing about the key.
        """
        known = await self._store.run(lambda tx: records.actor_by_key(tx, key_id))
        if known is not None and not anew:
            return known
        owner = await self.actor(key_id.partition("#")[0], person)
        if isinstance(owner, Refused):
            return owner
        if owner.key_id != key_id:
            return Refused("unknown_key", "the actor has no such key")
        return owner

    async def actor(self, url: str, person: str) -> Actor | Refused:
        """Fetch an actor anew and remember it."""
        answer = await self.get(url, person)
        if rules.unreachable(answer):
            return Refused("unreachable", "the actor's server cannot be reached")
        document = origins.check_fetched(answer)
        if isinstance(document, Refused):
            return document
        try:
            view = rules.usable_actor(document)
            now = self._clock()
            await self._store.run(lambda tx: records.save_actor(tx, view, now))
        except DocumentError as error:
            return Refused(error.code, error.safe)
        return await self._store.run(lambda tx: records.actor_by_id(tx, view.id)) or Refused(
            "unknown_actor", "the actor was not kept"
        )

    async def follow(self, person: str, handle_text: str) -> str | Refused:
        """Ask to follow ``@bob@b.example``; the id of the ``Follow`` that was delivered."""
        key = await self.signing_key(person)
        try:
            handle = parse_handle(handle_text)
            found = await self._client.webfinger(handle)
            if found.status != 200 or found.document is None:
                return Refused("no_webfinger", f"{handle_text} does not exist")
            actor_id = parse_jrd(found.document).actor_id
        except DocumentError as error:
            return Refused(error.code, error.safe)
        target = await self.actor(actor_id, person)
        if isinstance(target, Refused):
            return target
        me = f"{self._base}/users/{person}"
        follow_id = await self._store.run(
            lambda tx: records.add_follow(
                tx, person, target.id, f"{me}/follows/{secrets.token_urlsafe(9)}"
            )
        )
        body = orjson.dumps(build_follow(follow_id, me, target.id))
        sent = await self._client.post(target.inbox, body, key=key)
        if sent.error:
            return Refused("not_delivered", f"{handle_text} could not be asked ({sent.error})")
        return follow_id
