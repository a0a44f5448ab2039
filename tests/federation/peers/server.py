"""A server of one kind of software: it says what it is, signs as it does, and verifies by itself.

Its verification is written down here and uses nothing of ours: keys are asked for as that software
asks, the signature is read and checked by the letter of draft-cavage.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from aiohttp import web
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from activitypub.signatures.keys import SigningKey, load_private
from tests.federation.origins import Letter, Origin, Person, Reply, rsa_pem
from tests.federation.peers import reading
from tests.federation.peers.software import AP, Software


@dataclass(frozen=True, slots=True)
class Frank(Person):
    """The one person of such a server, under the address that its software gives them."""

    software: Software

    @property
    def id(self) -> str:
        """As the software makes them."""
        return self.origin.base + self.software.person.replace("HOST", self.origin.host)

    @property
    def inbox(self) -> str:
        """As the software makes them."""
        return self.origin.base + self.software.inbox.replace("HOST", self.origin.host)

    @property
    def followers(self) -> str:
        """Beside the actor."""
        return f"{self.origin.base}/followers/frank"

    @property
    def rsa(self) -> SigningKey:
        """Named as the software names it."""
        return SigningKey(self.id + self.software.key, load_private(rsa_pem(self.keys)))

    def document(self, **members: Any) -> dict[str, Any]:
        """What the software says of a person, as far as it is anybody's business here."""
        shared = self.software.shared
        found = Person.document(self)
        found["publicKey"] = found["publicKey"] | {"id": self.rsa.key_id}
        found["endpoints"] = {"sharedInbox": self.origin.base + shared} if shared else None
        if not self.software.aware:
            found |= {"interactionPolicy": None, "generator": None, "assertionMethod": None}
        return {name: value for name, value in (found | members).items() if value is not None}


@dataclass
class Peer(Origin):
    """Keeps what came in ``letters`` and what was wrong with it in ``wrong``."""

    software: Software = field(kw_only=True)
    frank: Frank = field(init=False)
    wrong: list[str] = field(default_factory=list)
    _keys: dict[str, rsa.RSAPublicKey] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.frank = Frank(self, "frank", "frank's", self.software)
        self.people["frank"] = self.frank
        self.frank.serve()
        if self.software.key != "#main-key":
            # GoToSocial serves a key with no more of its owner than the key.
            stub = {name: self.frank.document()[name] for name in ("@context", "id", "publicKey")}
            self.serve(stub | {"type": "Person"}, at=self.frank.rsa.key_id)
        name, _, version = self.software.nodeinfo.partition(" ")
        links = [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": self.nodeinfo}]
        about = {"version": "2.0", "software": {"name": name, "version": version}}
        self.serve({"links": links}, at=f"{self.base}/.well-known/nodeinfo")
        self.serve(about, at=self.nodeinfo, media_type="application/json")

    @property
    def nodeinfo(self) -> str:
        """Where it says what it is."""
        return f"{self.base}/nodeinfo/2.0"

    async def ask(self, url: str, accept: str | None = None) -> Reply:
        """A GET as this software makes it."""
        headers = {
            "User-Agent": self.filled(self.software.user_agent),
            "Accept": accept or self.software.accept,
            **dict(self.software.asks_with),
        }
        if self.software.signs:
            return await self.frank.get(url, **headers)
        return await self.request("GET", url, headers, None)

    async def fetch(self, url: str) -> Reply:
        """The same, of a document; what is wrong with the answer is noted."""
        reply = await self.ask(url)
        found = reading.fetched(
            self.software, url, reply.status, reply.headers["Content-Type"], reply.json
        )
        self.wrong += [f"GET {url}: {complaint}" for complaint in found]
        return reply

    def filled(self, template: str) -> str:
        """A template of the table."""
        return template.replace("BASE", self.base).replace("HOST", self.host)

    async def _post(self, request: web.Request) -> web.Response:
        answer = await Origin._post(self, request)
        letter = self.letters[-1]
        found = [*await self._unproven(letter)]
        if letter.path not in self._inboxes():
            found.append(f"404: {letter.path}")
        found += reading.activity(self.software, letter.body, letter.activity, self.frank.id)
        self.wrong += [f"{letter.activity['type']}: {complaint}" for complaint in found]
        return answer if not found else web.Response(status=400, text="; ".join(found))

    def _inboxes(self) -> set[str]:
        return {self.frank.inbox.removeprefix(self.base), self.software.shared}

    async def _unproven(self, letter: Letter) -> list[str]:
        headers, wrong = letter.headers, []
        if not {"Date", "Digest", "Signature"} <= headers.keys() or "Signature-Input" in headers:
            return ["401: no draft-cavage signature (RFC 9421 is not read, or dropped: snac)"]
        if headers.get("Content-Type") != AP:
            wrong.append(f"406: {headers.get('Content-Type')}")
        if not headers.get("User-Agent"):
            wrong.append("418: no User-Agent (GoToSocial)")
        if headers.get("Host") != self.host:
            wrong.append("another Host (Misskey)")
        digest = base64.b64encode(hashlib.sha256(letter.body).digest()).decode()
        if headers.get("Digest") != f"SHA-256={digest}":
            wrong.append("401: Digest")
        sent = parsedate_to_datetime(headers["Date"]).timestamp()
        window = self.software.window
        if window is not None and abs(sent - self.clock() / 1000) > window:
            wrong.append(f"401: Date is more than {window} s off")
        claim = self._claim(headers["Signature"])
        if claim is None:
            return [*wrong, "401: Signature cannot be read"]
        covered = claim["headers"].split()
        if not {"(request-target)", "host", "date", "digest"} <= set(covered):
            wrong.append("401: too little is signed")
        if claim["algorithm"] != "rsa-sha256":
            wrong.append(f"401: {claim['algorithm']}")
        if claim["keyId"] != f"{letter.activity['actor']}#main-key":
            wrong.append(f"401: keyId {claim['keyId']}")
        lines = [
            f"(request-target): post {letter.path}"
            if name == "(request-target)"
            else f"{name}: {headers[name.title()]}"
            for name in covered
        ]
        try:
            (await self._key(claim["keyId"])).verify(
                base64.b64decode(claim["signature"]),
                "\n".join(lines).encode(),
                padding.PKCS1v15(),
                SHA256(),
            )
        except InvalidSignature:
            wrong.append("401: the signature does not hold")
        return wrong

    def _claim(self, value: str) -> dict[str, str] | None:
        if self.software.cuts_at_commas:
            parts = [item.split("=", 1) for item in value.split(",")]
            found = {name: rest.strip('"') for name, rest in parts}
        else:
            found = dict(re.findall(r'(\w+)="([^"]*)"', value))
        return found if {"keyId", "algorithm", "headers", "signature"} <= found.keys() else None

    async def _key(self, key_id: str) -> rsa.RSAPublicKey:
        if key_id not in self._keys:
            owner = key_id.partition("#")[0]
            actor = json.loads((await self.fetch(owner)).body)
            key = load_pem_public_key(actor["publicKey"]["publicKeyPem"].encode())
            assert isinstance(key, rsa.RSAPublicKey)
            self._keys[key_id] = key
        return self._keys[key_id]
