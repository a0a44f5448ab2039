"""Copies of others' files, and how long ago somebody looked."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import remote_files
from tests.storage.cast import raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_those_nobody_looked_at_come_first(store: Store) -> None:
    stage = await raise_curtain(store)
    for token, size, at in (("c", 3, 10), ("a", 1, 30), ("b", 2, 20)):
        await stage.do(remote_files.keep, token, f"{token}.png", size, at)
    found = await stage.ask(remote_files.oldest, 30, 5)
    assert [(one.token, one.size, one.path) for one in found] == [
        ("c", 3, "c.png"),
        ("b", 2, "b.png"),
    ]
    assert [one.token for one in await stage.ask(remote_files.oldest, 99, 1)] == ["c"]
    await stage.do(remote_files.used, ["c", "b", "none"], 40, 20)
    assert [one.token for one in await stage.ask(remote_files.oldest, 99, 9)] == ["b", "a", "c"]
    await stage.do(remote_files.keep, "b", "b.png", 7, 50)
    assert await stage.ask(remote_files.sizes, "", 2) == [("a", 1), ("b", 7)]
    assert await stage.ask(remote_files.sizes, "b", 2) == [("c", 3)]
    await stage.do(remote_files.forget, ["a", "c", "none"])
    assert [one.token for one in await stage.ask(remote_files.oldest, 99, 9)] == ["b"]
