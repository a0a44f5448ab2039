from typing import Any

import pytest

from storage.engine import Store
from storage.queries import actors, bookmarks, follows, imports, lists, migrations, relations
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    NOW,
    Stage,
    note_uri,
    raise_curtain,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


async def test_rows_of_an_import_come_in_order(stage: Stage) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "account_id": ALICE,
            "kind": "mutes",
            "address": f"x{number}@b.example",
            "options": {},
            "state": "waiting",
            "created_at": NOW,
        }
        for number in (1, 2)
    ]
    await stage.do(imports.add_rows, rows)
    assert await stage.ask(imports.count_waiting, ALICE, 10) == 2
    first = await stage.ask(imports.next_row, ALICE)
    assert first is not None
    assert first.address == "x1@b.example"
    await stage.do(imports.end_row, 1, "failed")
    await stage.do(imports.end_row, 2, "done")
    assert await stage.ask(imports.next_row, ALICE) is None
    assert await stage.ask(imports.states, ALICE) == {("mutes", "failed"): 1, ("mutes", "done"): 1}
    assert await stage.ask(imports.next_row, BOB) is None
    assert await stage.ask(imports.failed, ALICE, "mutes", 9) == ["x1@b.example"]
    await stage.do(imports.add_rows, [rows[0] | {"id": 3}])
    await stage.do(imports.forget_over, ALICE, "mutes")
    assert len(await stage.ask(imports.states, ALICE)) == 3, "one waits: nothing is forgotten"
    await stage.do(imports.end_row, 3, "done")
    await stage.do(imports.forget_over, ALICE, "mutes")
    assert await stage.ask(imports.states, ALICE) == {}


async def test_lists_of_people(stage: Stage) -> None:
    bob, carol = await stage.ask(actors.actor, BOB), await stage.ask(actors.actor, CAROL)
    assert bob is not None
    assert carol is not None
    for number, person in ((11, carol), (12, bob)):
        await stage.do(
            follows.add_follow,
            id=number,
            follower_id=ALICE,
            followed_id=person.id,
            uri=f"https://a.example/f/{number}",
            state="accepted",
            now=NOW,
        )
    names = [f"{one.username}@{one.host}" for one in (carol, bob)]
    followed = await stage.ask(imports.followed, ALICE)
    assert [one.handle for one in followed] == names
    assert {(one.shows_boosts, one.notifies, one.languages) for one in followed} == {
        (True, False, ())
    }
    await stage.do(
        relations.add_block, id=13, actor_id=ALICE, target_id=CAROL, uri=None, created_at=NOW
    )
    assert await stage.ask(imports.blocked, ALICE) == names[:1]
    await stage.do(relations.set_mute, ALICE, BOB, until=None, now=NOW)
    await stage.do(relations.set_mute, ALICE, DAVE, until=NOW + 1, now=NOW)
    assert await stage.ask(imports.muted, ALICE, NOW) == [(names[1], True)]


async def test_lists_and_bookmarks(stage: Stage) -> None:
    await stage.do(lists.add_list, id=20, account_id=ALICE, title="Tea", created_at=NOW)
    await stage.do(lists.add_member, 20, BOB)
    bob = await stage.ask(actors.actor, BOB)
    assert bob is not None
    assert await stage.ask(imports.on_lists, ALICE) == [("Tea", f"{bob.username}@{bob.host}")]
    assert await stage.ask(imports.on_lists, BOB) == []
    await stage.post(1_000)
    await stage.do(bookmarks.keep, 30, ALICE, 1_000)
    assert await stage.ask(imports.bookmarked, ALICE) == [note_uri(1_000)]
    assert await stage.ask(imports.bookmarked, BOB) == []


async def test_where_an_account_goes_on(stage: Stage) -> None:
    await stage.do(migrations.set_aliases, ALICE, ["https://b.example/users/alice"])
    await stage.do(migrations.set_moved, ALICE, to="https://b.example/users/alice", at=NOW)
    await stage.do(migrations.set_moved, ALICE, to=None, at=None)
    actor, account = await stage.ask(actors.actor, ALICE), await stage.ask(actors.account_of, ALICE)
    assert actor is not None
    assert account is not None
    assert (actor.moved_to, account.moved_at) == (None, NOW)
    assert actor.also_known_as == ["https://b.example/users/alice"]
