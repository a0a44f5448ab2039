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
    keeping_away,
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


@pytest.mark.usefixtures("every_query_has_an_index")
async def test_what_somebody_did_with_the_posts_of_one_author(stage: Stage) -> None:
    """Alice wrote 10 and, with bob, 11; mallory liked, boosted and answered them and bob's 12."""
    await stage.post(10)
    await stage.post(11, BOB, co_authored=True)
    await stage.post(12, BOB)
    row = {"position": 1, "actor_id": ALICE, "state": "verified", "fetched_at": NOW}
    await stage.do(post_authors.set_author, 11, uri_of(ALICE), **row)
    for post_id in (10, 11, 12):
        values = {"actor_id": MALLORY, "post_id": post_id}
        uri = f"https://x.example/{post_id}"
        like = {"id": 100 + post_id, "uri": uri, "created_at": NOW}
        boost = {"id": 200 + post_id, "uri": uri, "published_at": NOW, "delivery": False}
        await stage.do(interactions.add_like, **values, **like)
        await stage.do(interactions.add_boost, **values, **boost)
        answered = f"https://here.example/notes/{post_id}"
        await stage.post(20 + post_id, MALLORY, in_reply_to_uri=answered)

    async def found(author: int | None, after: int = 0, most: int = 9) -> list[list[int]]:
        likes = await stage.ask(keeping_away.likes, MALLORY, author, after + 100, most)
        boosts = await stage.ask(keeping_away.boosts, MALLORY, author, after + 200, most)
        answers = await stage.ask(keeping_away.answers, MALLORY, author, after + 20, most)
        return [
            [like.id - 100 for like in likes],
            [boost.id - 200 for boost in boosts],
            [answer.id - 20 for answer in answers],
        ]

    assert await found(ALICE) == [[10, 11]] * 3
    assert await found(ALICE, after=10) == [[11]] * 3
    assert await found(None, most=2) == [[10, 11]] * 3
    assert await found(None) == [[10, 11, 12]] * 3
    [mallory] = (await stage.ask(actors.actors, [MALLORY])).values()
    assert await stage.ask(keeping_away.people_from, ALICE, [mallory.host]) == [MALLORY]
    assert await stage.ask(keeping_away.people_from, ALICE, ["other.example"]) == []
    assert await stage.ask(keeping_away.people_from, CAROL, [mallory.host]) == []

    await stage.do(keeping_away.set_kept_out, 31, NOW)
    uris = [f"https://here.example/notes/{post_id}" for post_id in (10, 11)]
    assert await stage.ask(interactions.reply_counts, uris) == {uris[0]: 1}
    assert await stage.ask(interactions.replies_to, uris[1], 9) == []
    assert await stage.ask(interactions.replies_to_any, [uris[1]], 9, ALICE) == []


@pytest.mark.usefixtures("every_query_has_an_index")
async def test_any_block_of_some_people_or_of_a_server_keeps_away(stage: Stage) -> None:
    row = {"id": 7, "actor_id": BOB, "target_id": MALLORY, "uri": None, "created_at": NOW}
    await stage.do(relations.add_block, **row)
    await stage.do(relations.add_host_block, ALICE, "m.example", NOW)
    both = [ALICE, BOB]
    assert await stage.ask(keeping_away.kept_away, both, MALLORY, [])
    assert not await stage.ask(keeping_away.kept_away, [ALICE], MALLORY, [])
    assert not await stage.ask(keeping_away.kept_away, [MALLORY], BOB, [])
    assert await stage.ask(keeping_away.kept_away, both, DAVE, ["m.example:1", "m.example"])
    assert not await stage.ask(keeping_away.kept_away, [BOB], DAVE, ["m.example"])


@pytest.mark.usefixtures("every_query_has_an_index")
async def test_what_was_heard_of_somebody_can_be_forgotten(stage: Stage) -> None:
    for number, by in ((1, MALLORY), (2, DAVE), (3, MALLORY)):
        row = {"id": number, "account_id": ALICE, "kind": "like", "subject": str(number)}
        await stage.do(consents.notify, **row, actor_id=by, created_at=NOW)
    assert await stage.ask(keeping_away.heard_of, ALICE, MALLORY) == [(1, "like"), (3, "like")]
    await stage.do(keeping_away.forget_notifications, [1])
    await stage.do(keeping_away.forget_notifications, [])
    assert await stage.ask(keeping_away.heard_of, ALICE, MALLORY) == [(3, "like")]
