"""What is announced, as it is kept."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import announcements
from tests.storage.cast import ALICE, BOB, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """Announcements 30 and 31."""
    stage = await raise_curtain(store)
    for number in (30, 31):
        await stage.do(
            announcements.add_announcement,
            id=number,
            text=f"Number {number}",
            starts_at=None,
            ends_at=None,
            published_at=NOW,
            updated_at=NOW,
        )
    return stage


async def test_they_change_and_go_with_what_people_did_with_them(stage: Stage) -> None:
    await stage.do(announcements.change_announcement, 31, text="Other", all_day=True)
    changed = await stage.ask(announcements.announcement, 31)
    assert changed is not None
    assert (changed.text, changed.all_day) == ("Other", True)
    await stage.do(announcements.react, 30, ALICE, "🍵", NOW)
    await stage.do(announcements.remove_announcement, 30)
    assert [one.id for one in await stage.ask(announcements.announcements)] == [31]
    assert await stage.ask(announcements.reactions, [30, 31]) == []


async def test_dismissals_are_ones_own(stage: Stage) -> None:
    assert await stage.do(announcements.dismiss, 30, ALICE)
    assert not await stage.do(announcements.dismiss, 30, ALICE)
    assert await stage.ask(announcements.dismissed, ALICE) == {30}
    assert await stage.ask(announcements.dismissed, BOB) == set()


async def test_reactions_are_counted_in_the_order_in_which_they_came_up(stage: Stage) -> None:
    for at, (who, name) in enumerate([(ALICE, "🍵"), (BOB, "⭐"), (BOB, "🍵")]):
        assert await stage.do(announcements.react, 30, who, name, NOW + at)
    assert not await stage.do(announcements.react, 30, BOB, "🍵", NOW)
    counted = await stage.ask(announcements.reactions, [30, 31])
    assert [tuple(row) for row in counted] == [(30, "🍵", 2), (30, "⭐", 1)]
    assert await stage.ask(announcements.reactions_by, BOB) == {(30, "⭐"), (30, "🍵")}
    assert await stage.do(announcements.unreact, 30, BOB, "⭐")
    assert not await stage.do(announcements.unreact, 30, BOB, "⭐")
    assert len(await stage.ask(announcements.reactions, [30])) == 1
