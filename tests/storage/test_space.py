"""Room of deleted rows goes back to the disk."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert

from fedi_cotweet.services import upkeep
from storage.engine import Store, open_store, parse_url
from storage.models import Setting
from storage.queries import space

ROWS = 400


def fill(tx: Connection) -> None:
    rows = [{"name": f"row {number}", "value": "x" * 8000} for number in range(ROWS)]
    tx.execute(insert(Setting), rows)


async def empty(store: Store) -> None:
    await store.write(lambda tx: tx.execute(delete(Setting)))


def free(tx: Connection) -> int:
    return int(tx.exec_driver_sql("PRAGMA freelist_count").scalar_one())


def size_of_a_whole_file(path: Path) -> int:
    with contextlib.closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert path.stat().st_size == raw.execute("PRAGMA page_count").fetchone()[0] * 4096
    return path.stat().st_size


async def work_off(store: Store, pages: int, keep: int) -> list[int]:
    done = [-1]
    while done[-1]:
        done.append(await store.write(lambda tx: space.give_back(tx, pages, keep)))
    return done[1:]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_file_gets_smaller_in_small_steps(store: Store) -> None:
    path = Path(parse_url(store.url).database or "")
    await store.write(fill)
    await empty(store)
    unused = await store.read(free)
    assert unused > ROWS
    done = await work_off(store, 100, 50)
    assert max(done) == 100
    assert sum(done) == unused - 50
    assert await store.read(free) == 50
    await store.close()  # what was freed leaves the file when the log is written into it
    assert size_of_a_whole_file(path) < unused * 4096


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_what_was_interrupted_goes_on_after_a_restart(store: Store) -> None:
    await store.write(fill)
    await empty(store)
    unused = await store.read(free)
    assert await store.write(lambda tx: space.give_back(tx, 10, 0)) == 10
    await store.close()
    again = open_store(store.url)
    try:
        assert sum(await work_off(again, 100, 0)) == unused - 10
    finally:
        await again.close()


async def test_where_nothing_is_unused_there_is_nothing_to_do(store: Store) -> None:
    assert await store.write(lambda tx: space.give_back(tx, 10, 1024)) == 0


def test_it_is_done_whenever_the_server_tidies_up() -> None:
    assert upkeep.give_space_back in upkeep.STEPS
    assert upkeep.STEPS[-1] is upkeep.give_space_back  # after what deletes
