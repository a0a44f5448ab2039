"""The loop between a check that says what it needs and the client that gets it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from activitypub.shell.client import FederationClient
from activitypub.shell.fetching import resolve
from activitypub.verdicts import Fetched, Known, Need, Refused
from tests.activitypub.shell.peers import NOW, Peer, serving

UNRESOLVED = "unresolved"


async def numbers(request: web.Request) -> web.Response:
    """``/3`` refers to ``/2``, that to ``/1``, that to ``/0``."""
    return web.json_response({"next": int(request.path[1:]) - 1})


def follow(peer: Peer, start: int) -> Callable[[Known], int | Need]:
    def check(known: Known) -> int | Need:
        number = start
        while number >= 0:
            fetched = known.get(peer.url(f"/{number}"))
            if fetched is None:
                return Need((peer.url(f"/{number}"),))
            assert fetched.document is not None
            number = fetched.document["next"]
        return number

    return check


async def test_what_a_check_needs_is_fetched_until_it_answers(client: FederationClient) -> None:
    async with serving(numbers) as peer:
        assert await resolve(follow(peer, 3), client) == -1
        assert [request.path for request in peer.requests] == ["/3", "/2", "/1", "/0"]


async def test_a_chain_that_is_too_long_is_refused(client: FederationClient) -> None:
    async with serving(numbers) as peer:
        verdict = await resolve(follow(peer, 4), client)
        assert isinstance(verdict, Refused)
        assert verdict.code == UNRESOLVED
        assert len(peer.requests) == 4


async def test_what_is_known_is_not_fetched(client: FederationClient) -> None:
    async with serving(numbers) as peer:
        urls = [peer.url(f"/{number}") for number in range(4)]
        known = {
            url: Fetched(url, 200, NOW, document={"next": number - 1})
            for number, url in enumerate(urls)
        }
        assert await resolve(follow(peer, 3), client, known=known, max_rounds=0) == -1
        assert peer.requests == []
        del known[urls[2]]
        assert await resolve(follow(peer, 3), client, known=known) == -1
        assert len(peer.requests) == 1
        assert urls[2] not in known


async def test_urls_needed_at_once_are_fetched_at_once(client: FederationClient) -> None:
    together = asyncio.Event()
    waiting = 0

    async def wait_for_the_others(request: web.Request) -> web.Response:
        nonlocal waiting
        waiting += 1
        if waiting == 3:
            together.set()
        await together.wait()
        return web.json_response({})

    async with serving(wait_for_the_others) as peer:
        urls = tuple(peer.url(f"/{number}") for number in range(3))

        def check(known: Known) -> list[int] | Need:
            # The first is named twice, and fetched once.
            return [known[url].status for url in urls] if known else Need((*urls, urls[0]))

        assert await resolve(check, client) == [200, 200, 200]
        assert len(peer.requests) == 3


async def test_too_many_urls_are_refused_before_any_is_fetched(client: FederationClient) -> None:
    async with serving(numbers) as peer:
        urls = tuple(peer.url(f"/{number}") for number in range(21))
        verdict: object = await resolve(lambda known: Need(urls), client)
        assert isinstance(verdict, Refused)
        assert verdict.code == UNRESOLVED
        assert peer.requests == []


async def test_a_check_that_asks_for_what_it_has_is_not_asked_for_ever(
    client: FederationClient,
) -> None:
    asked = 0
    async with serving(numbers) as peer:

        def check(known: Known) -> Need:
            nonlocal asked
            asked += 1
            return Need((peer.url("/1"),))

        verdict: object = await resolve(check, client)
        assert isinstance(verdict, Refused)
        assert verdict.code == UNRESOLVED
        assert (asked, len(peer.requests)) == (2, 1)


async def test_a_failure_is_an_answer_for_the_check(client: FederationClient) -> None:
    def check(known: Known) -> str | Need:
        url = "http://10.0.0.1/"
        return known[url].error if url in known else Need((url,))

    assert await resolve(check, client) == "address_refused"


async def test_our_own_documents_are_not_fetched_over_http(client: FederationClient) -> None:
    async def local(url: str) -> Fetched | None:
        own = url.endswith("/2")
        return Fetched(url, 200, NOW, document={"next": 1}) if own else None

    async with serving(numbers) as peer:
        assert await resolve(follow(peer, 3), client, local=local) == -1
        assert [request.path for request in peer.requests] == ["/3", "/1", "/0"]
