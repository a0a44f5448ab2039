"""Posts by hashtag and by words, on both engines alike."""

import pytest
from sqlalchemy import update

from fedi_cotweet.domain.terms import index_terms, query_terms
from fedi_cotweet.domain.windows import Window
from storage.engine import Store, Tx
from storage.models import Actor
from storage.queries import post_authors, posts, search, tags, timelines
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """Everybody may be found but bob."""
    found = await raise_curtain(store)

    def allow(tx: Tx) -> None:
        tx.execute(update(Actor).where(Actor.id.in_([ALICE, CAROL])).values(indexable=True))

    await store.write(allow)
    return found


async def write(stage: Stage, number: int, words: str, author: int = ALICE, **columns: str) -> None:
    await stage.post(number, author, **columns)
    await stage.do(search.put, number, index_terms(words))


async def found(
    stage: Stage, words: str, viewer: int | None = None, before: int | None = None, limit: int = 10
) -> list[int]:
    posts = await stage.ask(search.find, query_terms(words), viewer, Window(limit, before=before))
    return [post.id for post in posts]


async def test_all_words_must_be_there_newest_first(stage: Stage) -> None:
    await write(stage, 10, "Café noir, s'il vous plaît")
    await write(stage, 11, "A cafeteria in 東京タワー")
    await write(stage, 12, "नमस्ते दुनिया", CAROL)
    assert await found(stage, "CAFE") == [11, 10]
    assert await found(stage, "cafe noir") == [10]
    assert await found(stage, "タワー") == [11]
    assert await found(stage, "दुनिया") == [12]
    assert await found(stage, "noir tea") == []
    assert await found(stage, "!?") == []
    assert await found(stage, "cafe", before=11) == [10]
    assert await found(stage, "cafe", limit=1) == [11]
    upwards = await stage.ask(search.find, query_terms("cafe"), None, Window(1, after=0))
    assert [post.id for post in upwards] == [10]


@pytest.mark.parametrize(
    "hostile", ['"', "'", "a' | 'b", "NOT a", "a:*", "\\", "a\x00b", "*", "( "]
)
async def test_a_search_is_words_and_never_a_language(stage: Stage, hostile: str) -> None:
    await write(stage, 10, "quite another text")
    assert await found(stage, hostile) == []


async def test_only_public_posts_are_found_whatever_the_index_holds(stage: Stage) -> None:
    await write(stage, 10, "secret", state="draft")
    await write(stage, 11, "secret", state="deleted")
    await write(stage, 12, "secret", visibility="unlisted")
    await write(stage, 13, "secret", visibility="direct")
    assert await found(stage, "secret") == []
    assert await found(stage, "secret", ALICE) == []


async def test_only_people_who_want_it_are_found_by_others(stage: Stage) -> None:
    await write(stage, 10, "words", BOB)
    await write(stage, 11, "words", CAROL)
    await stage.do(
        post_authors.set_author, 11, uri_of(BOB), position=1, actor_id=BOB, state="verified"
    )
    await write(stage, 12, "words", CAROL)
    await stage.do(
        post_authors.set_author, 12, uri_of(BOB), position=1, actor_id=BOB, state="stale"
    )
    assert await found(stage, "words") == [12]
    assert await found(stage, "words", ALICE) == [12]
    assert await found(stage, "words", BOB) == [12, 11, 10]


async def test_what_is_put_anew_or_removed_is_found_by_nothing_else(stage: Stage) -> None:
    await write(stage, 10, "before")
    await stage.do(search.put, 10, index_terms("after"))
    assert await found(stage, "before") == []
    assert await found(stage, "after") == [10]
    await stage.do(search.remove, 10)
    assert await found(stage, "after") == []


async def test_a_hashtag_lists_public_posts_newest_first(stage: Stage) -> None:
    for number in (10, 11, 12):
        await stage.post(number)
        await stage.do(tags.set_tags, number, number, ["pie", "tea"])
    await stage.do(tags.set_tags, 11, 11, ["tea"])

    async def listed(tag: str, before: int | None = None, limit: int = 10) -> list[int]:
        return [
            post.id
            for post in await stage.ask(timelines.with_tag, tag, Window(limit, before=before))
        ]

    assert await listed("pie") == [12, 10]
    assert await listed("tea", before=12) == [11, 10]
    assert await listed("tea", limit=1) == [12]
    await stage.do(tags.add_tags, 11, 11, ["tea", "cup"])
    assert [await listed(tag) for tag in ("cup", "tea", "pie")] == [[11], [12, 11, 10], [12, 10]]
    await stage.do(posts.change_post, 12, state="deleted", deleted_at=NOW)
    await stage.do(posts.change_post, 10, visibility="unlisted")
    assert await listed("pie") == []
    await stage.do(tags.set_tags, 11, 0, [])
    assert await listed("tea") == []
