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
    await stage.do(
        oauth.add_application,
        id=1,
        client_id="app",
        secret_hash="s",
        name="Notes",
        redirect_uris=["notes://done"],
        scopes="read",
        created_at=NOW,
        look_at=NOW,
    )
    return stage


async def _token(stage: Stage, number: int, **columns: object) -> None:
    columns = {"account_id": ALICE, "scopes": "read", "created_at": NOW} | columns
    await stage.do(oauth.add_token, id=number, token_hash=f"t{number}", application_id=1, **columns)


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
