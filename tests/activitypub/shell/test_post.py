"""Delivering: two knocks at most, and what the other side says about it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from aiohttp import web

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.shell.responses import retry_after
from activitypub.shell.signing import RecentProfiles, Signer
from activitypub.signatures.keys import SigningKey
from activitypub.vocab.terms import ACTIVITY_JSON
from tests.activitypub.shell.peers import (
    NOW,
    USER_AGENT,
    Handler,
    clock,
    is_signed,
    saying,
    serving,
)

BODY = b'{"type": "Create"}'
WEEK = 7 * 86_400


def answer(status: int, body: bytes = b"", **headers: str) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, headers=sent)

    return handler


def only(accepts: Callable[[web.Request], bool], otherwise: int = 401) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=202 if accepts(request) else otherwise)

    return handler


def is_rfc9421(request: web.Request) -> bool:
    return "Signature-Input" in request.headers


async def test_a_delivery_is_signed_and_typed(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    async with serving(answer(202)) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.error, result.profile) == (202, "", "cavage")
    assert is_signed(peer, rsa_key) == "cavage"
    request = peer.requests[0]
    assert (request.method, request.path, request.body) == ("POST", "/inbox", BODY)
    assert request.headers["content-type"] == ACTIVITY_JSON
    assert request.headers["user-agent"] == USER_AGENT
    assert (
        'headers="(request-target) host date digest content-type"' in (request.headers["signature"])
    )


@pytest.mark.parametrize("status", [400, 401])
async def test_the_second_knock_is_rfc9421_and_the_host_is_remembered(
    client: FederationClient, rsa_key: SigningKey, status: int
) -> None:
    async with serving(only(is_rfc9421, status)) as peer:
        inbox = peer.url("/inbox")
        first = await client.post(inbox, BODY, key=rsa_key)
        assert len(peer.requests) == 2
        assert is_signed(peer, rsa_key) == "rfc9421"
        second = await client.post(inbox, BODY, key=rsa_key)
        assert len(peer.requests) == 3
        assert is_signed(peer, rsa_key) == "rfc9421"
    assert (first.status, first.profile) == (202, "rfc9421")
    assert (second.status, second.profile) == (202, "rfc9421")
    assert peer.accepted == 1


async def test_a_host_that_forgot_rfc9421_is_knocked_at_the_old_way(
    rsa_key: SigningKey,
) -> None:
    profiles = RecentProfiles()
    async with (
        serving(only(lambda request: not is_rfc9421(request))) as peer,
        FederationClient(
            USER_AGENT, AddressPolicy(development=True), clock, profiles=profiles
        ) as client,
    ):
        host = f"127.0.0.1:{peer.port}"
        profiles.set(host, "rfc9421")
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.profile) == (202, "cavage")
    assert profiles.get(host) == "cavage"


@pytest.mark.parametrize("status", [400, 401])
async def test_a_host_that_accepts_neither_is_left_after_two_knocks(
    client: FederationClient, rsa_key: SigningKey, status: int
) -> None:
    async with serving(answer(status, b"no\r\nsuch\x1b[31m actor")) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert len(peer.requests) == 2
    assert (result.status, result.error) == (status, f"http_{status}")
    assert result.profile == "cavage"
    assert result.detail == "no such [31m actor"


@pytest.mark.parametrize("status", [202, 302, 307, 403, 404, 410, 413, 429, 500, 503])
async def test_other_answers_are_final(
    client: FederationClient, rsa_key: SigningKey, status: int
) -> None:
    async with serving(answer(status, Location="/elsewhere")) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert result.status == status
    assert result.error == ("" if status == 202 else f"http_{status}")
    assert len(peer.requests) == 1


async def test_an_answer_of_the_second_knock_that_is_no_refusal_counts(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    async def busy(request: web.Request) -> web.Response:
        return web.Response(
            status=503 if is_rfc9421(request) else 401, headers={"Retry-After": "7"}
        )

    async with serving(busy) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
        assert (result.status, result.retry_after_ms) == (503, 7000)
        assert (await client.post(peer.url("/inbox"), BODY, key=rsa_key)).status == 503
    assert len(peer.requests) == 4, "503 is no reason to remember a profile"


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("120", 120_000),
        (" 120 ", 120_000),
        ("9999999999", WEEK * 1000),
        ("9" * 5000, WEEK * 1000),
        ("-1", None),
        ("1.5", None),
        ("１２", None),
        ("soon", None),
        (formatdate(NOW / 1000 + 90, usegmt=True), 90_000),
        (formatdate(NOW / 1000 - 90, usegmt=True), 0),
        (formatdate(NOW / 1000 + 10 * WEEK, usegmt=True), WEEK * 1000),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
        ("Wed, 99 Oct 2026 07:28:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str | None, wait: int | None) -> None:
    assert retry_after(value, NOW, WEEK) == wait


async def test_retry_after_reaches_the_caller(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    async with serving(answer(429, Retry_After="3")) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.retry_after_ms) == (429, 3000)


async def test_deliveries_share_a_connection(
    client: FederationClient, ed25519_key: SigningKey
) -> None:
    async with serving(answer(202, b"ok")) as peer:
        for _ in range(5):
            await client.post(peer.url("/inbox"), BODY, key=ed25519_key)
    assert len(peer.requests) == 5
    assert peer.accepted == 1


async def test_a_long_error_text_is_cut_short_and_its_connection_given_up(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    head = b"HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    async with saying(head, chunk, again=True) as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.error) == (500, "http_500")
    assert result.detail == "x" * 300


async def test_a_connection_the_server_gave_up_is_replaced(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    answered = 0

    async def leave_after_the_first(request: web.Request) -> web.Response:
        nonlocal answered
        answered += 1
        if answered == 2:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=202)

    async with serving(leave_after_the_first) as peer:
        assert (await client.post(peer.url("/inbox"), BODY, key=rsa_key)).status == 202
        assert (await client.post(peer.url("/inbox"), BODY, key=rsa_key)).status == 202
    assert [request.body for request in peer.requests] == [BODY] * 3
    assert peer.accepted == 2


async def test_a_server_that_always_hangs_up_is_asked_twice(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    async with saying(b"") as peer:
        result = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.error) == (0, "connection_failed")
    assert peer.accepted == 2


@pytest.mark.parametrize(
    ("inbox", "error"),
    [
        ("http://10.0.0.1/inbox", "address_refused"),
        ("http://169.254.169.254/inbox", "address_refused"),
        ("http://0.0.0.0/inbox", "address_refused"),
        ("http://a:b@127.0.0.1/inbox", "bad_url"),
        ("http://127.0.0.1/inbox\r\nX: 1", "bad_url"),
        ("mailto:bob@b.example", "bad_url"),
    ],
)
async def test_an_inbox_is_checked_like_any_url(
    client: FederationClient, rsa_key: SigningKey, inbox: str, error: str
) -> None:
    result = await client.post(inbox, BODY, key=rsa_key)
    assert (result.status, result.error) == (0, error)


async def test_a_slow_inbox_ends_at_the_deadline(
    hasty: FederationClient, rsa_key: SigningKey
) -> None:
    async with saying(b"HTTP/1.1 202 Accepted\r\nX: ", b"x", pause=0.02, again=True) as peer:
        started = time.monotonic()
        result = await hasty.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.error) == (0, "timeout")
    assert time.monotonic() - started < 5


async def test_an_inbox_may_take_longer_to_answer_than_a_document(rsa_key: SigningKey) -> None:
    limits = Limits(read_s=0.05, answer_s=20, total_s=20)
    policy = AddressPolicy(development=True)

    async def dawdle(_: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(status=202)

    async with (
        serving(dawdle) as peer,
        FederationClient(USER_AGENT, policy, clock, limits=limits) as client,
    ):
        taken = await client.post(peer.url("/inbox"), BODY, key=rsa_key)
        fetched = await client.get(peer.url("/inbox"))
    assert (taken.status, fetched.error) == (202, "timeout")


async def test_a_second_knock_beyond_the_deadline_leaves_the_first_answer(
    hasty: FederationClient, rsa_key: SigningKey
) -> None:
    async def stall(request: web.Request) -> web.Response:
        if is_rfc9421(request):
            await asyncio.sleep(60)
        return web.Response(status=401)

    async with serving(stall) as peer:
        result = await hasty.post(peer.url("/inbox"), BODY, key=rsa_key)
    assert (result.status, result.error) == (401, "http_401")


async def test_rsa_is_signed_off_the_loop_and_ed25519_on_it(
    rsa_key: SigningKey, ed25519_key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[str] = []
    sign = SigningKey.sign

    def note_thread(key: SigningKey, data: bytes) -> bytes:
        threads.append(threading.current_thread().name)
        return sign(key, data)

    monkeypatch.setattr(SigningKey, "sign", note_thread)
    signer = Signer(1)
    for key in (rsa_key, ed25519_key):
        await signer.sign("cavage", "GET", "https://a.example/", None, key, NOW, {})
    signer.close()
    assert threads == ["signing_0", "MainThread"]


def test_the_memory_of_profiles_is_bounded() -> None:
    profiles = RecentProfiles(size=2)
    for host in ("a.example", "b.example"):
        profiles.set(host, "rfc9421")
    assert profiles.get("a.example") == "rfc9421"
    profiles.set("c.example", "cavage")
    assert profiles.get("b.example") is None
    assert (profiles.get("a.example"), profiles.get("c.example")) == ("rfc9421", "cavage")
