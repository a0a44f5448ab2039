import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Follow
from storage.queries import audiences, interactions, posts, timelines
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    Stage,
    note_uri,
    raise_curtain,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

KINDS = ("public", "unlisted", "followers", "direct", "local")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """alice wrote one of each kind, 10 to 14; carol follows, mallory asked to, dave is named."""
    stage = await raise_curtain(store)
    for number, kind in enumerate(KINDS, 10):
        await stage.post(number, visibility=kind, in_reply_to_uri=note_uri(9))
        await stage.do(audiences.address, number, number, [ALICE, DAVE])
    for number, (who, state) in enumerate(((CAROL, "accepted"), (MALLORY, "requested")), 1):
        await stage.put(
            Follow,
            {"id": number, "follower_id": who, "followed_id": ALICE, "uri": f"u{number}",
             "state": state, "created_at": NOW},
        )  # fmt: skip
    return stage


READ_BY: dict[int, list[int]] = {
    ALICE: [10, 11, 12, 13, 14],
    BOB: [10, 11, 14],
    CAROL: [10, 11, 12],
    DAVE: [10, 11, 12, 13, 14],
    MALLORY: [10, 11],
}


@pytest.mark.parametrize("who", READ_BY)
async def test_a_post_is_read_by_whom_it_is_for(stage: Stage, who: int) -> None:
    wanted = READ_BY[who]
    assert await stage.ask(audiences.read_by, who, range(9, 20)) == set(wanted)
    assert await stage.ask(audiences.read_by, who, []) == set()
    found = await stage.ask(interactions.replies_to_any, [note_uri(9)], 20, who)
    assert [post.id for post in found] == wanted
    on_profile = [
        post.id for post in await stage.ask(timelines.of_profile, ALICE, who, 0, Window())
    ]
    assert on_profile == [number for number in reversed(wanted) if number != 13]


async def test_to_strangers_it_is_not_there(stage: Stage) -> None:
    found = await stage.ask(interactions.replies_to_any, [note_uri(9)], 20)
    assert [post.id for post in found] == [10, 11]
    here = await stage.ask(timelines.public, Window(), local=True, here=True)
    assert [post.id for post in here] == [14, 10]
    elsewhere = await stage.ask(timelines.public, Window(), local=True, here=False)
    assert [post.id for post in elsewhere] == [10]
    assert await stage.ask(posts.count_local_posts) == 2


async def test_whom_a_post_names_is_kept_once(stage: Stage) -> None:
    await stage.do(audiences.address, 13, 13, [DAVE, BOB])
    await stage.do(audiences.address, 13, 13, [])
    assert await stage.ask(audiences.addressees, 13) == sorted([ALICE, BOB, DAVE])
    assert await stage.ask(audiences.addressees, 99) == []


async def test_direct_posts_are_listed_for_both_sides(stage: Stage) -> None:
    await stage.post(20, BOB, visibility="direct", sort_id=5)
    await stage.post(21, BOB, visibility="direct", state="deleted")
    for number, sort_id in ((20, 5), (21, 21)):
        await stage.do(audiences.address, number, sort_id, [BOB, ALICE])
    newest = await stage.ask(audiences.direct_posts, ALICE, Window(20))
    assert [post.id for post in newest] == [13, 20]
    assert [
        post.id for post in await stage.ask(audiences.direct_posts, ALICE, Window(20, before=13))
    ] == [20]
    assert [post.id for post in await stage.ask(audiences.direct_posts, ALICE, Window(1))] == [13]
    assert await stage.ask(audiences.direct_posts, CAROL, Window(20)) == []
