"""People who wait for an account, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import sign_ups
from tests.storage.cast import NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


async def _waits(stage: Stage, number: int, at: int) -> None:
    await stage.do(
        sign_ups.add_sign_up,
        id=number,
        username=f"zoe{number}",
        password_hash="h",
        reason="Tea",
        scopes="read",
        token_hash=f"t{number}",
        created_at=at,
    )


async def test_people_wait_until_they_are_answered_or_forgotten(store: Store) -> None:
    stage = await raise_curtain(store)
    for number, at in ((1, NOW + 2), (2, NOW), (3, NOW + 1)):
        await _waits(stage, number, at)
    assert [one.id for one in await stage.ask(sign_ups.waiting, 2)] == [2, 3]
    assert await stage.ask(sign_ups.count) == 3
    for found in (
        await stage.ask(sign_ups.sign_up_of, "zoe3"),
        await stage.ask(sign_ups.sign_up_with, "t3"),
    ):
        assert found is not None
        assert found.id == 3
    await stage.do(sign_ups.drop, 3)
    await stage.do(sign_ups.forget, NOW + 1)
    assert [one.id for one in await stage.ask(sign_ups.waiting, 9)] == [1]
    assert await stage.ask(sign_ups.sign_up_of, "zoe2") is None
