"""What readers keep and like, and who liked and boosted."""

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import bookmarks, interactions, postings, reacted
from tests.storage.cast import ALICE, BOB, CAROL, NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_what_is_kept_is_in_the_order_of_keeping(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (10, 11, 12):
        await stage.post(number, CAROL)
    for place, number in enumerate((12, 10, 11, 10), start=1):
        await stage.do(bookmarks.keep, place, ALICE, number)
    await stage.do(bookmarks.keep, 9, BOB, 12)
    assert await stage.ask(bookmarks.kept, ALICE, Window(2)) == [(11, 3), (10, 2)]
    assert await stage.ask(bookmarks.kept, ALICE, Window(2, after=1)) == [(10, 2), (11, 3)]
    await stage.do(bookmarks.drop, ALICE, 11)
    assert await stage.ask(bookmarks.kept, ALICE, Window(9)) == [(10, 2), (12, 1)]
    assert await stage.ask(bookmarks.kept, BOB, Window(9)) == [(12, 9)]


async def test_who_liked_and_who_boosted(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (10, 11):
        await stage.post(number, CAROL)
    likes = enumerate(((ALICE, 10), (BOB, 10), (ALICE, 11)), start=1)
    for place, (actor, number) in likes:
        await stage.do(
            interactions.add_like,
            id=place,
            uri=f"https://likes.example/{place}",
            actor_id=actor,
            post_id=number,
            created_at=NOW,
        )
    for place, actor, delivery, visibility in (
        (30, ALICE, True, "public"),
        (31, BOB, False, "unlisted"),
        (32, CAROL, False, "followers"),
    ):
        await stage.do(
            interactions.add_boost,
            id=place,
            uri=f"https://boosts.example/{place}",
            actor_id=actor,
            post_id=10,
            published_at=NOW,
            delivery=delivery,
            visibility=visibility,
        )
    assert await stage.ask(reacted.liked, ALICE, Window(5)) == [(11, 3), (10, 1)]
    assert await stage.ask(reacted.likers, 10, Window(5)) == [(BOB, 2), (ALICE, 1)]
    assert await stage.ask(reacted.likers, 10, Window(5, before=2)) == [(ALICE, 1)]
    assert await stage.ask(reacted.boosters, 10, Window(5)) == [(BOB, 31)]
    likes_of = await stage.ask(reacted.likes_of, 10, Window(5, before=2))
    assert likes_of == [("https://likes.example/1", ALICE, 1)]
    boosts_of = await stage.ask(reacted.boosts_of, 10, Window(5))
    assert boosts_of == [("https://boosts.example/31", BOB, 31)]


async def test_what_a_program_said_goes_with_the_post(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(10, CAROL)
    said = {"types": ["https://custom.test#Frob"], "activity_types": [], "prefixes": {}}
    addressed = {"to": ["https://elsewhere.example/frank"]}
    await stage.do(postings.add_posting, post_id=10, addressed=addressed, **said)
    held = await stage.ask(postings.posting, 10)
    assert held is not None
    assert (held.addressed, held.types) == (addressed, said["types"])
    await stage.do(postings.forget_posting, 10)
    assert await stage.ask(postings.posting, 10) is None
