from typing import Any

import pytest

from fedi_cotweet.domain.windows import Window
from storage.engine import Store
from storage.models import Activity, Offer
from storage.queries import consents, deliveries, held_back, notifications, post_media
from storage.queries.deliveries import ActivityRow, NewDelivery
from tests.storage.cast import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    MALLORY,
    NOW,
    Stage,
    note_uri,
    raise_curtain,
    uri_of,
)

pytestmark = pytest.mark.usefixtures("every_query_has_an_index")

STAMP = f"{uri_of(BOB)}/coauthor/1"


@pytest.fixture
async def stage(store: Store) -> Stage:
    return await raise_curtain(store)


def offer_uri(number: int) -> str:
    return f"{uri_of(ALICE)}/offers/{number}"


async def offer(stage: Stage, number: int, side: str = "sent", **changes: Any) -> bool:
    """Offer ``number``: alice invites bob to write post 10."""
    row = {
        "id": number,
        "uri": offer_uri(number),
        "side": side,
        "object_uri": note_uri(10),
        "sender_id": ALICE,
        "target_id": BOB,
        "authors": [uri_of(ALICE), uri_of(BOB)],
        "digest": "zQm",
        "document": "{}",
        "state": "offered",
        "published_at": NOW,
        "expires_at": NOW + 100,
        "created_at": NOW,
    }
    return await stage.do(consents.add_offer, **(row | changes))


def ids(found: list[Offer]) -> list[int]:
    return [row.id for row in found]


async def test_an_offer_is_kept_once_on_each_side(stage: Stage) -> None:
    assert await offer(stage, 1)
    assert await offer(stage, 2, "received", uri=offer_uri(1), change=True)
    assert not await offer(stage, 3, uri=offer_uri(1), digest="other")
    sent = await stage.ask(consents.offer_by_uri, offer_uri(1), "sent")
    received = await stage.ask(consents.offer_by_uri, offer_uri(1), "received")
    assert sent is not None
    assert received is not None
    assert (sent.id, sent.digest, sent.change) == (1, "zQm", False)
    assert (received.id, received.change) == (2, True)
    assert sent.authors == [uri_of(ALICE), uri_of(BOB)]
    assert (sent.post_id, sent.stamp_uri, sent.answered_at, sent.reason) == (None, None, None, "")
    assert await stage.ask(consents.offer_by_uri, offer_uri(9), "sent") is None


async def test_an_answer_changes_one_offer(stage: Stage) -> None:
    await offer(stage, 1)
    await offer(stage, 2)
    await stage.do(consents.change_offer, 1, state="accepted", stamp_uri=STAMP, answered_at=NOW)
    one, other = await stage.ask(consents.offer, 1), await stage.ask(consents.offer, 2)
    assert one is not None
    assert other is not None
    assert (one.state, one.stamp_uri, one.answered_at) == ("accepted", STAMP, NOW)
    assert (other.state, other.stamp_uri) == ("offered", None)
    await stage.do(consents.change_offer, 1, answered_at=None)
    one = await stage.ask(consents.offer, 1)
    assert one is not None
    assert (one.answered_at, one.stamp_uri) == (None, STAMP)
    assert await stage.ask(consents.offer, 3) is None


async def test_of_what_somebody_is_an_author_already_is_known(stage: Stage) -> None:
    await offer(stage, 1, "received", state="published")
    await offer(stage, 2, "received", object_uri=note_uri(11))
    await offer(stage, 3, object_uri=note_uri(12), state="published")
    asked = [note_uri(number) for number in (10, 11, 12, 13)]
    assert await stage.ask(consents.objects_agreed_to, BOB, asked) == {note_uri(10)}
    assert await stage.ask(consents.objects_agreed_to, ALICE, asked) == set()
    assert await stage.ask(consents.objects_agreed_to, BOB, []) == set()


async def test_an_invite_that_was_held_back_is_known(stage: Stage) -> None:
    for number, held in ((1, True), (2, False)):
        await offer(stage, number, "received")
        await stage.do(
            consents.notify,
            id=number,
            account_id=BOB,
            kind="cotweet.invite",
            subject=str(number),
            offer_id=number,
            text="",
            created_at=NOW,
            held_back=held,
        )
    known = [
        await stage.ask(held_back.is_offer_held_back, who, number)
        for who, number in ((BOB, 1), (BOB, 2), (ALICE, 1), (BOB, 3))
    ]
    assert known == [True, False, False, False]


async def test_the_offers_of_an_object_come_oldest_first(stage: Stage) -> None:
    await offer(stage, 3)
    await offer(stage, 1, target_id=CAROL)
    await offer(stage, 2, object_uri=note_uri(11))
    await offer(stage, 4, "received")
    assert ids(await stage.ask(consents.offers_for_object, note_uri(10), "sent")) == [1, 3]
    assert ids(await stage.ask(consents.offers_for_object, note_uri(10), "received")) == [4]
    assert await stage.ask(consents.offers_for_object, note_uri(12), "sent") == []


async def test_a_person_sees_invitations_to_them_newest_first(stage: Stage) -> None:
    for number, state in enumerate(("offered", "accepted", "declined", "offered"), 1):
        await offer(stage, number, "received", state=state)
    await offer(stage, 5, "sent")
    await offer(stage, 6, "received", target_id=ALICE)
    shown = ("offered", "accepted")
    assert ids(await stage.ask(consents.offers_to, BOB, shown, 10)) == [4, 2, 1]
    assert ids(await stage.ask(consents.offers_to, BOB, shown, 1)) == [4]
    assert await stage.ask(consents.offers_to, BOB, (), 10) == []
    assert await stage.ask(consents.offers_to, CAROL, shown, 10) == []
    assert sorted(await stage.ask(consents.offers_by_id, [5, 1, 9])) == [1, 5]
    assert await stage.ask(consents.offers_by_id, []) == {}


async def test_open_invitations_are_counted_in_all_and_to_one_person(stage: Stage) -> None:
    await offer(stage, 1, created_at=NOW - 5)
    await offer(stage, 2, target_id=CAROL)
    await offer(stage, 3, state="declined", created_at=NOW - 10)
    await offer(stage, 4, "received")
    assert await stage.ask(consents.count_open, ALICE, "sent") == 2
    assert await stage.ask(consents.count_open, ALICE, "sent", BOB) == 1
    assert await stage.ask(consents.count_open, ALICE, "sent", DAVE) == 0
    assert await stage.ask(consents.count_open, BOB, "sent") == 0
    assert await stage.ask(consents.count_since, ALICE, "sent", NOW - 10) == 3
    assert await stage.ask(consents.count_since, ALICE, "sent", NOW - 5) == 2
    assert await stage.ask(consents.count_since, ALICE, "received", NOW + 1) == 0


async def test_offers_nobody_answered_expire_in_the_order_of_time(stage: Stage) -> None:
    await offer(stage, 1, expires_at=NOW)
    await offer(stage, 2, expires_at=NOW - 5)
    await offer(stage, 3, expires_at=NOW + 1)
    await offer(stage, 4, expires_at=NOW - 9, answered_at=NOW - 10)
    await offer(stage, 5, expires_at=NOW - 9, state="declined")
    assert ids(await stage.ask(consents.offers_to_expire, NOW, 10)) == [2, 1]
    assert ids(await stage.ask(consents.offers_to_expire, NOW, 1)) == [2]
    assert await stage.ask(consents.offers_to_expire, NOW - 6, 10) == []


async def test_somebody_is_reminded_once_of_what_ends_soon_and_was_open_for_longer(
    stage: Stage,
) -> None:
    soon: dict[str, Any] = {"side": "received", "expires_at": NOW + 9, "created_at": NOW - 5}
    different: list[dict[str, Any]] = [
        {},
        {"expires_at": NOW + 10},
        {"expires_at": NOW + 11},
        {"expires_at": NOW},
        {"side": "sent"},
        {"state": "accepted"},
        {"reminded_at": NOW - 1},
        {"created_at": NOW - 1},  # it never lasted longer than the time of the reminder
    ]
    for number, changes in enumerate(different, 1):
        await offer(stage, number, **soon | changes)
    assert ids(await stage.ask(consents.offers_to_remind, NOW, 10, 9)) == [1, 2]
    assert ids(await stage.ask(consents.offers_to_remind, NOW, 10, 1)) == [1]


async def test_what_comes_from_a_server_is_counted_since_a_moment(stage: Stage) -> None:
    rows = ((CAROL, NOW), (DAVE, NOW + 1), (CAROL, NOW - 1), (MALLORY, NOW), (ALICE, NOW))
    for number, (sender, at) in enumerate(rows, 1):
        await offer(stage, number, "received", sender_id=sender, created_at=at)
    await offer(stage, 9, sender_id=CAROL)  # sent is not received
    counted = [
        await stage.ask(consents.count_received_from_host, host, NOW)
        for host in ("a.example", "m.example", "nobody.example")
    ]
    assert counted == [2, 1, 0]


async def test_consent_given_long_ago_and_never_used_lapses(stage: Stage) -> None:
    accepted = {"state": "accepted", "side": "received"}
    await offer(stage, 1, **accepted, answered_at=NOW)
    await offer(stage, 2, **accepted, answered_at=NOW - 5)
    await offer(stage, 3, **accepted, answered_at=NOW + 1)
    await offer(stage, 4, state="accepted", answered_at=NOW - 4)  # one that was sent
    await offer(stage, 5, side="received", state="published", answered_at=NOW - 5)
    assert ids(await stage.ask(consents.offers_to_lapse, NOW, 10)) == [2, 4, 1]
    assert ids(await stage.ask(consents.offers_to_lapse, NOW, 1)) == [2]


async def test_a_picture_belongs_to_a_post_or_to_an_offer(stage: Stage) -> None:
    await stage.post(10)
    await offer(stage, 1)
    row = {"state": "pending", "media_type": "image/png", "created_at": NOW}
    for number, owner in enumerate(({"post_id": 10}, {"offer_id": 1}), 1):
        await stage.do(post_media.add_media, id=number, token=f"token-{number}", **row, **owner)
    assert [item.id for item in await stage.ask(post_media.media_of, offer_ids=[1])] == [2]
    both = await stage.ask(post_media.media_of, post_ids=[10], offer_ids=[1, 2])
    assert [item.id for item in both] == [1, 2]


async def stamp(stage: Stage, number: int, **changes: Any) -> None:
    """Stamp ``number``: bob's for offer ``number``."""
    row = {
        "id": number,
        "uri": f"{uri_of(BOB)}/coauthor/{number}",
        "account_id": BOB,
        "offer_uri": offer_uri(number),
        "object_uri": note_uri(10),
        "digest": "zQm",
        "authors": [uri_of(ALICE), uri_of(BOB)],
        "document": "{}",
        "published_at": NOW,
    }
    await stage.do(consents.add_stamp, **(row | changes))


async def test_a_stamp_is_found_by_what_it_is_known_by(stage: Stage) -> None:
    await stamp(stage, 1)
    found = [
        await stage.ask(consents.stamp_by_uri, STAMP),
        await stage.ask(consents.stamp_by_id, 1),
        await stage.ask(consents.stamp_for_offer, offer_uri(1)),
    ]
    assert [row and (row.id, row.authors, row.deleted_at) for row in found] == [
        (1, [uri_of(ALICE), uri_of(BOB)], None)
    ] * 3
    assert await stage.ask(consents.stamp_by_uri, f"{STAMP}2") is None
    assert await stage.ask(consents.stamp_by_id, 2) is None
    assert await stage.ask(consents.stamp_for_offer, offer_uri(2)) is None


async def test_what_somebody_agreed_to_is_listed_newest_first_deleted_or_not(stage: Stage) -> None:
    for number in (1, 2, 3):
        await stamp(stage, number, object_uri=note_uri(11 if number == 2 else 10))
    await stamp(stage, 4, account_id=ALICE)
    await stage.do(consents.delete_stamp, 3, NOW, "left")

    async def listed(before: int | None, limit: int, *about: str) -> list[int]:
        found = await stage.ask(consents.stamps_by, BOB, before, limit, *about)
        return [row.id for row in found]

    assert await listed(None, 9) == [3, 2, 1]
    assert await listed(None, 2) == [3, 2]
    assert await listed(3, 9) == [2, 1]
    assert await listed(None, 9, note_uri(10)) == [3, 1]


async def test_a_stamp_is_deleted_once_and_for_one_reason(stage: Stage) -> None:
    await stamp(stage, 1)
    await stamp(stage, 2, account_id=ALICE)
    await stamp(stage, 3, object_uri=note_uri(11))
    live = await stage.ask(consents.live_stamps, note_uri(10))
    assert [row.id for row in live] == [1, 2]
    live = await stage.ask(consents.live_stamps, note_uri(10), ALICE)
    assert [row.id for row in live] == [2]
    assert await stage.do(consents.delete_stamp, 1, NOW, "left")
    assert not await stage.do(consents.delete_stamp, 1, NOW + 1, "unused")
    assert not await stage.do(consents.delete_stamp, 9, NOW, "left")
    gone = await stage.ask(consents.stamp_by_id, 1)
    assert gone is not None
    assert (gone.deleted_at, gone.why_deleted) == (NOW, "left")
    assert [row.id for row in await stage.ask(consents.live_stamps, note_uri(10))] == [2]


async def test_a_deleted_stamp_is_remembered_with_who_deleted_it(stage: Stage) -> None:
    assert await stage.do(consents.remember_deleted_stamp, STAMP, uri_of(BOB), NOW)
    assert not await stage.do(consents.remember_deleted_stamp, STAMP, uri_of(BOB), NOW + 1)
    assert await stage.do(consents.remember_deleted_stamp, STAMP, uri_of(CAROL), NOW)
    wanted = [STAMP, f"{STAMP}2", STAMP]
    found = await stage.ask(consents.deleted_stamp_owners, wanted)
    assert set(found) == {(STAMP, uri_of(BOB)), (STAMP, uri_of(CAROL))}
    assert await stage.ask(consents.deleted_stamp_owners, []) == []


async def test_which_sent_offers_a_stamp_answered(stage: Stage) -> None:
    await offer(stage, 1, stamp_uri=STAMP)
    await offer(stage, 2, "received", uri=offer_uri(1), stamp_uri=STAMP)
    await offer(stage, 3)
    assert ids(await stage.ask(consents.sent_offers_with_stamp, STAMP)) == [1]
    assert await stage.ask(consents.sent_offers_with_stamp, f"{STAMP}2") == []


async def test_an_undo_that_came_first_is_remembered_for_a_while(stage: Stage) -> None:
    await stage.do(consents.remember_withdrawn, offer_uri(1), uri_of(ALICE), NOW)
    await stage.do(consents.remember_withdrawn, offer_uri(1), uri_of(ALICE), NOW + 5)
    await stage.do(consents.remember_withdrawn, offer_uri(2), uri_of(ALICE), NOW)
    found = await stage.ask(consents.withdrawn, offer_uri(1), uri_of(ALICE))
    assert found is not None
    assert found.until == NOW + 5
    assert await stage.ask(consents.withdrawn, offer_uri(1), uri_of(CAROL)) is None
    assert await stage.do(consents.forget_withdrawn, NOW) == 0
    assert await stage.do(consents.forget_withdrawn, NOW + 5) == 1
    assert await stage.ask(consents.withdrawn, offer_uri(2), uri_of(ALICE)) is None
    assert await stage.ask(consents.withdrawn, offer_uri(1), uri_of(ALICE)) is not None


async def test_the_log_tells_of_one_object_in_order(stage: Stage) -> None:
    row = {"object_uri": note_uri(10), "actor_uri": uri_of(ALICE), "at": NOW}
    await stage.do(consents.log, id=2, move="accept", digest="zQm", detail={"side": "sent"}, **row)
    await stage.do(consents.log, id=1, move="offer", offer_uri=offer_uri(1), **row)
    await stage.do(consents.log, id=3, move="offer", **(row | {"object_uri": note_uri(11)}))
    entries = await stage.ask(consents.log_of, note_uri(10))
    assert [(entry.move, entry.offer_uri, entry.digest, entry.detail) for entry in entries] == [
        ("offer", offer_uri(1), None, {}),
        ("accept", None, "zQm", {"side": "sent"}),
    ]
    assert await stage.ask(consents.log_of, note_uri(12)) == []


async def test_a_person_is_told_once_and_reads_the_newest_first(stage: Stage) -> None:
    async def tell(number: int, subject: str, account: int = BOB, kind: str = "like") -> bool:
        row = {"id": number, "account_id": account, "kind": kind, "created_at": NOW}
        return await stage.do(consents.notify, subject=subject, **row)

    assert await tell(1, "x")
    assert not await tell(2, "x")
    assert await tell(3, "x", kind="boost")
    assert await tell(4, "y")
    assert await tell(5, "x", account=ALICE)
    first = await stage.ask(notifications.of_account, BOB, Window(2))
    assert [(item.id, item.kind, item.text, item.actor_id) for item in first] == [
        (4, "like", "", None),
        (3, "boost", "", None),
    ]
    assert [
        item.id for item in await stage.ask(notifications.of_account, BOB, Window(2, before=3))
    ] == [1]
    assert await stage.ask(notifications.of_account, CAROL, Window(2)) == []
    await stage.do(consents.forget_notifications, BOB, "like", ["x", "z"])
    await stage.do(consents.forget_notifications, BOB, "like", [])
    assert [item.id for item in await stage.ask(notifications.of_account, BOB, Window(9))] == [4, 3]
    assert [item.id for item in await stage.ask(notifications.of_account, ALICE, Window(9))] == [5]


async def test_the_second_copy_of_an_activity_is_known(stage: Stage) -> None:
    arrival = ("https://a.example/activities/1", uri_of(CAROL), "Like", NOW)
    assert await stage.do(consents.receive_once, *arrival)
    assert not await stage.do(consents.receive_once, *arrival)


def activity(number: int, public: bool = True, object_uri: str | None = None) -> ActivityRow:
    uri = f"{uri_of(ALICE)}/activities/{number}"
    return ActivityRow(number, uri, ALICE, "Create", object_uri, "{}", None, public, NOW)


async def test_an_outbox_shows_what_is_public_newest_first(stage: Stage) -> None:
    for number in range(1, 6):
        await stage.do(deliveries.add_activity, activity(number, public=number != 3))
    first = await stage.ask(consents.public_activities, ALICE, None, 2)
    assert numbers(first) == [5, 4]
    assert numbers(await stage.ask(consents.public_activities, ALICE, 4, 9)) == [2, 1]
    assert await stage.ask(consents.public_activities, BOB, None, 9) == []
    assert await stage.ask(consents.count_public_activities, ALICE) == 4
    assert await stage.ask(consents.count_public_activities, BOB) == 0
    by_id = await stage.ask(consents.activity_by_id, 3)
    by_uri = await stage.ask(consents.activity_by_uri, activity(3).uri)
    assert by_id is not None
    assert by_uri is not None
    assert (by_id.public, by_id.plain_body, by_uri.id) == (False, None, 3)
    assert await stage.ask(consents.activity_by_id, 9) is None
    assert await stage.ask(consents.activity_by_uri, "https://here.example/x") is None


async def test_what_was_said_about_a_deleted_object_leaves_the_outbox(stage: Stage) -> None:
    for number, object_uri in ((1, note_uri(10)), (2, note_uri(11))):
        await stage.do(
            deliveries.add_activity, activity(number, object_uri=object_uri, public=True)
        )
    await stage.do(consents.withhold_activities, note_uri(10))
    assert numbers(await stage.ask(consents.public_activities, ALICE, None, 9)) == [2]


def numbers(found: list[Activity]) -> list[int]:
    return [row.id for row in found]


async def test_everyone_an_object_went_to_is_named_once(stage: Stage) -> None:
    places = ("https://a.example/inbox", "a.example"), ("https://m.example/inbox", "m.example")
    for number, object_uri in ((1, note_uri(10)), (2, note_uri(10)), (3, note_uri(11))):
        await stage.do(deliveries.add_activity, activity(number, object_uri=object_uri))
    rows = [
        NewDelivery(1, 1, ALICE, *places[0], False, NOW),
        NewDelivery(2, 2, ALICE, *places[0], True, NOW),
        NewDelivery(3, 2, ALICE, *places[1], False, NOW),
        NewDelivery(4, 3, ALICE, "https://c.example/inbox", "c.example", False, NOW),
    ]
    await stage.do(deliveries.enqueue, rows)
    assert sorted(await stage.ask(consents.recipients_of, note_uri(10))) == sorted(places)
    assert await stage.ask(consents.recipients_of, note_uri(12)) == []


async def test_who_wrote_with_somebody_is_known_from_what_was_agreed_and_published(
    stage: Stage,
) -> None:
    three = [uri_of(ALICE), uri_of(BOB), uri_of(CAROL)]
    await offer(stage, 1, state="published", authors=three)
    await offer(stage, 3, side="received", state="published", authors=three)
    open_to_dave = [uri_of(ALICE), uri_of(DAVE)]
    await offer(stage, 2, target_id=DAVE, object_uri=note_uri(11), authors=open_to_dave)
    for somebody in (ALICE, BOB):
        assert await stage.ask(consents.co_authors_of, somebody) == set(three)
    assert await stage.ask(consents.co_authors_of, DAVE) == set()
