"""The servers of the matrix, and what people on them see and do: by the API, over HTTP.

``a`` is alice's, whose neighbours live there too; ``b``, ``c``, ``e`` and ``f`` are peers with one
co-author each; ``d`` and ``g`` are peers where only readers live. ``u``, for readers too, and ``v``
know nothing of co-authors; ``k`` knows of them and is not ours. On ``v`` and ``k`` people answer by
signed activities, elsewhere by the API.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from activitypub.vocab.terms import ACTIVITY_JSON
from demo.plain_server.app import make_app
from demo.plain_server.feed import home_timeline
from demo.plain_server.records import Entry
from demo.plain_server.store import Store
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.settings import Settings
from tests.e2e.by_hand import World, open_places
from tests.e2e.places import Place, local_id
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Origin
from tests.federation.origins import Person as Actor
from tests.ports import free_port

CAST = {
    "a": ("alice", "ann", "amy", "ava", "abe"),
    "b": ("bob",),
    "c": ("carol",),
    "e": ("erin",),
    "f": ("fred",),
    "d": ("dave", "dora", "dina", "doug", "dean"),
    "g": ("greta",),
}
SAME = ("a/ann", "a/amy", "a/ava", "a/abe")
PEERS = ("b/bob", "c/carol", "e/erin", "f/fred")
BY_MESSAGE = ("v/vera", "v/vito", "v/vaio", "v/vlad")
READERS = {"dave": ("a/alice", *SAME, *PEERS)}
"""Readers at ``d`` and whom they follow. The others follow one co-author each."""
UNAWARE_READER = "gina"
ANNOUNCE_DELAY = Settings().announce_delay_seconds
"""In seconds, as servers have it: so long a post has to be everywhere before it is announced."""
SETTLES_WITHIN = 20.0


@dataclass(frozen=True)
class Person:
    """Somebody who may become a co-author: ``where`` is ``place/name``."""

    where: str
    uri: str
    handle: str
    actor: Actor | None = None
    """Of whoever lives on a server that is not ours."""

    @property
    def place(self) -> str:
        """The server's name."""
        return self.where.partition("/")[0]

    @property
    def by_message(self) -> bool:
        """Whether their server knows nothing of co-authors."""
        return self.place == "v"

    @property
    def name(self) -> str:
        """The account's name."""
        return self.where.partition("/")[2]


@dataclass
class Stage:
    """All servers, and ways to act and to look as people do."""

    world: World
    session: aiohttp.ClientSession
    plain: Store
    plain_base: str
    plain_token: str
    others: dict[str, Origin]

    @property
    def alice_at(self) -> Place:
        """Where the primary author lives."""
        return self.world.places["a"]

    @property
    def alice_base(self) -> str:
        """The address of her server."""
        return self.alice_at.server.settings.base_url

    def person(self, where: str) -> Person:
        """Somebody by ``place/name``."""
        place, _, name = where.partition("/")
        if place in self.others:
            actor = self.others[place].person(name)
            return Person(where, actor.id, actor.handle.removeprefix("@"), actor)
        home = self.world.places[place]
        return Person(where, home.uri(name), f"{name}@{home.env.addresses.host}")

    async def newcomer(self, place: str, name: str) -> Person:
        """Somebody who moves in: an account of ours, or a person on another server."""
        if place in self.others:
            self.serve(place, name)
        else:
            await self.api(
                f"{place}/{CAST[place][0]}",
                "POST",
                "/api/v1/control/accounts",
                {"username": name},
            )
            policy = {"policy": "anyone"}
            await self.api(f"{place}/{name}", "POST", "/api/v1/control/invite-policy", policy)
        return self.person(f"{place}/{name}")

    def serve(self, place: str, name: str, **members: Any) -> None:
        """Let somebody's actor be found on a server that is not ours."""
        known = {"interactionPolicy": None} if place == "v" else {}
        self.others[place].person(name).serve(**(known | {"discoverable": True} | members))

    async def api(self, where: str, method: str, path: str, document: Any = None) -> Any:
        """A call of somebody's JSON API. Raises ``ApiRefusalError``."""
        place, _, name = where.partition("/")
        server = self.world.places[place].server
        headers = {"Authorization": f"Bearer {server.operator_token}", "X-Account": name}
        url = server.settings.base_url + path
        async with self.session.request(method, url, json=document, headers=headers) as answer:
            text = await answer.text()
            if answer.status >= 400:
                code = json.loads(text)["error"] if text.startswith("{") else ""
                raise ApiRefusalError(answer.status, code, text)
            return json.loads(text) if text else None

    async def fetch(self, url: str) -> tuple[int, Any]:
        """What a stranger's server gets from an object's id: status and document."""
        headers = {"Accept": ACTIVITY_JSON}
        async with self.session.get(url, headers=headers, allow_redirects=False) as answer:
            body = await answer.read()
            return answer.status, json.loads(body) if body.startswith(b"{") else None

    async def home(self, where: str) -> list[dict[str, Any]]:
        """Somebody's home timeline."""
        page: dict[str, Any] = await self.api(where, "GET", "/api/v1/control/timeline")
        found: list[dict[str, Any]] = page["posts"]
        return found

    async def page(self, path: str, place: str) -> tuple[int, str]:
        """A page as somebody who is not signed in sees it."""
        base = self.world.places[place].server.settings.base_url
        async with self.session.get(base + path, headers={"Accept": "text/html"}) as answer:
            return answer.status, await answer.text()

    async def settle(self) -> None:
        """Let everything happen that is due, on all servers."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLES_WITHIN
        while True:
            await self.world.drain()
            waiting = await self.plain.run(
                lambda tx: tx.execute(
                    "SELECT count(*) FROM delivery WHERE outcome IS NULL"
                ).fetchone()[0]
            )
            if not waiting:
                return
            assert loop.time() < end, "the plain server does not come to an end"
            await asyncio.sleep(0.02)

    async def plain_home(self) -> list[Entry]:
        """The timeline of the reader whose server knows nothing of co-authors."""
        return await self.plain.run(lambda tx: home_timeline(tx, UNAWARE_READER))

    async def pass_time(self, milliseconds: int) -> None:
        """Let time pass, and what it makes due happen."""
        self.world.clock.advance(milliseconds)
        await self.settle()


@asynccontextmanager
async def open_stage(folder: Path) -> AsyncIterator[Stage]:
    """All servers, listening; readers follow whom they follow."""
    opened = open_places(folder, CAST, announce_delay_seconds=ANNOUNCE_DELAY)
    async with opened as world, aiohttp.ClientSession() as session:
        port = free_port()
        base, data = f"http://127.0.0.1:{port}", folder / "u"
        data.mkdir()
        app = make_app(base, data, [UNAWARE_READER], clock=world.clock, pause=0)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        store = Store(data / "plain.sqlite3")
        token = (data / "control-token").read_text()
        world.lanes = True
        world.refusals = True  # of what is forwarded, and for people who are gone
        try:
            async with Origin(free_port(), world.clock) as v, Origin(free_port(), world.clock) as k:
                stage = Stage(world, session, store, base, token, {"v": v, "k": k})
                for who in BY_MESSAGE:
                    stage.serve("v", who.partition("/")[2])
                await _follow(stage)
                yield stage
        finally:
            store.close()
            await runner.cleanup()


async def _follow(stage: Stage) -> None:
    everyone = ("a/alice", *SAME, *PEERS)
    followed: dict[str, tuple[str, ...]] = dict(READERS)
    for reader, whom in zip(("dora", "dina", "doug", "dean"), range(4), strict=True):
        followed[reader] = (SAME[whom], PEERS[whom])
    for reader, people in followed.items():
        for who in people:
            handle = f"@{stage.person(who).handle}"
            await stage.api(f"d/{reader}", "POST", "/api/v1/control/follow", {"handle": handle})
    headers = {"Authorization": f"Bearer {stage.plain_token}"}
    for who in everyone:
        query = {"person": UNAWARE_READER, "handle": f"@{stage.person(who).handle}"}
        url = f"{stage.plain_base}/control/follow"
        async with stage.session.post(url, params=query, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
    await stage.settle()


async def account_id(stage: Stage, who: Person) -> int:
    """The id of somebody's account on their server."""
    return await local_id(stage.world.places[who.place], who.name)


def a_moment() -> int:
    """Long enough for an Announce and what follows it, in milliseconds."""
    return 90 * SECOND


def handles(people: Sequence[Person]) -> list[str]:
    """As the API wants them."""
    return [f"@{person.handle}" for person in people]
