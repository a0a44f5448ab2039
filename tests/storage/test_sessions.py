"""Browsers that are signed in, and what signs them in, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import actors, sessions
from tests.storage.cast import ALICE, BOB, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def _session(stage: Stage, token: str, account: int, *, expires_at: int = NOW + 10) -> None:
    await stage.do(
        actors.add_session,
        token_hash=token,
        account_id=account,
        csrf="c",
        created_at=NOW,
        expires_at=expires_at,
    )


async def _tokens(stage: Stage, account: int) -> list[str]:
    return [one.token_hash for one in await stage.ask(sessions.of_account, account, NOW)]


async def test_sessions_are_listed_and_ended(stage: Stage) -> None:
    for token in ("a1", "a2", "a3"):
        await _session(stage, token, ALICE)
    await _session(stage, "b1", BOB)
    await _session(stage, "old", ALICE, expires_at=NOW)
    assert sorted(await _tokens(stage, ALICE)) == ["a1", "a2", "a3"]
    await stage.do(sessions.note_use, "a1", NOW + 1)
    held = await stage.ask(actors.session, "a1", NOW)
    assert held is not None
    assert (held.used_at, held.browser, held.by_link) == (NOW + 1, "", False)
    await stage.do(sessions.end_one, BOB, "a1")
    assert "a1" in await _tokens(stage, ALICE), "it is not bob's"
    await stage.do(sessions.end_one, ALICE, "a1")
    await stage.do(sessions.add_step, "s1", ALICE, NOW + 10)
    await stage.do(sessions.end_others, ALICE, "a2")
    assert await _tokens(stage, ALICE) == ["a2"]
    assert await stage.ask(sessions.step, "s1") is None
    assert await _tokens(stage, BOB) == ["b1"]


async def test_a_second_step_ends_once(stage: Stage) -> None:
    await stage.do(sessions.add_step, "s1", ALICE, NOW + 10)
    held = await stage.ask(sessions.step, "s1")
    assert held is not None
    assert (held.account_id, held.expires_at) == (ALICE, NOW + 10)
    assert await stage.do(sessions.end_step, "s1")
    assert not await stage.do(sessions.end_step, "s1")


async def test_codes_are_taken_once_and_forward(stage: Stage) -> None:
    await stage.do(sessions.set_totp, ALICE, "SECRET")
    await stage.do(sessions.confirm_totp, ALICE, NOW)
    assert [await stage.do(sessions.take_step, ALICE, step) for step in (7, 7, 6, 8)] == [
        True,
        False,
        False,
        True,
    ]
    await stage.do(sessions.set_recovery_codes, ALICE, ["r1", "r2"])
    await stage.do(sessions.set_recovery_codes, ALICE, ["r3", "r4"])
    assert [
        await stage.do(sessions.use_recovery_code, who, code)
        for who, code in ((ALICE, "r1"), (BOB, "r3"), (ALICE, "r3"), (ALICE, "r3"))
    ] == [False, False, True, False]
    assert await stage.ask(sessions.count_recovery_codes, ALICE) == 1


async def test_a_password_is_set(stage: Stage) -> None:
    await stage.do(sessions.set_password, ALICE, "hash")
    account = await stage.ask(actors.account_of, ALICE)
    assert account is not None
    assert account.password_hash == "hash"


async def test_what_has_run_out_is_forgotten(stage: Stage) -> None:
    await _session(stage, "a1", ALICE)
    await _session(stage, "a2", ALICE, expires_at=NOW + 11)
    await stage.do(sessions.add_step, "s1", ALICE, NOW + 10)
    assert await stage.do(sessions.forget, NOW + 10, 10) == 0
    assert await stage.do(sessions.forget, NOW + 11, 10) == 2
    assert await _tokens(stage, ALICE) == ["a2"]
