"""Remote actors and their keys: known, or fetched from their origin and kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from activitypub.discovery import Discovered, Handle, discover
from activitypub.documents.actor import ActorView, parse_actor
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched
from activitypub.shell.client import FederationClient
from activitypub.shell.fetching import resolve
from activitypub.signatures.keys import PublicKey, SigningKey, load_public
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import host_of, same_origin
from activitypub.vocab.terms import AF48
from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.federation.actor_columns import claimed_owner, columns
from fedi_cotweet.federation.key_fetches import (
    OVER_BUDGET,
    Caller,
    Failures,
    KeyFetches,
    lasting_refusal,
)
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.services import departing, emoji, leaving, own_profile
from storage.engine import Tx
from storage.models import Actor, ActorKey
from storage.queries import actors, hosts

REFETCH_NO_SOONER = MINUTE
LOOK_UP_AGAIN = MINUTE
"""So a suspension, or an actor's new inbox, counts within a minute, in every process."""
KEPT_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key ready for use and whose it is; ``fetched_at`` in milliseconds."""

    key: PublicKey
    actor: Actor
    fetched_at: int
    looked_up_at: int
    """When it was last read from the database, whose copy of the actor is the newer one."""


def scheme_of(base: str) -> str:
    """``http`` in development, else ``https``: handles do not say."""
    return base.partition("://")[0]


@dataclass(frozen=True, slots=True)
class _JrdClient:
    """Asks for JRDs, which are no ActivityPub documents and need no signature."""

    client: FederationClient

    async def get(self, url: str, *, key: SigningKey | None = None) -> Fetched:
        return await self.client.get(url, accept="application/jrd+json, application/json")


@dataclass(slots=True)
class Directory:
    """Finds actors. Never asks one origin twice for what it could not give a moment ago."""

    runtime: Runtime
    _keys: OrderedDict[str, KnownKey] = field(default_factory=OrderedDict)
    _asked: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """Actors that were asked for a key, and when."""
    _asking: dict[str, asyncio.Future[Refused | None]] = field(default_factory=dict)
    """Actors that are being asked for a key at this moment."""
    _failures: Failures = field(default_factory=Failures)
    _fetches: KeyFetches = field(default_factory=KeyFetches)

    async def actor(
        self,
        uri: str,
        *,
        refresh: bool = False,
        max_age: int = DAY,
        caller: Caller | None = None,
    ) -> Actor | Refused:
        """The actor with this identifier; one held for longer than ``max_age`` is fetched anew.

        When that fails the one held still counts. ``caller``: the stranger because of whom, and at
        whose cost, it is asked. ``Refused`` codes: those of ``origins.check_fetched`` and of
        ``key_fetches``, ``bad_document``, ``no_such_actor``.
        """
        now = self.runtime.env.now()
        held = await self.runtime.store.read(lambda tx: actors.actor_by_uri(tx, uri))
        if held is not None and (held.local or (not refresh and held.fetched_at > now - max_age)):
            return held
        if self.runtime.is_own(uri):
            return Refused("no_such_actor", "there is no such account here")
        fetched = await self._fetch(uri, caller)
        return held if isinstance(fetched, Refused) and held is not None else fetched

    async def _fetch(self, uri: str, caller: Caller | None) -> Actor | Refused:
        answer = await self._ask(uri, caller)
        return answer if isinstance(answer, Refused) else await self._keep_answer(uri, answer)

    async def _ask(self, url: str, caller: Caller | None) -> Fetched | Refused:
        now = self.runtime.env.now()
        failed = self._failures.recent(url, now)
        if failed is None and caller is not None:
            failed = self._fetches.take(url, host_of(url) or "", caller, now)
        if failed is not None:
            return failed
        key = await self.runtime.keys.instance()
        # What another server says of this one counts for nothing: it is not even asked.
        return await self.runtime.client.get(url, key=key, leave_origin=False)

    async def _keep_answer(self, uri: str, answer: Fetched) -> Actor | Refused:
        document = lasting_refusal(answer) or check_fetched(answer)
        if isinstance(document, Refused):
            if document.code == "gone":
                now = self.runtime.env.now()
                await self.runtime.write(
                    lambda tx: leaving.actor_gone(tx, self.runtime.env, uri, now)
                )
                self.forget(uri)
            return self._fail(uri, document)
        try:
            view = parse_actor(document)
        except ActivityPubError as error:
            return self._fail(uri, Refused(error.code, error.safe))
        return await self.keep(view)

    async def departed(self, uri: str) -> None:
        """An actor deleted itself: what it wrote and agreed to goes with it."""
        runtime = self.runtime

        def transaction(tx: Tx) -> None:
            actor = actors.actor_by_uri(tx, uri)
            if actor is not None and not actor.local:
                departing.gone(tx, runtime.env, actor)

        await runtime.write(transaction)
        self.forget(uri)

    async def keep(self, view: ActorView) -> Actor:
        """Store an actor that came from its origin, with its keys."""
        now = self.runtime.env.now()
        host = host_of(view.id) or ""

        def save(tx: Tx) -> Actor:
            before = actors.actor_by_uri(tx, view.id)
            actors.save_actor(
                tx,
                columns(view, self.runtime.env.new_id(), host, now),
                [(key.id, key.kind, key.public) for key in view.keys],
                now,
            )
            if view.can_co_author is not None or AF48 in view.implements:
                hosts.note_aware(tx, host, True, now)
            elif hosts.get(tx, host) is None or (
                before is not None and before.can_co_author is not None
            ):
                # Unknown so far, or it no longer says what made us think so.
                hosts.note_aware(tx, host, False, now)
            kept = actors.actor_by_uri(tx, view.id)
            assert kept is not None, "saved in this transaction"
            emoji.want_for_name(tx, self.runtime.env, kept, view.raw.get("tag"))
            own_profile.want_pictures(tx, self.runtime.env, before, kept)
            return kept

        kept = await self.runtime.write(save)
        for key in view.keys:
            self._keys.pop(key.id, None)
        self._failures.forget(view.id)
        return kept

    async def by_handle(self, handle: Handle) -> Actor | Refused:
        """The actor called ``user@host``, by WebFinger if it is not known (RFC 7033)."""
        at = self.runtime.env.addresses
        held = await self.runtime.store.read(
            lambda tx: actors.actor_by_handle(tx, handle.username, handle.host)
        )
        if held is not None:
            return await self.actor(held.uri)
        if handle.host == at.host:
            return Refused("no_such_actor", f"there is no account {handle.username} here")

        def check(known: Known) -> Discovered | Need | Refused:
            return discover(handle, known, own_host=at.host, scheme=scheme_of(at.base))

        found: Discovered | Refused = await resolve(check, _JrdClient(self.runtime.client))
        if isinstance(found, Refused):
            return found
        return await self.actor(found.actor_id)

    async def key(
        self, key_id: str, caller: Caller, *, refresh: bool = False
    ) -> KnownKey | Refused:
        """The key with this id and its owner, fetched if need be, at the ``caller``'s cost.

        ``refresh`` asks for a newer one than is held. No actor is asked for keys more than once a
        minute: whoever makes up key ids, or signatures, must not make us flood a server. The key
        must be in its owner's own actor document, so nobody's key passes for another's.
        """
        known = self._keys.get(key_id)
        now = self.runtime.env.now()
        if known is not None and not refresh and known.looked_up_at > now - LOOK_UP_AGAIN:
            self._keys.move_to_end(key_id)
            return known
        held = await self.runtime.store.read(lambda tx: actors.key(tx, key_id))
        if held is not None and not (refresh and held[0].fetched_at <= now - REFETCH_NO_SOONER):
            return self._remember(held[0], held[1])
        if self.runtime.is_own(key_id):
            return Refused("no_such_key", "there is no such key here")
        url = key_id.partition("#")[0]
        asking = self._asking.get(url)
        if asking is not None:
            # Two activities of one sender came at once: one question is enough for both.
            refused = await asyncio.shield(asking)
            return refused or await self._held_key(key_id)
        if self._asked.get(url, 0) > now - REFETCH_NO_SOONER:
            # It may have come after we looked, for whoever asked before us.
            return await self._held_key(key_id)
        self._asking[url] = asyncio.get_running_loop().create_future()
        found: Actor | Refused = Refused("not_fetched", "nobody waits for that key any more")
        try:
            fetch = self._fetch if "#" in key_id else self._owner
            found = await fetch(url, caller)
            if not isinstance(found, Refused) or (held is not None and found.code != OVER_BUDGET):
                self._asked[url] = now
                if len(self._asked) > KEPT_KEYS:
                    self._asked.popitem(last=False)
        finally:
            refused = found if isinstance(found, Refused) else None
            self._asking.pop(url).set_result(refused)
        return refused or await self._held_key(key_id)

    async def _held_key(self, key_id: str) -> KnownKey | Refused:
        held = await self.runtime.store.read(lambda tx: actors.key(tx, key_id))
        if held is not None:
            return self._remember(held[0], held[1])
        return Refused("no_such_key", "the actor does not have this key")

    async def _owner(self, key_id: str, caller: Caller) -> Actor | Refused:
        """The owner of a key with a document of its own (GoToSocial: ``/users/NAME/main-key``).

        Such a document only says whose key it is; that actor's document must say so too.
        """
        answer = await self._ask(key_id, caller)
        if isinstance(answer, Refused):
            return answer
        document = lasting_refusal(answer) or check_fetched(answer)
        if isinstance(document, dict) and "inbox" in document:
            return await self._keep_answer(key_id, answer)
        if isinstance(document, Refused) and document.code != "other_id":
            return self._fail(key_id, document)
        owner = claimed_owner(answer.document or {})
        if owner is None or owner == key_id or not same_origin(owner, key_id):
            return self._fail(key_id, Refused("no_such_key", "the key does not say whose it is"))
        found = await self._fetch(owner, caller)
        if isinstance(found, Refused):
            return self._fail(key_id, found)
        self._failures.forget(key_id)
        return found

    def _remember(self, row: ActorKey, actor: Actor) -> KnownKey | Refused:
        try:
            key = load_public("ed25519" if row.kind == "ed25519" else "rsa", row.public)
        except ActivityPubError as error:
            return Refused(error.code, error.safe)
        known = KnownKey(key, actor, row.fetched_at, self.runtime.env.now())
        self._keys[row.key_id] = known
        self._keys.move_to_end(row.key_id)
        if len(self._keys) > KEPT_KEYS:
            self._keys.popitem(last=False)
        return known

    def forget(self, uri: str) -> None:
        """An actor changed or is gone."""
        for key_id in [k for k, known in self._keys.items() if known.actor.uri == uri]:
            del self._keys[key_id]

    def proven(self, key_id: str, known: KnownKey, *, by: Caller | None = None) -> None:
        """A signature by this key holds; one of the request itself, if it is said ``by`` whom."""
        self._fetches.proven(key_id.partition("#")[0], known.actor.uri)
        if by is not None:
            self._fetches.signed(host_of(key_id) or "", by)

    def seconds_to_wait(self, key_id: str) -> int:
        """After which a key that could not be had may be had."""
        wait = self._failures.wait(key_id.partition("#")[0], self.runtime.env.now())
        return max(-(-wait // 1000), 60)

    def _fail(self, url: str, refused: Refused) -> Refused:
        self._failures.note(url, refused, self.runtime.env.now())
        log.info("actor_not_fetched", url=url, code=refused.code)
        return refused
