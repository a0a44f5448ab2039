from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.authors import full_rendition
from activitypub.coauthorship.leaving import (
    FetchAgain,
    StampDeleted,
    build_delete_stamp,
    check_delete_stamp,
    without_author,
)
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.publication import version_at
from activitypub.verdicts import Refused
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    EVE,
    NOTE,
    NOW,
    PUBLIC,
    STAMP,
    core,
)

DELETE = build_delete_stamp(
    stamp_uri=STAMP, actor=BOB, authors=[ALICE, BOB], followers=f"{BOB}/followers"
)


def test_whoever_leaves_tells_all_other_authors() -> None:
    told = build_delete_stamp(
        stamp_uri=STAMP, actor=BOB, authors=[ALICE, BOB, CAROL], followers=f"{BOB}/followers"
    )
    assert told["cc"] == [ALICE, CAROL, f"{BOB}/followers"]


def test_bob_leaves_by_deleting_his_stamp_with_proof() -> None:
    assert check_delete_stamp(DELETE, proven_by=BOB) == StampDeleted(STAMP, BOB)
    assert check_delete_stamp(DELETE, proven_by=BOB, known_issuer=BOB) == StampDeleted(STAMP, BOB)


@pytest.mark.parametrize(
    ("proven_by", "known_issuer"),
    [(None, None), (None, BOB), (ALICE, BOB), (BEA, None), (BOB, BEA)],
)
def test_without_bobs_proof_his_stamp_is_only_looked_at_again(
    proven_by: str | None, known_issuer: str | None
) -> None:
    assert check_delete_stamp(DELETE, proven_by=proven_by, known_issuer=known_issuer) == FetchAgain(
        STAMP
    )


def test_a_known_stamp_may_be_deleted_by_its_bare_id() -> None:
    bare = {**DELETE, "object": STAMP}
    assert check_delete_stamp(bare, proven_by=BOB, known_issuer=BOB) == StampDeleted(STAMP, BOB)


@pytest.mark.parametrize(
    ("changes", "proven_by", "code"),
    [
        ({"object": STAMP}, BOB, "not_a_stamp"),
        ({"object": {"type": "Tombstone", "id": STAMP}}, BOB, "not_a_stamp"),
        ({"object": {"type": "CoAuthorAuthorization"}}, BOB, "not_a_stamp"),
        ({"object": [STAMP]}, BOB, "not_a_stamp"),
        ({"actor": EVE}, EVE, "other_origin"),
        ({"actor": ALICE}, ALICE, "other_origin"),
        ({"actor": [BOB]}, BOB, "other_origin"),
        ({"type": "Undo"}, BOB, "other_type"),
        ({"id": f"{EVE}#delete"}, BOB, "other_origin"),
    ],
)
def test_nobody_else_takes_bob_off(changes: dict[str, Any], proven_by: str, code: str) -> None:
    found = check_delete_stamp({**DELETE, **changes}, proven_by=proven_by)
    assert isinstance(found, Refused)
    assert found.code == code


def test_taking_an_author_off_keeps_the_consent_of_the_others() -> None:
    before = core(
        cc=[f"{BOB}/followers", BOB, CAROL, f"{CAROL}/followers"],
        tag=[
            {"type": "Mention", "href": BOB, "name": "@bob"},
            {"type": "Mention", "href": CAROL, "name": "@carol"},
            {"type": "Hashtag", "name": "#x"},
        ],
    )
    after = without_author(before, actor=BOB, followers=f"{BOB}/followers", now=NOW)
    assert after["to"] == [PUBLIC]
    assert after["cc"] == [CAROL, f"{CAROL}/followers"]
    assert [tag["name"] for tag in after["tag"]] == ["@carol", "#x"]
    consented = (ALICE, BOB, CAROL)
    people = [("Person", ALICE), ("Person", CAROL)]
    assert consent_digest(full_rendition(after, people), consented) == consent_digest(
        full_rendition(before, [*people, ("Person", BOB)]), consented
    )
    assert after["id"] == NOTE


@pytest.mark.parametrize(
    "dates",
    [
        {"published": "2026-11-20T10:06:00Z"},
        {"published": "2026-11-20T10:06:00Z", "updated": "2026-11-20T10:19:59.900Z"},
        {"updated": "2036-01-01T00:00:00Z"},
        {},
    ],
)
def test_the_version_without_the_author_is_later_than_any_before(dates: dict[str, str]) -> None:
    before = core(**dates)
    after = without_author(before, actor=BOB, followers="", now=NOW)
    earlier, later = version_at(before) or 0, version_at(after)
    assert later is not None
    assert later >= NOW
    assert later // 1000 > earlier // 1000
