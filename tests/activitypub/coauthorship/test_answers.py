from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.answers import (
    Accepted,
    Declined,
    Withdrawn,
    build_accept,
    build_reject,
    build_undo_offer,
    check_accept,
    check_reject,
    check_stamp_for_offer,
    check_undo_offer,
)
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.coauthorship.projection import sha256_multibase
from activitypub.coauthorship.stamps import Stamp
from activitypub.verdicts import Refused
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    DAY,
    EVE,
    MINUTE,
    NOTE,
    NOW,
    OFFER,
    STAMP,
    Document,
    draft,
    fetched,
    offer,
    stamp,
)


def invitation(*co_authors: str) -> Invitation:
    found = read_offer(offer(*co_authors))
    assert isinstance(found, Invitation)
    return found


ACCEPT = build_accept(id=f"{BOB}/activities/9", offer=invitation(), stamp_uri=STAMP)
REJECT = build_reject(id=f"{BOB}/activities/10", offer=invitation(), reason="<p>No time</p>")
UNDO = build_undo_offer(invitation())


def answer(document: Document, **options: Any) -> Accepted | Refused:
    arguments = {"signer": BOB, "now": NOW, "is_open": True, **options}
    return check_accept(document, invitation(), **arguments)


def refusal(found: object) -> str:
    assert isinstance(found, Refused), found
    return found.code


def test_bob_accepts() -> None:
    assert answer(ACCEPT) == Accepted(OFFER, BOB, STAMP)
    assert answer({**ACCEPT, "object": OFFER}) == Accepted(OFFER, BOB, STAMP)


def test_of_an_embedded_offer_only_the_id_counts() -> None:
    embedded = {"id": OFFER, "type": "Offer", "actor": EVE, "target": EVE, "object": "x"}
    assert answer({**ACCEPT, "object": embedded}) == Accepted(OFFER, BOB, STAMP)


def test_a_stranger_cannot_accept_bobs_invite() -> None:
    assert refusal(answer(ACCEPT, signer=EVE)) == "other_signer"
    for stranger in (EVE, CAROL, BEA, ALICE):
        forged = {**ACCEPT, "actor": stranger, "id": f"{stranger}/activities/9"}
        assert refusal(answer(forged, signer=stranger)) == "stranger"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "Reject"}, "other_type"),
        ({"type": ["Accept", "Reject"]}, "other_type"),
        ({"actor": [BOB, ALICE]}, "bad_actor"),
        ({"id": f"{EVE}/activities/9"}, "other_origin"),
        ({"object": f"{OFFER}0"}, "other_offer"),
        ({"object": None}, "other_offer"),
        ({"object": [OFFER]}, "other_offer"),
        ({"object": {"type": "Offer", "href": OFFER}}, "other_offer"),
        ({"result": None}, "bad_result"),
        ({"result": [STAMP, STAMP]}, "bad_result"),
        ({"result": {"id": STAMP}}, "bad_result"),
        ({"result": "https://evil.example/stamp"}, "bad_result"),
        ({"result": "http://b.example/stamp"}, "bad_result"),
    ],
)
def test_an_accept_against_the_rules_is_ignored(changes: dict[str, Any], code: str) -> None:
    assert refusal(answer({**ACCEPT, **changes})) == code


def test_a_late_accept_is_told_apart_so_that_it_can_be_answered() -> None:
    assert isinstance(answer(ACCEPT, now=NOW + 7 * DAY), Accepted)
    assert refusal(answer(ACCEPT, now=NOW + 7 * DAY + 1)) == "late"


def test_only_the_first_answer_to_an_open_invitation_counts() -> None:
    assert refusal(answer(ACCEPT, is_open=False)) == "not_open"
    assert refusal(check_reject(REJECT, invitation(), signer=BOB, is_open=False)) == "not_open"


def test_bob_declines_with_or_without_a_reason() -> None:
    assert check_reject(REJECT, invitation(), signer=BOB, is_open=True) == Declined(
        OFFER, BOB, "<p>No time</p>"
    )
    silent = build_reject(id=f"{BOB}/activities/10", offer=invitation())
    assert "content" not in silent
    assert check_reject({**silent, "content": 7}, invitation(), signer=BOB, is_open=True) == (
        Declined(OFFER, BOB, "")
    )


def test_a_stranger_cannot_decline_for_bob() -> None:
    assert refusal(check_reject(REJECT, invitation(), signer=EVE, is_open=True)) == "other_signer"
    forged = {**REJECT, "actor": BEA}
    assert refusal(check_reject(forged, invitation(), signer=BEA, is_open=True)) == "stranger"
    other = {**REJECT, "object": f"{OFFER}0"}
    assert refusal(check_reject(other, invitation(), signer=BOB, is_open=True)) == "other_offer"


def test_alice_withdraws() -> None:
    assert check_undo_offer(UNDO, signer=ALICE) == Withdrawn(OFFER, ALICE)
    assert check_undo_offer({**UNDO, "object": OFFER}, signer=ALICE) == Withdrawn(OFFER, ALICE)


@pytest.mark.parametrize(
    ("changes", "signer", "code"),
    [
        ({}, EVE, "other_signer"),
        ({"actor": EVE, "id": f"{EVE}#undo"}, EVE, "other_offer"),
        ({"actor": BOB, "id": f"{BOB}#undo"}, BOB, "other_offer"),
        ({"object": {"type": "Follow", "id": OFFER}}, ALICE, "not_an_offer"),
        ({"object": {"type": ["Offer", "Follow"], "id": OFFER}}, ALICE, "not_an_offer"),
        ({"object": {"type": "Offer"}}, ALICE, "other_offer"),
        ({"object": None}, ALICE, "other_offer"),
        ({"object": [OFFER]}, ALICE, "other_offer"),
        ({"type": "Delete"}, ALICE, "other_type"),
    ],
)
def test_nobody_else_withdraws(changes: dict[str, Any], signer: str, code: str) -> None:
    assert refusal(check_undo_offer({**UNDO, **changes}, signer=signer)) == code


def check_stamp(
    document: Document | None, offered: Invitation | None = None, **options: Any
) -> Stamp | Refused:
    deleted = options.pop("deleted_stamps", frozenset())
    return check_stamp_for_offer(
        fetched(STAMP, document, **options),
        offered or invitation(),
        stamp_uri=STAMP,
        now=NOW,
        deleted_stamps=deleted,
    )


def test_the_stamp_behind_an_accept_is_consent_to_the_offer() -> None:
    found = check_stamp(stamp(note=draft()))
    assert isinstance(found, Stamp)
    assert (found.id, found.issuer, found.object_id) == (STAMP, BOB, NOTE)
    assert isinstance(check_stamp(stamp(note=draft()), fetched_at=NOW - 5 * MINUTE), Stamp)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"fetched_at": NOW - 5 * MINUTE - 1}, "not_fresh"),
        ({"status": 404}, "bad_answer"),
        ({"status": 503}, "bad_answer"),
        ({"url": f"{STAMP}2"}, "redirected"),
        ({"same_origin": False}, "redirected"),
        ({"media_type": "text/html"}, "bad_media_type"),
        ({"deleted_stamps": {(STAMP, BOB)}}, "deleted"),
    ],
)
def test_a_stamp_that_is_not_there_is_no_consent(options: dict[str, Any], code: str) -> None:
    document = stamp(note=draft())
    url = options.pop("url", STAMP)
    deleted = options.pop("deleted_stamps", frozenset())
    found = check_stamp_for_offer(
        fetched(url, document, **options),
        invitation(),
        stamp_uri=STAMP,
        now=NOW,
        deleted_stamps=deleted,
    )
    assert refusal(found) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attributedTo": BEA, "interactionTarget": BEA}, "other_issuer"),
        ({"interactionTarget": ALICE}, "other_target"),
        ({"interactingObject": f"{NOTE}0"}, "other_object"),
        ({"consentedAuthors": [BOB, ALICE]}, "other_primary"),
        ({"consentedAuthors": [ALICE, CAROL]}, "author_not_consented"),
        ({"consentedAuthors": [ALICE, BOB, CAROL]}, "other_authors"),
        ({"consentDigest": sha256_multibase(b"x")}, "other_digest"),
        ({"consentProfile": "https://w3id.org/fep/af48#profile-2"}, "unknown_profile"),
    ],
)
def test_a_stamp_for_something_else_is_no_consent(changes: dict[str, Any], code: str) -> None:
    assert refusal(check_stamp(stamp(note=draft(), **changes))) == code


def test_a_stamp_must_name_the_authors_in_the_order_of_the_offer() -> None:
    offered = invitation(BOB, CAROL)
    note = draft(BOB, CAROL)
    assert isinstance(check_stamp(stamp(note=note), offered), Stamp)
    swapped = stamp(note=note, authors=(ALICE, CAROL, BOB))
    assert refusal(check_stamp(swapped, offered)) == "other_order"


def test_a_stamp_on_another_server_than_its_issuers_is_no_consent() -> None:
    elsewhere = "https://evil.example/stamps/1"
    document = stamp(note=draft(), id=elsewhere)
    found = check_stamp_for_offer(
        fetched(elsewhere, document), invitation(), stamp_uri=elsewhere, now=NOW
    )
    assert refusal(found) == "other_issuer"
