"""Two servers of ours and a GoToSocial, as on the open network: https, host names, no exceptions.

They run in normal mode and keep their guards against private addresses: ``with_names.sh`` gives
them public ones, in a network where nobody else is. Who signs their certificates is told to both
through ``SSL_CERT_FILE``.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.judges.authority import Authority, Pair, tls_in_front
from tests.judges.cast import eventually
from tests.judges.gotosocial_peer import GoToSocial
from tests.judges.gotosocial_person import Person
from tests.judges.ours import Ours
from tests.ports import free_port
from tests.servers import RealServer

APPLE, BERRY, SOCIAL = "apple.test", "berry.test", "social.test"
PATIENCE = 60.0
"""Seconds. What is here within one is waited for no longer."""


def names_lead_here() -> bool:
    """Whether this runs within ``with_names.sh``."""
    with suppress(OSError):
        return all(socket.gethostbyname(name) for name in (APPLE, BERRY, SOCIAL))
    return False


@dataclass
class NamedServer(RealServer):
    """A server of ours in normal mode, behind a proxy that does TLS."""

    name: str = ""

    @property
    def origin(self) -> str:
        return f"https://{self.name}"

    @property
    def options(self) -> Sequence[str]:
        return ["--base-url", self.origin]


@dataclass
class NamedGoToSocial(GoToSocial):
    """A GoToSocial that does TLS itself."""

    certificate: Pair = field(kw_only=True)

    @property
    def host(self) -> str:
        return SOCIAL

    @property
    def base(self) -> str:
        return f"https://{SOCIAL}"

    def settings(self) -> dict[str, str]:
        ordinary = super().settings()
        for exception in ("HTTP_CLIENT_ALLOW_IPS", "HTTP_CLIENT_INSECURE_OUTGOING"):
            del ordinary[exception]
        return {
            **ordinary,
            "PROTOCOL": "https",
            "BIND_ADDRESS": socket.gethostbyname(SOCIAL),
            "TLS_CERTIFICATE_CHAIN": str(self.certificate.chain),
            "TLS_CERTIFICATE_KEY": str(self.certificate.key),
        }


@dataclass(frozen=True, slots=True)
class Border:
    """Alice and carol are on apple.test, bob on berry.test; the others on social.test.

    Anna follows alice, ben follows bob, cleo both; alice follows anna; lou is locked.
    """

    apple: NamedServer
    berry: NamedServer
    social: GoToSocial
    alice: Ours
    carol: Ours
    bob: Ours
    anna: Person
    ben: Person
    cleo: Person
    lou: Person

    def arrives(self, who: Ours, uri: str) -> dict[str, Any]:
        """A post of theirs, once it is in the home timeline of one of ours."""
        return dict(wait(lambda: who.read(uri), f"{uri} does not come to {who.handle}"))


def wait(look: Callable[..., Any], complaint: str, *about: Any) -> Any:
    """The first thing ``look(*about)`` finds that is not empty."""
    return eventually(lambda: look(*about) or None, complaint, seconds=PATIENCE)


def their_follow(who: Person, whom: Ours) -> None:
    """Somebody on the GoToSocial follows one of ours."""
    who.towards(whom.handle, "follow", reblogs="true")
    wait(lambda: who.relation(whom.handle)["following"], f"{who.name} may not follow {whom.name}")


def our_follow(who: Ours, whom: Person) -> None:
    """One of ours follows somebody on the GoToSocial."""
    before = who.follows()
    who.do("POST", "/follow", handle=whom.handle)
    wait(lambda: who.follows() == before + 1, f"{who.name} may not follow {whom.name}")


@contextmanager
def open_border(folder: Path) -> Iterator[Border]:
    """Start everything, make everybody, and let them follow each other."""
    authority = Authority(folder / "certificates")
    trust = {"SSL_CERT_FILE": str(authority.file)}
    ours = {
        **trust,
        "COTWEET_ANNOUNCE_DELAY_SECONDS": "2",
        "COTWEET_INVITE_MIN_ACCOUNT_AGE_HOURS": "0",
        "COTWEET_DELIVERY_RETRY_SECONDS": "2",
    }
    apple = NamedServer(folder / "apple", free_port(), ours, name=APPLE)
    berry = NamedServer(folder / "berry", free_port(), ours, name=BERRY)
    social = NamedGoToSocial(
        folder / "social",
        443,
        authority.trust(),
        trust,
        certificate=authority.certify(SOCIAL),
    )
    with tls_in_front({APPLE: apple.port, BERRY: berry.port}, authority):
        try:
            alice, carol = _start(apple, ["alice", "carol"])
            (bob,) = _start(berry, ["bob"])
            anna, ben, cleo, lou = _start_theirs(social, ["anna", "ben", "cleo", "lou"])
            border = Border(apple, berry, social, alice, carol, bob, anna, ben, cleo, lou)
            their_follow(border.anna, border.alice)
            their_follow(border.ben, border.bob)
            their_follow(border.cleo, border.alice)
            their_follow(border.cleo, border.bob)
            our_follow(border.alice, border.anna)
            yield border
        finally:
            for server in (apple, berry, social):
                server.stop()


def _start(server: NamedServer, names: Sequence[str]) -> list[Ours]:
    server.start()
    for name in names:
        server.call("POST", "/api/v1/control/accounts", {"username": name})
    return [Ours(server, name) for name in names]


def _start_theirs(server: GoToSocial, names: Sequence[str]) -> list[Person]:
    server.folder.mkdir(parents=True)
    server.start()  # it makes its database
    server.stop()
    for name in names:
        server.create(name)
    server.start()
    people = [server.sign_in(name) for name in names]
    for person in people:
        locked = "true" if person.name == "lou" else "false"
        person.call("PATCH", "/api/v1/accounts/update_credentials", locked=locked)
    return people
