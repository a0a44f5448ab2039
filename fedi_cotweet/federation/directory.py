"""Remote actors and their keys: known, or fetched from their origin and kept."""

from __future__ import annotations

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
from activitypub.vocab.reading import host_of
from activitypub.vocab.terms import AF48
from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.federation.runtime import Runtime, log
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, hosts

REFETCH_NO_SOONER = MINUTE
FAILED_FOR = 5 * MINUTE
KEPT_KEYS = 20_000


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A public key ready for use and whose it is; ``fetched_at`` in milliseconds."""

    key: PublicKey
    actor: Actor
    fetched_at: int


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
    _failed: OrderedDict[str, tuple[int, Refused]] = field(default_factory=OrderedDict)

    async def actor(
        self, uri: str, *, refresh: bool = False, max_age: int = DAY
    ) -> Actor | Refused:
        """The actor with this identifier; one held for longer than ``max_age`` is fetched anew.

        When that fails the one held still counts. ``Refused`` codes: those of
        ``origins.check_fetched``, ``bad_document``, ``no_such_actor``.
        """
        now = self.runtime.env.now()
        held = await self.runtime.store.read(lambda tx: actors.actor_by_uri(tx, uri))
        if held is not None and (held.local or (not refresh and held.fetched_at > now - max_age)):
            return held
        if self.runtime.is_own(uri):
            return Refused("no_such_actor", "there is no such account here")
        fetched = await self._fetch(uri)
        if isinstance(fetched, Refused) and fetched.code == "gone" and held is not None:
            await self.runtime.write(lambda tx: actors.mark_gone(tx, held.id, now))
        return held if isinstance(fetched, Refused) and held is not None else fetched

    async def _fetch(self, uri: str) -> Actor | Refused:
        failed = self._recent_failure(uri)
        if failed is not None:
            return failed
        answer = await self.runtime.client.get(uri, key=await self.runtime.keys.instance())
        document = check_fetched(answer)
        if isinstance(document, Refused):
            return self._fail(uri, document)
        try:
            view = parse_actor(document)
        except ActivityPubError as error:
            return self._fail(uri, Refused(error.code, error.safe))
        return await self.keep(view)

    async def keep(self, view: ActorView) -> Actor:
        """Store an actor that came from its origin, with its keys."""
        now = self.runtime.env.now()
        host = host_of(view.id) or ""

        def save(tx: Tx) -> Actor:
            actors.save_actor(
                tx,
                {
                    "id": self.runtime.env.new_id(),
                    "uri": view.id,
                    "kind": view.kind,
                    "username": view.username,
                    "host": _handle_host(view, host),
                    "local": False,
                    "name": view.name,
                    "summary": view.summary,
                    "url": view.url,
                    "inbox": view.inbox,
                    "shared_inbox": view.shared_inbox,
                    "outbox": view.outbox,
                    "followers_uri": view.followers,
                    "following_uri": view.following,
                    "featured_uri": view.featured,
                    "icon_url": view.icon_url,
                    "image_url": view.image_url,
                    "fields": [list(pair) for pair in view.fields],
                    "manually_approves": view.manually_approves,
                    "discoverable": view.discoverable,
                    "indexable": view.indexable,
                    "can_co_author": None
                    if view.can_co_author is None
                    else list(view.can_co_author),
                    "also_known_as": list(view.also_known_as),
                    "moved_to": view.moved_to,
                    "published_at": view.published_at,
                    "created_at": now,
                    "fetched_at": now,
                    "gone_at": None,
                },
                [(key.id, key.kind, key.public) for key in view.keys],
                now,
            )
            if view.can_co_author is not None or AF48 in view.implements:
                hosts.note_aware(tx, host, True, now)
            elif hosts.get(tx, host) is None:
                hosts.note_aware(tx, host, False, now)
            kept = actors.actor_by_uri(tx, view.id)
            assert kept is not None, "saved in this transaction"
            return kept

        kept = await self.runtime.store.write(save)
        for key in view.keys:
            self._keys.pop(key.id, None)
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

    async def key(self, key_id: str, *, refresh: bool = False) -> KnownKey | Refused:
        """The key with this id and its owner, fetched if need be.

        ``refresh`` asks for a newer one than is held, at most once a minute. The key must be in
        the actor document that its id points into, so nobody's key passes for another's.
        """
        known = self._keys.get(key_id)
        now = self.runtime.env.now()
        if known is not None and (not refresh or known.fetched_at > now - REFETCH_NO_SOONER):
            self._keys.move_to_end(key_id)
            return known
        if not refresh:
            held = await self.runtime.store.read(lambda tx: actors.key(tx, key_id))
            if held is not None:
                return self._remember(key_id, held[0].kind, held[0].public, held[1], now)
        if self.runtime.is_own(key_id):
            return Refused("no_such_key", "there is no such key here")
        found = await self._fetch(key_id.partition("#")[0])
        if isinstance(found, Refused):
            return found
        for row in await self.runtime.store.read(lambda tx: actors.keys_of(tx, found.id)):
            if row.key_id == key_id:
                return self._remember(key_id, row.kind, row.public, found, now)
        return self._fail(key_id, Refused("no_such_key", "the actor does not have this key"))

    def _remember(
        self, key_id: str, kind: str, public: str, actor: Actor, now: int
    ) -> KnownKey | Refused:
        try:
            key = load_public("ed25519" if kind == "ed25519" else "rsa", public)
        except ActivityPubError as error:
            return Refused(error.code, error.safe)
        known = KnownKey(key, actor, now)
        self._keys[key_id] = known
        if len(self._keys) > KEPT_KEYS:
            self._keys.popitem(last=False)
        return known

    def forget(self, uri: str) -> None:
        """An actor changed or is gone."""
        for key_id in [k for k in self._keys if k.partition("#")[0] == uri]:
            del self._keys[key_id]

    def _recent_failure(self, url: str) -> Refused | None:
        failed = self._failed.get(url)
        if failed is None:
            return None
        at, refused = failed
        if at < self.runtime.env.now() - FAILED_FOR:
            del self._failed[url]
            return None
        return refused

    def _fail(self, url: str, refused: Refused) -> Refused:
        # A host that is only slow or starting may be asked again soon: its posts would be lost.
        if refused.code != "not_fetched":
            self._failed[url] = (self.runtime.env.now(), refused)
            if len(self._failed) > KEPT_KEYS:
                self._failed.popitem(last=False)
        log.info("actor_not_fetched", url=url, code=refused.code)
        return refused


def _handle_host(view: ActorView, host: str) -> str:
    """The host of the handle: as the actor claims it, if that is its own host (FEP-2c59)."""
    claimed = (view.webfinger or "").rpartition("@")[2]
    return claimed if claimed == host else host
