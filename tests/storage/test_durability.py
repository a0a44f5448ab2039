"""Nothing acknowledged is lost: real processes, killed or out of room."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from storage.dialect import upsert
from storage.engine import Store, open_store
from storage.models import Setting

ROOT = Path(__file__).parents[2]


@contextmanager
def writer(url: str, prefix: str, count: int, *limit: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.storage.writer_process", url, prefix, str(count)]
    process = subprocess.Popen(
        [*command, *map(str, limit)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        with process:
            yield process
    finally:
        process.kill()


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line.strip()


async def start(store: Store) -> None:
    row = {"name": "total", "value": "0"}
    await store.write(lambda tx: upsert(tx, Setting, row, key=("name",)))


async def stored(store: Store) -> tuple[set[str], int]:
    """Names written and the total counted beside them."""

    def run(tx: Connection) -> dict[str, str]:
        return {row.name: row.value for row in tx.execute(select(Setting.name, Setting.value))}

    rows = await store.read(run)
    total = int(rows.pop("total"))
    return set(rows), total


async def test_a_killed_process_loses_nothing_it_acknowledged(database_url: str) -> None:
    store = open_store(database_url)
    await start(store)
    await store.close()
    with writer(database_url, "k", 1_000_000) as process:
        said = lines(process)
        acknowledged = {next(said) for _ in range(200)}
        process.kill()
        acknowledged |= {line for line in said if line.startswith("k")}
    store = open_store(database_url)
    names, total = await stored(store)
    await store.close()
    assert len(acknowledged) >= 200
    assert acknowledged <= names
    assert total == len(names)


async def test_two_processes_do_not_overwrite_each_other(store: Store) -> None:
    await start(store)
    each = 150 if store.url.startswith("sqlite") else 40
    with writer(store.url, "a", each) as one, writer(store.url, "b", each) as two:
        assert "finished" in list(lines(one))
        assert "finished" in list(lines(two))
    names, total = await stored(store)
    assert names == {f"{prefix}{n}" for prefix in "ab" for n in range(each)}
    assert total == 2 * each


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
async def test_a_full_disk_fails_the_write_and_keeps_what_was_acknowledged(store: Store) -> None:
    await start(store)
    with writer(store.url, "f", 100_000, 600_000) as process:
        said = list(lines(process))
    acknowledged = {line for line in said if line.startswith("f") and line != "finished"}
    assert any(line.startswith("error storage_") for line in said)
    assert acknowledged
    names, total = await stored(store)
    assert acknowledged == names
    assert total == len(names)
