from typing import Any

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.errors import ConflictError
from storage.models import Post
from storage.queries import interactions, post_authors, post_media, posts, timelines
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    Stage,
    note_uri,
    post_row,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


def ids(found: list[Post]) -> list[int]:
    return [post.id for post in found]


async def author(stage: Stage, post_id: int, number: int, **values: Any) -> None:
    """One of the cast as co-author: verified a moment ago, if nothing else is said."""
    row = {"position": 1, "actor_id": number, "state": "verified", "fetched_at": NOW} | values
    await stage.do(post_authors.set_author, post_id, uri_of(number), **row)


async def test_a_post_comes_back_as_it_was_stored(stage: Stage) -> None:
    tags = [{"type": "Mention", "href": uri_of(BOB), "name": "@bob"}]
    row = post_row(10, tags=tags, sensitive=True, language="de", summary="☕", updated_at=NOW + 1)
    await stage.do(posts.add_post, **row)
    found = await stage.ask(posts.post, 10)
    assert found is not None
    assert {name: getattr(found, name) for name in row} == row
    assert (found.kind, found.mode, found.co_authored) == ("Note", "wait_all", False)
    assert (found.digest, found.carrier, found.deleted_at) == (None, None, None)
    by_uri = await stage.ask(posts.post_by_uri, note_uri(10))
    assert by_uri is not None
    assert by_uri.id == 10
    assert await stage.ask(posts.post, 11) is None
    assert await stage.ask(posts.post_by_uri, note_uri(11)) is None


async def test_an_identifier_names_one_post(stage: Stage) -> None:
    await stage.post(10)
    with pytest.raises(ConflictError):
        await stage.post(11, uri=note_uri(10))


async def test_changing_a_post_leaves_its_other_columns_and_other_posts(stage: Stage) -> None:
    await stage.post(10, tags=["kept"])
    await stage.post(11)
    await stage.do(posts.change_post, 10, state="deleted", content="", deleted_at=NOW)
    found = await stage.ask(posts.posts_by_id, [10, 11, 12, 10])
    assert set(found) == {10, 11}
    assert (found[10].state, found[10].deleted_at, found[10].tags) == ("deleted", NOW, ["kept"])
    assert (found[11].state, found[11].deleted_at) == ("published", None)
    assert await stage.ask(posts.posts_by_id, []) == {}


async def test_co_authors_stand_in_the_order_of_credit(stage: Stage) -> None:
    await stage.post(10)
    await stage.post(11)
    await author(stage, 10, CAROL, position=2)
    await author(stage, 10, BOB, position=1, state="invited")
    found = await stage.ask(post_authors.authors_of, [11, 10])
    assert [(row.actor_uri, row.state) for row in found[10]] == [
        (uri_of(BOB), "invited"),
        (uri_of(CAROL), "verified"),
    ]
    assert found[11] == []
    assert await stage.ask(post_authors.authors_of, []) == {}


async def test_changing_a_co_author_keeps_what_is_not_named(stage: Stage) -> None:
    await stage.post(10)
    await author(stage, 10, BOB, stamp_uri="https://b.example/s", stamp_document="{}", digest="z")
    await stage.do(post_authors.set_author, 10, uri_of(BOB), position=3, state="stale", digest=None)
    row = await stage.ask(post_authors.post_author, 10, uri_of(BOB))
    assert row is not None
    assert (row.position, row.state, row.digest) == (3, "stale", None)
    assert (row.stamp_uri, row.stamp_document) == ("https://b.example/s", "{}")
    assert (row.actor_id, row.fetched_at, row.role) == (BOB, NOW, "author")
    await stage.do(post_authors.remove_author, 10, uri_of(BOB))
    assert await stage.ask(post_authors.post_author, 10, uri_of(BOB)) is None


async def test_an_author_nobody_knows_yet_has_no_actor(stage: Stage) -> None:
    await stage.post(10)
    await stage.do(
        post_authors.set_author, 10, "https://new.example/x", position=1, state="unknown"
    )
    row = await stage.ask(post_authors.post_author, 10, "https://new.example/x")
    assert row is not None
    assert (row.actor_id, row.stamp_uri, row.fetched_at) == (None, None, None)


async def test_what_rests_on_a_stamp(stage: Stage) -> None:
    for number in (10, 11, 12):
        await stage.post(number)
    await author(stage, 10, BOB, stamp_uri="https://b.example/s")
    await author(stage, 11, BOB, stamp_uri="https://b.example/s")
    await author(stage, 12, BOB)
    found = await stage.ask(post_authors.authors_with_stamp, "https://b.example/s")
    assert sorted(row.post_id for row in found) == [10, 11]
    assert await stage.ask(post_authors.authors_with_stamp, "https://b.example/other") == []


async def test_what_somebody_is_a_co_author_of(stage: Stage) -> None:
    for number in (10, 11, 12):
        await stage.post(number)
    await author(stage, 10, BOB)
    await author(stage, 11, BOB, state="revoked")
    await author(stage, 12, CAROL)
    assert [row.post_id for row in await stage.ask(post_authors.authorships, BOB, "verified")] == [
        10
    ]
    assert await stage.ask(post_authors.authorships, DAVE, "verified") == []


async def test_posts_whose_stamps_are_due_come_once_the_longest_due_first(stage: Stage) -> None:
    for number in (10, 11, 12, 13):
        await stage.post(number)
    await author(stage, 10, BOB, next_check_at=NOW - 1)
    await author(stage, 11, BOB, next_check_at=NOW - 3)
    await author(stage, 11, CAROL, next_check_at=NOW - 2)
    await author(stage, 12, BOB, next_check_at=NOW + 1)
    await author(stage, 13, BOB, next_check_at=None)
    assert await stage.ask(post_authors.authors_due, NOW, 10) == [11, 10]
    assert await stage.ask(post_authors.authors_due, NOW, 1) == [11]
    assert await stage.ask(post_authors.authors_due, NOW - 4, 10) == []


async def test_a_profile_shows_own_posts_and_verified_ones(stage: Stage) -> None:
    await stage.post(10, ALICE)
    await stage.post(11, CAROL)
    await stage.post(12, CAROL, visibility="unlisted")
    await stage.post(13, ALICE, visibility="unlisted")
    await author(stage, 11, ALICE)
    await author(stage, 12, ALICE)
    for number, changes in enumerate(
        ({"state": "draft"}, {"state": "deleted"}, {"visibility": "followers"}), 20
    ):
        await stage.post(number, ALICE, **changes)
        await stage.post(number + 10, CAROL, **changes)
        await author(stage, number + 10, ALICE)
    hidden: list[dict[str, Any]] = [
        {"state": "revoked"},
        {"fetched_at": NOW - 5},
        {"fetched_at": None},
    ]
    for number, verdict in enumerate(hidden, 40):
        await stage.post(number, CAROL)
        await author(stage, number, ALICE, **verdict)
    since = NOW - 5
    assert ids(await stage.ask(timelines.of_profile, ALICE, None, since, Window(9))) == [
        13,
        12,
        11,
        10,
    ]
    assert await stage.ask(posts.count_profile_posts, ALICE, NOW - 5) == 4
    assert ids(await stage.ask(timelines.of_profile, ALICE, None, since, Window(3))) == [13, 12, 11]
    older = Window(3, before=12)
    assert ids(await stage.ask(timelines.of_profile, ALICE, None, since, older)) == [11, 10]
    assert await stage.ask(timelines.of_profile, MALLORY, None, since, Window(3)) == []
    assert await stage.ask(posts.count_profile_posts, MALLORY, NOW) == 0


async def test_the_public_page_holds_what_is_public_and_from_here(stage: Stage) -> None:
    await stage.post(10)
    await stage.post(11, BOB, sort_id=5)
    await stage.post(12, CAROL)
    await stage.post(13, state="draft")
    await stage.post(14, visibility="unlisted")
    await stage.post(15)

    async def here(window: Window) -> list[int]:
        return ids(await stage.ask(timelines.public, window, local=True, here=False))

    assert await here(Window(2)) == [15, 10]
    assert await here(Window(2, before=10)) == [11]
    assert await here(Window(2, before=5)) == []
    assert await stage.ask(posts.count_local_posts) == 4


async def test_drafts_are_their_authors(stage: Stage) -> None:
    for number in (10, 11):
        await stage.post(number, state="draft")
    await stage.post(12, BOB, state="draft")
    await stage.post(13)
    assert ids(await stage.ask(posts.drafts_of, ALICE)) == [11, 10]
    assert ids(await stage.ask(posts.drafts_of, CAROL)) == []


async def test_replies_are_counted_and_read_when_published(stage: Stage) -> None:
    await stage.post(10)
    to_first: dict[str, Any] = {"in_reply_to_uri": note_uri(10)}
    await stage.post(11, BOB, sort_id=30, **to_first)
    await stage.post(12, CAROL, sort_id=20, **to_first)
    await stage.post(13, state="draft", **to_first)
    await stage.post(14, visibility="direct", **to_first)
    await stage.post(15, in_reply_to_uri=note_uri(11))
    wanted = [note_uri(number) for number in (10, 11, 12)]
    assert await stage.ask(interactions.reply_counts, wanted) == {wanted[0]: 2, wanted[1]: 1}
    assert await stage.ask(interactions.reply_counts, []) == {}
    assert ids(await stage.ask(interactions.replies_to, note_uri(10), 9)) == [12, 11]
    assert ids(await stage.ask(interactions.replies_to, note_uri(10), 1)) == [12]
    assert await stage.ask(interactions.replies_to, note_uri(12), 9) == []


async def boost(stage: Stage, number: int, booster: int, post_id: int, **values: Any) -> bool:
    row = {"id": number, "uri": f"https://x.example/{number}", "published_at": NOW} | values
    return await stage.do(interactions.add_boost, actor_id=booster, post_id=post_id, **row)


async def like(stage: Stage, number: int, liker: int, post_id: int, **values: Any) -> bool:
    row = {"id": number, "uri": f"https://x.example/{number}", "created_at": NOW} | values
    return await stage.do(interactions.add_like, actor_id=liker, post_id=post_id, **row)


async def test_a_boost_that_was_told_of_comes_itself_with_its_own_identifier(stage: Stage) -> None:
    await stage.post(10)
    await stage.post(11)
    for number, post_id in ((1, 10), (2, 11)):
        assert await boost(stage, number, CAROL, post_id, relayed_at=NOW)
    told = await stage.ask(interactions.boost_between, CAROL, 10)
    other = await stage.ask(interactions.boost_between, CAROL, 11)
    assert told is not None
    assert other is not None
    await stage.do(interactions.boost_came_itself, told, "https://x.example/own", "followers")
    # An identifier that is another boost's already is not taken over.
    await stage.do(interactions.boost_came_itself, other, "https://x.example/own", "followers")
    for number, uri in ((10, "https://x.example/own"), (11, "https://x.example/2")):
        row = await stage.ask(interactions.boost_between, CAROL, number)
        assert row is not None
        assert (row.uri, row.relayed_at, row.visibility) == (uri, None, "followers")


async def test_somebody_boosts_a_post_once(stage: Stage) -> None:
    await stage.post(10)
    assert await boost(stage, 1, CAROL, 10)
    assert not await boost(stage, 2, CAROL, 10)
    assert not await boost(stage, 3, DAVE, 10, uri="https://x.example/1")
    assert await boost(stage, 4, DAVE, 10, delivery=True)
    between = await stage.ask(interactions.boost_between, CAROL, 10)
    by_uri = await stage.ask(interactions.boost_by_uri, "https://x.example/4")
    assert between is not None
    assert by_uri is not None
    assert (between.id, between.delivery, by_uri.actor_id) == (1, False, DAVE)
    assert [(row.id, row.delivery) for row in await stage.ask(interactions.boosts_of, 10)] == [
        (1, False),
        (4, True),
    ]
    assert await stage.ask(interactions.boost_between, BOB, 10) is None
    assert await stage.ask(interactions.boost_by_uri, "https://x.example/2") is None


async def test_what_only_carries_a_post_is_not_counted(stage: Stage) -> None:
    for number in (10, 11, 12):
        await stage.post(number)
    await boost(stage, 1, CAROL, 10)
    await boost(stage, 2, DAVE, 10, delivery=True)
    await like(stage, 1, CAROL, 10)
    await like(stage, 2, DAVE, 10)
    await like(stage, 3, DAVE, 11)
    assert await stage.ask(interactions.counts, [10, 11, 12]) == {
        10: (2, 1),
        11: (1, 0),
        12: (0, 0),
    }
    assert await stage.ask(interactions.counts, []) == {}
    await stage.do(interactions.set_boost_delivery, 2, False)
    await stage.do(interactions.remove_boost, 1)
    assert await stage.ask(interactions.boost_between, CAROL, 10) is None
    await stage.do(interactions.set_boost_delivery, 2, True)
    assert await stage.ask(interactions.counts, [10]) == {10: (2, 0)}


async def test_whoever_is_only_named_with_the_authors_is_none_of_them(stage: Stage) -> None:
    await stage.post(10)
    await stage.post(11)
    await author(stage, 10, BOB, position=2)
    await author(stage, 10, CAROL, position=3, via="note", state="agreed")
    await author(stage, 10, DAVE, position=1, via="message", state="invited")
    companions = await stage.ask(post_authors.companions_of, [10, 11, 10])
    assert [row.actor_uri for row in companions.pop(10)] == [uri_of(DAVE), uri_of(CAROL)]
    assert companions == {11: []}
    assert [row.actor_id for row in (await stage.ask(post_authors.authors_of, [10]))[10]] == [BOB]
    assert await stage.ask(post_authors.companions_of, []) == {}


async def test_drafts_are_due_at_their_time_the_longest_waiting_first(stage: Stage) -> None:
    await stage.post(10, state="draft", scheduled_at=NOW)
    await stage.post(11, state="draft", scheduled_at=NOW - 1)
    await stage.post(12, state="draft", scheduled_at=NOW + 1)
    await stage.post(13, state="draft")
    await stage.post(14, scheduled_at=NOW - 1)
    assert ids(await stage.ask(posts.due_drafts, NOW, 9)) == [11, 10]
    assert ids(await stage.ask(posts.due_drafts, NOW, 1)) == [11]


async def test_somebody_likes_a_post_once(stage: Stage) -> None:
    await stage.post(10)
    assert await like(stage, 1, CAROL, 10)
    assert not await like(stage, 2, CAROL, 10)
    found = await stage.ask(interactions.like_by_uri, "https://x.example/1")
    assert found is not None
    assert (found.actor_id, found.post_id) == (CAROL, 10)
    between = await stage.ask(interactions.like_between, CAROL, 10)
    assert between is not None
    assert between.uri == "https://x.example/1"
    assert await stage.ask(interactions.like_between, DAVE, 10) is None
    await stage.do(interactions.remove_like, DAVE, 10)
    assert await stage.ask(interactions.like_by_uri, "https://x.example/1") is not None
    await stage.do(interactions.remove_like, CAROL, 10)
    assert await stage.ask(interactions.like_by_uri, "https://x.example/1") is None
    assert await like(stage, 3, CAROL, 10)


async def test_pictures_come_in_their_order(stage: Stage) -> None:
    await stage.post(10)
    row = {"state": "pending", "media_type": "image/png", "created_at": NOW}
    for number, changes in enumerate(
        ({"post_id": 10, "position": 1}, {"post_id": 10}, {"account_id": ALICE}), 1
    ):
        await stage.do(post_media.add_media, id=number, token=f"token-{number}", **row, **changes)
    assert [item.id for item in await stage.ask(post_media.media_of, post_ids=[10, 11])] == [2, 1]
    assert await stage.ask(post_media.media_of) == []
    found = await stage.ask(post_media.media_by_token, "token-3")
    assert found is not None
    assert (found.id, found.account_id, found.post_id, found.digest) == (3, ALICE, None, None)
    await stage.do(post_media.change_media, 3, state="stored", width=640, digest="zQm")
    found = await stage.ask(post_media.media, 3)
    assert found is not None
    assert (found.state, found.width, found.height, found.digest) == ("stored", 640, None, "zQm")
    await stage.do(post_media.remove_media, [1, 3])
    await stage.do(post_media.remove_media, [])
    assert await stage.ask(post_media.media, 3) is None
    assert [item.id for item in await stage.ask(post_media.media_of, post_ids=[10])] == [2]
    with pytest.raises(ConflictError):
        await stage.do(post_media.add_media, id=9, token="token-2", **row)


async def test_a_deleted_id_is_deleted_for_who_deleted_it(stage: Stage) -> None:
    assert await stage.do(posts.bury, note_uri(10), uri_of(MALLORY), NOW - 1)
    assert await stage.do(posts.bury, note_uri(10), uri_of(CAROL), NOW)
    assert not await stage.do(posts.bury, note_uri(10), uri_of(CAROL), NOW + 1)
    found = await stage.ask(posts.buried, note_uri(10), uri_of(CAROL))
    assert found is not None
    assert (found.owner_uri, found.deleted_at) == (uri_of(CAROL), NOW)
    assert await stage.ask(posts.buried, note_uri(11), uri_of(CAROL)) is None


def test_no_index_of_posts_begins_with_what_most_of_them_have() -> None:
    # Without statistics SQLite took one on (state, ...) to find forty posts by their addresses.
    first = {
        index.name: next(iter(index.columns)).name
        for index in Post.metadata.tables["posts"].indexes
    }
    assert [name for name, column in first.items() if column in ("state", "visibility")] == []
