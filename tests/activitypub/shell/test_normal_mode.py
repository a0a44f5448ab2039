"""Normal mode over real TLS: names, certificates, and addresses that change their mind."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.limits import Limits
from activitypub.shell.tls import build_ssl_context
from tests.activitypub.shell.peers import (
    USER_AGENT,
    Authority,
    Names,
    Peer,
    clock,
    make_authority,
    serving,
)

LIMITS = Limits(total_s=20)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return make_authority(tmp_path_factory.mktemp("tls"), "a.example", "b.example")


async def hello(request: web.Request) -> web.Response:
    return web.json_response({"host": request.host})


def client_for(
    peer: Peer, names: AbstractResolver, authority: Authority, *, network: str = "127.0.0.1/32"
) -> FederationClient:
    """A client in normal mode that may reach the one peer, and otherwise the public Internet."""
    return FederationClient(
        USER_AGENT,
        AddressPolicy(
            allowed_networks=(ip_network(network),) if network else (),
            ports=frozenset({443, peer.port}),
        ),
        clock,
        ssl_context=build_ssl_context(authority.ca_file),
        limits=LIMITS,
        resolver=names,
    )


async def test_a_private_authority_is_honoured(authority: Authority) -> None:
    names = Names(a_example=["127.0.0.1"])
    async with (
        serving(hello, tls=authority.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        for _ in range(3):
            fetched = await client.get(peer.url("/", "a.example"))
            assert fetched.document == {"host": f"a.example:{peer.port}"}
    assert peer.accepted == 1


async def test_cookies_are_not_kept(authority: Authority) -> None:
    async def track(request: web.Request) -> web.Response:
        return web.Response(headers={"Set-Cookie": "track=1; Path=/; Secure"})

    async with (
        serving(track, tls=authority.server) as peer,
        client_for(peer, Names(a_example=["127.0.0.1"]), authority) as client,
    ):
        for _ in range(2):
            await client.get(peer.url("/", "a.example"))
    assert len(peer.requests) == 2
    assert all("cookie" not in request.headers for request in peer.requests)


async def test_ssl_cert_file_is_honoured(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
    names = Names(a_example=["127.0.0.1"])
    async with serving(hello, tls=authority.server) as peer:
        policy = AddressPolicy(
            allowed_networks=(ip_network("127.0.0.1"),), ports=frozenset({peer.port})
        )
        async with FederationClient(
            USER_AGENT, policy, clock, limits=LIMITS, resolver=names
        ) as client:
            assert (await client.get(peer.url("/", "a.example"))).status == 200


async def test_an_unknown_authority_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = make_authority(tmp_path, "a.example")
    names = Names(a_example=["127.0.0.1"])
    async with (
        serving(hello, tls=stranger.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        fetched = await client.get(peer.url("/", "a.example"))
    assert (fetched.status, fetched.error) == (0, "tls_failed")


async def test_a_certificate_for_another_name_is_refused(authority: Authority) -> None:
    names = Names(c_example=["127.0.0.1"])
    async with (
        serving(hello, tls=authority.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        fetched = await client.get(peer.url("/", "c.example"))
    assert (fetched.status, fetched.error) == (0, "tls_failed")
    assert peer.requests == []


def test_an_authority_file_without_authorities_is_refused(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    with pytest.raises(FileNotFoundError):
        build_ssl_context(empty)
    empty.write_text("nothing")
    with pytest.raises(OSError, match="certificate"):
        build_ssl_context(empty)


async def test_a_public_name_that_resolves_inside_is_refused(authority: Authority) -> None:
    names = Names(a_example=["127.0.0.1"])
    async with (
        serving(hello, tls=authority.server) as peer,
        client_for(peer, names, authority, network="") as client,
    ):
        fetched = await client.get(peer.url("/", "a.example"))
    assert (fetched.status, fetched.error) == (0, "address_refused")
    assert peer.accepted == 0


async def test_every_address_of_a_name_is_checked(authority: Authority) -> None:
    inside = ["127.0.0.1", "10.0.0.1", "169.254.169.254"]
    async with serving(hello, tls=authority.server) as peer:
        async with client_for(peer, Names(a_example=inside), authority, network="") as client:
            fetched = await client.get(peer.url("/", "a.example"))
            assert (fetched.status, fetched.error) == (0, "address_refused")
        assert peer.accepted == 0
        mixed = ["127.0.0.2", "127.0.0.1"]
        async with client_for(peer, Names(a_example=mixed), authority) as client:
            assert (await client.get(peer.url("/", "a.example"))).status == 200
    assert peer.accepted == 1


async def test_a_name_that_moves_inside_after_the_first_look_is_refused(
    authority: Authority,
) -> None:
    names = Names(a_example=["127.0.0.1"])
    async with (
        serving(hello, tls=authority.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        assert (await client.get(peer.url("/", "a.example"))).status == 200
        names.addresses["b.example"] = ["127.0.0.2"]
        fetched = await client.get(peer.url("/", "b.example"))
    assert (fetched.status, fetched.error) == (0, "address_refused")
    assert peer.accepted == 1


async def test_a_redirect_to_a_name_inside_is_refused(authority: Authority) -> None:
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": peer.url("/", "b.example")})

    names = Names(a_example=["127.0.0.1"], b_example=["127.0.0.2"])
    async with (
        serving(away, tls=authority.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        fetched = await client.get(peer.url("/", "a.example"))
    assert (fetched.status, fetched.error, fetched.same_origin) == (0, "address_refused", False)
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://a.example/", "bad_redirect"),
        ("http://127.0.0.1/", "bad_redirect"),
        ("ftp://a.example/", "bad_redirect"),
        ("https://127.0.0.1/", "host_refused"),
        ("https://localhost/", "host_refused"),
        ("https://b.example:22/", "port_refused"),
        ("https://[::1]/", "host_refused"),
        ("https://b.example/", "dns_failed"),
    ],
)
async def test_a_redirect_may_not_lead_down_or_in(
    authority: Authority, location: str, error: str
) -> None:
    async def away(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": location})

    names = Names(a_example=["127.0.0.1"])
    async with (
        serving(away, tls=authority.server) as peer,
        client_for(peer, names, authority) as client,
    ):
        fetched = await client.get(peer.url("/", "a.example"))
    assert (fetched.status, fetched.error) == (0, error)
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    "url", ["http://a.example/", "https://127.0.0.1/", "https://localhost/", "https://a.example:1/"]
)
async def test_what_the_policy_refuses_is_not_even_resolved(authority: Authority, url: str) -> None:
    class Deaf(Names):
        async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
            pytest.fail(f"looked up {host}")

    async with (
        serving(hello, tls=authority.server) as peer,
        client_for(peer, Deaf(), authority) as client,
    ):
        fetched = await client.get(url)
    assert (fetched.status, fetched.document) == (0, None)
    assert fetched.error in {"scheme_refused", "host_refused", "port_refused"}


async def test_plain_http_on_a_tls_port_is_an_error_code(authority: Authority) -> None:
    names = Names(a_example=["127.0.0.1"])
    async with serving(hello) as peer, client_for(peer, names, authority) as client:
        fetched = await client.get(f"https://a.example:{peer.port}/")
    assert (fetched.status, fetched.error) == (0, "tls_failed")
