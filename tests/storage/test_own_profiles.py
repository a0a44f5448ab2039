import pytest

from storage.engine import Store
from storage.queries import actors, own_profiles
from tests.storage.cast import ALICE, BOB, CAROL, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_a_profile_changes_on_both_sides_of_one_account(stage: Stage) -> None:
    await stage.do(
        own_profiles.change, ALICE, account={"about": "Hm."}, actor={"summary": "<p>Hm.</p>"}
    )
    await stage.do(own_profiles.change, ALICE, account={}, actor={})
    account, actor = await stage.ask(actors.account_of, ALICE), await stage.ask(actors.actor, ALICE)
    assert account is not None
    assert actor is not None
    assert (account.about, account.profile_fields, account.hides_network) == ("Hm.", [], False)
    assert (actor.summary, actor.verified_links) == ("<p>Hm.</p>", {})
    bob = await stage.ask(actors.actor, BOB)
    assert bob is not None
    assert bob.summary == ""


async def test_pictures_of_profiles(stage: Stage) -> None:
    await stage.do(own_profiles.set_picture, ALICE, "avatar", path="/media/x.png", url="https://x")
    await stage.do(own_profiles.set_copy, CAROL, "header", "/media/y.png")
    alice, carol = await stage.ask(actors.actor, ALICE), await stage.ask(actors.actor, CAROL)
    assert alice is not None
    assert carol is not None
    assert (alice.avatar, alice.icon_url, alice.header) == ("/media/x.png", "https://x", None)
    assert (carol.avatar, carol.header, carol.image_url) == (None, "/media/y.png", None)
