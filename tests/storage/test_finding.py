"""Finding people and hashtags, following these, and what followers want."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Follow, PostTag
from storage.queries import actors, finding, followed_tags, follows, home, relations
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; alice follows carol, bob follows carol and dave."""
    stage = await raise_curtain(store)
    for number, (by, of) in enumerate(((ALICE, CAROL), (BOB, CAROL), (BOB, DAVE)), 1):
        await stage.put(
            Follow,
            {
                "id": number,
                "follower_id": by,
                "followed_id": of,
                "uri": f"https://f.example/{number}",
                "state": "accepted",
                "created_at": NOW,
            },
        )
    return stage


async def test_people_are_found_by_how_their_names_begin(stage: Stage) -> None:
    found = await stage.ask(finding.people_called, "ca", 5)
    assert [one.id for one in found] == [CAROL]
    assert await stage.ask(finding.people_called, "x", 5) == []
    followed = await stage.ask(finding.followed_called, BOB, "A", 5)
    assert [one.id for one in followed] == [CAROL, DAVE]
    assert await stage.ask(finding.followed_called, ALICE, "dave", 5) == []
    assert await stage.ask(finding.followed_called, BOB, "%", 5) == []


async def test_who_wants_to_be_found_is_listed(stage: Stage) -> None:
    assert await stage.ask(finding.listed, 5) == []
    for number in (ALICE, BOB, CAROL):
        await stage.do(actors.set_indexable, number, indexable=True)
    everybody = await stage.ask(finding.listed, 5)
    assert "alice" in everybody
    assert "carol" not in everybody, "of another server"
    assert await stage.ask(finding.listed, 1) == everybody[:1]
    await stage.do(actors.set_suspended, ALICE, NOW)
    assert "alice" not in await stage.ask(finding.listed, 5)


async def test_hashtags_are_found_each_once(stage: Stage) -> None:
    for number, names in ((10, ("tea", "teapot")), (11, ("tea", "rain"))):
        await stage.post(number)
        rows = ({"tag": name, "post_id": number, "sort_id": number} for name in names)
        await stage.put(PostTag, *rows)
    assert await stage.ask(finding.tags_called, "te", 5) == ["tea", "teapot"]
    assert await stage.ask(finding.tags_called, "te", 1) == ["tea"]
    assert await stage.ask(finding.tags_called, "x", 5) == []


async def test_hashtags_are_followed_once_each(stage: Stage) -> None:
    for number, tag in enumerate(("tea", "rain", "tea"), 20):
        await stage.do(followed_tags.follow, row_id=number, account_id=ALICE, tag=tag)
    assert await stage.ask(followed_tags.page, ALICE, Window(5)) == [(21, "rain"), (20, "tea")]
    assert await stage.ask(followed_tags.count, ALICE) == 2
    assert await stage.ask(followed_tags.among, ALICE, ["tea", "snow"]) == {"tea"}
    assert await stage.ask(followed_tags.among, ALICE, []) == set()
    await stage.post(10, CAROL)
    await stage.put(PostTag, {"tag": "tea", "post_id": 10, "sort_id": 10})
    assert await stage.ask(followed_tags.readers, 10) == [ALICE]
    assert await stage.ask(followed_tags.in_home, ALICE, "tea", 5) == []
    await stage.do(home.add_entries, 10, 10, {ALICE: CAROL})
    assert await stage.ask(followed_tags.in_home, ALICE, "tea", 5) == [10]
    assert await stage.do(followed_tags.unfollow, ALICE, "tea")
    assert not await stage.do(followed_tags.unfollow, ALICE, "tea")


async def test_a_follower_chooses_what_they_want(stage: Stage) -> None:
    both = {ALICE: {CAROL}, BOB: {CAROL, DAVE}}
    assert await stage.ask(follows.boost_readers, [CAROL, DAVE]) == both
    assert await stage.ask(follows.hearing, [CAROL]) == []
    await stage.do(follows.choose, 2, shows_boosts=False, notifies=True, languages=["nl"])
    assert await stage.ask(follows.boost_readers, [CAROL]) == {ALICE: {CAROL}}
    assert await stage.ask(follows.hearing, [CAROL, DAVE]) == [BOB]
    _, wanted = await stage.ask(relations.wishes, BOB, [CAROL, DAVE, ALICE])
    assert wanted == {CAROL: (None, ("nl",)), DAVE: (None, ())}


async def test_whom_one_mutes_one_can_still_hear(stage: Stage) -> None:
    await stage.do(relations.set_mute, ALICE, CAROL, until=None, now=NOW)
    assert await stage.ask(relations.heard_though_muted, ALICE, [CAROL]) == set()
    await stage.do(relations.set_mute, ALICE, CAROL, until=None, now=NOW, hides_notices=False)
    assert await stage.ask(relations.heard_though_muted, ALICE, [CAROL, DAVE]) == {CAROL}
