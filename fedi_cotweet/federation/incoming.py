"""An activity that came in: who really sent it, and what may be forwarded of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import orjson

from activitypub.activities import Envelope, peek
from activitypub.proofs import eddsa_jcs_2022, rsa_signature_2017
from activitypub.signatures.request import SignatureClaim, SignedRequest
from activitypub.signatures.verify import check_signature, find_signature, named_keys
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id, host_of, parse_json, same_origin, types
from activitypub.vocab.terms import Doc
from fedi_cotweet.federation.directory import Directory, KnownKey
from fedi_cotweet.federation.key_fetches import OVER_BUDGET, TEMPORARY, Caller, NotNow
from fedi_cotweet.federation.runtime import Runtime
from storage.models import Actor

T = TypeVar("T")
How = Literal["http", "proof", "ld", "local"]
_SMALL = 8_192
"""Octets that are canonicalised where they came in: rows of numbers take 2 µs each."""
_SUSPENDED = Refused("suspended", "this server does not take anything from there")


@dataclass(frozen=True, slots=True)
class Incoming:
    """An authenticated activity. ``signer`` sent the request, ``actor`` did what it says.

    ``how`` the actor was authenticated: by the request, by a proof or LD signature in the
    document, or because it never left this server. ``proven``: it carries the actor's own valid
    FEP-8b32 proof, so others can check it without us. ``text`` is the JSON as received.
    """

    document: Doc
    envelope: Envelope
    actor: Actor
    signer: Actor
    how: How
    proven: bool
    text: str
    received_at: int
    key_id: str | None = None
    """The key whose signature or proof says that it is the actor's."""
    recipient_id: int | None = None
    """The account whose own inbox it came to; None for the shared one."""
    request: SignedRequest | None = None
    """What carried it, with its signature; None for what never left this server."""


@dataclass(frozen=True, slots=True)
class Hearsay:
    """Somebody passed on what they cannot prove: worth asking its origin, and nothing else."""

    object_id: str
    answers: str | None
    """The post that the object says it answers."""
    signer: Actor


@dataclass(frozen=True, slots=True)
class Departed:
    """The sender deleted itself, and its key is gone with it: the origin's 410 is the proof."""

    actor_uri: str


async def authenticate(
    runtime: Runtime,
    directory: Directory,
    request: SignedRequest,
    recipient_id: int | None,
    caller: Caller,
) -> Incoming | Refused | NotNow | Departed | Hearsay:
    """Who sent this request. Nothing is stored; ``DocumentError`` for a body that is no activity.

    The request's signature is checked before the body is parsed. If the actor is not the signer,
    the document must carry the actor's own proof or LD signature.
    """
    claim = _claim(runtime, request)
    if isinstance(claim, Refused):
        return claim
    signer = await _check_claim(directory, claim, caller)
    if isinstance(signer, Refused) and signer.code == "gone":
        return await _departed(directory, claim.key_id, request.body, caller) or signer
    if not isinstance(signer, Actor):
        return signer
    document = parse_json(request.body)
    envelope = peek(document)
    if runtime.rules.suspended(host_of(envelope.actor)):
        return _SUSPENDED  # passed on by somebody else
    if not same_origin(envelope.id, envelope.actor):
        return Refused("foreign_id", "the activity's id is not on its actor's server")
    how: How = "http"
    key_id: str | None = claim.key_id
    size = len(request.body)
    proven = await _proof_holds(runtime, directory, document, envelope.actor, caller, size=size)
    if signer.uri == envelope.actor:
        proven, actor = proven is True, signer
    else:
        if isinstance(proven, NotNow):
            return proven
        if proven:
            how, key_id = "proof", eddsa_jcs_2022.proof_key_id(document)
        else:
            covered = await _ld_signed(runtime, directory, document, envelope.actor, caller)
            if isinstance(covered, NotNow):
                return covered
            if covered is None or peek(covered) != envelope:
                return _hearsay(document, envelope, signer) or Refused(
                    "not_the_actor", "the activity is not by the one who signed the request"
                )
            # Only what the signature covers, with its terms at face value, is the actor's.
            key_id = rsa_signature_2017.creator(document)
            document, how = covered, "ld"
        found = await directory.actor(envelope.actor, caller=caller)
        if isinstance(found, Refused):
            return _later(directory, envelope.actor, found)
        actor = found
    if actor.suspended_at is not None or signer.suspended_at is not None:
        return _SUSPENDED
    return Incoming(
        document=document,
        envelope=envelope,
        actor=actor,
        signer=signer,
        how=how,
        proven=proven,
        text=orjson.dumps(document).decode() if how == "ld" else request.body.decode(),
        received_at=runtime.env.now(),
        key_id=key_id,
        recipient_id=recipient_id,
        request=request,
    )


def _hearsay(document: Doc, envelope: Envelope, signer: Actor) -> Hearsay | None:
    made = document.get("object")
    if envelope.type not in ("Create", "Update") or not isinstance(made, Mapping):
        return None
    object_id = as_id(made.get("id"))
    if object_id is None or not same_origin(object_id, envelope.actor):
        return None
    return Hearsay(object_id, as_id(made.get("inReplyTo")), signer)


async def _departed(
    directory: Directory, key_id: str, body: bytes, caller: Caller
) -> Departed | NotNow | None:
    document = parse_json(body)
    actor = peek(document).actor
    if types(document) != ("Delete",) or as_id(document.get("object")) != actor:
        return None
    if not same_origin(key_id, actor):
        return None
    found = await directory.actor(actor, refresh=True, caller=caller)
    if isinstance(found, Refused) and found.code == OVER_BUDGET:
        return NotNow(found.reason, directory.seconds_to_wait(actor))
    gone = found.code == "gone" if isinstance(found, Refused) else found.gone_at is not None
    if gone:
        await directory.departed(actor)
    return Departed(actor) if gone else None


async def check_request(
    runtime: Runtime, directory: Directory, request: SignedRequest, caller: Caller
) -> Actor | Refused | NotNow:
    """The actor whose key signed a request, as it is and for us."""
    claim = _claim(runtime, request)
    return claim if isinstance(claim, Refused) else await _check_claim(directory, claim, caller)


def claimed_host(runtime: Runtime, request: SignedRequest) -> str | None:
    """The server whose key is said to have signed a request; nothing is checked."""
    claim = _claim(runtime, request)
    return None if isinstance(claim, Refused) else host_of(claim.key_id)


def refused_before_looking(runtime: Runtime, request: SignedRequest) -> Refused | None:
    """Whether a request says that it is of a server that is shut out; nothing else is looked at,
    so that this can be asked before its body is read."""
    barred = any(runtime.rules.suspended(host_of(key_id)) for key_id in named_keys(request))
    return _SUSPENDED if barred else None


def _claim(runtime: Runtime, request: SignedRequest) -> SignatureClaim | Refused:
    # Before their key is fetched: nothing is done for who is shut out.
    env = runtime.env
    return refused_before_looking(runtime, request) or find_signature(
        request, authority=env.addresses.host, now=env.now()
    )


async def _check_claim(
    directory: Directory, claim: SignatureClaim, caller: Caller
) -> Actor | Refused | NotNow:
    known = await directory.key(claim.key_id, caller)
    if isinstance(known, Refused):
        return _later(directory, claim.key_id, known)
    signed = check_signature(claim, known.key)
    if isinstance(signed, Refused):
        # The key may have been replaced: look once more, at most once a minute per key.
        known = await directory.key(claim.key_id, caller, refresh=True)
        if isinstance(known, Refused):
            if known.code == OVER_BUDGET:
                return _later(directory, claim.key_id, known)
            return known if known.code == "gone" else signed
        signed = check_signature(claim, known.key)
        if isinstance(signed, Refused):
            return signed
    directory.proven(claim.key_id, known, by=caller)
    return known.actor


def _later(directory: Directory, url: str, refused: Refused) -> Refused | NotNow:
    """What could not be had may be had another time, or not."""
    if refused.code in TEMPORARY:
        return NotNow(refused.reason, directory.seconds_to_wait(url))
    return refused


Check = Callable[[KnownKey], Awaitable[T | None]]


async def _with_own_key(
    directory: Directory,
    key_id: str | None,
    actor_uri: str,
    check: Check[T],
    caller: Caller,
) -> T | NotNow | None:
    """What ``check`` finds with the actor's own key of this id; if nothing, with a newer one.

    Only a key in the actor's own document counts; fetching strangers' keys helps nobody.
    """
    if key_id is None or not same_origin(key_id, actor_uri):
        return None
    for refresh in (False, True):
        known = await directory.key(key_id, caller, refresh=refresh)
        if isinstance(known, Refused) and known.code == OVER_BUDGET:
            return NotNow(known.reason, directory.seconds_to_wait(key_id))
        if isinstance(known, Refused) or known.actor.uri != actor_uri:
            return None
        found = await check(known)
        if found is not None:
            directory.proven(key_id, known)
            return found
    return None


async def _proof_holds(
    runtime: Runtime,
    directory: Directory,
    document: Doc,
    actor_uri: str,
    caller: Caller,
    *,
    size: int,
) -> bool | NotNow:
    async def check(known: KnownKey) -> bool | None:
        now = runtime.env.now()
        if size <= _SMALL:
            refused = eddsa_jcs_2022.check_proof(document, known.key, now=now)
        else:
            refused = await asyncio.to_thread(
                eddsa_jcs_2022.check_proof, document, known.key, now=now
            )
        return True if refused is None else None

    key_id = eddsa_jcs_2022.proof_key_id(document)
    return await _with_own_key(directory, key_id, actor_uri, check, caller) or False


async def _ld_signed(
    runtime: Runtime, directory: Directory, document: Doc, actor_uri: str, caller: Caller
) -> dict[str, Any] | NotNow | None:
    """What the actor's own LD signature covers of a document, None without a valid one."""

    async def check(known: KnownKey) -> dict[str, Any] | None:
        # Normalising RDF is slow pure Python: not on the event loop.
        covered = await asyncio.to_thread(
            rsa_signature_2017.check_signature, document, known.key, now=runtime.env.now()
        )
        return covered if isinstance(covered, dict) else None

    key_id = rsa_signature_2017.creator(document)
    return await _with_own_key(directory, key_id, actor_uri, check, caller)


def local(document: Doc, sender: Actor, now: int, recipient_id: int | None) -> Incoming:
    """An activity of one local person for another: the same path without the network."""
    return Incoming(
        document=document,
        envelope=peek(document),
        actor=sender,
        signer=sender,
        how="local",
        proven=eddsa_jcs_2022.proof_key_id(document) is not None,
        text=orjson.dumps(document).decode(),
        received_at=now,
        key_id=eddsa_jcs_2022.proof_key_id(document),
        recipient_id=recipient_id,
    )
