"""Identical fetches share a request; failures are remembered, for a while and not too many."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from activitypub.shell.cache import SharedGets
from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.signatures.keys import SigningKey
from tests.activitypub.shell.peers import NOW, USER_AGENT, Handler, serving


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def slowly(status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.json_response({"id": request.path}, status=status)

    return handler


async def test_fetches_that_overlap_share_a_request(client: FederationClient) -> None:
    async with serving(slowly()) as peer:
        shared = SharedGets(client, Clock())
        url = peer.url("/a")
        answers = await asyncio.gather(*(shared.get(url) for _ in range(10)))
        assert [fetched.document for fetched in answers] == [{"id": "/a"}] * 10
        assert len(peer.requests) == 1
        await shared.get(url)
        assert len(peer.requests) == 2, "a success is not kept"


async def test_fetches_with_different_keys_are_not_shared(
    client: FederationClient, rsa_key: SigningKey, ed25519_key: SigningKey
) -> None:
    async with serving(slowly()) as peer:
        shared = SharedGets(client, Clock())
        url = peer.url("/a")
        await asyncio.gather(
            shared.get(url), shared.get(url, key=rsa_key), shared.get(url, key=ed25519_key)
        )
        assert len(peer.requests) == 3


async def test_a_caller_that_gives_up_does_not_take_the_answer_from_others(
    client: FederationClient,
) -> None:
    async with serving(slowly()) as peer:
        shared = SharedGets(client, Clock())
        first = asyncio.create_task(shared.get(peer.url("/a")))
        second = asyncio.create_task(shared.get(peer.url("/a")))
        await asyncio.sleep(0.005)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await second).status == 200
        assert len(peer.requests) == 1


@pytest.mark.parametrize("status", [401, 404, 410, 500])
async def test_a_failure_is_given_again_until_it_is_old(
    client: FederationClient, status: int
) -> None:
    clock = Clock()
    async with serving(slowly(status)) as peer:
        shared = SharedGets(client, clock, failure_ms=1000)
        url = peer.url("/gone")
        for _ in range(3):
            assert (await shared.get(url)).status == status
        assert len(peer.requests) == 1
        clock.now += 1000
        await shared.get(url)
        assert len(peer.requests) == 2


async def test_a_network_failure_is_remembered_too(client: FederationClient) -> None:
    async with serving(slowly()) as peer:
        url = peer.url("/a")
    shared = SharedGets(client, Clock())
    failure = await shared.get(url)
    assert failure.error == "connection_failed"
    assert await shared.get(url) is failure


async def test_a_failure_can_be_forgotten(client: FederationClient) -> None:
    async with serving(slowly(404)) as peer:
        shared = SharedGets(client, Clock())
        await shared.get(peer.url("/a"))
        await shared.get(peer.url("/b"))
        shared.forget(peer.url("/a"))
        await shared.get(peer.url("/a"))
        await shared.get(peer.url("/b"))
    assert [request.path for request in peer.requests] == ["/a", "/b", "/a"]


async def test_the_memory_of_failures_is_bounded(client: FederationClient) -> None:
    async with serving(slowly(404)) as peer:
        shared = SharedGets(client, Clock(), size=2)
        for path in ("/a", "/b", "/c", "/c", "/b", "/a"):
            await shared.get(peer.url(path))
    assert [request.path for request in peer.requests] == ["/a", "/b", "/c", "/a"]


async def test_the_failure_remembered_longest_goes_first() -> None:
    clock = Clock()
    policy = AddressPolicy(development=True)
    async with (
        serving(slowly(404)) as peer,
        FederationClient(USER_AGENT, policy, clock) as client,
    ):
        shared = SharedGets(client, clock, size=2, failure_ms=1000)
        await shared.get(peer.url("/a"))
        await shared.get(peer.url("/b"))
        clock.now += 1000
        for path in ("/a", "/c", "/a"):
            await shared.get(peer.url(path))
    assert [request.path for request in peer.requests] == ["/a", "/b", "/a", "/c"]


async def test_closing_ends_what_is_under_way(client: FederationClient) -> None:
    async def never(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    async with serving(never) as peer:
        shared = SharedGets(client, Clock())
        waiting = asyncio.create_task(shared.get(peer.url("/a")))
        await asyncio.sleep(0.02)
        await shared.close()
        with pytest.raises(asyncio.CancelledError):
            await waiting
