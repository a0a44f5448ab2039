"""What the end of co-tweets on a server has to deal with: own ones, and names lent to others."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import consents, degrading, post_authors
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, note_uri, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast."""
    return await raise_curtain(store)


async def agreed(stage: Stage, number: int, state: str = "published") -> None:
    """Bob's stamp ``number`` for carol's post ``number``, which she invited him to."""
    offer = f"{uri_of(CAROL)}/offers/{number}"
    await stage.do(
        consents.add_offer,
        id=number,
        uri=offer,
        side="received",
        object_uri=note_uri(number),
        sender_id=CAROL,
        target_id=BOB,
        authors=[],
        digest="zQm",
        document="{}",
        state=state,
        published_at=NOW,
        expires_at=NOW,
        created_at=NOW,
    )
    await stage.do(
        consents.add_stamp,
        id=number,
        uri=f"{uri_of(BOB)}/coauthor/{number}",
        account_id=BOB,
        offer_uri=offer,
        object_uri=note_uri(number),
        digest="zQm",
        authors=[],
        document="{}",
        published_at=NOW,
    )


async def test_own_co_tweets_are_published_ones_of_this_server(stage: Stage) -> None:
    for number, state in ((10, "verified"), (11, "stale"), (16, "revoked")):
        await stage.post(number, co_authored=True)
        await stage.do(post_authors.set_author, number, uri_of(BOB), position=1, state=state)
    await stage.post(12, co_authored=True, state="draft")
    await stage.post(13, CAROL, co_authored=True)
    await stage.post(14)
    assert await stage.ask(degrading.count_own) == 2
    assert [post.id for post in await stage.ask(degrading.own_cotweets, 9)] == [10, 11]
    assert [post.id for post in await stage.ask(degrading.own_cotweets, 1)] == [10]


async def test_names_lent_to_others_are_those_that_still_stand_there(stage: Stage) -> None:
    for number in range(10, 16):
        await agreed(stage, number, state="accepted" if number == 14 else "published")
    for number in (10, 11, 12, 14):
        await stage.post(number, CAROL, co_authored=True)
    await stage.post(13, CAROL, co_authored=True, state="deleted")
    await stage.post(15, ALICE, co_authored=True)  # of this server
    await stage.do(consents.delete_stamp, 12, NOW, "left")
    assert await stage.ask(degrading.count_others) == 2
    found = await stage.ask(degrading.co_authorships, 9)
    assert [(stamp.id, post.id) for stamp, post in found] == [(10, 10), (11, 11)]
    assert len(await stage.ask(degrading.co_authorships, 1)) == 1
    assert await stage.ask(degrading.co_authorships, 0) == []
