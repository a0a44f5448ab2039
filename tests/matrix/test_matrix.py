"""How many × where × what happens: every co-tweet ends as it should, on every server.

Two to five authors; their co-authors live on alice's server, on peers, or in both kinds of place.
Everything people do goes through the API, everything between servers over HTTP.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from fedi_cotweet.domain.limits import HOUR
from tests.matrix.looking import Expected, check
from tests.matrix.stage import PEERS, SAME, Person, Stage, a_moment, handles, open_stage

pytestmark = pytest.mark.asyncio(loop_scope="module")

COTWEETS = "/api/v1/cotweets"
PLACES = {
    "same server": SAME,
    "peers": PEERS,
    "mixed": (PEERS[0], SAME[0], PEERS[1], SAME[1]),
}
WHOLE = bool(os.environ.get("COTWEET_MATRIX"))


@dataclass
class Play:
    """One co-tweet. ``cast`` are its co-authors in order; the last one is ``odd``: it happens to
    them."""

    stage: Stage
    cast: tuple[Person, ...]
    number: int
    uri: str = ""
    post_id: str = ""
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def odd(self) -> Person:
        """Whoever does something else than the others."""
        return self.cast[-1]

    @property
    def rest(self) -> tuple[Person, ...]:
        """The others."""
        return self.cast[:-1]

    @property
    def word(self) -> str:
        """What only this co-tweet says."""
        return f"matrix{self.number}"

    async def alice(self, method: str, path: str, document: Any = None) -> Any:
        """alice does something with her co-tweet."""
        return await self.stage.api("a/alice", method, f"{COTWEETS}/{self.post_id}{path}", document)

    async def invite(self, mode: str = "wait_all") -> None:
        """alice invites everybody, and the invitations arrive."""
        made = await self.stage.api(
            "a/alice",
            "POST",
            COTWEETS,
            {"text": f"{self.word} first", "with": handles(self.cast), "mode": mode},
        )
        self.post_id, self.uri = made["post"]["id"], made["post"]["uri"]
        await self.stage.settle()

    async def invitation(self, person: Person) -> dict[str, Any]:
        """The newest invitation of somebody for this co-tweet."""
        found = await self.stage.api(person.where, "GET", f"{COTWEETS}/invites")
        mine = [invite for invite in found["invites"] if self.word in invite["text"]]
        newest: dict[str, Any] = max(mine, key=lambda invite: int(invite["id"]))
        return newest

    async def accept(self, *people: Person) -> None:
        """People agree to what they are shown, and what follows from it happens."""
        for person in people:
            invite = await self.invitation(person)
            path = f"{COTWEETS}/invites/{invite['id']}/accept"
            await self.stage.api(person.where, "POST", path, {"digest": invite["digest"]})
        await self.stage.pass_time(a_moment())

    async def publish(self) -> None:
        """Everybody agrees, and it is published."""
        await self.invite()
        await self.accept(*self.cast)


Script = Callable[[Play], Awaitable[Expected]]


def together(play: Play) -> Expected:
    """Everybody is named."""
    return Expected(play.cast, {person.where: "published" for person in play.cast}, play.word)


def without_the_odd_one(play: Play, state: str) -> Expected:
    """The last one is not to be found anywhere near it."""
    states = {person.where: "published" for person in play.rest} | {play.odd.where: state}
    return Expected(play.rest, states, play.word, absent=(play.odd,))


async def all_accept(play: Play) -> Expected:
    """Everybody agrees."""
    await play.publish()
    return together(play)


async def one_declines(play: Play) -> Expected:
    """Nothing is published until alice says: without them, then."""
    await play.invite()
    await play.accept(*play.rest)
    invite = await play.invitation(play.odd)
    path = f"{COTWEETS}/invites/{invite['id']}/decline"
    await play.stage.api(play.odd.where, "POST", path, {"reason": "no"})
    await play.stage.settle()
    await check(play.stage, play.uri, play.cast, Expected(None, {play.odd.where: "declined"}))
    await play.alice("POST", "/publish")
    await play.stage.pass_time(a_moment())
    return without_the_odd_one(play, "declined")


async def one_expires(play: Play) -> Expected:
    """An hour later the draft is alice's again; she publishes it with those who agreed."""
    await play.invite()
    await play.accept(*play.rest)
    await play.stage.pass_time(8 * 24 * HOUR)
    await check(play.stage, play.uri, play.cast, Expected(None, {play.odd.where: "expired"}))
    await play.alice("POST", "/publish")
    await play.stage.pass_time(a_moment())
    return without_the_odd_one(play, "expired")


async def one_is_withdrawn(play: Play) -> Expected:
    """alice takes an invitation back, and publishes with the others."""
    await play.invite()
    await play.accept(*play.rest)
    await play.alice("POST", "/withdraw", {"co_author": play.odd.handle})
    await play.stage.settle()
    await check(play.stage, play.uri, play.cast, Expected(None, {play.odd.where: "withdrawn"}))
    await play.alice("POST", "/publish")
    await play.stage.pass_time(a_moment())
    return without_the_odd_one(play, "withdrawn")


async def one_leaves(play: Play) -> Expected:
    """Somebody takes their name off what is published."""
    await play.publish()
    await play.stage.api(play.odd.where, "POST", f"{COTWEETS}/0/leave", {"uri": play.uri})
    await play.stage.settle()
    return without_the_odd_one(play, "left")


async def primary_deletes(play: Play) -> Expected:
    """alice deletes it for all."""
    await play.publish()
    await play.stage.api("a/alice", "DELETE", f"/api/v1/control/posts/{play.post_id}")
    await play.stage.settle()
    return Expected(None, {person.where: "deleted" for person in play.cast}, gone=True)


SCRIPTS: Sequence[Script] = (
    all_accept,
    one_declines,
    one_expires,
    one_is_withdrawn,
    one_leaves,
    primary_deletes,
)
CASES = [
    pytest.param(script, where, count, id=f"{script.__name__}-{where}-{count + 1}_authors")
    for script, where, count in itertools.product(SCRIPTS, PLACES, range(1, 5))
    if WHOLE or (where == "mixed" and count == 2)
]
"""In the plain run every event once, with three authors in both kinds of place."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


_numbers = itertools.count(1)


@pytest.mark.parametrize(("script", "where", "count"), CASES)
async def test_it_ends_as_it_should(stage: Stage, script: Script, where: str, count: int) -> None:
    cast = tuple(stage.person(who) for who in PLACES[where][:count])
    play = Play(stage, cast, next(_numbers))
    stage.world.story.clear()
    try:
        end = await script(play)
        await check(stage, play.uri, cast, end)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *stage.world.story])) from error
