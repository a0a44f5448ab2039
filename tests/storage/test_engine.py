import asyncio
import os
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text

from storage.dialect import insert_or_ignore, upsert
from storage.engine import Store, open_store
from storage.errors import (
    BadValueError,
    ConflictError,
    DatabaseUrlError,
    StorageClosedError,
    StorageError,
    StorageFullError,
)
from storage.models import ActorKey, Setting
from tests.databases import one_value

on_sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def put(name: str, value: str = "x") -> Callable[[Connection], str]:
    def run(tx: Connection) -> str:
        tx.execute(insert(Setting), {"name": name, "value": value})
        return name

    return run


def modes_in(folder: Path) -> set[int]:
    return {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def names(store: Store) -> set[str]:
    def run(tx: Connection) -> set[str]:
        return set(tx.execute(select(Setting.name)).scalars())

    return await store.read(run)


async def test_what_is_written_can_be_read(store: Store) -> None:
    assert await store.write(put("a")) == "a"
    assert await names(store) == {"a"}


async def test_a_failing_write_leaves_nothing_and_hurts_nobody_else(store: Store) -> None:
    def fail(tx: Connection) -> None:
        put("half")(tx)
        raise KeyError("stop")

    writes = [put("a"), fail, put("b"), put("b"), put("c")]
    results = await asyncio.gather(*map(store.write, writes), return_exceptions=True)
    kinds = [type(result) for result in results]
    assert kinds[:2] == [str, KeyError]
    assert sorted(kind.__name__ for kind in kinds[2:4]) == ["ConflictError", "str"]
    assert kinds[4] is str
    assert await names(store) == {"a", "b", "c"}


async def test_hundreds_of_writes_at_once_all_arrive(store: Store) -> None:
    await asyncio.gather(*(store.write(put(f"n{n}")) for n in range(300)))
    assert len(await names(store)) == 300


@on_sqlite
async def test_writes_of_many_callers_share_one_commit(store: Store) -> None:
    commits = 0

    def count(tx: Connection) -> None:
        nonlocal commits
        commits = tx.exec_driver_sql("PRAGMA data_version").scalar_one()

    other = open_store(store.url)
    await other.write(count)
    before = commits
    versions = set()
    for _ in range(5):
        await asyncio.gather(*(store.write(put(os.urandom(8).hex())) for _ in range(40)))
        await other.write(count)
        versions.add(commits)
    await other.close()
    assert before not in versions
    assert len(await names(store)) == 200


async def test_a_cancelled_caller_does_not_hurt_the_others(store: Store) -> None:
    tasks = [asyncio.create_task(store.write(put(f"n{n}"))) for n in range(60)]
    await asyncio.sleep(0.001)
    for task in tasks[::2]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, str) for result in results[1::2])
    kept = {f"n{n}" for n in range(1, 60, 2)}
    assert kept <= await names(store)
    assert await store.write(put("after")) == "after"


async def test_a_caller_cancelled_before_its_turn_writes_nothing(store: Store) -> None:
    task = asyncio.create_task(store.write(put("never")))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await store.write(put("after"))
    assert await names(store) == {"after"}


async def test_reading_is_one_snapshot(store: Store) -> None:
    """A write between two statements of a read is not seen by the second."""
    loop = asyncio.get_running_loop()

    def count(tx: Connection) -> int:
        return len(tx.execute(select(Setting.name)).all())

    def look_twice(tx: Connection) -> tuple[int, int]:
        first = count(tx)
        written = asyncio.run_coroutine_threadsafe(store.write(put("between")), loop)
        deadline = time.monotonic() + 20
        while not written.done() and time.monotonic() < deadline:
            tx.execute(text("SELECT 1"))
        assert written.result(0) == "between"
        return first, count(tx)

    assert await store.read(look_twice) == (0, 0)
    assert await names(store) == {"between"}


async def test_a_read_cannot_write(store: Store) -> None:
    with pytest.raises(StorageError):
        await store.read(put("a"))
    assert await names(store) == set()


async def test_closing_finishes_what_was_begun(database_url: str) -> None:
    store = open_store(database_url)
    tasks = [asyncio.create_task(store.write(put(f"n{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    if database_url.startswith("postgresql"):
        await asyncio.gather(*tasks)
    await store.close()
    assert {task.result() for task in tasks} == {f"n{n}" for n in range(5)}
    with pytest.raises(StorageClosedError):
        await store.write(put("late"))
    with pytest.raises(StorageClosedError):
        await store.read(put("late"))
    await store.close()


@pytest.mark.parametrize("value", ["\ud800", "x" * 10 + "\udfff"])
async def test_a_text_no_column_can_hold_is_the_callers_fault(store: Store, value: str) -> None:
    with pytest.raises(BadValueError) as caught:
        await store.write(put("a", value))
    assert value not in str(caught.value)


async def test_an_integer_beyond_64_bits_is_the_callers_fault(store: Store) -> None:
    def run(tx: Connection) -> None:
        tx.execute(delete(ActorKey).where(ActorKey.actor_id == 2**63))

    with pytest.raises(BadValueError):
        await store.write(run)


async def test_snowflake_ids_and_foreign_keys_hold(store: Store) -> None:
    key = {"key_id": "k", "actor_id": 2**62, "kind": "rsa", "public": "", "fetched_at": 2**60}
    with pytest.raises(ConflictError):
        await store.write(lambda tx: tx.execute(insert(ActorKey), key).rowcount)


@on_sqlite
async def test_a_commit_that_fails_reaches_exactly_the_one_who_spoilt_it(store: Store) -> None:
    def spoil(tx: Connection) -> None:
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # found out at COMMIT only
        key = {"key_id": "k", "actor_id": 7, "kind": "rsa", "public": "", "fetched_at": 0}
        tx.execute(insert(ActorKey), key)

    writes = [put("a"), spoil, put("b")]
    results = await asyncio.gather(*map(store.write, writes), return_exceptions=True)
    assert [type(result) for result in results] == [str, ConflictError, str]
    assert await names(store) == {"a", "b"}
    assert await one_value(store, "SELECT count(*) FROM actor_keys") == 0


@on_sqlite
async def test_no_room_reaches_the_caller_and_small_neighbours_still_fit(store: Store) -> None:
    def no_growth(tx: Connection) -> None:
        pages = tx.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.exec_driver_sql(f"PRAGMA max_page_count={pages + 5}")

    await store.write(no_growth)
    writes = [put("a"), put("big", "x" * 1_000_000), put("b")]
    results = await asyncio.gather(*map(store.write, writes), return_exceptions=True)
    assert [type(result) for result in results] == [str, StorageFullError, str]
    assert await names(store) == {"a", "b"}


@on_sqlite
async def test_ending_the_transaction_from_inside_is_an_error(store: Store) -> None:
    def end(tx: Connection) -> None:
        put("x")(tx)
        tx.exec_driver_sql("ROLLBACK")

    writes = [put("a"), end, put("b")]
    results = await asyncio.gather(*map(store.write, writes), return_exceptions=True)
    assert [type(result) for result in results] == [str, StorageError, str]
    assert await names(store) == {"a", "b"}


async def test_insert_or_ignore_counts_what_is_new(store: Store) -> None:
    def row(name: str) -> dict[str, str]:
        return {"name": name, "value": "x"}

    assert await store.write(lambda tx: insert_or_ignore(tx, Setting, row("a"))) == 1
    assert await store.write(lambda tx: insert_or_ignore(tx, Setting, row("a"))) == 0
    several = [row("a"), row("b"), row("c")]
    assert await store.write(lambda tx: insert_or_ignore(tx, Setting, several)) == 2
    many = [row(f"n{n}") for n in range(2500)]
    assert await store.write(lambda tx: insert_or_ignore(tx, Setting, many)) == 2500
    assert await store.write(lambda tx: insert_or_ignore(tx, Setting, [])) == 0


async def test_upsert_changes_what_it_is_told_to(store: Store) -> None:
    async def both(value: str, *update: str) -> None:
        row = {"name": "a", "value": value}
        await store.write(lambda tx: upsert(tx, Setting, row, key=("name",), update=update or None))

    await both("one")
    await both("two")
    assert await one_value(store, "SELECT value FROM settings") == "two"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=ro",
        "mysql://host/name",
        "nonsense:secret",
        "postgresql://u:secret@host:port/name",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_missing_file_is_not_made_by_accident(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        open_store(f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()


async def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    store = open_store(f"sqlite:///{path}", create=True)
    await store.write(lambda tx: tx.exec_driver_sql("CREATE TABLE t (x)").rowcount)
    modes = modes_in(tmp_path)
    await store.close()
    assert modes == {0o600}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError):
        open_store(f"sqlite:///{path}")


async def test_an_unreachable_server_is_a_storage_error() -> None:
    store = open_store("postgresql://cotweet:secret@127.0.0.1:1/none")
    with pytest.raises(StorageError) as caught:
        await store.read(lambda tx: tx.execute(text("SELECT 1")).scalar())
    await store.close()
    assert "secret" not in str(caught.value)


@on_sqlite
async def test_a_slow_read_lets_others_go_on(store: Store) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: Connection) -> bool:
        begun.set()
        return go_on.wait(20)

    first = asyncio.create_task(store.read(slow))
    await asyncio.to_thread(begun.wait, 20)
    assert await asyncio.wait_for(names(store), 10) == set()
    assert not first.done()
    waiting = asyncio.create_task(names(store))
    waiting.cancel()
    go_on.set()
    assert await first
    assert await asyncio.wait_for(names(store), 10) == set()
