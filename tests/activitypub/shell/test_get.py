"""Fetching from servers that behave, and from servers that do not."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
import zlib

import pytest
from aiohttp import web

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.shell.signing import RecentProfiles
from activitypub.signatures.keys import SigningKey
from activitypub.vocab.terms import ACCEPT, ACTIVITY_JSON
from tests.activitypub.shell.peers import (
    NOW,
    USER_AGENT,
    Handler,
    clock,
    is_signed,
    saying,
    serving,
)

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\n"
ZEROS_GZIP = gzip.compress(bytes(50_000_000), 9)
ZEROS_DEFLATE = zlib.compress(bytes(50_000_000), 9)


def answer(
    body: bytes = b'{"id": "x"}', media_type: str = ACTIVITY_JSON, status: int = 200, **headers: str
) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        sent = {"Content-Type": media_type} if media_type else {}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=body, status=status, headers=sent)

    return handler


def routes(**handlers: Handler) -> Handler:
    async def handler(request: web.Request) -> web.StreamResponse:
        return await handlers[request.path.strip("/")](request)

    return handler


def redirect(location: str, status: int = 302) -> Handler:
    return answer(b"moved", "text/plain", status, Location=location)


async def test_a_document_is_fetched_and_parsed(client: FederationClient) -> None:
    async with serving(answer(b'{"id": "https://b.example/x"}')) as peer:
        url = peer.url("/users/bob")
        fetched = await client.get(url)
    assert (fetched.url, fetched.final_url, fetched.status, fetched.error) == (url, url, 200, "")
    assert fetched.document == {"id": "https://b.example/x"}
    assert fetched.body == b'{"id": "https://b.example/x"}'
    assert fetched.media_type == ACTIVITY_JSON
    assert fetched.same_origin
    assert fetched.fetched_at == NOW


async def test_a_request_says_who_asks_and_for_what_and_nothing_else(
    client: FederationClient,
) -> None:
    async with serving(answer()) as peer:
        await client.get(peer.url("/users/bob"))
    assert peer.requests[0].headers == {
        "host": f"127.0.0.1:{peer.port}",
        "accept": ACCEPT,
        "accept-encoding": "gzip",
        "user-agent": USER_AGENT,
    }


async def test_a_key_id_is_fetched_without_its_fragment(client: FederationClient) -> None:
    async with serving(answer()) as peer:
        url = peer.url("/users/bob")
        fetched = await client.get(f"{url}#main-key")
    assert peer.requests[0].path == "/users/bob"
    assert (fetched.url, fetched.final_url) == (f"{url}#main-key", url)


async def test_proxy_settings_of_the_environment_are_ignored(
    client: FederationClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    async with serving(answer()) as peer:
        assert (await client.get(peer.url("/"))).status == 200


async def test_connections_are_reused(client: FederationClient) -> None:
    async with serving(answer()) as peer:
        for _ in range(5):
            assert (await client.get(peer.url("/"))).status == 200
    assert len(peer.requests) == 5
    assert peer.accepted == 1


async def test_a_host_gets_no_more_connections_than_allowed() -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.Response()

    limits = Limits(connections_per_host=2)
    policy = AddressPolicy(development=True)
    async with (
        serving(slow) as peer,
        FederationClient(USER_AGENT, policy, clock, limits=limits) as client,
    ):
        await asyncio.gather(*(client.get(peer.url("/")) for _ in range(8)))
    assert len(peer.requests) == 8
    assert peer.accepted == 2


@pytest.mark.parametrize(
    "media_type",
    [
        "application/activity+json; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        "application/ld+json",
        "application/json",
        "Application/JRD+JSON",
    ],
)
async def test_json_of_every_kind_is_parsed_and_its_type_recorded_as_sent(
    client: FederationClient, media_type: str
) -> None:
    async with serving(answer(media_type=media_type)) as peer:
        fetched = await client.get(peer.url("/"))
    assert fetched.document == {"id": "x"}
    assert fetched.media_type == media_type


@pytest.mark.parametrize(
    "media_type", ["image/png", "text/plain", "text/html", "application/octet-stream", ""]
)
async def test_an_upload_that_looks_like_json_is_no_document(
    client: FederationClient, media_type: str
) -> None:
    async with saying(
        b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n"
        + (f"Content-Type: {media_type}\r\n" if media_type else "").encode()
        + b'\r\n{"id": "x"}'
    ) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (200, "")
    assert fetched.document is None
    assert fetched.media_type == media_type


async def test_two_content_types_are_none(client: FederationClient) -> None:
    async with saying(
        HEAD + b'Content-Type: image/png\r\nContent-Length: 11\r\n\r\n{"id": "x"}'
    ) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.media_type, fetched.document) == ("", None)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no", b'"x"', b"\xff{}", b'{"a":' * 100 + b"1" + b"}" * 100]
)
async def test_a_bad_document_is_said_to_be_one(client: FederationClient, body: bytes) -> None:
    async with serving(answer(body)) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.document, fetched.error) == (200, None, "bad_document")


@pytest.mark.parametrize("status", [202, 204, 304, 400, 403, 404, 410, 418, 500, 503])
async def test_only_a_200_brings_a_document(client: FederationClient, status: int) -> None:
    async with serving(answer(status=status)) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.document, fetched.error) == (status, None, "")


async def test_the_body_of_an_error_is_cut_short(client: FederationClient) -> None:
    async with serving(answer(b"x" * 50_000, status=500)) as peer:
        fetched = await client.get(peer.url("/"))
    assert fetched.status == 500
    assert fetched.body == b"x" * 4096


async def test_media_is_fetched_whatever_its_type_and_never_parsed(
    client: FederationClient,
) -> None:
    async with serving(answer(b'{"id": "x"}', "image/png")) as peer:
        fetched = await client.get_media(peer.url("/pic.png"), 20)
        too_large = await client.get_media(peer.url("/pic.png"), 10)
    assert (fetched.status, fetched.media_type) == (200, "image/png")
    assert (fetched.body, fetched.document) == (b'{"id": "x"}', None)
    assert (too_large.status, too_large.error, too_large.body) == (0, "too_large", b"")
    assert peer.requests[0].headers["accept-encoding"] == "identity"


# Redirects


async def test_redirects_inside_a_server_are_followed(client: FederationClient) -> None:
    handler = routes(a=redirect("/b", 301), b=redirect("c?x=1#y", 307), c=answer())
    async with serving(handler) as peer:
        fetched = await client.get(peer.url("/a"))
        assert fetched.final_url == peer.url("/c?x=1")
    assert (fetched.status, fetched.same_origin) == (200, True)
    assert fetched.document == {"id": "x"}


async def test_a_redirect_to_another_server_is_told(client: FederationClient) -> None:
    async with serving(answer()) as other, serving(redirect(other.url("/evil"))) as victim:
        fetched = await client.get(victim.url("/users/bob"))
        assert fetched.final_url == other.url("/evil")
    assert (fetched.status, fetched.same_origin) == (200, False)


async def test_a_detour_over_another_server_is_told_even_if_it_leads_back(
    client: FederationClient,
) -> None:
    back = ""

    async def return_to_victim(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": back})

    async with serving(return_to_victim) as other:
        handler = routes(a=redirect(other.url("/")), b=answer())
        async with serving(handler) as victim:
            back = victim.url("/b")
            fetched = await client.get(victim.url("/a"))
    assert fetched.final_url == back
    assert (fetched.status, fetched.same_origin) == (200, False)


async def test_a_redirect_within_the_other_server_does_not_make_it_the_first(
    client: FederationClient,
) -> None:
    async with (
        serving(routes(a=redirect("/b"), b=answer())) as other,
        serving(redirect(other.url("/a"))) as victim,
    ):
        fetched = await client.get(victim.url("/users/bob"))
        assert fetched.final_url == other.url("/b")
    assert (fetched.status, fetched.same_origin) == (200, False)


async def test_a_redirect_loop_ends_after_three_hops(client: FederationClient) -> None:
    async with serving(redirect("/again")) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "too_many_redirects")
    assert len(peer.requests) == 4


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://10.0.0.1/", "address_refused"),
        ("http://169.254.169.254/latest/meta-data/", "address_refused"),
        ("http://[::ffff:10.0.0.1]/", "address_refused"),
        ("http://0.0.0.0/", "address_refused"),
        ("http://2130706433/", "host_refused"),
        ("//user:pass@127.0.0.1/", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "bad_url"),
        ("data:application/activity+json,{}", "bad_url"),
        ("javascript:alert(1)", "bad_url"),
        ("/a b", "bad_url"),
        ("http://[::1", "bad_redirect"),
        ("", "bad_redirect"),
    ],
)
async def test_a_redirect_is_checked_like_any_url(
    client: FederationClient, location: str, error: str
) -> None:
    async with serving(redirect(location)) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, error)
    assert len(peer.requests) == 1


async def test_a_redirect_without_location_is_refused(client: FederationClient) -> None:
    async with serving(answer(status=302)) as peer:
        assert (await client.get(peer.url("/"))).error == "bad_redirect"


# Signatures


async def test_a_fetch_with_a_key_is_signed_and_each_hop_anew(
    client: FederationClient, rsa_key: SigningKey
) -> None:
    async with serving(answer()) as other, serving(redirect(other.url("/b?x=1"))) as victim:
        assert (await client.get(victim.url("/a"), key=rsa_key)).status == 200
    first, second = victim.requests[0].headers, other.requests[0].headers
    for headers, peer in ((first, victim), (second, other)):
        assert is_signed(peer, rsa_key) == "cavage"
        assert 'keyId="https://home.example/actor#main-key"' in headers["signature"]
        assert 'headers="(request-target) host date"' in headers["signature"]
        assert headers["host"] == f"127.0.0.1:{peer.port}"
        assert headers["user-agent"] == USER_AGENT
        assert "digest" not in headers
    assert first["signature"] != second["signature"]


async def test_a_refused_signature_is_tried_once_in_the_other_profile_and_remembered(
    rsa_key: SigningKey,
) -> None:
    async def only_rfc9421(request: web.Request) -> web.Response:
        known = "Signature-Input" in request.headers
        return web.json_response({"id": "x"}, status=200 if known else 401)

    profiles = RecentProfiles()
    policy = AddressPolicy(development=True)
    async with (
        serving(only_rfc9421) as peer,
        FederationClient(USER_AGENT, policy, clock, profiles=profiles) as client,
    ):
        assert (await client.get(peer.url("/"), key=rsa_key)).status == 200
        assert len(peer.requests) == 2
        assert is_signed(peer, rsa_key) == "rfc9421"
        assert profiles.get(f"127.0.0.1:{peer.port}") == "rfc9421"
        assert (await client.get(peer.url("/"), key=rsa_key)).status == 200
        assert len(peer.requests) == 3
        assert peer.accepted == 1


async def test_there_is_no_third_knock(client: FederationClient, rsa_key: SigningKey) -> None:
    async with serving(answer(status=401)) as peer:
        assert (await client.get(peer.url("/"), key=rsa_key)).status == 401
        assert len(peer.requests) == 2
        assert (await client.get(peer.url("/"))).status == 401
        assert len(peer.requests) == 3


# Bodies without end


async def test_a_compressed_document_is_read(client: FederationClient) -> None:
    body = json.dumps({"id": "x" * 5000}).encode()
    for encoding, sent in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        async with serving(answer(sent, Content_Encoding=encoding)) as peer:
            assert (await client.get(peer.url("/"))).document == {"id": "x" * 5000}


@pytest.mark.parametrize(
    ("encoding", "bomb"),
    [("gzip", ZEROS_GZIP), ("deflate", ZEROS_DEFLATE)],
    ids=["gzip", "deflate"],
)
async def test_a_decompression_bomb_is_not_inflated(
    client: FederationClient, encoding: str, bomb: bytes
) -> None:
    async with serving(answer(bomb, Content_Encoding=encoding)) as peer:
        tracemalloc.start()
        try:
            fetched = await client.get(peer.url("/"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (fetched.status, fetched.error, fetched.body) == (0, "too_large", b"")
    assert peak < 5_000_000


async def test_a_bomb_in_an_error_answer_is_cut_short(client: FederationClient) -> None:
    async with serving(answer(ZEROS_GZIP, status=404, Content_Encoding="gzip")) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.body) == (404, bytes(4096))


async def test_empty_blocks_without_end_are_cut_off(client: FederationClient) -> None:
    deflate = zlib.compressobj(wbits=31)
    start = deflate.compress(b"") + deflate.flush(zlib.Z_SYNC_FLUSH)
    empty = b"\x00\x00\x00\xff\xff" * 10_000
    async with saying(HEAD + b"Content-Encoding: gzip\r\n\r\n" + start, empty, again=True) as peer:
        assert (await client.get(peer.url("/"))).error == "too_large"


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "x" * 100])
async def test_an_encoding_nobody_asked_for_is_refused(
    client: FederationClient, encoding: str
) -> None:
    async with serving(answer(Content_Encoding=encoding)) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "bad_encoding")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"not gzip", "bad_encoding"),
        (gzip.compress(b"{}" * 500)[:-9], "truncated"),
        (gzip.compress(b"{}") + b"trailer", "bad_encoding"),
    ],
    ids=["no gzip at all", "cut off", "something after the end"],
)
async def test_damaged_gzip_is_refused(client: FederationClient, body: bytes, error: str) -> None:
    async with serving(answer(body, Content_Encoding="gzip")) as peer:
        assert (await client.get(peer.url("/"))).error == error


async def test_a_body_announced_as_too_large_is_not_read(client: FederationClient) -> None:
    async with saying(HEAD + b"Content-Length: 100001\r\n\r\n", keep_open=True) as peer:
        started = time.monotonic()
        assert (await client.get(peer.url("/"))).error == "too_large"
    assert time.monotonic() - started < 5, "it did not wait for the body"


async def test_an_endless_body_is_cut_off(client: FederationClient) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    async with saying(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", chunk, again=True) as peer:
        assert (await client.get(peer.url("/"))).error == "too_large"


async def test_the_largest_allowed_body_is_read(client: FederationClient) -> None:
    async with serving(answer(b"x" * 100_000, "image/png")) as peer:
        assert len((await client.get(peer.url("/"))).body) == 100_000
    async with serving(answer(b"x" * 100_001, "image/png")) as peer:
        assert (await client.get(peer.url("/"))).error == "too_large"


async def test_a_body_that_ends_early_is_refused(client: FederationClient) -> None:
    async with saying(HEAD + b'Content-Length: 100\r\n\r\n{"id": "x"}') as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "truncated")


# Slow servers


@pytest.mark.parametrize("start", [b"HTTP/1.1 200 OK\r\nX-A: ", HEAD + b"\r\n"])
async def test_one_octet_at_a_time_ends_at_the_deadline(
    hasty: FederationClient, start: bytes
) -> None:
    async with saying(start, b"x", pause=0.02, again=True) as peer:
        started = time.monotonic()
        fetched = await hasty.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "timeout")
    assert 0.29 < time.monotonic() - started < 5


async def test_a_server_that_says_nothing_is_left_before_the_deadline() -> None:
    limits = Limits(read_s=0.1, total_s=30)
    policy = AddressPolicy(development=True)
    async with (
        saying(keep_open=True) as peer,
        FederationClient(USER_AGENT, policy, clock, limits=limits) as client,
    ):
        started = time.monotonic()
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "timeout")
    assert time.monotonic() - started < 5


async def test_redirects_share_one_deadline(hasty: FederationClient) -> None:
    async def dawdle(request: web.Request) -> web.Response:
        await asyncio.sleep(0.2)
        return web.Response(status=302, headers={"Location": "/next"})

    async with serving(dawdle) as peer:
        fetched = await hasty.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, "timeout")
    assert len(peer.requests) <= 2


# Servers that are none


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", "connection_failed"),
        (b"\r\n", "connection_failed"),
        (b"garbage\r\n\r\n", "bad_response"),
        (b"SSH-2.0-OpenSSH_9\r\n", "bad_response"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx", "bad_response"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n", "bad_response"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 10_000 + b"\r\n", "bad_response"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", "bad_response"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 50, "connection_failed"),
    ],
    ids=[
        "nothing",
        "an empty line",
        "garbage",
        "another protocol",
        "no status",
        "negative length",
        "two lengths",
        "a huge header",
        "too many headers",
        "a bad chunk",
        "only interim answers",
    ],
)
async def test_nonsense_is_an_error_code_and_no_exception(
    client: FederationClient, said: bytes, error: str
) -> None:
    async with saying(said) as peer:
        fetched = await client.get(peer.url("/"))
    assert (fetched.status, fetched.error) == (0, error)


async def test_a_closed_port_is_an_error_code(client: FederationClient) -> None:
    async with saying() as peer:
        url = peer.url("/")
    fetched = await client.get(url)
    assert (fetched.status, fetched.error) == (0, "connection_failed")


@pytest.mark.parametrize(
    "path", ["/\r\nX-Injected: 1", "/ HTTP/1.1\r\n\r\nGET /b", "/\x00", "/\n", "/a\tb"]
)
async def test_a_url_cannot_carry_a_header(client: FederationClient, path: str) -> None:
    async with serving(answer()) as peer:
        fetched = await client.get(peer.url(path))
    assert (fetched.status, fetched.error) == (0, "bad_url")
    assert peer.requests == []


async def test_a_closed_client_is_the_callers_mistake(client: FederationClient) -> None:
    await client.close()
    with pytest.raises(RuntimeError):
        await client.get("http://127.0.0.1:1/")


async def test_closing_ends_what_is_under_way(client: FederationClient) -> None:
    asked = asyncio.Event()

    async def never(request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(60)
        return web.Response()

    async with serving(never) as peer:
        waiting = asyncio.create_task(client.get(peer.url("/")))
        await asked.wait()
        await client.close()
        await client.close()
        fetched = await waiting
    assert (fetched.status, fetched.error) == (0, "connection_failed")
