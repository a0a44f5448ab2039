"""Who follows whom across two servers, as both compare it."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import follows
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    THERE,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_the_followers_on_one_server_and_the_follows_of_its_people(store: Store) -> None:
    stage = await raise_curtain(store)
    pairs = (
        (CAROL, ALICE, "accepted"),
        (DAVE, ALICE, "requested"),
        (MALLORY, ALICE, "accepted"),
        (ALICE, CAROL, "accepted"),
        (BOB, CAROL, "requested"),
        (MALLORY, CAROL, "accepted"),
    )
    for number, (follower, followed, state) in enumerate(pairs, 1):
        await stage.do(
            follows.add_follow,
            id=number,
            follower_id=follower,
            followed_id=followed,
            uri=f"https://x.example/{number}",
            state=state,
            now=NOW,
        )
    assert await stage.ask(follows.follower_uris_on, ALICE, THERE) == [uri_of(CAROL)]
    known = await stage.ask(follows.local_follows_of, CAROL)
    assert sorted((uri, row.state) for row, uri in known) == [
        (uri_of(ALICE), "accepted"),
        (uri_of(BOB), "requested"),
    ]
    assert await stage.ask(follows.local_follows_of, DAVE) == []
