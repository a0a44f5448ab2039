"""Archives of accounts, as they are stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.models import Boost
from storage.queries import archives
from tests.storage.cast import ALICE, BOB, NOW, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_there_is_one_of_each_account_until_its_time_is_over(store: Store) -> None:
    stage = await raise_curtain(store)
    for token in ("one", "two"):
        await stage.do(archives.ask, ALICE, token=token, now=NOW, expires_at=NOW + 5)
    await stage.do(archives.ask, BOB, token="three", now=NOW, expires_at=NOW + 9)
    every = ("one", "two", "three")
    assert await stage.ask(archives.among, every) == {"two", "three"}
    await stage.do(archives.end, "two", state="ready", size=7, expires_at=NOW + 6)
    held = await stage.ask(archives.of_account, ALICE)
    assert held is not None
    assert (held.state, held.size, held.expires_at) == ("ready", 7, NOW + 6)
    await stage.do(archives.forget, NOW + 6)
    assert await stage.ask(archives.among, every) == {"three"}


async def test_what_somebody_published_and_boosted_comes_in_pages(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (1_000, 1_001, 1_002):
        await stage.post(number, ALICE)
    await stage.post(1_003, ALICE, state="draft")
    await stage.post(1_004, BOB)
    found = await stage.ask(archives.posts_of, ALICE, 0, 2)
    assert [post.id for post in found] == [1_000, 1_001]
    found = await stage.ask(archives.posts_of, ALICE, 1_001, 2)
    assert [post.id for post in found] == [1_002]
    boosts = [
        {"id": 50 + carried, "uri": f"u{carried}", "actor_id": ALICE, "post_id": post}
        | {"published_at": NOW, "delivery": bool(carried)}
        for carried, post in ((0, 1_004), (1, 1_000))
    ]
    await stage.put(Boost, *boosts)
    assert await stage.ask(archives.boosts_of, ALICE, 0, 9) == [(50, note_uri(1_004))]
    assert await stage.ask(archives.boosts_of, ALICE, 50, 9) == []
