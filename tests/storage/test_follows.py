import pytest

from storage.engine import Store
from storage.models import Actor
from storage.queries import actors, follows
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    FAR,
    MALLORY,
    NOW,
    SERVICE,
    THERE,
    Stage,
    actor_row,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


def follow_uri(number: int) -> str:
    return f"https://follows.example/{number}"


async def follow(
    stage: Stage, number: int, follower: int, followed: int, state: str = "accepted"
) -> bool:
    """Follow ``number``."""
    return await stage.do(
        follows.add_follow,
        id=number,
        follower_id=follower,
        followed_id=followed,
        uri=follow_uri(number),
        state=state,
        now=NOW,
    )


async def test_there_is_one_follow_between_two(stage: Stage) -> None:
    assert await follow(stage, 1, ALICE, CAROL, "requested")
    assert not await follow(stage, 2, ALICE, CAROL)
    assert await follow(stage, 3, CAROL, ALICE)
    held = await stage.ask(follows.follow_between, ALICE, CAROL)
    assert held is not None
    assert (held.id, held.state, held.created_at) == (1, "requested", NOW)
    assert await stage.ask(follows.follow_between, ALICE, BOB) is None


async def test_a_follow_is_found_by_either_id(stage: Stage) -> None:
    await follow(stage, 1, ALICE, CAROL)
    by_uri = await stage.ask(follows.follow_by_uri, follow_uri(1))
    by_id = await stage.ask(follows.follow_by_id, 1)
    assert by_uri is not None
    assert by_id is not None
    assert (by_uri.id, by_id.followed_id) == (1, CAROL)
    assert await stage.ask(follows.follow_by_uri, "https://a.example/x") is None
    assert await stage.ask(follows.follow_by_id, 2) is None


async def test_a_request_is_no_follow_until_it_is_accepted(stage: Stage) -> None:
    await follow(stage, 1, ALICE, CAROL, "requested")
    assert not await stage.ask(follows.follows, ALICE, CAROL)
    await stage.do(follows.set_follow, 1, state="accepted")
    assert await stage.ask(follows.follows, ALICE, CAROL)
    assert not await stage.ask(follows.follows, CAROL, ALICE)
    held = await stage.ask(follows.follow_by_id, 1)
    assert held is not None
    assert held.uri == follow_uri(1)
    await stage.do(follows.set_follow, 1, state="requested", uri="https://here.example/again")
    held = await stage.ask(follows.follow_by_id, 1)
    assert held is not None
    assert (held.state, held.uri) == ("requested", "https://here.example/again")


async def test_a_follow_is_removed_once(stage: Stage) -> None:
    await follow(stage, 1, ALICE, CAROL)
    assert not await stage.do(follows.remove_follow, CAROL, ALICE)
    assert await stage.do(follows.remove_follow, ALICE, CAROL)
    assert not await stage.do(follows.remove_follow, ALICE, CAROL)
    assert not await stage.ask(follows.follows, ALICE, CAROL)


async def test_who_of_here_follows_whom(stage: Stage) -> None:
    await follow(stage, 1, ALICE, CAROL)
    await follow(stage, 2, ALICE, DAVE)
    await follow(stage, 3, BOB, DAVE)
    await follow(stage, 4, BOB, CAROL, "requested")
    await follow(stage, 5, MALLORY, CAROL)
    found = await stage.ask(follows.local_followers, [CAROL, DAVE])
    assert found == {ALICE: {CAROL, DAVE}, BOB: {DAVE}}
    assert await stage.ask(follows.local_followers, []) == {}
    assert await stage.ask(follows.local_followers, [MALLORY]) == {}


async def test_somebody_elsewhere_does_not_make_one_followed_here(stage: Stage) -> None:
    await follow(stage, 1, MALLORY, CAROL)
    await follow(stage, 2, BOB, CAROL, "requested")
    assert not await stage.ask(follows.is_followed_here, [CAROL, DAVE])
    await follow(stage, 3, ALICE, CAROL)
    assert await stage.ask(follows.is_followed_here, [DAVE, CAROL])
    assert not await stage.ask(follows.is_followed_here, [])


async def test_a_shared_inbox_is_one_place_to_deliver_to(stage: Stage) -> None:
    for number, follower in enumerate((BOB, CAROL, DAVE, MALLORY), 1):
        await follow(stage, number, follower, ALICE)
    found = await stage.ask(follows.follower_inboxes, ALICE)
    assert sorted(found) == [
        ("https://a.example/inbox", THERE, f"{uri_of(CAROL)}/inbox"),
        (f"{uri_of(MALLORY)}/inbox", FAR, f"{uri_of(MALLORY)}/inbox"),
    ]
    await stage.do(actors.mark_gone, MALLORY, NOW)
    await stage.do(follows.set_follow, 2, state="requested")
    await stage.do(follows.set_follow, 3, state="requested")
    assert await stage.ask(follows.follower_inboxes, ALICE) == []


async def test_followers_are_counted_when_accepted(stage: Stage) -> None:
    await follow(stage, 1, BOB, ALICE)
    await follow(stage, 2, CAROL, ALICE)
    await follow(stage, 3, DAVE, ALICE, "requested")
    assert await stage.ask(follows.count_followers, ALICE) == 2
    assert await stage.ask(follows.count_following, CAROL) == 1
    assert await stage.ask(follows.count_following, DAVE) == 0
    assert await stage.ask(follows.count_followers, BOB) == 0


async def test_followers_come_in_pages_the_newest_first(stage: Stage) -> None:
    fans = [actor_row(MALLORY, id=n, uri=f"https://m.example/{n}") for n in range(20, 25)]
    await stage.put(Actor, *fans)
    for number in range(20, 25):
        await follow(stage, number, number, ALICE)
        await follow(stage, number + 100, BOB, number)
    await stage.do(follows.set_follow, 22, state="requested")
    first = await stage.ask(follows.follower_page, ALICE, None, 2)
    assert first == [(24, "https://m.example/24"), (23, "https://m.example/23")]
    rest = await stage.ask(follows.follower_page, ALICE, 23, 2)
    assert rest == [(21, "https://m.example/21"), (20, "https://m.example/20")]
    assert await stage.ask(follows.follower_page, ALICE, 20, 2) == []
    first = await stage.ask(follows.following_page, BOB, None, 3)
    assert [number for number, _ in first] == [124, 123, 122]
    rest = await stage.ask(follows.following_page, BOB, 122, 3)
    assert rest == [(121, "https://m.example/21"), (120, "https://m.example/20")]


async def test_which_of_some_actors_have_an_account_here(stage: Stage) -> None:
    assert sorted(await stage.ask(follows.local_among, [CAROL, BOB, 404, SERVICE])) == [
        SERVICE,
        BOB,
    ]
    assert await stage.ask(follows.local_among, []) == []
