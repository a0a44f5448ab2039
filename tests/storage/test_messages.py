"""Conversations about consent with people whose software knows nothing of co-authors."""

from __future__ import annotations

from typing import Any

import pytest

from storage.engine import Store
from storage.errors import ConflictError
from storage.queries import consents, messages
from tests.storage.cast import ALICE, CAROL, DAVE, NOW, Stage, note_uri, raise_curtain, uri_of

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

ANSWER = f"{uri_of(CAROL)}/notes/1"
NOTE = f"{uri_of(CAROL)}/notes/2"


def message_uri(number: int) -> str:
    return f"https://here.example/messages/{number}"


async def offer(stage: Stage, number: int, target: int = CAROL, **changes: Any) -> None:
    """Offer ``number``: alice asks carol by message about post 10."""
    row = {
        "id": number,
        "uri": f"{uri_of(ALICE)}/offers/{number}",
        "side": "sent",
        "channel": "message",
        "object_uri": note_uri(10),
        "sender_id": ALICE,
        "target_id": target,
        "authors": [],
        "digest": "zQm",
        "document": "{}",
        "state": "offered",
        "published_at": NOW,
        "expires_at": NOW + 100,
        "created_at": NOW,
    }
    assert await stage.do(consents.add_offer, **(row | changes))


@pytest.fixture
async def stage(store: Store) -> Stage:
    """The cast; carol was asked by message (1) and dave too (2)."""
    stage = await raise_curtain(store)
    for number, target in ((1, CAROL), (2, DAVE)):
        await offer(stage, number, target)
        await stage.do(messages.add_consent, offer_id=number, message_uri=message_uri(number))
    return stage


async def message(stage: Stage, number: int, **changes: Any) -> bool:
    """Message ``number``: ours, that carol is asked."""
    row = {
        "uri": message_uri(number),
        "offer_id": 1,
        "ours": True,
        "kind": "asked",
        "about": "",
        "document": "{}",
        "created_at": NOW,
    }
    return await stage.do(messages.add_message, **(row | changes))


async def test_one_message_is_written_about_one_event(stage: Stage) -> None:
    assert await message(stage, 1)
    assert not await message(stage, 1, kind="accepted")  # one id
    assert not await message(stage, 2)  # one event
    assert await message(stage, 2, about="again")
    assert await message(stage, 3, ours=False)
    assert await message(stage, 4, offer_id=2)
    found = await stage.ask(messages.message, message_uri(1))
    assert found is not None
    assert (found.offer_id, found.ours, found.kind, found.evidence) == (1, True, "asked", None)
    assert await stage.ask(messages.message, message_uri(9)) is None


async def test_what_we_said_is_counted_by_what_it_says(stage: Stage) -> None:
    await message(stage, 1)
    await message(stage, 2, about="again")
    await message(stage, 3, about="theirs", ours=False)
    await message(stage, 4, offer_id=2)
    await message(stage, 5, kind="accepted")
    assert await stage.ask(messages.count_messages, 1, "asked") == 2
    assert await stage.ask(messages.count_messages, 1, "accepted") == 1
    assert await stage.ask(messages.count_messages, 1, "declined") == 0


async def test_an_offer_has_one_conversation(stage: Stage) -> None:
    with pytest.raises(ConflictError):
        await stage.do(messages.add_consent, offer_id=1, message_uri=message_uri(9))
    await stage.do(messages.change_consent, 1, answer_uri=ANSWER)
    carols = await stage.ask(messages.consent, 1)
    daves = await stage.ask(messages.consent, 2)
    assert carols is not None
    assert daves is not None
    assert (carols.message_uri, carols.answer_uri) == (message_uri(1), ANSWER)
    assert (daves.message_uri, daves.answer_uri) == (message_uri(2), None)
    assert await stage.ask(messages.consent, 3) is None


async def test_consent_rests_on_an_answer_or_on_a_public_note(stage: Stage) -> None:
    async def resting_on(uri: str) -> list[int]:
        return [row.offer_id for row in await stage.ask(messages.consents_resting_on, uri)]

    await stage.do(messages.change_consent, 1, answer_uri=ANSWER, note_uri=NOTE)
    await stage.do(messages.change_consent, 2, answer_uri=NOTE, note_uri=NOTE)
    assert await resting_on(ANSWER) == [1]
    assert sorted(await resting_on(NOTE)) == [1, 2]  # each once
    await stage.do(messages.change_consent, 1, note_uri=None)
    assert await resting_on(NOTE) == [2]
    assert await resting_on(message_uri(1)) == []


async def test_offers_by_message_are_told_from_those_by_activity(stage: Stage) -> None:
    await offer(stage, 5)
    await offer(stage, 3, channel="offer")
    await offer(stage, 4, object_uri=note_uri(11))
    await offer(stage, 6, side="received")
    found = await stage.ask(messages.offers_by_message, note_uri(10), CAROL)
    assert [row.id for row in found] == [1, 5]
    assert await stage.ask(messages.offers_by_message, note_uri(10), ALICE) == []


async def test_whoever_said_stop_is_not_asked_until_they_say_otherwise(stage: Stage) -> None:
    said = {"actor_uri": uri_of(CAROL), "created_at": NOW}
    assert await stage.do(messages.add_stop, answer_uri=ANSWER, **said)
    assert not await stage.do(messages.add_stop, answer_uri=NOTE, **said)
    found = await stage.ask(messages.stopped, uri_of(CAROL))
    assert found is not None
    assert found.answer_uri == ANSWER
    assert await stage.ask(messages.stopped, uri_of(DAVE)) is None
    assert not await stage.do(messages.remove_stop, uri_of(DAVE))
    assert await stage.do(messages.remove_stop, uri_of(CAROL))
    assert await stage.ask(messages.stopped, uri_of(CAROL)) is None
