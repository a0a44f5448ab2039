"""Apps, codes and tokens, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import oauth
from tests.storage.cast import ALICE, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast and one app."""
    stage = await raise_curtain(store)
    await _app(stage, 1)
    return stage


async def _app(stage: Stage, number: int, *, unused_until: int | None = None) -> None:
    await stage.do(
        oauth.add_application,
        id=number,
        client_id=f"app{number}",
        secret_hash="s",
        name="Notes",
        redirect_uris=["notes://done"],
        scopes="read",
        created_at=NOW,
        unused_until=unused_until,
    )


async def _token(stage: Stage, number: int, **columns: object) -> None:
    columns = {
        "application_id": 1,
        "account_id": ALICE,
        "scopes": "read",
        "created_at": NOW,
    } | columns
    await stage.do(oauth.add_token, id=number, token_hash=f"t{number}", **columns)


async def test_a_token_is_found_used_and_ended(stage: Stage) -> None:
    await _token(stage, 5)
    assert await stage.ask(oauth.token, "t6") is None
    await stage.do(oauth.note_use, 5, NOW + 1)
    held = await stage.ask(oauth.token, "t5")
    assert held is not None
    assert (held.account_id, held.used_at, held.revoked_at) == (ALICE, NOW + 1, None)
    await stage.do(oauth.revoke_tokens_of, ALICE, NOW + 2)
    await stage.do(oauth.revoke_tokens_of, ALICE, NOW + 3)
    held = await stage.ask(oauth.token, "t5")
    assert held is not None
    assert held.revoked_at == NOW + 2
    await stage.do(oauth.forget_codes_of, ALICE)


async def _revoked(stage: Stage, number: int) -> int | None:
    held = await stage.ask(oauth.token, f"t{number}")
    assert held is not None
    return held.revoked_at


async def test_tokens_end_one_by_one_and_by_the_code_they_came_of(stage: Stage) -> None:
    for number, code in ((5, "c1"), (6, "c2"), (7, None)):
        await _token(stage, number, code_hash=code)
    await stage.do(oauth.revoke_tokens_for, "c1", NOW)
    assert [await _revoked(stage, number) for number in (5, 6, 7)] == [NOW, None, None]
    await stage.do(oauth.revoke_token, 7, NOW + 1)
    assert [await _revoked(stage, number) for number in (5, 6, 7)] == [NOW, None, NOW + 1]


async def test_a_code_is_spent_once(stage: Stage) -> None:
    await stage.do(
        oauth.add_code,
        code_hash="c1",
        application_id=1,
        account_id=ALICE,
        redirect_uri="notes://done",
        scopes="read",
        challenge=None,
        created_at=NOW,
        expires_at=NOW + 10,
    )
    assert await stage.do(oauth.use_code, "c1", NOW)
    assert not await stage.do(oauth.use_code, "c1", NOW)
    held = await stage.ask(oauth.code, "c1")
    assert held is not None
    assert held.used_at == NOW
    await stage.do(oauth.forget_codes_of, ALICE)
    assert await stage.ask(oauth.code, "c1") is None


async def test_of_an_apps_own_tokens_the_newest_stay(stage: Stage) -> None:
    for number in range(5, 9):
        await _token(stage, number, account_id=None)
    await _token(stage, 4)
    await stage.do(oauth.drop_app_tokens, 1, 2)
    left = [n for n in range(4, 9) if await stage.ask(oauth.token, f"t{n}") is not None]
    assert left == [4, 7, 8]


async def test_what_is_over_is_forgotten_and_apps_in_use_are_not(stage: Stage) -> None:
    for number in (2, 3, 4):
        await _app(stage, number, unused_until=NOW + 10)
    await stage.do(oauth.keep_application, 3, None)
    await stage.do(oauth.keep_application, 4, NOW + 12)
    await stage.do(oauth.keep_application, 1, NOW - 99)  # kept for good, whatever comes
    await _token(stage, 5, revoked_at=NOW)
    await _token(stage, 6, expires_at=NOW)
    await _token(stage, 7)
    assert await stage.do(oauth.forget, NOW + 10, NOW, 10) == 0
    assert await stage.do(oauth.forget, NOW + 11, NOW + 1, 10) == 3
    left = [n for n in (5, 6, 7) if await stage.ask(oauth.token, f"t{n}") is not None]
    assert left == [7]
    apps = [n for n in range(1, 5) if await stage.ask(oauth.application, n) is not None]
    assert apps == [1, 3, 4]
    assert await stage.ask(oauth.application_of, "app2") is None


async def test_the_apps_of_a_person_are_listed_and_ended(stage: Stage) -> None:
    await _app(stage, 2)
    await _token(stage, 5)
    await _token(stage, 6, application_id=2)
    await _token(stage, 7, application_id=2, account_id=None)
    found = await stage.ask(oauth.tokens_of, ALICE)
    assert [(token.id, app.id) for token, app in found] == [(6, 2), (5, 1)]
    await stage.do(oauth.revoke_app, ALICE, 2, NOW)
    assert [token.id for token, _ in await stage.ask(oauth.tokens_of, ALICE)] == [5]
    assert await _revoked(stage, 7) is None
