"""From a finished document to rows: who gets it, in which rendition, secured how."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import orjson

from activitypub.proofs.rsa_signature_2017 import make_signature
from activitypub.proofs.securing import prove, prove_and_sign
from activitypub.vocab.terms import Doc
from fedi_cotweet.domain.limits import SUSPENDED_AFTER_DAYS
from fedi_cotweet.federation.runtime import Runtime
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later, notice
from storage.engine import Tx
from storage.queries import actors, consents, deliveries, follows, hosts, relay_subscriptions
from storage.queries.deliveries import ActivityRow, NewDelivery


@dataclass(frozen=True, slots=True)
class Audience:
    """Who gets an activity, as rules to be looked up in the transaction that sends it.

    ``followers_of`` and ``people`` are actors by id of ours, ``holders_of`` objects: everyone they
    were sent to. ``only_aware``/``only_unaware`` narrow it to servers that do or do not implement
    FEP-af48. ``everyone`` is every server we know. ``personal`` uses people's own inboxes (Offers
    must not go to a shared one). ``inboxes`` are given with their hosts; ``relays``: those of ours
    that take activities as they are.
    """

    followers_of: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    holders_of: tuple[str, ...] = ()
    only_aware: bool = False
    only_unaware: bool = False
    personal: bool = False
    not_hosts: frozenset[str] = frozenset()
    everyone: bool = False
    inboxes: tuple[tuple[str, str], ...] = ()
    relays: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An activity ready to go. ``plain_body`` is for servers that do not know FEP-af48."""

    uri: str
    actor_id: int
    kind: str
    body: str
    audience: Audience
    object_uri: str | None = None
    plain_body: str | None = None
    public: bool = False
    signer_id: int | None = None
    extra: tuple[Audience, ...] = field(default=())


async def proven(runtime: Runtime, account_id: int, document: Doc) -> str:
    """The document with its actor's FEP-8b32 proof, as text."""
    key = await runtime.keys.ed25519(account_id)
    return orjson.dumps(prove(document, key, runtime.env.now())).decode()


async def signed_for_all(
    runtime: Runtime, account_id: int, document: Doc, *, reply: bool = False
) -> str:
    """The document with proof and LD signature, as text: Mastodon forwards only what has one.

    A ``reply`` has no proof: Mastodon before 4.7 drops the signature of a document with members it
    does not know, and then does not pass the reply on to the thread.
    """
    rsa, now = await runtime.keys.rsa(account_id), runtime.env.now()
    # Normalising RDF is slow pure Python, the RSA signature 250 µs: not on the event loop.
    if reply:
        secured = await asyncio.to_thread(make_signature, document, rsa, now)
    else:
        ed25519 = await runtime.keys.ed25519(account_id)
        secured = await asyncio.to_thread(prove_and_sign, document, ed25519, rsa, now)
    return orjson.dumps(secured).decode()


def enqueue(tx: Tx, env: Env, outgoing: Outgoing) -> int:
    """Store an activity with its deliveries; how many. Local people get it through a job."""
    now = env.now()
    held = consents.activity_by_uri(tx, outgoing.uri)
    if held is not None:
        activity_id, plain = held.id, held.plain_body is not None
    else:
        activity_id, plain = env.new_id(), outgoing.plain_body is not None
        deliveries.add_activity(
            tx,
            ActivityRow(
                id=activity_id,
                uri=outgoing.uri,
                actor_id=outgoing.actor_id,
                kind=outgoing.kind,
                object_uri=outgoing.object_uri,
                body=outgoing.body,
                plain_body=outgoing.plain_body,
                public=outgoing.public,
                created_at=now,
            ),
        )
    targets: dict[str, tuple[str, bool]] = {}
    local: list[int] = []
    for audience in (outgoing.audience, *outgoing.extra):
        remote, here = _resolve(tx, audience, now)
        targets |= {inbox: target for inbox, target in remote.items() if inbox not in targets}
        local += here
    targets = _without_doubles(tx, targets)
    signer = outgoing.signer_id if outgoing.signer_id is not None else outgoing.actor_id
    rows = [
        NewDelivery(
            id=env.new_id(),
            activity_id=activity_id,
            signer_id=signer,
            inbox=inbox,
            host=host,
            plain=plain and not aware,
            now=now,
        )
        for inbox, (host, aware) in targets.items()
    ]
    for recipient in dict.fromkeys(local):
        later(
            tx,
            env,
            "deliver_local",
            f"{outgoing.uri} {recipient}",
            activity_id=activity_id,
            recipient_id=recipient,
        )
    notice("deliveries")
    return deliveries.enqueue(tx, rows)


def _resolve(tx: Tx, audience: Audience, now: int) -> tuple[dict[str, tuple[str, bool]], list[int]]:
    found: dict[str, str] = {}
    for actor_id in audience.followers_of:
        found |= {inbox: host for inbox, host, _ in follows.follower_inboxes(tx, actor_id)}
    local = []
    for actor in actors.actors(tx, audience.people).values():
        if actor.local:
            local.append(actor.id)
        elif actor.gone_at is None:
            inbox = actor.inbox if audience.personal else actor.shared_inbox or actor.inbox
            found.setdefault(inbox, actor.host)
    for object_uri in audience.holders_of:
        found |= dict(consents.recipients_of(tx, object_uri))
    if audience.everyone:
        found |= dict(actors.an_inbox_per_host(tx))
    found |= dict(audience.inboxes)
    if audience.relays:
        found |= {
            held.inbox: held.host
            for held in relay_subscriptions.subscriptions(tx)
            if held.kind == "inbox" and held.state == "accepted"
        }
    shut_out = distances.suspended_hosts(tx, set(found.values()))
    shut_out |= hosts.suspended(tx, set(found.values()), now, SUSPENDED_AFTER_DAYS)
    aware = hosts.awareness(tx, sorted(set(found.values())))
    kept = {
        inbox: (host, aware.get(host) is True)
        for inbox, host in found.items()
        if host not in audience.not_hosts
        and host not in shut_out
        and not (audience.only_aware and aware.get(host) is not True)
        and not (audience.only_unaware and aware.get(host) is True)
    }
    return kept, local


def _without_doubles(tx: Tx, targets: dict[str, tuple[str, bool]]) -> dict[str, tuple[str, bool]]:
    """Drop people's own inboxes on servers whose shared inbox gets it anyway."""
    shared = actors.shared_inboxes(tx, list(targets))
    return {
        inbox: target
        for inbox, target in targets.items()
        if shared.get(inbox, inbox) == inbox or shared[inbox] not in targets
    }
