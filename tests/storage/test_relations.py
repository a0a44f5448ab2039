from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.engine import Store, Tx
from storage.models import Account, Actor, Block, Follow, HomeEntry, HostBlock, HostRule, Mute
from storage.queries import actors, follows, home, relations
from storage.queries.relations import Distance
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, MALLORY, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast."""
    return await raise_curtain(store)


async def test_a_distance_is_what_stands_between_two(stage: Stage) -> None:
    await stage.put(
        Block,
        {"id": 1, "actor_id": ALICE, "target_id": CAROL, "created_at": NOW},
        {"id": 2, "actor_id": DAVE, "target_id": ALICE, "created_at": NOW},
    )
    await stage.put(
        Mute,
        {"account_id": ALICE, "target_id": BOB, "until": None, "created_at": NOW},
        {"account_id": ALICE, "target_id": MALLORY, "until": NOW, "created_at": NOW},
        {"account_id": BOB, "target_id": DAVE, "until": None, "created_at": NOW},
    )
    await stage.do(
        lambda tx: tx.execute(update(Actor).where(Actor.id == MALLORY).values(suspended_at=NOW))
    )
    await stage.do(actors.set_limited, MALLORY, NOW)
    everybody = [BOB, CAROL, DAVE, MALLORY, 404]
    assert await stage.ask(relations.distances, ALICE, everybody, NOW) == {
        BOB: Distance(BOB, "", False, False, False, True, False),
        CAROL: Distance(CAROL, "a.example", False, True, False, False, False),
        DAVE: Distance(DAVE, "a.example", False, False, True, False, False),
        MALLORY: Distance(MALLORY, "m.example", True, False, False, False, True),
    }
    before = await stage.ask(relations.distances, ALICE, [MALLORY], NOW - 1)
    assert before[MALLORY].muted
    stranger = await stage.ask(relations.distances, None, everybody, NOW)
    assert {one.actor_id for one in stranger.values() if one.suspended} == {MALLORY}
    assert not any(one.blocks or one.blocked or one.muted for one in stranger.values())
    assert await stage.ask(relations.distances, ALICE, [], NOW) == {}


async def test_rules_about_hosts_are_looked_up_by_name(stage: Stage) -> None:
    await stage.put(HostRule, {"host": "a.example", "severity": "limit", "created_at": NOW})
    await stage.put(HostBlock, {"account_id": ALICE, "host": "m.example", "created_at": NOW})
    hosts = ["a.example", "m.example", "n.example"]
    assert await stage.ask(relations.host_rules, hosts) == {"a.example": "limit"}
    assert (await stage.ask(relations.rules_and_blocks, ALICE, hosts))[1] == {"m.example"}
    assert (await stage.ask(relations.rules_and_blocks, BOB, hosts))[1] == set()
    assert await stage.ask(relations.host_rules, []) == {}
    assert await stage.ask(relations.rules_and_blocks, ALICE, []) == ({}, set())


async def _follow(stage: Stage, follower: int, followed: int, state: str = "accepted") -> None:
    await stage.do(
        follows.add_follow,
        id=follower * 100 + followed,
        follower_id=follower,
        followed_id=followed,
        uri=f"https://follows.example/{follower}/{followed}",
        state=state,
        now=NOW,
    )


def _wish_of_all_follows(tx: Tx) -> None:
    mine = Follow.follower_id == ALICE
    tx.execute(update(Follow).where(mine).values(co_tweets="if_i_follow_all"))


async def test_wishes_are_those_for_whom_one_follows(stage: Stage) -> None:
    await _follow(stage, ALICE, CAROL)
    await _follow(stage, ALICE, DAVE)
    await _follow(stage, ALICE, MALLORY, "requested")
    assert await stage.ask(relations.co_tweet_wishes, ALICE, [CAROL, MALLORY, BOB]) == (
        "all",
        {CAROL: None},
    )
    await stage.do(lambda tx: tx.execute(update(Account).values(co_tweets="none")))
    await stage.do(_wish_of_all_follows)
    assert await stage.ask(relations.co_tweet_wishes, ALICE, [CAROL, DAVE]) == (
        "none",
        dict.fromkeys((CAROL, DAVE), "if_i_follow_all"),
    )
    assert await stage.ask(relations.co_tweet_wishes, 404, []) == ("all", {})
    different = sorted([(CAROL, "if_i_follow_all"), (DAVE, "if_i_follow_all")])
    wish, found = await stage.ask(relations.wishes_of, ALICE)
    assert (wish, sorted(found)) == ("none", different)
    assert await stage.ask(relations.wishes_of, 404) == ("all", [])


@pytest.mark.parametrize("apart", ["muted", "blocks", "blocked", "muted before", "nothing"])
async def test_another_booster_takes_the_place_of_one_who_is_kept_away(
    stage: Stage, apart: str
) -> None:
    await stage.post(10, MALLORY)
    await _follow(stage, ALICE, DAVE)
    await stage.do(home.add_entries, 10, 10, {ALICE: CAROL, BOB: CAROL}, boosted_by=CAROL)
    if apart.startswith("muted"):
        until = NOW if apart == "muted before" else None
        mute = {"account_id": ALICE, "target_id": CAROL, "until": until, "created_at": NOW}
        await stage.put(Mute, mute, mute | {"account_id": BOB})
    elif apart != "nothing":
        pair = (ALICE, CAROL) if apart == "blocks" else (CAROL, ALICE)
        await stage.put(
            Block, {"id": 1, "actor_id": pair[0], "target_id": pair[1], "created_at": NOW}
        )
    await stage.do(home.boost_instead, 10, 99, DAVE, NOW)
    entries: dict[int, HomeEntry] = {
        entry.account_id: entry for entry in await stage.ask(home.entries_of, 10)
    }
    changed = apart in ("muted", "blocks", "blocked")
    alice = entries[ALICE]
    assert (alice.via_id, alice.boosted_by_id) == ((DAVE, DAVE) if changed else (CAROL, CAROL))
    assert alice.sort_id == (99 if changed else 10)
    assert entries[BOB].boosted_by_id == CAROL  # bob does not follow dave
