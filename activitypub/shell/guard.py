"""Where this server may connect to: a check of the URL, and a check of the address behind it.

URLs come from strangers, so every one of them is an attempt to make this server talk to its own
network. The URL is checked before anything is resolved; the address is checked when the socket is
made, the last moment before ``connect``, so that a name which resolves to something else the second
time (DNS rebinding), several addresses, and literal addresses all pass the same check.
"""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Any, Final
from urllib.parse import quote

from yarl import URL

from activitypub.verdicts import Refused
from activitypub.vocab.reading import MAX_URL

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network: reaches the host itself on Linux
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared address space of providers
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure: looks public, answers virtual machines with their secrets
        "169.254.0.0/16",  # link-local, with the metadata services of clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
"""All that is assigned for the public Internet. What lies outside is refused unseen: loopback,
private (fc00::/7), link-local, multicast, IPv4-compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48)."""
_REFUSED_V6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",  # documentation
    )
)
_LOOPBACK: Final = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_NAT64: Final = IPv6Network("64:ff9b::/96")

# Stricter than RFC 3986, and the only parser of URLs here: no userinfo, nothing two parsers read
# differently. Group 4 is path and query.
_URL = re.compile(
    r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?((?:[/?][^#]*)?)(?:#.*)?",
    re.IGNORECASE,
)
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
# The last label begins with a letter, so that no name is a number to somebody's inet_aton.
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_PATH_CHARACTERS: Final = "/?:@!$&'()*+,;=-._~%[]"


class AddressRefusedError(OSError):
    """The address behind a name is not one this server connects to.

    An ``OSError``, because the connector expects one from a socket factory; always with the same
    text, because it merges errors of several addresses into one if they read the same.
    """

    def __init__(self) -> None:
        super().__init__(errno.EACCES, "address refused by policy")


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Which URLs and addresses may be talked to.

    Normally: https, the given ``ports``, host names with a dot, public addresses. ``development``
    adds plain http, every port, bare and literal hosts and loopback. ``allowed_networks`` are
    reachable in either mode (a private network of servers; ``64:ff9b::/96`` on a host that reaches
    IPv4 through NAT64, where the IPv4 address inside is checked as well).
    """

    development: bool = False
    allowed_networks: tuple[Network, ...] = ()
    ports: frozenset[int] = field(default=frozenset({443}))
    unwanted: Callable[[str], bool] | None = None
    """Whether this server wants nothing of a host, given as ``host`` or ``host:port``."""

    def check_url(self, url: str) -> URL | Refused:
        """The URL to request: lower-case scheme and host, ASCII, no fragment, path octets kept.

        Refused as ``bad_url``, ``scheme_refused``, ``host_refused`` or ``port_refused``.
        """
        if len(url) > MAX_URL or _FORBIDDEN.search(url):
            # Control characters: a request line or header of the attacker's own.
            return Refused("bad_url", "not a URL this server requests")
        match = _URL.fullmatch(url)
        if match is None:
            return Refused("bad_url", "not a URL this server requests")
        scheme, host, port, path = match[1].lower(), match[2].lower(), match[3], match[4]
        if scheme != "https" and not self.development:
            return Refused("scheme_refused", "only https is requested")
        if not self._host_allowed(host):
            return Refused("host_refused", "not a public host name")
        default = 443 if scheme == "https" else 80
        number = default if port is None else int(port)
        if not 0 < number < 65536 or not (self.development or number in self.ports):
            return Refused("port_refused", "not a port this server connects to")
        try:
            target = quote(path if path.startswith("/") else f"/{path}", safe=_PATH_CHARACTERS)
        except UnicodeEncodeError:  # lone surrogates, from JSON escapes
            return Refused("bad_url", "not a URL this server requests")
        authority = host if number == default else f"{host}:{number}"
        if self.unwanted is not None and self.unwanted(authority):
            return Refused("host_refused", "the operator keeps this server away")
        # `encoded`: what is signed and what is sent are the same octets, never normalised twice.
        return URL(f"{scheme}://{authority}{target}", encoded=True)

    def _host_allowed(self, host: str) -> bool:
        if len(host) <= 253 and _NAME.fullmatch(host):
            return self.development or "." in host
        if not self.development:
            return False
        try:
            _ = IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
        except ValueError:
            return False
        return True

    def allows(self, address: Address) -> bool:
        """Whether a connection to this address may be opened."""
        if isinstance(address, IPv6Address):
            if address.ipv4_mapped is not None:  # the kernel connects to the IPv4 address
                return self.allows(address.ipv4_mapped)
            if address in _NAT64 and not self.allows(IPv4Address(address.packed[12:])):
                return False
        if any(address in network for network in self.allowed_networks):
            return True
        if self.development and any(address in network for network in _LOOPBACK):
            return True
        if isinstance(address, IPv4Address):
            return not any(address in network for network in _REFUSED_V4)
        return address in _GLOBAL_V6 and not any(address in network for network in _REFUSED_V6)

    def scheme_for(self, host: str) -> str:
        """``https``; in development ``http`` for hosts no certificate is issued for."""
        name = re.sub(r":[0-9]+$", "", host).lower()
        bare = _NAME.fullmatch(name) is None or name.rpartition(".")[2] == "localhost"
        return "http" if self.development and bare else "https"

    def socket_factory(
        self, address_info: tuple[int, int, int, str, tuple[Any, ...]]
    ) -> socket.socket:
        """A socket for ``aiohttp.TCPConnector``, which calls this with every final address.

        Raises ``AddressRefusedError``.
        """
        family, kind, protocol, _, (host, *_) = address_info
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            raise AddressRefusedError from None
        if not self.allows(address):
            raise AddressRefusedError
        return socket.socket(family=family, type=kind, proto=protocol)
