"""What is ready is what would be made now, whoever changes whatever."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import islice, product
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Table, insert, text

from fedi_cotweet.mastodon_api.entities import statuses
from fedi_cotweet.services.env import Env
from storage.engine import Store, Tx, parse_url
from storage.models import Account, Bookmark, Follow, Like, PollVote
from storage.models.base import Base
from storage.queries import posts
from tests.databases import ENGINES
from tests.mastodon_api import shelf
from tests.mastodon_api.shelf import ALICE, HOUR, VIEWERS, Clock, both, env_of

MANY = int(os.environ.get("COTWEET_SEQUENCES", "0"))
SEQUENCES = max(MANY // 50, 1)
STEPS = 60 if MANY else 6
ROWS, VALUES = (3, 8) if MANY else (1, 1)
"""Of each table, and for each of its columns."""


NOTED = {
    *("actors", "boosts", "credits", "emoji_pictures", "likes", "link_cards", "media"),
    *("host_rules", "polls", "post_authors", "post_cards", "posts", "quotes"),
}


def noted_tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """By event: the tables of which SQLite notes all changes."""
    found: dict[str, set[str]] = {"INSERT": set(), "UPDATE": set(), "DELETE": set()}
    for table, sql in connection.execute(
        "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    ):
        for event in found:
            if f" AFTER {event} ON {table} BEGIN INSERT INTO changed" in sql:
                found[event].add(str(table))
    return found


def noted(name: str) -> Table:
    return Base.metadata.tables[name]


@pytest.fixture
async def filled(store: Store) -> Store:
    """A database with one of everything."""
    await store.write(shelf.fill)
    return store


def same(tx: Tx, *envs: Env, viewers: Sequence[int | None] = VIEWERS) -> bytes:
    """The viewers' pages in every process, twice: as they are made, and as they are kept."""
    pages = []
    for env in envs:
        for viewer in viewers:
            anew, ready = both(tx, env, viewer)
            assert ready == anew
            if MANY:
                assert shelf.ready(tx, env, viewer, shelf.page_of(tx)) == anew
            pages.append(anew)
    return b"".join(pages)


async def test_random_writes_are_seen_at_once_by_every_process(filled: Store) -> None:
    """Rows of all kinds changed, deleted, put back; the clock goes on meanwhile."""
    others = [noted(model.__tablename__) for model in (Account, Bookmark, PollVote, Follow)]
    tables, nonsense = [noted(name) for name in sorted(NOTED)] + others, 0
    for seed in range(SEQUENCES):
        chance, clock = Random(seed), Clock()
        one, other, small = env_of(clock), env_of(clock), env_of(clock, octets=9_000)
        for _ in range(STEPS):

            def step(tx: Tx, seed: float) -> None:
                shelf.anything(tx, Random(seed), tables)

            await filled.write(partial(step, seed=chance.random()))
            clock.now += chance.choice((0, 0, 900, HOUR, 30 * HOUR))
            asked = chance.choice(((one,), (other,), (one, other, small)))
            try:
                await filled.read(partial(_all_the_same, envs=asked))
            except shelf.NonsenseError:
                nonsense += 1
                await filled.write(_anew)
        assert 0 < small.ready.size <= 9_000
        await filled.write(_anew)
    assert nonsense < SEQUENCES * STEPS / 4


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_every_column_of_what_is_shown_is_seen_to_change(filled: Store) -> None:
    """Whatever is done to a row, and to each of its columns; new columns too."""
    visible, page = set(), partial(same, viewers=(ALICE,))
    env = env_of(Clock())
    before = await filled.read(lambda tx: page(tx, env))
    for table in map(noted, sorted(NOTED)):
        rows = await filled.read(partial(shelf.rows_of, table=table))
        for row, column in product(rows[-ROWS:], shelf.columns_of(table)):
            held = getattr(row, column.name)
            change = partial(shelf.write, table=table, row=row)
            for value in islice(shelf.others(column, held), VALUES):
                if not await filled.write(partial(change, values={column.name: value})):
                    continue
                with contextlib.suppress(shelf.NonsenseError):
                    if await filled.read(lambda tx: page(tx, env)) != before:
                        visible.add(table.name)
                await filled.write(partial(change, values={column.name: held}))
    assert await filled.read(lambda tx: page(tx, env)) == before
    # Who made a picture is not said in the client API.
    assert visible == NOTED - {"credits"}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_what_time_changes_is_seen_when_it_does(filled: Store) -> None:
    """A poll ends, an edit that is later than now is not any more, stamps grow old."""
    clock, found = Clock(), []
    env = env_of(clock)
    for passing in (0, 400, 400, 400, HOUR, 29 * HOUR, HOUR, 137 * HOUR, HOUR, HOUR):
        clock.now += passing
        found.append(await filled.read(lambda tx: same(tx, env, viewers=(None, ALICE))))
    assert len(set(found)) == 6


def _all_the_same(tx: Tx, envs: Sequence[Env]) -> None:
    same(tx, *envs)


def _anew(tx: Tx) -> None:
    shelf.empty(tx)
    shelf.fill(tx)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_all_that_is_read_for_everybody_is_noted_when_it_changes(filled: Store) -> None:
    """A table that is read for what is kept, and that no trigger watches, is found here."""
    read: set[str] = set()
    names = Base.metadata.tables
    env = env_of(Clock())

    def watch(tx: Tx) -> None:
        raw = tx.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)

        def authorise(action: int, table: str | None, *_: Any) -> int:
            if action == sqlite3.SQLITE_READ and table is not None and table in names:
                read.add(table)
            return sqlite3.SQLITE_OK

        raw.set_authorizer(authorise)
        try:
            held = list(
                posts.posts_by_id(
                    tx, [row.id for row in shelf.rows_of(tx, noted("posts"))]
                ).values()
            )
            found = [post for post in held if post.id != shelf.QUOTING]
            statuses.for_everybody(tx, env, found, lambda person: person)
        finally:
            raw.set_authorizer(None)

    await filled.read(watch)
    path = Path(parse_url(filled.url).database or "")
    with closing(sqlite3.connect(path)) as connection:
        watched = noted_tables(connection)
    assert watched == dict.fromkeys(("INSERT", "UPDATE", "DELETE"), NOTED)
    # Rules about servers are read for the people in them.
    assert read == NOTED - {"host_rules"}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_slow_reader_leaves_nothing_behind_that_is_over(filled: Store) -> None:
    """Who began to read before a change and finishes after it keeps what was, for those alone who
    see the same."""
    env, began, go_on = env_of(Clock()), threading.Event(), threading.Event()

    def slowly(tx: Tx) -> None:
        shelf.page_of(tx)
        began.set()
        assert go_on.wait(10)
        same(tx, env)

    reading = asyncio.ensure_future(filled.read(slowly))
    assert await asyncio.to_thread(began.wait, 10)
    await filled.write(_like)
    first = await filled.read(lambda tx: same(tx, env))
    go_on.set()
    await reading
    assert await filled.read(lambda tx: same(tx, env)) == first


@pytest.mark.parametrize("engine_name", [ENGINES[1]], indirect=True)
async def test_what_is_committed_out_of_order_is_seen(filled: Store) -> None:
    """A change that was noted before another, and is there after it."""
    env = env_of(Clock())
    connection = await asyncpg.connect(filled.url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("UPDATE actors SET name = 'Early' WHERE id = $1", shelf.CAROL)
        await filled.write(_like)
        between = await filled.read(lambda tx: same(tx, env))
        await transaction.commit()
        assert await filled.read(lambda tx: same(tx, env)) != between
    finally:
        await connection.close()


async def test_dropped_notes_make_everything_anew(filled: Store) -> None:
    """Names that were never noted and names whose notes are gone look alike."""
    env = env_of(Clock())
    await filled.write(lambda tx: tx.execute(text("DELETE FROM changed")))
    before = await filled.read(lambda tx: same(tx, env))
    await filled.write(_like)
    await filled.write(lambda tx: tx.execute(text("DELETE FROM changed")))
    await filled.write(lambda tx: tx.execute(text("INSERT INTO changed (what) VALUES ('x')")))
    assert await filled.read(lambda tx: same(tx, env)) != before


async def test_the_list_of_changes_stays_short(filled: Store) -> None:
    """The database drops what is old by itself."""

    def much(tx: Tx) -> int:
        for _ in range(45):
            tx.execute(text(_THOUSAND))
        return int(tx.execute(text("SELECT count(*) FROM changed")).scalar_one())

    assert await filled.write(much) <= 20_000


_THOUSAND = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
INSERT INTO changed (what) SELECT 'x' FROM n
"""


def _like(tx: Tx) -> None:
    tx.execute(
        insert(Like).values(
            id=99,
            uri=f"{shelf.AWAY}/likes/99",
            actor_id=shelf.DAVE,
            post_id=shelf.PLAIN,
            created_at=shelf.NOW,
        )
    )
