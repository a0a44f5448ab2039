"""One signed exchange with a server: no redirects, no second attempts, no judgement."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.shell.responses import BodyError, content_type, essence, read_body
from activitypub.shell.signing import Signer
from activitypub.shell.tls import build_ssl_context
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import Profile


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, read. ``body`` is whole for a GET answered with 200, else cut short.

    ``content_type`` and ``location`` are empty if absent.
    """

    status: int
    body: bytes
    content_type: str
    location: str
    retry_after: str | None


class Transport:
    """The connections of a client. They are opened on first use, in the loop that uses them."""

    def __init__(
        self,
        user_agent: str,
        policy: AddressPolicy,
        clock: Callable[[], int],
        ssl_context: ssl.SSLContext | None,
        limits: Limits,
        resolver: AbstractResolver | None,
    ) -> None:
        self._user_agent = user_agent
        self._policy = policy
        self._clock = clock
        # Reading the authorities takes a while: here, before the loop runs.
        self._ssl_context = build_ssl_context() if ssl_context is None else ssl_context
        self._limits = limits
        self._resolver = resolver
        self._signer = Signer(limits.signing_threads)
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def close(self) -> None:
        """Close all connections; exchanges under way fail. Closing twice is fine."""
        self._closed = True
        self._signer.close()
        if self._session is not None:
            await self._session.close()

    async def send(
        self,
        method: str,
        target: URL,
        body: bytes | None,
        key: SigningKey | None,
        profile: Profile,
        headers: Mapping[str, str],
        max_bytes: int,
        head_of: frozenset[str] | None = None,
    ) -> Answer:
        """Send a request, signed if there is a ``key``, to a ``target`` the policy has checked.

        ``head_of``: only bodies of these media types are read, up to the end of the page's head or
        to ``max_bytes``.

        Raises one of ``responses.TRANSPORT_ERRORS``, also for a body beyond ``max_bytes``, and
        ``RuntimeError`` once closed.
        """
        sent = {**headers, "User-Agent": self._user_agent}
        if key is not None:
            sent = await self._signer.sign(
                profile, method, str(target), body, key, self._clock(), sent
            )
        session = self._open()
        patience = self._limits.read_s if method == "GET" else self._limits.answer_s
        async with session.request(
            method,
            target,
            data=body,
            headers=sent,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=self._limits.connect_s, sock_read=patience
            ),
        ) as response:
            wanted = method == "GET" and response.status == 200
            limit = max_bytes if wanted else self._limits.max_error_bytes
            if wanted and head_of is not None and essence(response) not in head_of:
                limit, wanted = 0, False
            try:
                if wanted and head_of is None and (response.content_length or 0) > limit:
                    raise BodyError("too_large")
                content = await read_body(response, limit, None if head_of is None else b"</head")
            except BodyError as error:
                if wanted and (head_of is None or error.code != "too_large"):
                    raise
                content = error.partial[:limit]
            return Answer(
                status=response.status,
                body=content,
                content_type=content_type(response),
                location=response.headers.get("Location", ""),
                retry_after=response.headers.get("Retry-After"),
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._closed:
            raise RuntimeError("the client is closed")
        if self._session is None:
            limits = self._limits
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    ssl=self._ssl_context,
                    socket_factory=self._policy.socket_factory,
                    resolver=self._resolver,
                    limit=limits.connections,
                    limit_per_host=limits.connections_per_host,
                    keepalive_timeout=limits.keepalive_s,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
            )
        return self._session
