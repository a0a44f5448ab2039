"""What the steps of the demo hand on to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from demo.cast import Cast
from demo.processes import Server
from demo.reading import Readers
from demo.telling import Proof, Teller

TEXT = (
    "We got up at four and walked in the dark to see the sun come over the lake. Worth every step."
)
COTWEETS = "/api/v1/cotweets"


@dataclass
class Story:
    """The post of alice and bob, as far as it has come. URLs, unless said otherwise."""

    cast: Cast
    readers: Readers
    post_id: str = ""
    note: str = ""
    page: str = ""
    picture: str = ""
    """The picture on a."""
    copy: str = ""
    """The picture on b, as bob was shown it."""
    offer: str = ""
    invite: str = ""
    """The invite's id on b."""
    digest: str = ""
    stamp: str = ""

    @property
    def teller(self) -> Teller:
        return self.cast.teller

    def actor(self, name: str) -> str:
        """The actor of somebody in the story."""
        homes = {"alice": self.cast.a, "bob": self.cast.b, "gina": self.cast.u}
        return f"{homes.get(name, self.cast.d).base}/users/{name}"


def delivered(
    server: Server, kind: str, about: str = "", *, to: Server | None = None
) -> list[Proof]:
    """Deliveries of one type of activity whose id holds ``about``, as the sender's log has them."""
    return [
        (f"{server.name} → {entry['inbox']}", f"{kind}: {entry['status']}")
        for entry in server.events("delivery_attempt", type=kind)
        if about in entry["id"] and (to is None or entry["inbox"].startswith(to.base))
    ]


def received(server: Server, kind: str, about: str) -> list[tuple[str, str]]:
    """How such activities came and what became of them, as the receiver's log has it."""
    return [
        (_PROVEN[entry["how"]], str(entry["outcome"]))
        for entry in server.events("activity_received", type=kind)
        if about in entry["id"]
    ]


def arrivals(found: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """All the ways and all the outcomes, in no order: it is not known who is quicker."""
    return sorted(how for how, _ in found), sorted(outcome for _, outcome in found)


def logged(server: Server, kind: str, about: str) -> list[Proof]:
    """The same as evidence."""
    return [
        (f"{server.name}, its log", f"{kind} {how}: {outcome}")
        for how, outcome in received(server, kind, about)
    ]


FROM_BOTH = ["from its author's server", "passed on with its author's proof"]
_PROVEN = {
    "http": FROM_BOTH[0],
    "proof": FROM_BOTH[1],
    "ld": "passed on with its author's signature",
    "local": "from here",
}
