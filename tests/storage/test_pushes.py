"""Where notifications are pushed to, and what is on its way, on both engines."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.queries import consents, notifications, oauth, pushes
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    """Alice's app with two subscriptions (tokens and ids 1 and 2), bob's with one (3), and three
    notifications of alice's (11 to 13)."""
    stage = await raise_curtain(store)
    await stage.do(
        oauth.add_application,
        id=1,
        client_id="app",
        name="Phone",
        redirect_uris=["app://done"],
        scopes="push",
        created_at=NOW,
    )
    for number, account in ((1, ALICE), (2, ALICE), (3, BOB)):
        await stage.do(
            oauth.add_token,
            id=number,
            token_hash=f"t{number}",
            application_id=1,
            account_id=account,
            scopes="push",
            code_hash=f"c{number}",
            created_at=NOW,
        )
        await stage.do(
            pushes.add_subscription,
            id=number,
            token_id=number,
            account_id=account,
            endpoint="https://push.example/1",
            public_key="k",
            auth="a",
            standard=True,
            policy="all",
            alerts=["mention"],
            sealed_token="s",
            created_at=NOW,
        )
    for number in (11, 12, 13):
        await stage.do(
            consents.notify,
            id=number,
            account_id=ALICE,
            kind="like",
            subject=str(number),
            actor_id=CAROL,
            text="",
            created_at=NOW,
        )
        await stage.do(pushes.put, [1, 2], number, NOW + number)
    await stage.do(pushes.put, [], 11, NOW)
    return stage


async def _waiting(stage: Stage, number: int) -> list[int]:
    return [one.id for one in await stage.ask(pushes.waiting, number, 9)]


async def test_a_subscription_is_found_by_its_token_and_changed(stage: Stage) -> None:
    assert [one.id for one in await stage.ask(pushes.subscriptions_of, ALICE)] == [1, 2]
    await stage.do(pushes.change_subscription, 2, failures=3, next_at=NOW)
    held = await stage.ask(pushes.subscription_of_token, 2)
    assert held is not None
    assert (held.id, held.failures, held.alerts, held.failing_since) == (2, 3, ["mention"], None)
    assert await stage.ask(pushes.subscription, 4) is None
    assert await stage.ask(pushes.subscription_of_token, 4) is None


async def test_what_waits_goes_with_its_subscription_and_its_notification(stage: Stage) -> None:
    await stage.do(notifications.dismiss, ALICE, 12)
    assert await _waiting(stage, 1) == [11, 13]
    await stage.do(pushes.take_out, 1, [11])
    await stage.do(pushes.take_out, 1, [])
    assert (await _waiting(stage, 1), await _waiting(stage, 2)) == ([13], [11, 13])
    await stage.do(pushes.remove, [2])
    await stage.do(pushes.remove, [])
    assert await _waiting(stage, 2) == []


async def test_the_newest_are_kept_and_the_old_forgotten(stage: Stage) -> None:
    await stage.do(pushes.keep_newest, 1, 3)
    assert await _waiting(stage, 1) == [11, 12, 13]
    await stage.do(pushes.keep_newest, 1, 2)
    assert await _waiting(stage, 1) == [12, 13]
    assert await stage.do(pushes.forget, NOW + 13, 2) == 2
    assert await stage.do(pushes.forget, NOW + 13, 2) == 1
    assert (await _waiting(stage, 1), await _waiting(stage, 2)) == ([13], [13])


async def test_it_ends_with_its_token_however_that_ends(stage: Stage) -> None:
    async def left() -> list[int]:
        found = [await stage.ask(pushes.subscription, number) for number in (1, 2, 3)]
        return [one.id for one in found if one is not None]

    await stage.do(oauth.revoke_token, 1, NOW)
    assert await left() == [2, 3]
    await stage.do(oauth.revoke_tokens_for, "c2", NOW)
    assert await left() == [3]
    await stage.do(oauth.revoke_app, ALICE, 1, NOW)
    await stage.do(oauth.revoke_tokens_of, ALICE, NOW)
    assert await left() == [3]
    await stage.do(oauth.revoke_tokens_of, BOB, NOW)
    assert await left() == []
