"""Servers on loopback, with real sockets: one that behaves, and one that sends what it is told."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import SignedRequest
from activitypub.signatures.verify import check_signature, find_signature
from activitypub.verdicts import Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

NOW = 1_795_000_000_000
USER_AGENT = "fedi_cotweet/0.1.0 (+https://home.example/)"


def clock() -> int:
    return NOW


@dataclass
class Received:
    """A request as the peer got it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Peer:
    """A running aiohttp server; ``accepted`` counts the sockets it accepted."""

    port: int = 0
    scheme: str = "http"
    accepted: int = 0
    requests: list[Received] = field(default_factory=list)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


def is_signed(peer: Peer, key: SigningKey) -> str | None:
    """The profile in which the last request was signed with ``key``, None if it was not."""
    request = peer.requests[-1]
    url = f"{peer.scheme}://{request.headers['host']}{request.path}"
    signed = SignedRequest.of(request.method, url, request.headers.items(), request.body)
    claim = find_signature(signed, authority=f"127.0.0.1:{peer.port}", now=NOW)
    if isinstance(claim, Refused) or claim.key_id != key.key_id:
        return None
    verdict = check_signature(claim, key.private.public_key())
    return None if isinstance(verdict, Refused) else verdict.profile


@asynccontextmanager
async def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[Peer]:
    """A peer whose every request goes to ``handler``."""
    peer = Peer(scheme="http" if tls is None else "https")

    async def receive(request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        peer.requests.append(Received(request.method, request.path_qs, headers, body))
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receive)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    assert runner.server is not None
    make_protocol = runner.server

    def accept() -> asyncio.BaseProtocol:
        peer.accepted += 1
        return make_protocol()

    server = await asyncio.get_running_loop().create_server(accept, host, 0, ssl=tls)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await runner.cleanup()
        await server.wait_closed()


@asynccontextmanager
async def saying(
    *pieces: bytes, pause: float = 0.0, again: bool = False, keep_open: bool = False
) -> AsyncIterator[Peer]:
    """A server that answers each connection's request with ``pieces``, whatever they are.

    ``pause`` seconds lie between them; with ``again`` the last is repeated without end.
    """
    peer = Peer()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer.accepted += 1
        try:
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
            while again:
                writer.write(pieces[-1])
                await writer.drain()
                await asyncio.sleep(pause)
            if keep_open:
                await reader.read()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client had enough
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        await asyncio.sleep(0)


class Names(AbstractResolver):
    """A DNS under the test's control: each name has the addresses it is given."""

    def __init__(self, **addresses: list[str]) -> None:
        self.addresses = {name.replace("_", "."): value for name, value in addresses.items()}

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        if host not in self.addresses:
            raise OSError(None, "no such name")
        return [
            ResolveResult(hostname=host, host=address, port=port, family=2, proto=0, flags=0)
            for address in self.addresses[host]
        ]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Authority:
    """A private certificate authority and what its servers use."""

    ca_file: Path
    server: ssl.SSLContext


def make_authority(directory: Path, *names: str) -> Authority:
    """A new authority in ``directory`` and a server context with a certificate for ``names``."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Private authority")])
    day = datetime.timedelta(days=1)
    today = datetime.datetime.now(datetime.UTC)

    def certificate(
        subject: x509.Name, public: ec.EllipticCurvePublicKey, *, authority: bool
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .issuer_name(issuer)
            .subject_name(subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - day)
            .not_valid_after(today + day)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()),
                critical=False,
            )
        )

    root = certificate(issuer, key.public_key(), authority=True).sign(key, hashes.SHA256())
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        certificate(x509.Name([]), leaf_key.public_key(), authority=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    ca_file, chain = directory / "ca.pem", directory / "server.pem"
    ca_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    chain.write_bytes(
        leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Authority(ca_file, context)
