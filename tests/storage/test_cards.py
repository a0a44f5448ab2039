"""Pages that posts link to."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import cards
from tests.storage.cast import NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")
URL = "https://news.example/rooks"


async def test_a_card_is_one_for_all_posts_and_goes_with_the_last(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (10, 11, 12):
        await stage.post(number)
    assert await stage.do(cards.add_card, id=1, url=URL, state="pending", next_at=0)
    assert not await stage.do(cards.add_card, id=2, url=URL, state="pending", next_at=0)
    held = await stage.ask(cards.card_at, URL)
    assert held is not None
    assert (held.id, held.title, await stage.ask(cards.card, 2)) == (1, "", None)
    for number in (10, 11, 11):
        await stage.do(cards.set_card, number, 1)
    assert await stage.ask(cards.cards_of, [10, 11, 12]) == {}
    assert {*await stage.ask(cards.linked, [10, 11, 12])} == {10, 11}
    await stage.do(cards.change_card, 1, state="shown", title="Rooks", next_at=NOW)
    found = await stage.ask(cards.cards_of, [10, 11, 12])
    assert {post: card.title for post, card in found.items()} == {10: "Rooks", 11: "Rooks"}
    assert await stage.ask(cards.cards_of, []) == {}
    await stage.do(cards.remove_card, 10)
    assert await stage.do(cards.forget, NOW + 1, 10) == 0
    await stage.do(cards.remove_card, 11)
    assert await stage.do(cards.forget, NOW, 10) == 0
    assert await stage.do(cards.forget, NOW + 1, 10) == 1
    assert await stage.ask(cards.card, 1) is None
