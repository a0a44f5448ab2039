"""Who knows whom, whom people show, and who may be found."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Follow
from storage.queries import (
    acquaintances,
    actors,
    finding,
    follows,
    networks,
    own_profiles,
    relations,
    relationships,
)
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    Stage,
    raise_curtain,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """alice follows bob and dave; bob follows carol, dave and mallory; dave follows carol."""
    stage = await raise_curtain(store)
    pairs = [(ALICE, BOB), (ALICE, DAVE), (BOB, CAROL), (BOB, DAVE), (BOB, MALLORY), (DAVE, CAROL)]
    for number, (by, of) in enumerate(pairs, 10):
        row = {"id": number, "follower_id": by, "followed_id": of, "uri": f"https://f/{number}"}
        await stage.put(Follow, {**row, "state": "accepted", "created_at": NOW})
    return stage


async def test_who_is_shown_is_followed(stage: Stage) -> None:
    assert await stage.do(acquaintances.endorse, 1, ALICE, BOB)
    assert not await stage.do(acquaintances.endorse, 2, ALICE, BOB)
    assert await stage.do(acquaintances.endorse, 3, ALICE, DAVE)
    assert await stage.ask(networks.endorsed, ALICE, Window(1)) == [(3, DAVE)]
    assert await stage.ask(networks.endorsed, ALICE, Window(5, before=3)) == [(1, BOB)]
    between = await stage.ask(relationships.between, ALICE, [BOB, CAROL], NOW)
    assert (between[BOB].endorsed, between[CAROL].endorsed) == (True, False)
    await stage.do(follows.remove_follow, ALICE, BOB)
    assert await stage.do(acquaintances.unendorse, ALICE, DAVE)
    assert not await stage.do(acquaintances.unendorse, ALICE, DAVE)
    assert await stage.ask(networks.endorsed, ALICE, Window(5)) == []


async def test_familiar_followers_are_followed_by_oneself(stage: Stage) -> None:
    wanted = [CAROL, MALLORY, BOB]
    found = await stage.ask(acquaintances.familiar, ALICE, wanted, 40)
    assert found == {CAROL: [DAVE, BOB], MALLORY: [BOB]}
    assert await stage.ask(acquaintances.familiar, ALICE, [CAROL], 1) == {CAROL: [DAVE]}
    assert await stage.ask(acquaintances.familiar, ALICE, [], 1) == {}
    await stage.do(own_profiles.change, BOB, account={"hides_network": True}, actor={})
    assert await stage.ask(acquaintances.familiar, ALICE, wanted, 40) == {CAROL: [DAVE]}


async def test_whom_most_follow_is_suggested_first(stage: Stage) -> None:
    assert await stage.ask(acquaintances.suggested, ALICE, 5) == [CAROL, MALLORY]
    assert await stage.do(acquaintances.dismiss, ALICE, CAROL)
    assert not await stage.do(acquaintances.dismiss, ALICE, CAROL)
    assert await stage.ask(acquaintances.suggested, ALICE, 5) == [MALLORY]
    await stage.do(own_profiles.change, MALLORY, account={}, actor={"discoverable": False})
    assert await stage.ask(acquaintances.suggested, ALICE, 5) == []


async def test_the_directory_has_people_of_this_server_who_want_to_be_found(stage: Stage) -> None:
    async def names(viewer: int | None, order: acquaintances.Order = "active") -> list[int]:
        return await stage.ask(acquaintances.directory, viewer, order, NOW, 0, 10)

    await stage.post(20, ALICE)
    assert await names(None) == [ALICE, BOB]
    assert await names(None, "new") == [BOB, ALICE]
    assert await stage.ask(acquaintances.directory, None, "new", NOW, 1, 1) == [ALICE]
    await stage.do(relations.set_mute, ALICE, BOB, until=None, now=NOW)
    assert await names(ALICE) == [ALICE]
    await stage.do(
        relations.add_block, id=1, actor_id=ALICE, target_id=BOB, uri=None, created_at=NOW
    )
    assert await names(BOB) == [BOB]
    await stage.do(
        own_profiles.change, ALICE, account={}, actor={"moved_to": "https://a.example/users/alice"}
    )
    await stage.do(own_profiles.change, BOB, account={}, actor={"discoverable": False})
    assert await names(None) == []


async def test_who_is_limited_is_shown_to_those_who_follow_them_alone(stage: Stage) -> None:
    async def names(viewer: int | None) -> list[int]:
        return await stage.ask(acquaintances.directory, viewer, "new", NOW, 0, 10)

    await stage.do(actors.set_limited, BOB, NOW)
    await stage.do(actors.set_limited, MALLORY, NOW)
    assert (await names(None), await names(BOB), await names(ALICE)) == (
        [ALICE],
        [BOB, ALICE],
        [BOB, ALICE],
    )
    assert await stage.ask(acquaintances.suggested, ALICE, 5) == [CAROL]
    await stage.do(own_profiles.change, BOB, account={}, actor={"indexable": True})
    assert await stage.ask(finding.listed, 5) == []
    await stage.do(actors.set_limited, BOB, None)
    assert await names(None) == [BOB, ALICE]
    assert await stage.ask(finding.listed, 5) == ["bob"]
