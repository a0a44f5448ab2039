"""Rules and texts of the server, and how much happens on it."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.ids import id_at
from storage.engine import Store
from storage.queries import house
from tests.storage.cast import NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_rules_stand_in_the_order_in_which_they_were_laid_down(stage: Stage) -> None:
    for number in (2, 1):
        await stage.do(house.add_rule, id=number, text=f"Rule {number}", hint="")
    await stage.do(house.change_rule, 2, text="Other", hint="Why")
    assert [one.text for one in await stage.ask(house.rules)] == ["Rule 1", "Other"]
    assert await stage.do(house.remove_rule, 1)
    assert not await stage.do(house.remove_rule, 1)
    assert await stage.ask(house.rule, 1) is None


async def test_texts_are_replaced(stage: Stage) -> None:
    await stage.do(house.set_text, "terms", "Old", NOW)
    await stage.do(house.set_text, "terms", "New", NOW + 1)
    held = await stage.ask(house.text, "terms")
    assert held is not None
    assert (held.text, held.updated_at) == ("New", NOW + 1)
    assert len(await stage.ask(house.texts)) == 1
    assert await stage.do(house.remove_text, "terms")
    assert not await stage.do(house.remove_text, "terms")


async def test_what_happened_is_counted_between_moments(stage: Stage) -> None:
    for at in (NOW - 1, NOW, NOW + 9):
        await stage.post(id_at(at, 1))
    await stage.post(id_at(NOW, 2), state="draft")
    bounds = [NOW - 1, NOW, NOW + 9, NOW + 10]
    assert await stage.ask(house.posts_between, bounds) == [1, 1, 1]
    assert await stage.ask(house.accounts_between, bounds) == [0, 2, 0]
