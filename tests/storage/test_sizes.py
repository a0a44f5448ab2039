"""What takes how much room, on both engines."""

from __future__ import annotations

from storage.engine import Store
from storage.models import Base
from storage.queries import remote_files
from storage.queries.sizes import sizes


async def test_tables_and_copies_are_measured(store: Store) -> None:
    await store.write(lambda tx: remote_files.keep(tx, "one", "on/one.png", 70, 0))
    await store.write(lambda tx: remote_files.keep(tx, "two", "tw/two.png", 30, 0))
    found = await store.read(sizes)
    assert found.copies == (2, 100)
    assert found.whole > found.free >= 0
    tables = dict(found.tables)
    assert set(Base.metadata.tables) <= set(tables)
    assert tables["remote_files"] > 0
    assert list(tables.values()) == sorted(tables.values(), reverse=True)
    assert sum(tables.values()) <= found.whole
