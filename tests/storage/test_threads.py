"""What stands above a post, and mutes of threads."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import threads, timelines
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; 10 ← 11 ← 12, 13 answers what is not known here, 14 and 15 each other."""
    stage = await raise_curtain(store)
    await stage.post(10)
    for number, answered in ((11, 10), (12, 11), (13, 99), (14, 15), (15, 14)):
        await stage.post(number, CAROL, in_reply_to_uri=note_uri(answered))
    return stage


async def test_a_post_leads_up_to_the_first_that_is_known(stage: Stage) -> None:
    found = await stage.ask(threads.above, 12)
    assert [one.id for one in found] == [12, 11, 10]
    assert found[-1] == (10, note_uri(10), None)
    assert await stage.ask(threads.above, 13) == [(13, note_uri(13), note_uri(99))]
    assert await stage.ask(threads.above, 98) == []
    assert {one.id for one in await stage.ask(threads.above, 14)} == {14, 15}, "a circle ends"


async def test_a_mute_holds_for_all_below_it(stage: Stage) -> None:
    for _ in range(2):
        await stage.do(threads.mute, ALICE, 11, NOW)
    for number, muted in ((10, False), (11, True), (12, True), (13, False), (14, False)):
        assert await stage.ask(threads.is_muted, ALICE, number) is muted
    assert not await stage.ask(threads.is_muted, BOB, 12)
    marks = await stage.ask(timelines.marks, ALICE, range(10, 16))
    assert marks["muted"] == {11, 12}
    assert (await stage.ask(timelines.marks, BOB, range(10, 16)))["muted"] == set()
    assert await stage.ask(threads.muted_answers, note_uri(10)) == [(ALICE, 11)]
    await stage.do(threads.unmute, ALICE, [12, 11])
    assert not await stage.ask(threads.is_muted, ALICE, 12)
    assert await stage.ask(threads.muted_answers, note_uri(10)) == []


async def test_a_thread_without_end_is_not_walked_to_it(stage: Stage) -> None:
    for number in range(200, 200 + threads.MOST_ABOVE + 50):
        await stage.post(number, CAROL, in_reply_to_uri=note_uri(number - 1))
    last = 199 + threads.MOST_ABOVE + 50
    assert len(await stage.ask(threads.above, last)) == threads.MOST_ABOVE + 1
    await stage.do(threads.mute, ALICE, 200, NOW)
    assert await stage.ask(threads.is_muted, ALICE, 200 + threads.MOST_ABOVE)
    assert not await stage.ask(threads.is_muted, ALICE, last)
