"""Who looks after the server, and the book of what they did."""

from __future__ import annotations

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.queries import staff
from tests.storage.cast import ALICE, BOB, MALLORY, NOW, Stage, raise_curtain

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


async def test_somebody_is_told_what_was_written_to_them_alone(stage: Stage) -> None:
    for number, whom, report in ((1, ALICE, None), (2, BOB, None), (3, ALICE, 7)):
        row = {"id": number, "account_id": whom, "action": "none", "text": f"No {number}"}
        await stage.do(staff.warn, **row, report_id=report, created_at=NOW)
    told = await stage.ask(staff.warnings_to, ALICE, 5)
    assert [(one.id, one.text, one.report_id) for one in told] == [
        (3, "No 3", 7),
        (1, "No 1", None),
    ]
    assert [one.id for one in await stage.ask(staff.warnings_to, ALICE, 1)] == [3]
    assert {*(await stage.ask(staff.warnings, [2, 3, 404]))} == {2, 3}
    assert await stage.ask(staff.warnings, []) == {}


async def test_notes_about_people_are_kept_until_they_are_removed(stage: Stage) -> None:
    for number, whom in ((1, MALLORY), (2, BOB), (3, MALLORY)):
        row = {"id": number, "actor_id": whom, "by": "mo@a", "text": f"No {number}"}
        await stage.do(staff.add_note, **row, created_at=NOW)
    assert [one.id for one in await stage.ask(staff.notes_about, [MALLORY, BOB], 2)] == [3, 2, 1]
    assert [one.id for one in await stage.ask(staff.notes_about, [MALLORY, BOB], 1)] == [3, 2]
    assert await stage.ask(staff.count_notes, [MALLORY, BOB, ALICE]) == {MALLORY: 2, BOB: 1}
    assert await stage.ask(staff.count_notes, []) == {}
    assert [one.id for one in await stage.ask(staff.notes_about, [MALLORY], 5)] == [3, 1]
    await stage.do(staff.remove_note, 3)
    assert await stage.ask(staff.staff_note, 3) is None
    [left] = await stage.ask(staff.notes_about, [MALLORY], 5)
    assert (left.by, left.text) == ("mo@a", "No 1")
    row = {"id": 4, "account_id": BOB, "action": "none", "text": "Hm", "report_id": None}
    await stage.do(staff.warn, **row, created_at=NOW)
    await stage.do(staff.forget, BOB)
    assert await stage.ask(staff.warnings_to, BOB, 5) == []
    assert [one.id for one in await stage.ask(staff.notes_about, [MALLORY, BOB], 5)] == [1]
    assert await stage.ask(staff.notes_about, [], 5) == []
