"""What posts quote, and who asked, as it is stored."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.models import Post, PostAuthor
from storage.queries import actors, posts, quotes
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    MALLORY,
    NOW,
    Stage,
    note_uri,
    post_row,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

STAMP = "https://a.example/users/carol/quotes/1"


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, with posts 10 and 11 of alice and 20 of carol."""
    made = await raise_curtain(store)
    await made.put(Post, post_row(10), post_row(11), post_row(20, CAROL))
    return made


async def ask(stage: Stage, number: int, by: int = CAROL, **values: Any) -> bool:
    """Carol asks to quote post 10 of alice, if nothing else is said."""
    row = {
        "id": number,
        "uri": f"https://a.example/requests/{number}",
        "owner_id": ALICE,
        "quoted_id": 10,
        "actor_id": by,
        "quoting_uri": note_uri(20),
        "state": "pending",
        "created_at": NOW,
    }
    return await stage.do(quotes.add_request, **(row | values))


async def test_a_post_quotes_one_other(stage: Stage) -> None:
    assert await stage.ask(quotes.quotes_of, []) == {}
    await stage.do(quotes.set_quote, 20, quoted_uri=note_uri(10), state="pending")
    await stage.do(
        quotes.set_quote,
        20,
        quoted_uri=note_uri(11),
        state="accepted",
        stamp_uri=STAMP,
        request_uri="https://a.example/requests/1",
        next_check_at=NOW,
    )
    for found in (
        (await stage.ask(quotes.quotes_of, [20, 10]))[20],
        await stage.ask(quotes.quote, 20),
        await stage.ask(quotes.quote_by_request, "https://a.example/requests/1"),
        (await stage.ask(quotes.with_stamp, STAMP))[0],
        (await stage.ask(quotes.due, NOW, 5))[0],
    ):
        assert found is not None
        assert (found.quoted_uri, found.state) == (note_uri(11), "accepted")
    assert await stage.ask(quotes.due, NOW - 1, 5) == []
    assert await stage.ask(quotes.with_stamp, f"{STAMP}0") == []
    assert (await stage.ask(posts.posts_by_uri, [note_uri(10), "x"])).keys() == {note_uri(10)}
    await stage.do(quotes.remove_quote, 20)
    assert await stage.ask(quotes.quote, 20) is None


async def test_a_request_is_kept_once_and_found(stage: Stage) -> None:
    assert await ask(stage, 1)
    assert not await ask(stage, 2, uri="https://a.example/requests/1")
    assert await ask(stage, 3, MALLORY, quoting_uri=note_uri(21))
    await stage.do(quotes.change_request, 1, state="accepted", stamp_uri=STAMP)
    for found in (
        await stage.ask(quotes.request, 1),
        await stage.ask(quotes.request_by_uri, "https://a.example/requests/1"),
        await stage.ask(quotes.request_by_stamp, STAMP),
        (await stage.ask(quotes.requests_by, note_uri(20)))[0],
        (await stage.ask(quotes.requests_between, CAROL, ALICE))[0],
    ):
        assert found is not None
        assert (found.id, found.state) == (1, "accepted")


async def test_all_authors_of_a_post_see_who_quotes_it(stage: Stage) -> None:
    await stage.put(
        PostAuthor,
        {
            "post_id": 10,
            "actor_uri": uri_of(BOB),
            "position": 1,
            "actor_id": BOB,
            "state": "verified",
        },
    )
    for number in (1, 2):
        await ask(stage, number)
    await ask(stage, 3, quoted_id=11)
    assert [row.id for row in await stage.ask(quotes.requests_to, ALICE, 9)] == [3, 2, 1]
    assert [row.id for row in await stage.ask(quotes.requests_to, ALICE, 2)] == [3, 2]
    assert [row.id for row in await stage.ask(quotes.requests_to, BOB, 9)] == [2, 1]
    assert await stage.ask(quotes.requests_to, CAROL, 9) == []


async def test_an_account_begins_by_letting_everybody_quote(stage: Stage) -> None:
    account = await stage.ask(actors.account_of, ALICE)
    assert account is not None
    assert account.quote_policy == "public"
    await stage.do(quotes.set_default, ALICE, "ask")
    account = await stage.ask(actors.account_of, ALICE)
    assert account is not None
    assert account.quote_policy == "ask"
