"""The posts that quote others."""

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import post_authors, quotes, quoting
from tests.storage.cast import ALICE, BOB, CAROL, note_uri, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_those_that_were_agreed_to_are_counted_and_listed(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(10, ALICE)
    states = {20: "accepted", 21: "pending", 22: "accepted", 23: "revoked"}
    for number, state in states.items():
        await stage.post(number, CAROL)
        await stage.do(quotes.set_quote, number, quoted_uri=note_uri(10), state=state)
    assert await stage.ask(quoting.counts, [note_uri(10), note_uri(20)]) == {note_uri(10): 2}
    assert await stage.ask(quoting.counts, []) == {}
    found = await stage.ask(quoting.quoting, note_uri(10), Window(5))
    assert [post.id for post in found] == [22, 20]
    assert await stage.ask(quoting.local_quoters, note_uri(10)) == []
    row = {"position": 1, "actor_id": ALICE, "state": "verified"}
    await stage.do(post_authors.set_author, 22, uri_of(ALICE), **row)
    await stage.post(24, BOB)
    await stage.do(quotes.set_quote, 24, quoted_uri=note_uri(10), state="accepted")
    assert await stage.ask(quoting.local_quoters, note_uri(10)) == [ALICE, BOB]
    found = await stage.ask(quoting.quoting, note_uri(10), Window(5, before=22))
    assert [post.id for post in found] == [20]
