import pytest

from storage.engine import Store
from storage.queries import relay_subscriptions
from tests.storage.cast import NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

INBOX = "https://relay.example/inbox"
ASKED = "https://a.example/actor#relays/1"
RELAY = "https://relay.example/actor"


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_a_subscription_is_found_by_all_that_names_it(stage: Stage) -> None:
    await stage.do(
        relay_subscriptions.add_subscription,
        id=1,
        kind="inbox",
        inbox=INBOX,
        host="relay.example",
        state="pending",
        follow_uri=ASKED,
        created_at=NOW,
    )
    await stage.do(relay_subscriptions.change_subscription, 1, state="accepted", actor_uri=RELAY)
    found = (
        await stage.ask(relay_subscriptions.subscription, 1),
        await stage.ask(relay_subscriptions.subscription_by_inbox, INBOX),
        await stage.ask(relay_subscriptions.subscription_by_follow, ASKED),
        await stage.ask(relay_subscriptions.subscription_of, RELAY),
    )
    assert [held and (held.id, held.state) for held in found] == [(1, "accepted")] * 4
    assert [row.inbox for row in await stage.ask(relay_subscriptions.subscriptions)] == [INBOX]
    await stage.do(relay_subscriptions.remove_subscription, 1)
    assert await stage.ask(relay_subscriptions.subscriptions) == []
