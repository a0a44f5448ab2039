from typing import Any

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import consents, held_back, notifications
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """Alice was told of carol's follow (1), bob's (2) and carol's like (3); bob of a like (4)."""
    stage = await raise_curtain(store)
    for number, account, kind, actor in (
        (1, ALICE, "follow", CAROL),
        (2, ALICE, "follow", BOB),
        (3, ALICE, "like", CAROL),
        (4, BOB, "like", CAROL),
    ):
        await stage.do(
            consents.notify,
            id=number,
            account_id=account,
            kind=kind,
            subject=str(number),
            actor_id=actor,
            text="",
            created_at=NOW,
        )
    return stage


@pytest.mark.parametrize(
    ("window", "wanted", "expected"),
    [
        (Window(2), {}, [3, 2]),
        (Window(2, before=3), {}, [2, 1]),
        (Window(1, after=1), {}, [2]),
        (Window(9), {"only": {"like", "poll"}}, [3]),
        (Window(9), {"only": set()}, []),
        (Window(9), {"without": {"like"}}, [2, 1]),
        (Window(9), {"actor_id": CAROL}, [3, 1]),
        (Window(9), {"actor_id": CAROL, "only": {"follow"}, "without": {"like"}}, [1]),
    ],
)
async def test_a_window_of_them(
    stage: Stage, window: Window, wanted: dict[str, Any], expected: list[int]
) -> None:
    found = await stage.ask(notifications.of_account, ALICE, window, **wanted)
    assert [item.id for item in found] == expected


async def test_one_is_found_by_what_it_is_about(stage: Stage) -> None:
    found = await stage.ask(notifications.of_subject, ALICE, "like", "3")
    assert found is not None
    assert found.id == 3
    assert await stage.ask(notifications.of_subject, ALICE, "like", "4") is None
    assert await stage.ask(notifications.of_subject, BOB, "like", "3") is None


async def test_what_was_told_of_a_post_before_is_taken_back(stage: Stage) -> None:
    await stage.post(30)
    for number, kind, at in ((5, "update", NOW), (6, "update", NOW + 1), (7, "like", NOW)):
        await stage.do(
            consents.notify,
            id=number,
            account_id=BOB,
            kind=kind,
            subject=str(number),
            actor_id=ALICE,
            post_id=30,
            text="",
            created_at=at,
        )
    await stage.do(notifications.forget_older, 30, ["update", "quoted_update"], NOW)
    await stage.do(notifications.forget_older, 31, ["update"], NOW + 9)
    found = await stage.ask(notifications.of_account, BOB, Window(9))
    assert [item.id for item in found] == [7, 6, 4]


async def test_only_ones_own_are_dismissed_and_cleared(stage: Stage) -> None:
    assert await stage.do(notifications.dismiss, ALICE, 4) is False
    assert await stage.do(notifications.dismiss, ALICE, 3) is True
    await stage.do(notifications.clear, ALICE)
    assert await stage.ask(notifications.of_account, ALICE, Window(9)) == []
    assert [item.id for item in await stage.ask(notifications.of_account, BOB, Window(9))] == [4]


async def test_markers(stage: Stage) -> None:
    await stage.do(notifications.set_marker, ALICE, "home", 7, 1, NOW)
    await stage.do(notifications.set_marker, ALICE, "home", 9, 2, NOW + 1)
    found = await stage.ask(notifications.markers, ALICE)
    assert [(name, one.last_read_id, one.version) for name, one in found.items()] == [
        ("home", 9, 2)
    ]
    assert await stage.ask(notifications.markers, BOB) == {}


async def test_what_came_after_the_last_one_read_is_unread(stage: Stage) -> None:
    assert len(await stage.ask(notifications.unread, ALICE, 9)) == 3
    assert len(await stage.ask(notifications.unread, ALICE, 2)) == 2
    assert await stage.ask(notifications.newest, ALICE) == 3
    await stage.do(notifications.set_marker, ALICE, "home", 3, 1, NOW)
    await stage.do(notifications.set_marker, ALICE, "notifications", 2, 1, NOW)
    [left] = await stage.ask(notifications.unread, ALICE, 9)
    await stage.do(
        consents.notify,
        id=9,
        account_id=ALICE,
        kind="like",
        subject="9",
        actor_id=CAROL,
        text="",
        created_at=NOW,
        held_back=True,
    )
    assert await stage.ask(notifications.unread, ALICE, 9) == [left]
    assert await stage.ask(notifications.newest, ALICE) == 3
    assert await stage.ask(notifications.newest, CAROL) == 0


async def test_what_is_held_back_is_told_apart_and_by_person(stage: Stage) -> None:
    await stage.post(30, CAROL)
    for number, actor, post in ((5, CAROL, 30), (6, CAROL, None), (7, BOB, None)):
        await stage.do(
            consents.notify,
            id=number,
            account_id=ALICE,
            kind="mention",
            subject=str(number),
            actor_id=actor,
            post_id=post,
            text="",
            created_at=NOW + number,
            held_back=True,
        )

    async def told(**wanted: Any) -> list[int]:
        found = await stage.ask(notifications.of_account, ALICE, Window(9), **wanted)
        return [one.id for one in found]

    assert await told() == [3, 2, 1]
    assert await told(held_back=True) == [7, 6, 5, 3, 2, 1]
    by_carol = held_back.Request(CAROL, 2, NOW + 5, NOW + 6, 30)
    by_bob = held_back.Request(BOB, 1, NOW + 7, NOW + 7, None)
    both = sorted((by_carol, by_bob), key=lambda one: one.actor_id, reverse=True)
    assert await stage.ask(held_back.requests, ALICE, Window(9)) == both
    assert await stage.ask(held_back.requests, ALICE, Window(1)) == both[:1]
    assert await stage.ask(held_back.requests, BOB, Window(9)) == []
    assert await stage.ask(held_back.request, ALICE, CAROL) == by_carol
    assert await stage.ask(held_back.request, BOB, CAROL) is None
    assert await stage.ask(held_back.summary, ALICE) == (2, 3)
    await stage.do(held_back.release, ALICE, CAROL)
    await stage.do(held_back.drop, ALICE, BOB)
    assert await told() == [6, 5, 3, 2, 1]
    assert await stage.ask(held_back.summary, ALICE) == (0, 0)


async def test_what_somebody_wants_to_be_held_back(stage: Stage) -> None:
    assert await stage.ask(held_back.policy, ALICE) is None
    names = ("not_following", "not_followers", "new_accounts", "private_mentions")
    choices = {f"for_{name}": "accept" for name in (*names, "limited_accounts")}
    await stage.do(held_back.set_policy, ALICE, **choices)
    await stage.do(held_back.set_policy, ALICE, **{**choices, "for_new_accounts": "drop"})
    held = await stage.ask(held_back.policy, ALICE)
    assert held is not None
    assert (held.for_new_accounts, held.for_not_following) == ("drop", "accept")
    assert await stage.ask(held_back.policy, BOB) is None
    for _ in range(2):
        await stage.do(held_back.permit, ALICE, CAROL)
    assert await stage.ask(held_back.permitted, ALICE, [BOB, CAROL]) == {CAROL}
    assert await stage.ask(held_back.permitted, BOB, [CAROL]) == set()
