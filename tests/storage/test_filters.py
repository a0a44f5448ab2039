"""What readers filter, as it is kept."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import filters
from tests.storage.cast import ALICE, BOB, CAROL, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; post 10 by carol; filters 20 and 21 of alice and 22 of bob."""
    stage = await raise_curtain(store)
    await stage.post(10, CAROL)
    for number, owner in ((20, ALICE), (21, ALICE), (22, BOB)):
        await stage.do(
            filters.add_filter,
            id=number,
            account_id=owner,
            title=f"Filter {number}",
            contexts=["home"],
            action="warn",
            expires_at=None,
        )
    return stage


async def test_filters_belong_to_a_reader_and_change(stage: Stage) -> None:
    assert [one.id for one in await stage.ask(filters.filters_of, ALICE)] == [20, 21]
    await stage.do(filters.change_filter, 20, title="Other", contexts=["home", "thread"])
    changed = await stage.ask(filters.filter_by_id, 20)
    assert changed is not None
    assert (changed.title, changed.contexts) == ("Other", ["home", "thread"])
    await stage.do(filters.remove_filter, 20)
    assert await stage.ask(filters.filter_by_id, 20) is None


async def test_keywords_go_with_their_filter(stage: Stage) -> None:
    for number, held in ((30, 20), (31, 20), (32, 22)):
        await stage.do(
            filters.add_keyword, id=number, filter_id=held, keyword="tea", whole_word=True
        )
    assert [one.id for one in await stage.ask(filters.keywords_of, [20, 21])] == [30, 31]
    assert await stage.ask(filters.keywords_of, []) == []
    assert await stage.ask(filters.count_keywords, ALICE) == 2
    await stage.do(filters.change_keyword, 30, keyword="chai", whole_word=False)
    changed = await stage.ask(filters.keyword_by_id, 30)
    assert changed is not None
    assert (changed.keyword, changed.whole_word) == ("chai", False)
    await stage.do(filters.remove_keyword, 31)
    assert await stage.ask(filters.keyword_by_id, 31) is None
    await stage.do(filters.remove_filter, 20)
    assert await stage.ask(filters.keyword_by_id, 30) is None


async def test_posts_of_filters_are_known_by_their_numbers_for_clients(stage: Stage) -> None:
    await stage.do(filters.add_post, id=40, filter_id=21, post_id=10)
    ((entry, place),) = await stage.ask(filters.posts_of, [21])
    assert (entry.post_id, place) == (10, 10)
    assert await stage.ask(filters.posts_of, []) == []
    assert await stage.ask(filters.post_entry, 40) is not None
    await stage.do(filters.remove_post, 40)
    assert await stage.ask(filters.post_entry, 40) is None
