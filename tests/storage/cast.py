"""The people of the tests of the queries, and the rows they need, put there directly.

Here live alice, bob and the server's own actor; carol and dave live on ``a.example``, mallory on
``m.example``. Ids are small and in the order in which things were made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from sqlalchemy import insert

from storage.engine import Store, Tx
from storage.models import Account, Actor
from storage.models.base import Base
from storage.queries import posts

P = ParamSpec("P")
T = TypeVar("T")

NOW: Final = 1_795_168_800_000
HERE: Final = "here.example"
THERE: Final = "a.example"
FAR: Final = "m.example"

SERVICE, ALICE, BOB, CAROL, DAVE, MALLORY = 1, 2, 3, 4, 5, 6
NAMES: Final[Mapping[int, tuple[str, str]]] = {
    SERVICE: ("service", HERE),
    ALICE: ("alice", HERE),
    BOB: ("bob", HERE),
    CAROL: ("Carol", THERE),
    DAVE: ("dave", THERE),
    MALLORY: ("mallory", FAR),
}


def uri_of(number: int) -> str:
    """The identifier of one of the cast."""
    name, host = NAMES[number]
    return f"https://{host}/users/{name}"


def actor_row(number: int, **changes: Any) -> dict[str, Any]:
    """The columns of one of the cast that have no default. ``a.example`` has a shared inbox."""
    name, host = NAMES[number]
    values = {
        "id": number,
        "uri": uri_of(number),
        "kind": "Person",
        "username": name,
        "host": host,
        "local": host == HERE,
        "url": f"https://{host}/@{name}",
        "inbox": f"{uri_of(number)}/inbox",
        "shared_inbox": f"https://{host}/inbox" if host == THERE else None,
        "created_at": NOW,
        "fetched_at": NOW,
    }
    return values | changes


def account_row(number: int, **changes: Any) -> dict[str, Any]:
    """The columns of a local account."""
    values = {
        "id": number,
        "username": NAMES[number][0],
        "rsa_private": "rsa",
        "ed25519_private": "ed25519",
        "service": number == SERVICE,
        "created_at": NOW,
    }
    return values | changes


def note_uri(number: int) -> str:
    """The identifier of post ``number``."""
    return f"https://here.example/notes/{number}"


def post_row(number: int, author: int = ALICE, **changes: Any) -> dict[str, Any]:
    """A published public post, sorted by its number."""
    values = {
        "id": number,
        "sort_id": number,
        "uri": note_uri(number),
        "author_id": author,
        "local": NAMES[author][1] == HERE,
        "state": "published",
        "visibility": "public",
        "content": "<p>Words.</p>",
        "url": note_uri(number),
        "document": "{}",
        "published_at": NOW,
        "fetched_at": NOW,
    }
    return values | changes


@dataclass(frozen=True, slots=True)
class Stage:
    """A store that holds the cast; calls one query per transaction."""

    store: Store

    async def ask(
        self, query: Callable[Concatenate[Tx, P], T], *args: P.args, **values: P.kwargs
    ) -> T:
        """What a query gives that only reads."""
        return await self.store.read(lambda tx: query(tx, *args, **values))

    async def do(
        self, query: Callable[Concatenate[Tx, P], T], *args: P.args, **values: P.kwargs
    ) -> T:
        """What a query gives that writes."""
        return await self.store.write(lambda tx: query(tx, *args, **values))

    async def put(self, model: type[Base], *rows: Mapping[str, Any]) -> None:
        """Rows as they are."""

        def run(tx: Tx) -> None:
            for row in rows:
                tx.execute(insert(model), row)

        await self.store.write(run)

    async def post(self, number: int, author: int = ALICE, **changes: Any) -> None:
        """A post."""
        await self.do(posts.add_post, **post_row(number, author, **changes))


async def raise_curtain(store: Store) -> Stage:
    """Put the cast into an empty store."""
    stage = Stage(store)
    await stage.put(Actor, *(actor_row(number) for number in NAMES))
    await stage.put(Account, *(account_row(number) for number in (SERVICE, ALICE, BOB)))
    return stage
