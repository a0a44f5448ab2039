"""Polls and credits, as they are stored."""

from __future__ import annotations

import pytest

from storage.engine import Store
from storage.models import CreditOffer
from storage.queries import crediting, polls
from tests.storage.cast import ALICE, BOB, CAROL, DAVE, NOW, Stage, note_uri, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

OPTIONS = [{"name": "Tea", "votes": 0}, {"name": "Coffee", "votes": 0}]


@pytest.fixture
async def stage(store: Store) -> Stage:
    found = await raise_curtain(store)
    for number in (10, 11):
        await found.post(number)
    return found


async def test_votes_count_per_choice_and_people_once(stage: Stage) -> None:
    await stage.do(polls.set_poll, 10, options=OPTIONS, ends_at=NOW + 5, multiple=True)
    for voter, choice in ((BOB, 0), (BOB, 1), (CAROL, 1)):
        vote = {"post_id": 10, "actor_id": voter, "choice": choice, "created_at": NOW}
        assert await stage.do(polls.add_vote, **vote)
        assert not await stage.do(polls.add_vote, **vote)
    assert await stage.ask(polls.tallies, 10) == {0: 1, 1: 2}
    assert sorted(await stage.ask(polls.voter_ids, 10)) == [BOB, CAROL]
    assert await stage.ask(polls.own_votes, [10, 11], BOB) == {10: (0, 1)}
    assert await stage.ask(polls.own_votes, [], BOB) == {}
    assert [vote.choice for vote in await stage.ask(polls.votes_of, 10, CAROL)] == [1]
    assert set(await stage.ask(polls.polls_of, [10, 11])) == {10}
    await stage.do(polls.remove_poll, 10)
    assert await stage.ask(polls.voter_ids, 10) == []


async def test_open_polls_are_due_when_their_time_is_over(stage: Stage) -> None:
    await stage.do(polls.set_poll, 10, options=OPTIONS, ends_at=NOW + 5)
    await stage.do(polls.set_poll, 11, options=OPTIONS, ends_at=None)
    assert await stage.ask(polls.due, NOW + 4, 9) == []
    assert [poll.post_id for poll in await stage.ask(polls.due, NOW + 5, 9)] == [10]
    await stage.do(polls.change_poll, 10, closed_at=NOW + 5, voters=3)
    assert await stage.ask(polls.due, NOW + 5, 9) == []
    found = await stage.ask(polls.poll, 10)
    assert found is not None
    assert (found.voters, found.options) == (3, OPTIONS)


async def test_credits_are_found_by_post_and_by_stamp(stage: Stage) -> None:
    stamp = f"{uri_of(DAVE)}/credits/1"
    first = {"actor_uri": uri_of(DAVE), "stamp_uri": stamp, "state": "unknown", "digest": "zQm"}
    await stage.do(crediting.set_credit, 10, 1, **first)
    await stage.do(crediting.set_credit, 10, 0, actor_uri="", name="Jane", state="claimed")
    found = await stage.ask(crediting.credits_of, [10, 11])
    assert [(row.position, row.name) for row in found[10]] == [(0, "Jane"), (1, "")]
    await stage.do(
        crediting.set_credit, 10, 1, actor_uri=uri_of(DAVE), state="verified", next_check_at=NOW
    )
    [row] = await stage.ask(crediting.with_stamp, stamp)
    assert (row.state, row.digest) == ("verified", "zQm")
    assert [due.position for due in await stage.ask(crediting.due, NOW, 9)] == [1]
    await stage.do(crediting.put_off, 10, NOW + 1)
    assert await stage.ask(crediting.due, NOW, 9) == []
    await stage.do(crediting.remove_credit, 10, 1)
    assert await stage.ask(crediting.credit, 10, 1) is None


async def test_a_question_has_a_row_on_either_side(stage: Stage) -> None:
    row = {
        "uri": "https://here.example/offers/1",
        "post_uri": note_uri(10),
        "sender_id": ALICE,
        "target_id": BOB,
        "media": "zQm",
        "digest": "zQm",
        "document": "{}",
        "state": "offered",
        "expires_at": NOW + 5,
        "created_at": NOW,
    }
    assert await stage.do(crediting.add_offer, id=1, side="sent", post_id=10, **row)
    assert await stage.do(crediting.add_offer, id=2, side="received", **row)
    assert not await stage.do(crediting.add_offer, id=3, side="received", **row)

    def ids(found: list[CreditOffer]) -> list[int]:
        return [offer.id for offer in found]

    assert ids(await stage.ask(crediting.open_between, ALICE, BOB, "sent")) == [1]
    assert ids(await stage.ask(crediting.offers_to, BOB, 9)) == [2]
    assert ids(await stage.ask(crediting.offers_for, note_uri(10), "sent")) == [1]
    assert ids(await stage.ask(crediting.expired, NOW + 5, 9)) == [1, 2]
    await stage.do(crediting.change_offer, 2, state="accepted", stamp_uri="https://here.example/s")
    found = await stage.ask(crediting.offer_by_stamp, "https://here.example/s")
    assert found is not None
    assert found.id == 2
    by_id = await stage.ask(crediting.offer, 2)
    assert by_id is not None
    assert (by_id.side, by_id.state, by_id.post_id) == ("received", "accepted", None)
    by_uri = await stage.ask(crediting.offer_by_uri, str(row["uri"]), "sent")
    assert by_uri is not None
    assert by_uri.id == 1
    assert ids(await stage.ask(crediting.expired, NOW + 5, 9)) == [1]
