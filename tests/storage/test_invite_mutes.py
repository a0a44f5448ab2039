"""Whose invitations somebody does not want, as it is stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import invite_mutes
from tests.storage.cast import ALICE, BOB, CAROL, FAR, NOW, THERE, Stage, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; alice wants no invitation from carol nor from anybody on ``m.example``."""
    stage = await raise_curtain(store)
    assert await stage.do(invite_mutes.add_mute, ALICE, uri_of(CAROL), NOW)
    assert await stage.do(invite_mutes.add_mute, ALICE, FAR, NOW + 1)
    return stage


async def muted(stage: Stage, account: int, limit: int = 9) -> list[str]:
    found = await stage.ask(invite_mutes.of_account, account, limit)
    return [row.subject for row in found]


async def test_a_mute_is_one_persons_and_the_newest_comes_first(stage: Stage) -> None:
    assert await muted(stage, ALICE) == [FAR, uri_of(CAROL)]
    assert await muted(stage, ALICE, 1) == [FAR]
    assert await muted(stage, BOB) == []


async def test_muting_twice_changes_nothing(stage: Stage) -> None:
    assert not await stage.do(invite_mutes.add_mute, ALICE, uri_of(CAROL), NOW + 5)
    assert await muted(stage, ALICE) == [FAR, uri_of(CAROL)]


async def test_one_muted_name_among_several_is_enough(stage: Stage) -> None:
    assert await stage.ask(invite_mutes.any_of, ALICE, [uri_of(CAROL), THERE])
    assert await stage.ask(invite_mutes.any_of, ALICE, ["https://m.example/users/x", FAR])
    assert not await stage.ask(invite_mutes.any_of, ALICE, [THERE])
    assert not await stage.ask(invite_mutes.any_of, ALICE, [])
    assert not await stage.ask(invite_mutes.any_of, BOB, [uri_of(CAROL), FAR])


async def test_a_mute_is_lifted_by_whoever_made_it(stage: Stage) -> None:
    assert not await stage.do(invite_mutes.remove_mute, BOB, FAR)
    assert await stage.do(invite_mutes.remove_mute, ALICE, FAR)
    assert not await stage.do(invite_mutes.remove_mute, ALICE, FAR)
    assert await muted(stage, ALICE) == [uri_of(CAROL)]
