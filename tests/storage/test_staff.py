"""Who looks after the server, and the book of what they did."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import staff
from tests.storage.cast import ALICE, BOB, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_somebody_has_one_role_or_none(stage: Stage) -> None:
    assert await stage.ask(staff.role, ALICE) is None
    await stage.do(staff.appoint, ALICE, "moderator", NOW)
    await stage.do(staff.appoint, ALICE, "administrator", NOW)
    await stage.do(staff.appoint, BOB, "moderator", NOW)
    assert await stage.ask(staff.role, ALICE) == "administrator"
    assert await stage.ask(staff.roles) == {ALICE: "administrator", BOB: "moderator"}
    await stage.do(staff.dismiss, ALICE)
    assert await stage.ask(staff.roles) == {BOB: "moderator"}


async def test_what_was_done_is_read_from_its_end(stage: Stage) -> None:
    for number in (1, 2, 3):
        row = {"id": number, "at": NOW, "by": "mo@a", "act": "suspend", "subject": "x", "why": ""}
        await stage.do(staff.note, **row)
    assert [one.id for one in await stage.ask(staff.acts, Window(2))] == [3, 2]
    assert [one.id for one in await stage.ask(staff.acts, Window(2, before=2))] == [1]
