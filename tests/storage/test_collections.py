"""Collections that people's programs make."""

import pytest

from storage.engine import Store
from storage.queries import collections, posts
from tests.storage.cast import ALICE, BOB, CAROL, NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_collections_hold_identifiers_newest_first(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(10, CAROL)
    for number, owner in ((1, ALICE), (2, BOB)):
        await stage.do(
            collections.add_collection,
            id=number,
            actor_id=owner,
            uri=f"https://here.example/{number}",
            name="",
            ordered=True,
            public=True,
            created_at=NOW,
        )
    for place, number, uri in ((1, 1, "a"), (2, 1, "b"), (3, 2, "a")):
        await stage.do(collections.add_item, place, number, uri)
    assert not await stage.do(collections.add_item, 4, 1, "a")
    assert [item.uri for item in await stage.ask(collections.items, 1, None, 9)] == ["b", "a"]
    assert [item.uri for item in await stage.ask(collections.items, 1, 2, 9)] == ["a"]
    assert await stage.ask(collections.count_items, 1) == 2
    assert await stage.do(collections.remove_item, 1, "a")
    assert not await stage.do(collections.remove_item, 1, "a")
    [mine] = await stage.ask(collections.collections_of, ALICE)
    found = await stage.ask(collections.collection, "https://here.example/1")
    assert found is not None
    assert found.id == mine.id == 1
    await stage.do(collections.remove_collection, mine.id)
    assert await stage.ask(collections.count_collections, ALICE) == 0
    assert await stage.ask(collections.items, 1, None, 9) == []
    assert await stage.ask(collections.count_items, 2) == 1


async def test_what_of_a_list_is_for_everybody(store: Store) -> None:
    stage = await raise_curtain(store)
    for number in (10, 11):
        await stage.post(number, CAROL)
    await stage.do(posts.change_post, 11, visibility="direct")
    held = [await stage.ask(posts.post, number) for number in (10, 11)]
    uris = [post.uri for post in held if post is not None]
    assert await stage.ask(collections.everybodys, [*uris, "https://nobody.example/1"]) == {uris[0]}
    await stage.do(posts.change_post, 10, state="deleted")
    assert await stage.ask(collections.everybodys, uris) == set()
    assert await stage.ask(collections.everybodys, []) == set()
