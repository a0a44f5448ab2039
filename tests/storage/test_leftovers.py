"""What an account leaves behind that was nobody's but its own, as it is stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.models import FilterKeyword, ListMember
from storage.queries import appearances, bookmarks, filters, followed_tags, leftovers, lists
from storage.queries.rows import find
from tests.storage.cast import ALICE, BOB, CAROL, NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_what_was_ones_own_goes_and_that_of_others_stays(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(1_000, CAROL)
    for number, account in ((1, ALICE), (2, BOB)):
        await stage.do(lists.add_list, id=number, account_id=account, title="Tea", created_at=NOW)
        await stage.do(lists.add_member, number, CAROL)
        await stage.do(
            filters.add_filter,
            id=number,
            account_id=account,
            title="No",
            contexts=["home"],
            action="hide",
            expires_at=None,
        )
        await stage.do(
            filters.add_keyword, id=number, filter_id=number, keyword="x", whole_word=True
        )
        await stage.do(bookmarks.keep, number, account, 1_000)
        await stage.do(followed_tags.follow, row_id=number, account_id=account, tag="tea")
        await stage.do(appearances.choose, account, accent="plum", scheme="", still=False)
    await stage.do(leftovers.forget, ALICE)
    for number, account, left in ((1, ALICE, 0), (2, BOB, 1)):
        assert len(await stage.ask(lists.lists_of, account)) == left
        assert len(await stage.ask(filters.filters_of, account)) == left
        assert await stage.ask(followed_tags.count, account) == left
        assert (await stage.ask(appearances.of_account, account) is not None) == left
        assert (await stage.ask(find, ListMember, list_id=number) is not None) == left
        assert (await stage.ask(find, FilterKeyword, id=number) is not None) == left
