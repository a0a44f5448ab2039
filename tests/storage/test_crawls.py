"""What is still to be fetched, and when whom may be asked."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.queries import crawls, interactions
from tests.storage.cast import ALICE, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

A, B = "a.example", "b.example"


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, and a crawl of one thread."""
    stage = await raise_curtain(store)
    await stage.do(crawls.begin, id=1, subject="https://a.example/1", kind="thread", begun_at=NOW)
    return stage


async def put(stage: Stage, number: int, host: str = A, **values: Any) -> bool:
    row = {
        "id": number,
        "crawl_id": 1,
        "uri": f"https://{host}/{number}",
        "host": host,
        "what": "note",
        "rank": 1,
        "depth": 1,
    }
    return await stage.do(crawls.add_item, **(row | values))


async def test_a_server_is_asked_for_what_is_most_urgent_first(stage: Stage) -> None:
    assert await put(stage, 10)
    assert await put(stage, 11, rank=0)
    assert await put(stage, 12, B, rank=0)
    assert not await put(stage, 13, uri=f"https://{A}/10")
    for expected in (11, 10, None):
        item = await stage.ask(crawls.next_item, A)
        assert (item.id if item else None) == expected
        if item is not None:
            await stage.do(crawls.change_item, item.id, state="done")
    assert await stage.ask(crawls.count_waiting, 1) == 1
    assert await stage.ask(crawls.count_of_host, 1, A) == 2


async def test_posts_that_are_here_wait_for_who_wrote_them(stage: Stage) -> None:
    await put(stage, 10, document="{}")
    await put(stage, 11, rank=0, document="{}")
    await put(stage, 12)
    await put(stage, 13, B, document="{}")
    await put(stage, 14, document="{}", state="parent")
    assert [item.id for item in await stage.ask(crawls.held, 1, A)] == [10, 11]


async def test_a_crawl_begun_anew_forgets_the_last_one(stage: Stage) -> None:
    await put(stage, 10)
    again = {"subject": "https://a.example/1", "kind": "thread", "begun_at": NOW + 1}
    await stage.do(crawls.begin, id=2, **again)
    assert await stage.ask(crawls.crawl, 1) is None
    assert await stage.ask(crawls.next_item, A) is None
    held = await stage.ask(crawls.crawl_of, "https://a.example/1")
    assert held is not None
    assert (held.id, held.by_context, held.notes) == (2, False, 0)
    await stage.do(crawls.change_crawl, 2, notes=3)
    [held] = await stage.ask(crawls.crawls_of, ["https://a.example/1", "https://a.example/2"])
    assert held.notes == 3
    assert await stage.ask(crawls.count_since, NOW, 5) == 1
    assert await stage.ask(crawls.count_since, NOW + 1, 5) == 0


async def test_posts_wait_for_the_post_that_they_answer(stage: Stage) -> None:
    await put(stage, 10)
    await stage.do(crawls.change_item, 10, state="parent", parent_uri="https://b.example/7")
    found = await stage.ask(crawls.waiting_for, 1, "https://b.example/7")
    assert [item.id for item in found] == [10]
    assert await stage.ask(crawls.waiting_for, 1, "https://b.example/8") == []


async def test_a_server_or_a_crawl_is_given_up(stage: Stage) -> None:
    for number, host in ((10, A), (11, B), (12, B)):
        await put(stage, number, host)
    await stage.do(crawls.drop_host, 1, A)
    assert await stage.ask(crawls.next_item, A) is None
    assert await stage.ask(crawls.count_waiting, 1) == 2
    await stage.do(crawls.drop, 1)
    assert await stage.ask(crawls.count_waiting, 1) == 0


async def test_a_server_is_left_alone_for_a_while(stage: Stage) -> None:
    assert await stage.ask(crawls.next_at, A) == 0
    for at in (NOW, NOW + 5):
        await stage.do(crawls.set_next_at, A, at)
        assert await stage.ask(crawls.next_at, A) == at
    assert await stage.do(crawls.forget, NOW + 1, 10) == 1
    assert await stage.ask(crawls.next_at, A) == NOW + 5
    assert await stage.do(crawls.forget, NOW + 6, 10) == 0
    assert await stage.ask(crawls.next_at, A) == 0


async def test_answers_come_in_pages_and_to_several_posts_at_once(stage: Stage) -> None:
    for number, above in ((10, None), (11, 10), (12, 10), (13, 11)):
        answered = None if above is None else note_uri(above)
        await stage.post(number, ALICE, in_reply_to_uri=answered)
    first = await stage.ask(interactions.replies_to, note_uri(10), 1)
    rest = await stage.ask(interactions.replies_to, note_uri(10), 5, after=first[-1].sort_id)
    assert [post.id for post in (*first, *rest)] == [11, 12]
    both = await stage.ask(interactions.replies_to_any, [note_uri(10), note_uri(11)], 5)
    assert [post.id for post in both] == [11, 12, 13]
    assert await stage.ask(interactions.replies_to_any, [], 5) == []
