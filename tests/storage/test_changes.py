"""Versions of a co-tweet: who proposed them, and which of them everybody is being asked about."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.models import Change
from storage.queries import changes
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, note_uri, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast, and a post by alice."""
    stage = await raise_curtain(store)
    await stage.post(10)
    return stage


def wish_uri(number: int) -> str:
    return f"https://a.example/offers/{number}"


async def change(stage: Stage, number: int, by: int = BOB, **values: Any) -> bool:
    """Bob's proposal for post 10, if nothing else is said."""
    row = {
        "id": number,
        "uri": wish_uri(number),
        "object_uri": note_uri(10),
        "by_id": by,
        "state": "proposed",
        "words": {"content": "Better."},
        "created_at": NOW,
    }
    return await stage.do(changes.add_change, **(row | values))


def ids(found: list[Change]) -> list[int]:
    return [row.id for row in found]


async def test_a_proposal_is_kept_once_and_comes_back_as_it_was(stage: Stage) -> None:
    assert await change(stage, 1, post_id=10, comment="Please.")
    assert not await change(stage, 2, uri=wish_uri(1), comment="Again.")
    for found in (
        await stage.ask(changes.change_by_id, 1),
        await stage.ask(changes.change_by_uri, wish_uri(1)),
    ):
        assert found is not None
        assert (found.id, found.kind, found.post_id, found.comment) == (1, "edit", 10, "Please.")
        assert (found.words, found.authors, found.document) == ({"content": "Better."}, [], None)
    assert await stage.ask(changes.change_by_id, 2) is None
    assert await stage.ask(changes.change_by_uri, wish_uri(2)) is None


async def test_a_decision_is_about_one_change(stage: Stage) -> None:
    await change(stage, 1)
    await change(stage, 2)
    await stage.do(changes.set_change, 1, state="declined", reason="No.", decided_at=NOW + 1)
    found = await stage.ask(changes.changes_of, note_uri(10))
    assert [(row.id, row.state, row.reason, row.decided_at) for row in found] == [
        (2, "proposed", "", None),
        (1, "declined", "No.", NOW + 1),
    ]


async def test_one_change_at_most_is_out_for_consent(stage: Stage) -> None:
    await change(stage, 1, ALICE, uri=None, state="cancelled")
    await change(stage, 2)
    await change(stage, 3, ALICE, uri=None, state="offered", object_uri=note_uri(11))
    assert await stage.ask(changes.open_change, note_uri(10)) is None
    await change(stage, 4, ALICE, uri=None, state="offered")  # not proposed: without identifier
    found = await stage.ask(changes.open_change, note_uri(10))
    assert found is not None
    assert found.id == 4
    assert ids(await stage.ask(changes.changes_of, note_uri(10))) == [4, 2, 1]


async def test_proposals_are_what_came_with_an_identifier(stage: Stage) -> None:
    for number in (1, 2, 3):
        await change(stage, number)
    await change(stage, 4, ALICE, uri=None, state="offered")
    await change(stage, 5, object_uri=note_uri(11))
    assert ids(await stage.ask(changes.proposals_for, note_uri(10), 9)) == [3, 2, 1]
    assert ids(await stage.ask(changes.proposals_for, note_uri(10), 2)) == [3, 2]


async def test_proposals_of_one_person_are_counted(stage: Stage) -> None:
    await change(stage, 1, created_at=NOW - 1)
    await change(stage, 2, state="declined")
    await change(stage, 3, CAROL)
    await change(stage, 4, object_uri=note_uri(11), created_at=NOW + 1)
    await change(stage, 5, uri=None, state="offered")
    assert await stage.ask(changes.count_proposed, BOB, note_uri(10)) == 1  # the open one
    assert await stage.ask(changes.count_proposals_by, BOB, NOW) == 2  # of whatever object
    assert await stage.ask(changes.count_proposals_by, ALICE, NOW) == 0


async def test_the_proposals_that_wait_are_those_nobody_decided_on_newest_first(
    stage: Stage,
) -> None:
    await stage.post(11)
    assert await change(stage, 1)
    assert await change(stage, 2, state="declined")
    assert await change(stage, 3)
    assert await change(stage, 4, object_uri=note_uri(11))
    assert ids(await stage.ask(changes.proposed, note_uri(10))) == [3, 1]
    assert ids(await stage.ask(changes.proposed, note_uri(12))) == []
    assert sorted(await stage.ask(changes.proposed_by, BOB)) == [note_uri(10), note_uri(11)]
    assert await stage.ask(changes.proposed_by, CAROL) == []
