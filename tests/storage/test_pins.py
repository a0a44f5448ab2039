import pytest

from storage.engine import Store
from storage.queries import actors, keys, pins
from tests.storage.cast import ALICE, NOW, Stage, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_pins_are_of_own_published_posts(stage: Stage) -> None:
    await stage.post(1, ALICE)
    mine = 1
    assert await stage.do(pins.pin, ALICE, mine, NOW)
    assert not await stage.do(pins.pin, ALICE, mine, NOW)
    assert await stage.ask(pins.count_pins, ALICE) == 1
    [found] = await stage.ask(pins.pinned_posts, ALICE, 5)
    assert found.id == mine
    assert await stage.ask(pins.pinned_before, ALICE, NOW) == [(mine, found.uri)]
    assert await stage.ask(pins.pinned_before, ALICE, NOW - 1) == []
    assert await stage.do(pins.unpin, ALICE, mine)
    assert not await stage.do(pins.unpin, ALICE, mine)
    assert await stage.ask(pins.pinned_posts, ALICE, 5) == []


async def test_new_keys_take_the_place_of_old_ones(stage: Stage) -> None:
    uri = uri_of(ALICE)
    await stage.do(
        keys.replace,
        ALICE,
        rsa_key_id=f"{uri}#main-key",
        rsa_private="new",
        rsa_public="new public",
        former_rsa_private="old",
        ed25519_key_id=f"{uri}#second",
        ed25519_private="ed",
        ed25519_public="z6Mk",
        kept=[],
        rotation_uri="https://a.example/update",
        now=NOW,
    )
    account = await stage.ask(actors.account_of, ALICE)
    assert account is not None
    assert (account.rsa_private, account.former_rsa_private) == ("new", "old")
    assert f"{uri}#second" in [key.key_id for key in await stage.ask(actors.keys_of, ALICE)]
    assert await stage.ask(keys.is_being_told, account.rotation_uri)
    assert not await stage.ask(keys.is_being_told, None)
