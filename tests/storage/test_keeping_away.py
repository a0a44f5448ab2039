"""What use cases and the operator ask about distance, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.models import Block, PostAuthor
from storage.queries import (
    actors,
    consents,
    deliveries,
    follows,
    interactions,
    post_authors,
    posts,
    relations,
)
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, MALLORY, NOW, Stage, raise_curtain, uri_of


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; alice follows carol, dave follows alice and mallory waits for her answer."""
    stage = await raise_curtain(store)
    for follower, followed, state in (
        (ALICE, CAROL, "accepted"),
        (DAVE, ALICE, "accepted"),
        (MALLORY, ALICE, "requested"),
    ):
        await stage.do(
            follows.add_follow,
            id=follower * 100 + followed,
            follower_id=follower,
            followed_id=followed,
            uri=f"https://follows.example/{follower}/{followed}",
            state=state,
            now=NOW,
        )
    return stage


@pytest.mark.usefixtures("every_query_has_an_index")
async def test_what_a_person_keeps_away(stage: Stage) -> None:
    row = {"id": 7, "actor_id": ALICE, "target_id": CAROL, "uri": "https://b/1", "created_at": NOW}
    assert await stage.do(relations.add_block, **row)
    assert not await stage.do(relations.add_block, **row | {"id": 8, "uri": "https://b/2"})
    assert [b.target_id for b in await stage.ask(relations.blocks_by, ALICE)] == [CAROL]
    for found in (
        await stage.ask(relations.block, 7),
        await stage.ask(relations.block_by_uri, "https://b/1"),
        await stage.ask(relations.block_between, ALICE, CAROL),
    ):
        assert isinstance(found, Block)
        assert found.id == 7
    await stage.do(relations.remove_block, ALICE, CAROL)
    assert await stage.ask(relations.block, 7) is None

    await stage.do(relations.set_mute, ALICE, DAVE, until=NOW + 1, now=NOW)
    await stage.do(relations.set_mute, ALICE, CAROL, until=None, now=NOW)
    assert {m.target_id for m in await stage.ask(relations.mutes_by, ALICE, NOW)} == {DAVE, CAROL}
    assert {m.target_id for m in await stage.ask(relations.mutes_by, ALICE, NOW + 1)} == {CAROL}
    await stage.do(relations.set_mute, ALICE, CAROL, until=NOW, now=NOW)
    assert await stage.ask(relations.mutes_by, ALICE, NOW + 1) == []
    assert await stage.do(relations.remove_mute, ALICE, CAROL)
    assert not await stage.do(relations.remove_mute, ALICE, CAROL)

    assert await stage.do(relations.add_host_block, ALICE, "m.example", NOW)
    assert not await stage.do(relations.add_host_block, ALICE, "m.example", NOW)
    assert [b.host for b in await stage.ask(relations.host_blocks_by, ALICE)] == ["m.example"]
    assert await stage.do(relations.remove_host_block, ALICE, "m.example")
    assert not await stage.do(relations.remove_host_block, ALICE, "m.example")

    assert sorted(await stage.ask(relations.follows_with, ALICE)) == [
        (CAROL, "a.example"),
        (DAVE, "a.example"),
        (MALLORY, "m.example"),
    ]
    assert [f.follower_id for f in await stage.ask(relations.requests_to, ALICE, 5)] == [MALLORY]
    assert await stage.do(relations.set_wish_of, ALICE, CAROL, "none")
    assert not await stage.do(relations.set_wish_of, ALICE, DAVE, "none")
    await stage.do(relations.set_wish, ALICE, "if_i_follow_all")
    assert await stage.ask(relations.co_tweet_wishes, ALICE, [CAROL]) == (
        "if_i_follow_all",
        {CAROL: "none"},
    )


@pytest.mark.usefixtures("every_query_has_an_index")
async def test_what_two_wrote_together(stage: Stage) -> None:
    async def name(post_id: int, who: int, state: str = "verified") -> None:
        row = {"post_id": post_id, "actor_uri": uri_of(who), "actor_id": who}
        await stage.put(PostAuthor, row | {"position": who, "state": state})

    for number, author in ((10, ALICE), (11, CAROL), (12, BOB), (13, ALICE), (14, CAROL)):
        await stage.post(number, author, co_authored=True)
    await name(10, CAROL)
    await name(11, ALICE)
    await name(12, ALICE)
    await name(12, CAROL)
    await name(13, CAROL, "revoked")
    await name(14, DAVE)
    found = await stage.ask(post_authors.written_together, ALICE, CAROL, 5)
    assert [(post.id, mine) for post, mine in found] == [(10, True), (12, False), (11, False)]


async def test_what_a_rule_for_a_server_would_concern(stage: Stage) -> None:
    await stage.post(10, ALICE)
    await stage.post(11, CAROL)
    row = {"actor_uri": uri_of(CAROL), "actor_id": CAROL, "position": 1, "state": "verified"}
    await stage.put(PostAuthor, row | {"post_id": 10})
    assert sorted(await stage.ask(relations.known_hosts)) == [
        "a.example",
        "here.example",
        "m.example",
    ]
    assert await stage.ask(relations.presence, ["a.example"]) == (2, 1, 0, 1, 2)
    assert await stage.ask(relations.presence, ["nobody.example"]) == (0, 0, 0, 0, 0)
    await stage.do(relations.set_host_rule, "a.example", "limit", "", NOW)
    await stage.do(relations.set_host_rule, "a.example", "suspend", "spam", NOW)
    assert await stage.ask(relations.all_host_rules) == {"a.example": "suspend"}
    await stage.do(relations.set_host_rule, "0.example", "limit", "loud", NOW + 1)
    rows = await stage.ask(relations.host_rule_rows)
    assert [(row.host, row.severity, row.reason) for row in rows] == [
        ("0.example", "limit", "loud"),
        ("a.example", "suspend", "spam"),
    ]
    assert await stage.do(relations.remove_host_rule, "a.example")
    assert not await stage.do(relations.remove_host_rule, "a.example")
    assert await stage.ask(deliveries.count_waiting, ["a.example"]) == 0
    assert await stage.do(deliveries.abandon, "a.example", "gone") == 0


async def test_what_is_left_of_whoever_goes(stage: Stage) -> None:
    assert dict(await stage.ask(actors.an_inbox_per_host)) == {
        "https://a.example/inbox": "a.example",
        f"{uri_of(MALLORY)}/inbox": "m.example",
    }
    assert [a.id for a in await stage.ask(actors.actors_on, "a.example", CAROL, 5)] == [DAVE]
    assert {f.follower_id for f in await stage.ask(follows.any_with, ALICE, 5)} == {
        ALICE,
        DAVE,
        MALLORY,
    }
    await stage.post(10, CAROL)
    assert [post.id for post in await stage.ask(posts.published_by, CAROL, 5)] == [10]
    boost = {"actor_id": DAVE, "post_id": 10, "published_at": NOW}
    await stage.do(interactions.add_boost, id=1, uri="https://x/1", **boost)
    assert [b.id for b in await stage.ask(interactions.boosts_by, DAVE, 5)] == [1]
    await stage.do(interactions.forget_likes, DAVE)
    assert await stage.ask(consents.open_to, CAROL, 5) == []
    await stage.do(actors.set_suspended, ALICE, NOW)
    assert await stage.ask(actors.present_account, "alice") is None
    assert await stage.ask(actors.present_account, "BOB") is not None
    await stage.do(actors.set_suspended, ALICE, None)
    await stage.do(actors.end_sessions, ALICE)
    await stage.do(actors.forget_password, ALICE)
    await stage.do(actors.set_moved, CAROL, uri_of(DAVE), NOW)
    carol = await stage.ask(actors.actor, CAROL)
    assert carol is not None
    assert carol.moved_to == uri_of(DAVE)
    await stage.do(actors.mark_gone, ALICE, NOW)
    assert await stage.ask(actors.present_account, "alice") is None
