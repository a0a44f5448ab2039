"""What is kept of likes, boosts and replies besides the rows themselves."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.models import Follow, Report
from storage.queries import interactions, posts, reactions, reports, statistics
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


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; post 10 by alice here, 11 by carol elsewhere."""
    stage = await raise_curtain(store)
    await stage.post(10)
    await stage.post(11, CAROL)
    return stage


async def totals(stage: Stage, number: int) -> tuple[Any, ...]:
    post = await stage.ask(posts.post, number)
    assert post is not None
    return post.likes_total, post.boosts_total, post.replies_total, post.counts_at


async def test_what_a_post_elsewhere_was_said_to_have_is_counted_on(stage: Stage) -> None:
    unknown = await stage.ask(posts.post, 11)
    assert unknown is not None
    await stage.do(reactions.count_one, unknown, "likes", 1)
    assert await totals(stage, 11) == (None, None, None, None)
    await stage.do(reactions.set_totals, 11, {"likes": 2, "shares": 0}, at=NOW)
    await stage.do(reactions.set_totals, 11, {})
    known = await stage.ask(posts.post, 11)
    assert known is not None
    for name, by in (("likes", 1), ("shares", -1), ("replies", 1)):
        await stage.do(reactions.count_one, known, name, by)
    assert await totals(stage, 11) == (3, 0, None, NOW)
    ours = await stage.ask(posts.post, 10)
    assert ours is not None
    await stage.do(reactions.count_one, ours, "likes", 1)
    assert await totals(stage, 10) == (None, None, None, None)


async def test_what_is_to_be_told_waits_in_order_until_it_is_told_or_taken_back(
    stage: Stage,
) -> None:
    for number in range(4):
        await stage.do(
            reactions.add_relay,
            id=number,
            post_id=10,
            collection="likes",
            removed=number == 3,
            uri=f"https://m.example/{number % 3}",
            actor_uri="https://m.example/m",
            created_at=NOW,
        )
    assert [row.id for row in await stage.ask(reactions.relays_of, 10, 2)] == [0, 1]
    assert await stage.do(reactions.drop_relay, 10, "https://m.example/0")
    assert not await stage.do(reactions.drop_relay, 10, "https://m.example/0")
    assert not await stage.do(reactions.drop_relay, 11, "https://m.example/1")
    await stage.do(reactions.remove_relays, [1])
    assert [row.id for row in await stage.ask(reactions.relays_of, 10, 9)] == [2, 3]


async def test_views_add_up_for_posts_that_are_there(stage: Stage) -> None:
    assert await stage.ask(statistics.views, 10) == 0
    await stage.do(statistics.add_views, {10: 2, 99: 5})
    await stage.do(statistics.add_views, {10: 3, 11: 1})
    assert [await stage.ask(statistics.views, number) for number in (10, 11, 99)] == [5, 1, 0]


async def test_followers_gained_are_new_and_came_through_the_post_or_a_co_author(
    stage: Stage,
) -> None:
    rows: list[dict[str, Any]] = [
        # Carol followed bob before, dave came through the post, mallory did neither.
        {"follower_id": CAROL, "followed_id": BOB, "created_at": NOW - 5},
        {"follower_id": CAROL, "followed_id": ALICE, "created_at": NOW + 1},
        {"follower_id": DAVE, "followed_id": ALICE, "created_at": NOW + 2, "through_post_id": 10},
        {"follower_id": MALLORY, "followed_id": ALICE, "created_at": NOW + 3},
        # Too late, not accepted, an author, somebody who is no author here.
        {"follower_id": DAVE, "followed_id": BOB, "created_at": NOW + 10, "through_post_id": 10},
        {
            "follower_id": MALLORY,
            "followed_id": BOB,
            "created_at": NOW + 4,
            "through_post_id": 10,
            "state": "requested",
        },
        {"follower_id": BOB, "followed_id": ALICE, "created_at": NOW + 4, "through_post_id": 10},
        {"follower_id": DAVE, "followed_id": CAROL, "created_at": NOW + 4, "through_post_id": 10},
    ]
    for number, row in enumerate(rows):
        uri = f"https://x.example/{number}"
        await stage.put(Follow, {"id": number, "uri": uri, "state": "accepted"} | row)
    gained = await stage.ask(
        statistics.followers_gained, 10, [ALICE, BOB], [ALICE, BOB], since=NOW, until=NOW + 10
    )
    assert gained == 2


async def test_reports_are_listed_by_state_newest_first(stage: Stage) -> None:
    def row(number: int, **changes: Any) -> dict[str, Any]:
        return {
            "id": number,
            "uri": f"https://m.example/{number}",
            "by_id": MALLORY,
            "actor_uris": [],
            "object_uris": [note_uri(10)],
            "forwarded_to": [],
            "created_at": NOW,
        } | changes

    for number in range(1, 4):
        assert await stage.do(reports.add_report, **row(number))
    assert not await stage.do(reports.add_report, **row(9, uri="https://m.example/1"))
    await stage.do(reports.resolve, 2, NOW + 1, "Seen")

    async def listed(state: str, before: int | None = None) -> list[int]:
        return [found.id for found in await stage.ask(reports.reports, state, before, 2)]

    assert await listed("open") == [3, 1]
    assert await listed("open", 3) == [1]
    assert await listed("resolved") == [2]
    found = await stage.ask(reports.report, 2)
    assert isinstance(found, Report)
    assert (found.state, found.resolved_at, found.answer) == ("resolved", NOW + 1, "Seen")
    assert found.object_uris == [note_uri(10)]


async def test_reactions_are_counted_by_their_emoji(stage: Stage) -> None:
    for number, (liker, emoji) in enumerate(
        [(BOB, "🎂"), (CAROL, "❤"), (DAVE, "🎂"), (MALLORY, "")]
    ):
        row = {"id": 70 + number, "uri": f"https://x.example/{number}", "created_at": NOW}
        await stage.do(interactions.add_like, actor_id=liker, post_id=10, emoji=emoji, **row)
    found = await stage.ask(reactions.emoji_counts, [10, 11])
    assert found == {10: [("🎂", 2), ("❤", 1)]}
    assert await stage.ask(reactions.emoji_counts, []) == {}
