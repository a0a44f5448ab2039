from typing import Any

import pytest

from storage.engine import Store
from storage.errors import ConflictError
from storage.models import Host
from storage.queries import actors
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    HERE,
    MALLORY,
    NOW,
    SERVICE,
    THERE,
    Stage,
    actor_row,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

KEY = f"{uri_of(CAROL)}#main-key"


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def save(stage: Stage, number: int, *keys: tuple[str, str, str], **changes: Any) -> int:
    return await stage.do(actors.save_actor, actor_row(number, **changes), keys, NOW)


async def test_an_actor_comes_back_as_it_was_stored(stage: Stage) -> None:
    row = actor_row(
        CAROL,
        name="Carol ☕",
        fields=[["Garden", "<a>x</a>"]],
        can_co_author=["https://a.example/x"],
        manually_approves=True,
        published_at=None,
    )
    await stage.do(actors.save_actor, row, [], NOW)
    found = await stage.ask(actors.actor, CAROL)
    assert found is not None
    assert {name: getattr(found, name) for name in row} == row
    assert (found.discoverable, found.indexable, found.local) == (True, False, False)
    assert found.gone_at is None
    assert await stage.ask(actors.actor, 404) is None


async def test_a_policy_that_was_never_published_is_not_an_empty_one(stage: Stage) -> None:
    await save(stage, CAROL, can_co_author=None)
    await save(stage, DAVE, can_co_author=[])
    found = await stage.ask(actors.actors, [CAROL, DAVE])
    assert found[CAROL].can_co_author is None
    assert found[DAVE].can_co_author == []


async def test_many_actors_at_once_without_the_unknown(stage: Stage) -> None:
    assert set(await stage.ask(actors.actors, [BOB, ALICE, BOB, 404])) == {ALICE, BOB}
    assert await stage.ask(actors.actors, []) == {}
    wanted = [uri_of(BOB), "https://nowhere.example/x"]
    assert [row.id for row in (await stage.ask(actors.actors_by_uri, wanted)).values()] == [BOB]
    assert await stage.ask(actors.actors_by_uri, []) == {}


async def test_an_identifier_is_compared_letter_by_letter(stage: Stage) -> None:
    found = await stage.ask(actors.actor_by_uri, uri_of(CAROL))
    assert found is not None
    assert found.id == CAROL
    assert await stage.ask(actors.actor_by_uri, uri_of(CAROL).lower()) is None


@pytest.mark.parametrize("typed", ["Carol", "carol", "CAROL"])
async def test_a_name_is_found_whatever_its_case(stage: Stage, typed: str) -> None:
    found = await stage.ask(actors.actor_by_handle, typed, THERE)
    assert found is not None
    assert (found.id, found.username) == (CAROL, "Carol")
    assert await stage.ask(actors.actor_by_handle, typed, HERE) is None


async def test_a_name_given_to_somebody_new_is_theirs(stage: Stage) -> None:
    successor = actor_row(CAROL, id=99, uri="https://a.example/users/carol-2", username="carol")
    await stage.do(actors.save_actor, successor, [], NOW)
    await stage.do(actors.mark_gone, CAROL, NOW + 1)
    gone = await stage.ask(actors.actor, CAROL)
    assert gone is not None
    assert gone.gone_at == NOW + 1
    found = await stage.ask(actors.actor_by_handle, "carol", THERE)
    assert found is not None
    assert found.id == 99


async def test_the_people_of_this_server_are_not_its_own_actor(stage: Stage) -> None:
    assert [row.id for row in await stage.ask(actors.local_actors)] == [ALICE, BOB]
    assert await stage.ask(actors.count_people) == 2


async def test_a_second_look_at_an_actor_changes_what_may_change(stage: Stage) -> None:
    seen = await save(
        stage, CAROL, id=77, name="Carol D.", local=True, created_at=NOW + 9, fetched_at=NOW + 9
    )
    assert seen == CAROL
    found = await stage.ask(actors.actor, CAROL)
    assert found is not None
    assert (found.name, found.fetched_at) == ("Carol D.", NOW + 9)
    assert (found.local, found.created_at) == (False, NOW)


async def test_keys_are_replaced_by_those_seen_last(stage: Stage) -> None:
    await save(stage, CAROL, (KEY, "rsa", "old"), (f"{KEY}-2", "ed25519", "z6Mk"))
    await save(stage, CAROL, (KEY, "rsa", "new"))
    held = await stage.ask(actors.keys_of, CAROL)
    assert [(key.key_id, key.kind, key.public) for key in held] == [(KEY, "rsa", "new")]
    found = await stage.ask(actors.key, KEY)
    assert found is not None
    assert (found[0].public, found[1].id) == ("new", CAROL)
    assert await stage.ask(actors.key, f"{KEY}-2") is None
    assert await stage.ask(actors.keys_of, DAVE) == []


async def test_the_key_of_somebody_else_is_never_taken_over(stage: Stage) -> None:
    await save(stage, CAROL, (KEY, "rsa", "carols"))
    await save(stage, MALLORY, (KEY, "rsa", "mallorys"))
    found = await stage.ask(actors.key, KEY)
    assert found is not None
    assert (found[0].public, found[1].id) == ("carols", CAROL)
    assert await stage.ask(actors.keys_of, MALLORY) == []
    await save(stage, MALLORY)
    assert await stage.ask(actors.key, KEY) is not None


async def test_an_account_has_its_name_once(stage: Stage) -> None:
    found = await stage.ask(actors.account_by_name, "ALICE")
    assert found is not None
    assert (found.id, found.service, found.password_hash) == (ALICE, False, None)
    assert await stage.ask(actors.account_by_name, "nobody") is None
    owner = await stage.ask(actors.account_of, BOB)
    assert owner is not None
    assert owner.username == "bob"
    assert await stage.ask(actors.account_of, CAROL) is None
    assert [row.id for row in await stage.ask(actors.accounts)] == [SERVICE, ALICE, BOB]
    values = {"rsa_private": "", "ed25519_private": "", "created_at": NOW}
    with pytest.raises(ConflictError):
        await stage.do(actors.add_account, id=CAROL, username="bob", **values)


async def test_a_policy_stands_in_the_account_and_on_the_actor(stage: Stage) -> None:
    await stage.do(actors.set_policy, ALICE, "nobody", [uri_of(ALICE)])
    account = await stage.ask(actors.account_of, ALICE)
    actor = await stage.ask(actors.actor, ALICE)
    other = await stage.ask(actors.account_of, BOB)
    assert account is not None
    assert actor is not None
    assert other is not None
    assert (account.invite_policy, actor.can_co_author) == ("nobody", [uri_of(ALICE)])
    assert other.invite_policy == "people_i_follow"


async def test_who_may_follow_and_who_is_found_is_said_of_one_account(stage: Stage) -> None:
    async def said(number: int) -> tuple[bool, bool]:
        found = await stage.ask(actors.actor, number)
        assert found is not None
        return found.manually_approves, bool(found.indexable)

    await stage.do(actors.set_locked, ALICE, True)
    await stage.do(actors.set_indexable, BOB, True)
    assert [await said(number) for number in (ALICE, BOB)] == [(True, False), (False, True)]
    await stage.do(actors.set_locked, ALICE, False)
    await stage.do(actors.set_indexable, BOB, False)
    assert [await said(number) for number in (ALICE, BOB)] == [(False, False)] * 2


async def test_a_session_lasts_until_its_end(stage: Stage) -> None:
    row = {"account_id": ALICE, "csrf": "c", "created_at": NOW}
    await stage.do(actors.add_session, token_hash="one", expires_at=NOW + 10, **row)
    await stage.do(actors.add_session, token_hash="two", expires_at=NOW + 10, **row)
    found = await stage.ask(actors.session, "one", NOW + 9)
    assert found is not None
    assert (found.account_id, found.csrf) == (ALICE, "c")
    assert await stage.ask(actors.session, "one", NOW + 10) is None
    assert await stage.ask(actors.session, "other", NOW) is None
    await stage.do(actors.end_session, "one")
    assert await stage.ask(actors.session, "one", NOW) is None
    assert await stage.ask(actors.session, "two", NOW) is not None


async def test_a_sign_in_link_is_spent_once_and_in_time(stage: Stage) -> None:
    await stage.do(actors.add_sign_in_link, "one", ALICE, NOW + 10)
    await stage.do(actors.add_sign_in_link, "late", BOB, NOW + 10)
    assert await stage.do(actors.use_sign_in_link, "one", NOW + 9) == ALICE
    assert await stage.do(actors.use_sign_in_link, "one", NOW + 9) is None
    assert await stage.do(actors.use_sign_in_link, "late", NOW + 10) is None
    assert await stage.do(actors.use_sign_in_link, "unknown", NOW) is None


async def test_the_shared_inbox_of_those_who_have_one(stage: Stage) -> None:
    inboxes = [f"{uri_of(number)}/inbox" for number in (CAROL, DAVE, MALLORY)]
    shared = await stage.ask(actors.shared_inboxes, inboxes)
    assert shared == dict.fromkeys(inboxes[:2], "https://a.example/inbox")
    assert await stage.ask(actors.shared_inboxes, []) == {}


async def test_one_inviting_actor_of_each_aware_server_that_was_not_asked_for_long(
    stage: Stage,
) -> None:
    for number in (ALICE, CAROL, DAVE, MALLORY):
        await save(stage, number, can_co_author=["x"])
    await stage.put(
        Host,
        {"host": THERE, "aware": True, "aware_checked_at": NOW - 2},
        {"host": "m.example", "aware": False, "aware_checked_at": NOW - 9},
        {"host": HERE, "aware": True, "aware_checked_at": NOW - 9},
        {"host": "new.example", "aware": None},
    )
    assert await stage.ask(actors.to_renew_awareness, NOW - 1, 5) == [uri_of(CAROL)]
    assert await stage.ask(actors.to_renew_awareness, NOW - 2, 5) == []
