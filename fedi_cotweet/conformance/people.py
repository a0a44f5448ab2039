"""People of the kit, with keys: they sign and send what they are told to, right or wrong.

The project's own tests use them too.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from activitypub.documents.actor import ApprovalPolicy, build_actor
from activitypub.proofs import eddsa_jcs_2022, rsa_signature_2017
from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import (
    SigningKey,
    encode_multikey,
    generate_ed25519,
    generate_rsa,
    load_private,
    public_pem,
)
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, PUBLIC, SECURITY_V1

if TYPE_CHECKING:
    from fedi_cotweet.conformance.origins import Origin, Reply

SERIAL = itertools.count(1)


@lru_cache
def rsa_pem(which: str) -> str:
    """An RSA key per name: making one takes long enough to share them."""
    return generate_rsa()


@lru_cache
def ed25519_pem(which: str) -> str:
    """An Ed25519 key per name."""
    return generate_ed25519()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on another server, with keys named after ``keys``."""

    origin: Origin
    name: str
    keys: str

    @property
    def id(self) -> str:
        """The actor's identifier."""
        return f"{self.origin.base}/users/{self.name}"

    @property
    def handle(self) -> str:
        """The handle, without the first @."""
        return f"{self.name}@{self.origin.host}"

    @property
    def followers(self) -> str:
        """The followers collection."""
        return f"{self.id}/followers"

    @property
    def inbox(self) -> str:
        """The person's own inbox."""
        return f"{self.id}/inbox"

    @property
    def rsa(self) -> SigningKey:
        """Signs requests."""
        return SigningKey(f"{self.id}#main-key", load_private(rsa_pem(self.keys)))

    @property
    def ed25519(self) -> SigningKey:
        """Makes proofs."""
        return SigningKey(f"{self.id}#ed25519-key", load_private(ed25519_pem(self.keys)))

    def document(self, **members: Any) -> dict[str, Any]:
        """The actor as it is served; ``members`` change it, None takes one out."""
        document = build_actor(
            id=self.id,
            username=self.name,
            inbox=self.inbox,
            outbox=f"{self.id}/outbox",
            shared_inbox=f"{self.origin.base}/inbox",
            webfinger=self.handle,
            followers=self.followers,
            following=f"{self.id}/following",
            rsa_public_pem=public_pem(self.rsa.private.public_key()),
            ed25519_multikey=encode_multikey(self.ed25519.private.public_key()),
            can_co_author=ApprovalPolicy(manual=(PUBLIC,)),
        )
        changed = document | members
        return {name: value for name, value in changed.items() if value is not None}

    def serve(self, **members: Any) -> None:
        """Make the actor's document readable."""
        self.origin.serve(self.document(**members))

    def with_keys(self, which: str) -> Person:
        """The same actor with other keys; serve it anew to publish them."""
        return replace(self, keys=which)

    def mint(self, kind: str) -> str:
        """A new identifier on the person's server."""
        return f"{self.origin.base}/{kind}/{self.origin.serial}{next(SERIAL)}"

    def activity(self, kind: str, thing: Any, **members: Any) -> dict[str, Any]:
        """An activity by this person."""
        return {
            "@context": AS2,
            "id": self.mint("activities"),
            "type": kind,
            "actor": self.id,
            "to": [PUBLIC],
            "object": thing,
        } | members

    def proven(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document with this person's FEP-8b32 proof."""
        return eddsa_jcs_2022.make_proof(document, self.ed25519, self.origin.clock())

    def ld_signed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document with this person's LD signature."""
        whole = {**document, "@context": [document["@context"], SECURITY_V1]}
        return rsa_signature_2017.make_signature(whole, self.rsa, self.origin.clock())

    async def send(
        self,
        inbox: str,
        activity: Mapping[str, Any] | bytes,
        *,
        at: int | None = None,
        headers: Mapping[str, str | None] | None = None,
        twice: Mapping[str, str] | None = None,
        signed_body: bytes | None = None,
        key: SigningKey | None = None,
        signed_for: str | None = None,
        chunked: bool = False,
    ) -> Reply:
        """Deliver an activity, signed by this person.

        To cheat: ``headers`` replaces or (None) drops headers after signing, ``twice`` adds second
        ones, ``signed_body`` is what was signed in place of what is sent, ``signed_for`` another
        inbox than the one it goes to, ``at`` the time of signing, ``key`` another key.
        """
        octets = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        sent: dict[str, str | None] = dict(
            sign_cavage(
                "POST",
                signed_for or inbox,
                octets if signed_body is None else signed_body,
                key or self.rsa,
                self.origin.clock() if at is None else at,
                {"Content-Type": ACTIVITY_JSON},
            )
        )
        sent |= dict(headers or {})
        return await self.origin.request("POST", inbox, sent, octets, twice=twice, chunked=chunked)

    async def get(self, url: str, **headers: str) -> Reply:
        """GET a URL, signed by this person."""
        signed = sign_cavage("GET", url, None, self.rsa, self.origin.clock())
        return await self.origin.request(
            "GET", url, {**signed, "Accept": ACTIVITY_JSON, **headers}, None
        )
