import pytest

from storage.engine import Store
from storage.queries import consents, deliveries, inboxes, posts
from storage.queries.deliveries import ActivityRow
from tests.storage.cast import ALICE, BOB, CAROL, NOW, Stage, raise_curtain

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


def _row(number: int, account_id: int = ALICE, kind: str = "Create") -> dict[str, object]:
    return {
        "id": number,
        "account_id": account_id,
        "uri": f"https://a.example/{number}",
        "actor_id": CAROL,
        "kind": kind,
        "object_uri": f"https://a.example/notes/{number}",
    }


async def test_what_arrived_is_there_once_newest_first(stage: Stage) -> None:
    rows = [_row(1), _row(2), _row(3, BOB), _row(4, kind="Like")]
    assert await stage.do(inboxes.add, rows) == 4
    assert await stage.do(inboxes.add, [{**_row(1), "id": 9}]) == 0
    assert [row.id for row in await stage.ask(inboxes.page, ALICE, None, 10)] == [4, 2, 1]
    assert [row.id for row in await stage.ask(inboxes.page, ALICE, 4, 1)] == [2]
    uris = [str(row["object_uri"]) for row in rows]
    found = await stage.ask(inboxes.noted, ALICE, "Create", uris)
    assert found == set(uris[:2])
    assert await stage.ask(inboxes.noted, ALICE, "Create", []) == set()
    assert await stage.do(inboxes.forget, 3, 1) == 1
    assert [row.id for row in await stage.ask(inboxes.page, ALICE, None, 10)] == [4, 2]


async def test_what_it_is_about_is_found(stage: Stage) -> None:
    await stage.post(1, ALICE)
    made = await stage.ask(posts.post, 1)
    assert made is not None
    [post] = await stage.ask(inboxes.posts_about, [made.uri])
    assert post.id == 1
    assert await stage.ask(inboxes.posts_about, []) == []
    assert await stage.ask(inboxes.boosts_at, [7]) == []
    assert await stage.ask(inboxes.invitations, ALICE, ["https://a.example/offer"]) == []
    assert await stage.ask(inboxes.invitations, ALICE, []) == []


async def test_all_that_somebody_did_is_theirs_to_read(stage: Stage) -> None:
    for number, public in ((1, True), (2, False)):
        row = ActivityRow(
            id=number,
            uri=f"https://here.example/{number}",
            actor_id=ALICE,
            kind="Follow",
            object_uri=None,
            body="{}",
            plain_body=None,
            public=public,
            created_at=NOW,
        )
        await stage.do(deliveries.add_activity, row)
    assert await stage.ask(consents.count_own_activities, ALICE) == 2
    found = await stage.ask(consents.own_activities, ALICE, None, 10)
    assert [row.id for row in found] == [2, 1]
    assert [row.id for row in await stage.ask(consents.own_activities, ALICE, 2, 10)] == [1]
    newest = await stage.ask(consents.newest_activity, ALICE, "Follow", 1)
    assert newest is not None
    assert newest.id == 2
    assert await stage.ask(consents.newest_activity, ALICE, "Follow", 2) is None


async def test_the_first_create_of_a_post_counts(stage: Stage) -> None:
    for number in (10, 11):
        await stage.post(number)
    for uri in ("https://a.example/1", "https://a.example/2"):
        await stage.do(inboxes.note_create, 10, uri)
    assert await stage.ask(inboxes.creates_of, [10, 11]) == {10: "https://a.example/1"}
    assert await stage.ask(inboxes.creates_of, []) == {}
