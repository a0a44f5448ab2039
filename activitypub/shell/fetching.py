"""Between checks that never fetch and a client that never judges."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from activitypub.shell.cache import Getter
from activitypub.signatures.keys import SigningKey
from activitypub.verdicts import Fetched, Known, Need, Refused

T = TypeVar("T")


async def resolve(
    check: Callable[[Known], T | Need],
    client: Getter,
    *,
    key: SigningKey | None = None,
    max_rounds: int = 4,
    max_urls: int = 20,
    local: Callable[[str], Awaitable[Fetched | None]] | None = None,
    known: Known | None = None,
) -> T | Refused:
    """Ask ``check``, fetch what it needs, and ask again until it answers.

    ``local`` answers URLs of our own server without a request, None for all others. ``known`` is
    what is there already; it is not changed and does not count. The documents come from strangers
    and name the URLs, so there is an end: ``Refused("unresolved")`` when the check still needs
    something after ``max_rounds`` rounds, ``max_urls`` fetches, or that it has been given.
    """
    have = dict(known or {})
    fetched = 0
    for _ in range(max_rounds):
        verdict = check(have)
        if not isinstance(verdict, Need):
            return verdict
        missing = [url for url in dict.fromkeys(verdict.urls) if url not in have]
        fetched += len(missing)
        if not missing or fetched > max_urls:
            break
        answers = await asyncio.gather(*(_answer(url, client, key, local) for url in missing))
        have.update(zip(missing, answers, strict=True))
    else:
        verdict = check(have)
        if not isinstance(verdict, Need):
            return verdict
    return Refused("unresolved", "the documents it refers to lead too far")


async def _answer(
    url: str,
    client: Getter,
    key: SigningKey | None,
    local: Callable[[str], Awaitable[Fetched | None]] | None,
) -> Fetched:
    own = None if local is None else await local(url)
    return own if own is not None else await client.get(url, key=key)
