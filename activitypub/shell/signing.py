"""Signing requests without stopping the event loop, and remembering what each peer reads."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey
from activitypub.signatures.request import Profile
from activitypub.signatures.rfc9421 import sign_rfc9421

FIRST_KNOCK: Final[Profile] = "cavage"
"""Everybody reads it; snac answers 202 to RFC 9421 and drops the activity, so the order matters."""


class ProfileMemory(Protocol):
    """Which signature profile a host (``host[:port]``) is known to accept."""

    def get(self, host: str) -> str | None: ...

    def set(self, host: str, profile: str) -> None: ...


class RecentProfiles:
    """A ``ProfileMemory`` of this process: the ``size`` hosts used last."""

    def __init__(self, size: int = 10_000) -> None:
        self._size = size
        self._profiles: OrderedDict[str, str] = OrderedDict()

    def get(self, host: str) -> str | None:
        if host in self._profiles:
            self._profiles.move_to_end(host)
        return self._profiles.get(host)

    def set(self, host: str, profile: str) -> None:
        self._profiles[host] = profile
        self._profiles.move_to_end(host)
        if len(self._profiles) > self._size:
            self._profiles.popitem(last=False)


def known_profile(profiles: ProfileMemory, host: str) -> Profile:
    """The profile to try first with ``host``; what a store holds that is neither counts as none."""
    return "rfc9421" if profiles.get(host) == "rfc9421" else FIRST_KNOCK


def other_profile(profile: Profile) -> Profile:
    """The profile of the second knock."""
    return "rfc9421" if profile == "cavage" else "cavage"


class Signer:
    """Signs in a small thread pool what is slow (RSA, 250 µs) and in place what is not (Ed25519).

    ``cryptography`` lets go of the interpreter lock while it signs.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="signing")

    async def sign(
        self,
        profile: Profile,
        method: str,
        url: str,
        body: bytes | None,
        key: SigningKey,
        now: int,
        headers: Mapping[str, str],
    ) -> dict[str, str]:
        """The headers to send: ``headers`` and those of the signature, which covers what it can."""
        if key.kind == "rsa":
            return await asyncio.get_running_loop().run_in_executor(
                self._threads, _sign, profile, method, url, body, key, now, headers
            )
        return _sign(profile, method, url, body, key, now, headers)

    def close(self) -> None:
        """Let the threads end; what is being signed is finished."""
        self._threads.shutdown(wait=False)


def _sign(
    profile: Profile,
    method: str,
    url: str,
    body: bytes | None,
    key: SigningKey,
    now: int,
    headers: Mapping[str, str],
) -> dict[str, str]:
    sign = sign_cavage if profile == "cavage" else sign_rfc9421
    return sign(method, url, body, key, now, headers)
