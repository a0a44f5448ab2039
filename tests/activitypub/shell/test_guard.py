"""Which URLs and addresses the server talks to."""

from __future__ import annotations

import ipaddress
import socket
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from activitypub.shell.guard import AddressPolicy, AddressRefusedError
from activitypub.verdicts import Refused

NORMAL = AddressPolicy()
DEVELOPMENT = AddressPolicy(development=True)

LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"]
PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.255",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::7f00:1",  # IPv4-compatible
    "::ffff:10.0.0.1",
    "::ffff:0.0.0.0",
    "::ffff:0:7f00:1",  # IPv4-translated
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",  # Teredo
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",  # 6to4
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "100.63.255.255", "172.32.0.1", "198.20.0.1", "223.255.255.254"]
PUBLIC_V6 = ["2606:4700:4700::1111", "2a01:4f8::1", "2001:470::1", "::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", LOOPBACK + PRIVATE)
def test_no_address_inside_is_reached(address: str) -> None:
    assert not NORMAL.allows(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC + PUBLIC_V6)
def test_public_addresses_are_reached(address: str) -> None:
    assert NORMAL.allows(ip_address(address))
    assert DEVELOPMENT.allows(ip_address(address))


@pytest.mark.parametrize("address", LOOPBACK)
def test_development_reaches_this_machine(address: str) -> None:
    assert DEVELOPMENT.allows(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_development_reaches_no_other_private_address(address: str) -> None:
    assert not DEVELOPMENT.allows(ip_address(address))


@given(st.ip_addresses())
def test_nothing_python_calls_local_is_reached(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not NORMAL.allows(address)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_one_it_carries(address: ipaddress.IPv4Address) -> None:
    mapped = ip_address(f"::ffff:{address}")
    assert NORMAL.allows(mapped) == NORMAL.allows(address)


def test_a_listed_network_is_reached_and_its_neighbours_are_not() -> None:
    policy = AddressPolicy(allowed_networks=(ip_network("10.1.0.0/16"), ip_network("fd00::/64")))
    assert policy.allows(ip_address("10.1.2.3"))
    assert policy.allows(ip_address("::ffff:10.1.2.3"))
    assert policy.allows(ip_address("fd00::5"))
    assert not policy.allows(ip_address("10.2.0.1"))
    assert not policy.allows(ip_address("127.0.0.1"))


def test_an_allowed_nat64_prefix_does_not_open_the_private_network_behind_it() -> None:
    policy = AddressPolicy(allowed_networks=(ip_network("64:ff9b::/96"),))
    assert policy.allows(ip_address("64:ff9b::101:101"))
    assert not policy.allows(ip_address("64:ff9b::7f00:1"))
    assert not policy.allows(ip_address("64:ff9b::a9fe:a9fe"))


@pytest.mark.parametrize(
    ("family", "address"),
    [
        (socket.AF_INET, ("127.0.0.1", 443)),
        (socket.AF_INET6, ("::1", 443, 0, 0)),
        (socket.AF_INET6, ("fe80::1%lo", 443, 0, 1)),
        (socket.AF_INET, ("not an address", 443)),
        (socket.AF_UNIX, ("/run/some.sock",)),
    ],
)
def test_no_socket_is_made_for_a_refused_address(family: int, address: tuple[str, int]) -> None:
    with pytest.raises(AddressRefusedError):
        NORMAL.socket_factory((family, socket.SOCK_STREAM, 0, "", address))


def test_a_socket_is_made_for_a_public_address() -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 443))
    with NORMAL.socket_factory(info) as made:
        assert made.family is socket.AF_INET


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://a.example/users/alice", "scheme_refused"),
        ("ftp://a.example/", "bad_url"),
        ("gopher://a.example/", "bad_url"),
        ("file:///etc/passwd", "bad_url"),
        ("data:application/json,{}", "bad_url"),
        ("//a.example/", "bad_url"),
        ("/users/alice", "bad_url"),
        ("", "bad_url"),
        ("https://", "bad_url"),
        ("https:///users/alice", "bad_url"),
        ("https://a.example:8443/", "port_refused"),
        ("https://a.example:80/", "port_refused"),
        ("https://a.example:0/", "port_refused"),
        ("https://a.example:99999/", "port_refused"),
        ("https://a.example:/", "bad_url"),
        ("https://bob@a.example/", "bad_url"),
        ("https://bob:secret@a.example/", "bad_url"),
        ("https://a.example\\@b.example/", "bad_url"),
        ("https://a.example#@b.example/", None),
        ("https://localhost/", "host_refused"),
        ("https://intranet/", "host_refused"),
        ("https://a.example./", "host_refused"),
        ("https://.a.example/", "host_refused"),
        ("https://a..example/", "host_refused"),
        ("https://-a.example/", "host_refused"),
        ("https://1.1.1.1/", "host_refused"),
        ("https://127.1/", "host_refused"),
        ("https://0x7f.1/", "host_refused"),
        ("https://127.0.0.0x1/", "host_refused"),
        ("https://2130706433/", "host_refused"),
        ("https://[2606:4700::1]/", "host_refused"),
        ("https://[::1]/", "host_refused"),
        ("https://[v1.x]/", "bad_url"),
        ("https://bücher.example/", "bad_url"),
        ("https://a。example/", "bad_url"),
        ("https://ａ.example/", "bad_url"),
        ("https://a%2eexample/", "bad_url"),
        ("https://a.example/\r\nX-Injected: 1", "bad_url"),
        ("https://a.example/ HTTP/1.1", "bad_url"),
        ("https://a.example/\x00", "bad_url"),
        ("https://a.example\t/", "bad_url"),
        ("https://a.example/\ud800", "bad_url"),
        ("https://a.example/" + "a" * 2048, "bad_url"),
        (f"https://{'a' * 64}.example/", "host_refused"),
        (f"https://{'a.' * 130}example/", "host_refused"),
    ],
)
def test_urls_of_the_wrong_shape_are_refused_unresolved(url: str, code: str | None) -> None:
    verdict = NORMAL.check_url(url)
    assert (verdict.code if isinstance(verdict, Refused) else None) == code


@pytest.mark.parametrize(
    ("url", "requested"),
    [
        ("https://a.example", "https://a.example/"),
        ("https://a.example?x=1", "https://a.example/?x=1"),
        ("HTTPS://A.Example:443/Users", "https://a.example/Users"),
        ("https://a.example/users/alice#main-key", "https://a.example/users/alice"),
        (
            "https://a.example/%7Ealice/%2e%2E/?q=%41+b",
            "https://a.example/%7Ealice/%2e%2E/?q=%41+b",
        ),
        ("https://a.example/a/../b//c", "https://a.example/a/../b//c"),
        ("https://a.example/ü?ß", "https://a.example/%C3%BC?%C3%9F"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://a_b.example/", "https://a_b.example/"),
    ],
)
def test_what_is_requested_is_what_was_asked_octet_for_octet(url: str, requested: str) -> None:
    verdict = NORMAL.check_url(url)
    assert isinstance(verdict, URL)
    assert str(verdict) == requested


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("http://127.0.0.1:8000/users/bob", "127.0.0.1", 8000),
        ("http://localhost/", "localhost", 80),
        ("http://[::1]:9/", "::1", 9),
        ("https://gotosocial:8443/", "gotosocial", 8443),
    ],
)
def test_development_takes_plain_http_ports_and_literals(url: str, host: str, port: int) -> None:
    verdict = DEVELOPMENT.check_url(url)
    assert isinstance(verdict, URL)
    assert (verdict.host, verdict.port) == (host, port)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0177.0.0.1", "[1.2.3.4]", "[::1%25lo]"])
def test_development_takes_no_second_spelling_of_an_address(host: str) -> None:
    assert isinstance(DEVELOPMENT.check_url(f"http://{host}/"), Refused)


def test_a_port_can_be_allowed() -> None:
    policy = AddressPolicy(ports=frozenset({443, 8443}))
    assert isinstance(policy.check_url("https://a.example:8443/"), URL)
    assert isinstance(policy.check_url("https://a.example:9443/"), Refused)


@pytest.mark.parametrize(
    ("host", "normal", "development"),
    [
        ("a.example", "https", "https"),
        ("a.example:8443", "https", "https"),
        ("localhost:3000", "https", "http"),
        ("alice.localhost", "https", "http"),
        ("127.0.0.1:8000", "https", "http"),
        ("[::1]:8000", "https", "http"),
    ],
)
def test_handles_are_looked_up_over_https_but_on_this_machine(
    host: str, normal: str, development: str
) -> None:
    assert NORMAL.scheme_for(host) == normal
    assert DEVELOPMENT.scheme_for(host) == development
