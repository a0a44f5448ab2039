"""What the database notes by itself of what is shown."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.engine import Store, Tx
from storage.queries import changed, interactions, posts
from tests.storage.cast import NOW, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def test_names_are_noted_as_often_as_something_happens(store: Store) -> None:
    stage = await raise_curtain(store)
    await stage.post(10)
    post = await stage.ask(posts.post, 10)
    assert post is not None
    own, around = changed.own(post.uri), changed.around(post.uri)
    before = await stage.ask(changed.sight, [own, around, "nobody"])
    assert before.times == {own: 1}
    assert before.first is not None
    await stage.do(
        interactions.add_like, id=1, uri="x:1", actor_id=post.author_id, post_id=10, created_at=NOW
    )
    after = await stage.ask(changed.sight, [own, around])
    assert (after.first, after.times) == (before.first, {own: 1, around: 1})
    assert (await stage.ask(changed.sight, [])).times == {}


async def test_very_long_addresses_are_noted_by_their_beginning(store: Store) -> None:
    long = f"https://b.example/{'a' * 2_000}"

    def write(tx: Tx) -> None:
        tx.execute(text(_PICTURE), {"url": long})

    await store.write(write)
    found = await store.read(lambda tx: changed.sight(tx, [changed.own(long)]))
    assert found.times == {changed.own(long): 1}


_PICTURE = """
INSERT INTO emoji_pictures (id, token, url, wanted, state, media_type, asked_at)
VALUES (1, 't', :url, '', 'pending', '', 1)
"""
