"""The HTTP client of the federation: signed, bounded, and polite to servers that are not."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from activitypub.discovery import Handle, webfinger_url
from activitypub.errors import DocumentError
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.shell.responses import (
    TRANSPORT_ERRORS,
    error_code,
    error_text,
    is_json_type,
    retry_after,
)
from activitypub.shell.signing import (
    ProfileMemory,
    RecentProfiles,
    known_profile,
    other_profile,
)
from activitypub.shell.transport import Answer, Transport
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import Profile
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import parse_json, same_origin
from activitypub.vocab.terms import ACCEPT, ACTIVITY_JSON

_ACCEPT_MEDIA: Final = "image/*, video/*, audio/*, */*;q=0.1"
_ACCEPT_PAGE: Final = "text/html, application/xhtml+xml;q=0.9"
_ACCEPT_JRD: Final = "application/jrd+json, application/json"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class PostResult:
    """What came of a delivery attempt.

    ``status`` is the HTTP status, 0 if there was none. ``error`` is empty for 2xx, else a stable
    code: ``http_<status>``, one of ``responses.error_code``, one of ``AddressPolicy.check_url``.
    ``retry_after_ms`` is how long the server asks to be left alone. ``profile`` is the signature
    profile that led to this result. ``detail`` is the server's own text, for the log only.
    """

    status: int
    retry_after_ms: int | None = None
    error: str = ""
    profile: str = ""
    detail: str = ""


class FederationClient:
    """Fetches and delivers, signing each request at the moment it is sent.

    For what a remote server or the network does nothing is raised: the result says it. ``clock`` is
    the time in milliseconds since 1970; ``user_agent`` has the shape ``name/1.0 (+https://host/)``,
    as some servers refuse requests without. ``ssl_context`` defaults to the system's authorities,
    ``profiles`` to this process's memory. Use it as an async context manager or ``close`` it. It
    belongs to one event loop, keeps no cookies and reads no proxy settings or ``.netrc``.
    """

    def __init__(
        self,
        user_agent: str,
        policy: AddressPolicy,
        clock: Callable[[], int],
        ssl_context: ssl.SSLContext | None = None,
        profiles: ProfileMemory | None = None,
        limits: Limits | None = None,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._profiles = RecentProfiles() if profiles is None else profiles
        self._limits = Limits() if limits is None else limits
        self._transport = Transport(user_agent, policy, clock, ssl_context, self._limits, resolver)

    async def __aenter__(self) -> FederationClient:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections; what is under way fails. Closing twice is fine."""
        await self._transport.close()

    async def get(
        self,
        url: str,
        *,
        key: SigningKey | None = None,
        accept: str = ACCEPT,
        max_bytes: int | None = None,
        parse: bool = True,
        redirects: int | None = None,
        leave_origin: bool = True,
    ) -> Fetched:
        """GET ``url``, signed if there is a ``key``, following ``redirects``, else as many as
        ``Limits`` allows.

        Each hop is checked and signed anew; on 401 the other signature profile is tried once. With
        ``parse``, a 200 of a JSON media type brings a ``document`` (``error`` is ``bad_document``
        if it is none); whether the media type is good enough is the reader's to judge. Bodies of
        other answers are cut to ``Limits.max_error_bytes``. ``final_url`` is ``url`` without its
        fragment, or the last redirect's target. Unless it may ``leave_origin``, a redirect to
        another one is not followed. Errors: those of ``responses.error_code`` and of
        ``AddressPolicy.check_url``, ``bad_redirect``, ``foreign_origin``, ``too_many_redirects``.
        """
        limit = self._limits.max_bytes if max_bytes is None else max_bytes
        headers = {"Accept": accept, "Accept-Encoding": "gzip"}
        fetched = await self._follow(url, key, headers, limit, redirects, leave_origin=leave_origin)
        if not parse or fetched.status != 200 or not is_json_type(fetched.media_type):
            return fetched
        try:
            return replace(fetched, document=parse_json(fetched.body, max_bytes=limit))
        except DocumentError:
            return replace(fetched, error="bad_document")

    async def get_media(
        self, url: str, max_bytes: int, *, key: SigningKey | None = None
    ) -> Fetched:
        """GET a file of any media type: ``body``, never a ``document``."""
        headers = {"Accept": _ACCEPT_MEDIA, "Accept-Encoding": "identity"}
        return await self._follow(url, key, headers, max_bytes)

    async def get_page(self, url: str, media_types: frozenset[str], max_bytes: int) -> Fetched:
        """GET the head of a page as a stranger: ``body`` ends after it, at ``max_bytes`` or at its
        own end, and is empty for other media types."""
        headers = {"Accept": _ACCEPT_PAGE, "Accept-Encoding": "gzip"}
        return await self._follow(url, None, headers, max_bytes, head_of=media_types)

    async def webfinger(self, handle: Handle) -> Fetched:
        """The JRD of a handle as a ``document``; redirects may leave its host (RFC 7033 4.2)."""
        url = webfinger_url(handle, self._policy.scheme_for(handle.host))
        return await self.get(url, accept=_ACCEPT_JRD)

    async def post(
        self,
        inbox: str,
        body: bytes,
        *,
        key: SigningKey,
        headers: Mapping[str, str] | None = None,
    ) -> PostResult:
        """Deliver ``body`` as ``application/activity+json``. Redirects are not followed.

        On 400 or 401 the other signature profile is tried once and, if it is accepted, remembered
        for the host. ``headers`` are sent besides.
        """
        target = self._policy.check_url(inbox)
        if isinstance(target, Refused):
            return PostResult(0, error=target.code)
        profile = known_profile(self._profiles, target.authority)
        result = PostResult(0, error="timeout", profile=profile)
        try:
            async with asyncio.timeout(self._limits.total_s):
                result = await self._deliver(target, body, key, profile, headers)
                if result.status in (400, 401):
                    other = other_profile(profile)
                    second = await self._deliver(target, body, key, other, headers)
                    # If neither is accepted, the first answer says more about why.
                    if second.status not in (0, 400, 401):
                        result = second
                        self._remember(target, second.status, other_profile(profile))
        except TimeoutError:
            pass  # the deadline; what the first knock brought stands
        return result

    async def push(
        self, url: str, body: bytes, headers: Mapping[str, str], *, total_s: float
    ) -> PostResult:
        """POST ``body`` once, unsigned, within ``total_s``. Redirects are not followed.

        For addresses that strangers choose and that are no inboxes. ``profile`` is empty.
        """
        target = self._policy.check_url(url)
        if isinstance(target, Refused):
            return PostResult(0, error=target.code)
        profile = known_profile(self._profiles, target.authority)
        try:
            async with asyncio.timeout(total_s):
                answer = await self._transport.send("POST", target, body, None, profile, headers, 0)
        except TRANSPORT_ERRORS as error:
            return PostResult(0, error=error_code(error))
        return self._result(answer, "")

    async def _deliver(
        self,
        target: URL,
        body: bytes,
        key: SigningKey,
        profile: Profile,
        besides: Mapping[str, str] | None,
    ) -> PostResult:
        headers = {
            **(besides or {}),
            "Content-Type": ACTIVITY_JSON,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip",
        }
        try:
            try:
                answer = await self._transport.send("POST", target, body, key, profile, headers, 0)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientConnectionResetError):
                # A kept connection that the server gave up meanwhile. Activities have ids: one
                # that did arrive is known the second time. (For GET aiohttp does the same.)
                answer = await self._transport.send("POST", target, body, key, profile, headers, 0)
        except TRANSPORT_ERRORS as error:
            return PostResult(0, error=error_code(error), profile=profile)
        return self._result(answer, profile)

    def _result(self, answer: Answer, profile: str) -> PostResult:
        return PostResult(
            answer.status,
            retry_after(answer.retry_after, self._clock(), self._limits.max_retry_after_s),
            "" if 200 <= answer.status < 300 else f"http_{answer.status}",
            profile,
            error_text(answer.body),
        )

    async def _follow(
        self,
        url: str,
        key: SigningKey | None,
        headers: Mapping[str, str],
        max_bytes: int,
        redirects: int | None = None,
        head_of: frozenset[str] | None = None,
        leave_origin: bool = True,
    ) -> Fetched:
        current, inside, error = url.partition("#")[0], True, ""
        hops = self._limits.max_redirects if redirects is None else redirects
        try:
            async with asyncio.timeout(self._limits.total_s):
                for _ in range(hops + 1):
                    target = self._policy.check_url(current)
                    if isinstance(target, Refused):
                        error = target.code
                        break
                    answer = await self._knock(target, key, headers, max_bytes, head_of)
                    if answer.status not in _REDIRECTS:
                        return Fetched(
                            url=url,
                            status=answer.status,
                            fetched_at=self._clock(),
                            final_url=current,
                            same_origin=inside,
                            media_type=answer.content_type,
                            body=answer.body,
                        )
                    following = _redirected(target, answer.location)
                    if following is None:
                        error = "bad_redirect"
                        break
                    inside = inside and same_origin(current, following)
                    if not (inside or leave_origin):
                        error = "foreign_origin"
                        break
                    current = following
                else:
                    error = "too_many_redirects"
        except TRANSPORT_ERRORS as failure:
            error = error_code(failure)
        return Fetched(
            url=url,
            status=0,
            fetched_at=self._clock(),
            final_url=current,
            same_origin=inside,
            error=error,
        )

    async def _knock(
        self,
        target: URL,
        key: SigningKey | None,
        headers: Mapping[str, str],
        max_bytes: int,
        head_of: frozenset[str] | None,
    ) -> Answer:
        profile = known_profile(self._profiles, target.authority)
        answer = await self._transport.send(
            "GET", target, None, key, profile, headers, max_bytes, head_of
        )
        if answer.status == 401 and key is not None:
            other = other_profile(profile)
            answer = await self._transport.send("GET", target, None, key, other, headers, max_bytes)
            self._remember(target, answer.status, other)
        return answer

    def _remember(self, target: URL, status: int, profile: Profile) -> None:
        if 200 <= status < 300:
            self._profiles.set(target.authority, profile)


def _redirected(target: URL, location: str) -> str | None:
    """Where ``location`` leads from ``target``; None for nowhere, and from https to less."""
    try:
        following = urljoin(str(target), location).partition("#")[0]
    except ValueError:
        return None
    downgrade = target.scheme == "https" and not following.lower().startswith("https:")
    return None if not location or downgrade else following
