"""Remote posts go after a time that the operator chose, a few at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import pruning, upkeep
from fedi_cotweet.services.env import Addresses, Env, Limits
from storage.engine import Store, Tx, open_store
from storage.models import Bookmark, Delivery
from storage.queries import consents, deliveries, posts
from storage.queries.deliveries import ActivityRow, NewDelivery
from tests.storage.cast import ALICE, CAROL, NOW, raise_curtain

FIRST, LAST = 100, 112


class Killed(Exception):  # noqa: N818 - as if the process ended
    """In the middle of a batch."""


def env(days: int, now: int = NOW) -> Env:
    limits = replace(Limits(), remote_posts_ms=days * DAY)
    return Env(Addresses("https://here.example"), limits, clock=lambda: now)


async def fill(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in range(FIRST, LAST):
        at = NOW - 40 * DAY + number
        await stage.post(number, CAROL, sort_id=id_at(at, number), fetched_at=at)
    await stage.put(Bookmark, {"id": 1, "account_id": ALICE, "post_id": FIRST})


async def left(store: Store) -> list[int]:
    numbers = range(FIRST, LAST)
    return sorted(await store.read(lambda tx: posts.posts_by_id(tx, numbers)))


async def sweep(store: Store, env: Env) -> int:
    rounds = 1
    while await store.write(lambda tx: pruning.prune_posts(tx, env)):
        rounds += 1
    return rounds


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "WINDOW", 5)


async def test_unless_the_operator_says_so_nothing_goes(store: Store) -> None:
    await fill(store)
    assert Limits().remote_posts_ms == 0
    for days in (0, 41):
        await sweep(store, env(days))
        assert len(await left(store)) == LAST - FIRST


async def test_old_posts_go_in_batches_and_kept_ones_are_passed_over(store: Store) -> None:
    await fill(store)
    assert await sweep(store, env(30)) == 3
    assert await left(store) == [FIRST]


async def test_after_a_round_it_rests(store: Store) -> None:
    await fill(store)
    await sweep(store, env(41))
    await sweep(store, env(30))
    assert len(await left(store)) == LAST - FIRST
    await sweep(store, env(30, NOW + pruning.EVERY))
    assert await left(store) == [FIRST]


async def test_what_was_interrupted_goes_on_where_it_was(store: Store) -> None:
    await fill(store)

    def killed(tx: Tx) -> None:
        pruning.prune_posts(tx, env(30))
        raise Killed

    assert await store.write(lambda tx: pruning.prune_posts(tx, env(30)))
    assert await left(store) == [FIRST, *range(FIRST + 5, LAST)]
    with pytest.raises(Killed):
        await store.write(killed)
    await store.close()
    again = open_store(store.url)
    try:
        assert len(await left(again)) == 8
        assert await sweep(again, env(30)) == 2  # not from the beginning
        assert await left(again) == [FIRST]
    finally:
        await again.close()


async def test_of_deliveries_long_over_the_newest_of_an_object_and_inbox_stays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "DELIVERIES", 2)
    stage = await raise_curtain(store)
    note, old = "https://here.example/notes/1", id_at(NOW - 8 * DAY, 0)
    for number, about in ((1, note), (2, note), (3, None), (4, note)):
        row = ActivityRow(number, f"u{number}", ALICE, "Update", about, "{}", None, True, 1)
        await stage.do(deliveries.add_activity, row)

    def sent(number: int, activity: int, inbox: str) -> NewDelivery:
        return NewDelivery(number, activity, ALICE, inbox, "a.example", False, 1)

    rows = [sent(old, 1, "a"), sent(old + 1, 1, "b"), sent(old + 2, 2, "a"), sent(old + 3, 3, "a")]
    rows += [sent(old + 4, 3, "waits"), sent(id_at(NOW, 0), 3, "new"), sent(id_at(NOW, 1), 4, "a")]
    await stage.do(deliveries.enqueue, rows)
    over = update(Delivery).where(Delivery.inbox != "waits").values(state="done")
    await store.write(lambda tx: tx.execute(over))
    before = await stage.ask(consents.recipients_of, note)
    rounds = 1
    while await store.write(lambda tx: pruning.prune_deliveries(tx, env(0))):
        rounds += 1
    assert rounds == 3
    kept = await store.read(lambda tx: set(tx.execute(select(Delivery.id)).scalars()))
    assert kept == {old + 1, old + 4, id_at(NOW, 0), id_at(NOW, 1)}
    assert await stage.ask(consents.recipients_of, note) == before


async def test_deliveries_are_found_by_an_index(
    store: Store, every_query_has_an_index: None
) -> None:
    await store.write(lambda tx: pruning.prune_deliveries(tx, env(0)))


def test_it_is_done_whenever_the_server_tidies_up() -> None:
    assert {pruning.prune_posts, pruning.prune_deliveries} < set(upkeep.STEPS)
