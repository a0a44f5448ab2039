"""What clients ask for: windows of timelines, and what stands beside posts and people."""

import pytest
from sqlalchemy import update

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import (
    Bookmark,
    Boost,
    Follow,
    HostBlock,
    ListMember,
    PostAuthor,
    PostTag,
    ReaderList,
)
from storage.queries import (
    account_stats,
    follows,
    home,
    hosts,
    idempotency,
    interactions,
    pins,
    places,
    relations,
    relationships,
    threads,
    timelines,
)
from storage.queries.account_stats import Stats
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, MALLORY, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, and posts 10 to 15 by carol, 20 and 21 by alice."""
    stage = await raise_curtain(store)
    for number in range(10, 16):
        await stage.post(number, CAROL)
    await stage.post(20, ALICE)
    await stage.post(21, ALICE, visibility="local")
    return stage


async def _follow(stage: Stage, number: int, follower: int, followed: int, state: str) -> None:
    await stage.do(
        follows.add_follow,
        id=number,
        follower_id=follower,
        followed_id=followed,
        uri=f"https://follows.example/{number}",
        state=state,
        now=NOW,
    )


async def _boost(stage: Stage, number: int, actor: int, post: int, *, delivery: bool) -> None:
    await stage.do(
        interactions.add_boost,
        id=number,
        uri=f"https://boosts.example/{number}",
        actor_id=actor,
        post_id=post,
        published_at=NOW,
        delivery=delivery,
        relayed_at=None,
    )


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (Window(2), [15, 14]),
        (Window(2, before=14), [13, 12]),
        (Window(2, since=11), [15, 14]),
        (Window(2, after=11), [12, 13]),
        (Window(5, before=14, after=11), [12, 13]),
        (Window(5, before=14, since=11), [13, 12]),
    ],
)
async def test_a_window_is_read_from_its_edge(
    stage: Stage, window: Window, expected: list[int]
) -> None:
    for number in range(10, 16):
        await stage.do(home.add_entries, number, number, {ALICE: CAROL})
    assert [entry[0] for entry in await stage.ask(timelines.home, ALICE, window)] == expected
    public = await stage.ask(timelines.public, window, local=False, here=False)
    assert [post.id for post in public] == expected
    written = await stage.ask(timelines.of_profile, CAROL, None, NOW, window)
    assert [post.id for post in written] == expected


async def test_who_is_here_sees_what_is_for_here(stage: Stage) -> None:
    window = Window(5)
    for here, expected in ((False, [20]), (True, [21, 20])):
        found = await stage.ask(timelines.public, window, local=True, here=here)
        assert [post.id for post in found] == expected
    for viewer, expected in ((None, [20]), (BOB, [21, 20]), (CAROL, [20])):
        found = await stage.ask(timelines.of_profile, ALICE, viewer, NOW, window)
        assert [post.id for post in found] == expected


async def test_a_list_has_what_its_members_brought(stage: Stage) -> None:
    await stage.put(ReaderList, {"id": 1, "account_id": BOB, "title": "Tea", "created_at": NOW})
    await stage.put(ListMember, {"list_id": 1, "actor_id": CAROL})
    await stage.do(home.add_entries, 10, 10, {BOB: CAROL})
    await stage.do(home.add_entries, 20, 20, {BOB: ALICE})
    found = await stage.ask(timelines.of_list, BOB, 1, Window(5))
    assert found == [(10, 10, None)]


async def test_a_hashtag_is_found_by_its_folded_name(stage: Stage) -> None:
    await stage.put(
        PostTag,
        *({"tag": "tea", "post_id": number, "sort_id": number} for number in (10, 20, 21)),
    )
    found = await stage.ask(timelines.with_tag, "tea", Window(5))
    assert [post.id for post in found] == [20, 10]


async def test_a_co_author_has_the_posts_whose_stamp_is_fresh(stage: Stage) -> None:
    for number, fetched_at in ((10, NOW), (11, NOW - 10)):
        await stage.put(
            PostAuthor,
            {
                "post_id": number,
                "actor_uri": "https://here.example/users/bob",
                "actor_id": BOB,
                "position": 1,
                "state": "verified",
                "fetched_at": fetched_at,
            },
        )
    found = await stage.ask(timelines.of_profile, BOB, None, NOW - 5, Window(5))
    assert [post.id for post in found] == [10]
    stats = await stage.ask(account_stats.stats_of, [BOB, CAROL], NOW - 5)
    assert (stats[BOB].posts, stats[CAROL].posts, stats[CAROL].last_at) == (1, 6, NOW)


async def test_boosts_are_known_by_their_numbers_unless_they_only_carry(stage: Stage) -> None:
    await _boost(stage, 30, DAVE, 10, delivery=False)
    await _boost(stage, 31, DAVE, 11, delivery=True)
    assert [one.id for one in await stage.ask(timelines.boosted, DAVE, None, Window(5))] == [30]
    found = await stage.ask(timelines.boost, 30)
    assert found is not None
    assert await stage.ask(timelines.boost, 31) is None
    assert set(await stage.ask(timelines.boosts, [30, 31, 404])) == {30, 31}


async def test_a_post_is_known_by_its_place_and_else_by_its_id(stage: Stage) -> None:
    await stage.post(40, ALICE, sort_id=400)
    for number in (40, 400):
        found = await stage.ask(timelines.status, number)
        assert found is not None
        assert found.id == 40
    assert await stage.ask(timelines.status, 404) is None


async def test_a_place_is_given_once(stage: Stage) -> None:
    await _boost(stage, 16, DAVE, 10, delivery=False)
    await stage.post(50, ALICE, sort_id=17)
    assert await stage.ask(places.free, 14) == 18
    assert await stage.ask(places.free, 50) == 51
    assert await stage.ask(places.free, 99) == 99


async def test_places_are_those_of_published_posts(stage: Stage) -> None:
    await stage.post(60, ALICE, state="draft")
    wanted = [note_uri(10), note_uri(60), "https://nowhere.example/1"]
    assert await stage.ask(timelines.places_of, wanted) == {note_uri(10): (10, CAROL)}
    assert await stage.ask(timelines.places_of, []) == {}


async def test_marks_are_the_readers_own(stage: Stage) -> None:
    await stage.put(Bookmark, {"id": 1, "account_id": ALICE, "post_id": 10})
    await stage.do(pins.pin, ALICE, 20, NOW)
    await stage.do(threads.mute, ALICE, 11, NOW)
    await _boost(stage, 30, ALICE, 12, delivery=False)
    await stage.do(
        interactions.add_like,
        id=1,
        uri="https://likes.example/1",
        actor_id=ALICE,
        post_id=13,
        created_at=NOW,
    )
    every = [*range(10, 16), 20]
    assert await stage.ask(timelines.marks, ALICE, every) == {
        "liked": {13},
        "boosted": {12},
        "kept": {10},
        "muted": {11},
        "pinned": {20},
    }
    assert not any((await stage.ask(timelines.marks, BOB, every)).values())
    assert not any((await stage.ask(timelines.marks, ALICE, [])).values())


async def test_numbers_of_people_are_counted_together(stage: Stage) -> None:
    await _follow(stage, 1, ALICE, CAROL, "accepted")
    await _follow(stage, 2, BOB, CAROL, "requested")
    found = await stage.ask(account_stats.stats_of, [ALICE, CAROL], NOW)
    assert found == {
        ALICE: Stats(0, 1, 1, NOW, hides_network=False),
        CAROL: Stats(1, 0, 6, NOW, hides_network=False),
    }
    assert await stage.ask(account_stats.stats_of, [], NOW) == {}
    assert await stage.ask(follows.count_requests, CAROL) == 1


async def test_everything_between_two_people_is_said(stage: Stage) -> None:
    await _follow(stage, 1, ALICE, CAROL, "accepted")
    await _follow(stage, 2, CAROL, ALICE, "requested")
    await _follow(stage, 3, ALICE, DAVE, "requested")
    await stage.put(HostBlock, {"account_id": ALICE, "host": "m.example", "created_at": NOW})
    await stage.do(relations.set_mute, ALICE, DAVE, until=NOW + 1, now=NOW)
    await stage.do(
        relations.add_block, id=1, actor_id=BOB, target_id=ALICE, uri=None, created_at=NOW
    )
    await stage.do(relationships.set_note, ALICE, CAROL, "makes tea")
    await stage.do(relationships.set_note, ALICE, CAROL, "makes good tea")
    found = await stage.ask(relationships.between, ALICE, [BOB, CAROL, DAVE, MALLORY, 404], NOW)
    carol = found[CAROL]
    assert (carol.following, carol.requested_by, carol.note) == (True, True, "makes good tea")
    assert (found[DAVE].requested, found[DAVE].muting) == (True, True)
    assert (found[BOB].blocked_by, found[BOB].blocking) == (True, False)
    assert found[MALLORY].host_blocked
    assert found[404] == relationships.Relation()
    later = await stage.ask(relationships.between, ALICE, [DAVE], NOW + 1)
    assert not later[DAVE].muting


async def test_a_key_is_remembered_for_its_time(stage: Stage) -> None:
    await stage.do(idempotency.remember, ALICE, "key", 20, NOW)
    assert await stage.ask(idempotency.made, ALICE, "key", NOW - 1) == 20
    assert await stage.ask(idempotency.made, ALICE, "key", NOW) is None
    assert await stage.ask(idempotency.made, BOB, "key", NOW - 1) is None
    await stage.do(idempotency.remember, ALICE, "key", 21, NOW + 1)
    assert await stage.ask(idempotency.made, ALICE, "key", NOW) == 21
    await stage.do(idempotency.forget, NOW + 1)
    assert await stage.ask(idempotency.made, ALICE, "key", 0) is None


async def test_known_servers_are_counted_and_named(stage: Stage) -> None:
    await stage.do(hosts.note_aware, "b.example", True, NOW)
    await stage.do(hosts.note_aware, "a.example", False, NOW)
    assert await stage.ask(hosts.known_names, 5) == ["a.example", "b.example"]
    assert await stage.ask(hosts.count, 5) == 2
    assert await stage.ask(hosts.count, 1) == 1


async def test_a_boost_for_followers_is_seen_by_them_and_whoever_made_it(stage: Stage) -> None:
    await _boost(stage, 30, BOB, 10, delivery=False)
    change = update(Boost).where(Boost.id == 30).values(visibility="followers")
    await stage.store.write(lambda tx: tx.execute(change))
    follow = {
        "follower_id": ALICE,
        "followed_id": BOB,
        "created_at": NOW,
        "uri": "https://f.example",
    }
    await stage.put(Follow, {"id": 1, "state": "accepted", **follow})
    held = await stage.ask(timelines.boost, 30)
    assert held is not None
    for viewer, sees in ((None, False), (DAVE, False), (ALICE, True), (BOB, True)):
        found = await stage.ask(timelines.boosted, BOB, viewer, Window(5))
        assert [one.id for one in found] == ([30] if sees else [])
        assert await stage.ask(timelines.may_see_boost, held, viewer) is sees
