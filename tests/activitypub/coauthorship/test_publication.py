from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.answers import FRESH
from activitypub.coauthorship.publication import (
    build_announce,
    check_published,
    is_older_version,
    version_at,
)
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.coauthorship.verification import verify_authors
from activitypub.verdicts import Need, Refused
from activitypub.vocab.reading import format_time
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BOB,
    CAROL,
    NOTE,
    NOW,
    PUBLIC,
    STAMP,
    fetched,
    known,
    published,
    stamp,
)


def bobs_stamp(**changes: Any) -> Stamp:
    found = parse_stamp(stamp(**changes))
    assert isinstance(found, Stamp)
    return found


def announce(visibility: str) -> dict[str, Any]:
    return build_announce(
        id=f"{BOB}/announces/3",
        actor=BOB,
        followers=f"{BOB}/followers",
        primary=ALICE,
        object_id=NOTE,
        visibility=visibility,
        published_at=NOW,
    )


def test_the_announce_has_the_visibility_of_the_object() -> None:
    assert announce("public")["to"] == [PUBLIC]
    assert announce("unlisted")["to"] == [f"{BOB}/followers"]
    assert announce("unlisted")["cc"] == [PUBLIC, ALICE]
    with pytest.raises(ValueError, match="public and unlisted"):
        announce("followers")


def test_bobs_server_finds_published_what_he_agreed_to() -> None:
    assert check_published(published(), bobs_stamp()) is None
    assert check_published(published(attributedTo=ALICE), bobs_stamp()) is None
    assert check_published(published(), bobs_stamp(note=published(BOB, CAROL))) is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"content": "<p>Something else</p>"}, "other_digest"),
        ({"to": [f"{ALICE}/followers"], "cc": [PUBLIC]}, "other_digest"),
        ({"content": ["x"]}, "other_digest"),
        ({"attributedTo": ALICE, "coAuthors": [CAROL]}, "not_named"),
        ({"attributedTo": ALICE, "coAuthors": []}, "not_co_authored"),
        ({"attributedTo": ALICE, "coAuthors": [BOB, CAROL]}, "author_not_consented"),
        ({"attributedTo": "https://a.example/users/eve"}, "other_primary"),
        ({"coAuthorAuthorization": []}, "not_listed"),
        ({"id": f"{NOTE}0"}, "other_object"),
        ({"to": [BOB], "cc": []}, "not_public"),
    ],
)
def test_bobs_server_notices_when_something_else_was_published(
    changes: dict[str, Any], code: str
) -> None:
    found = check_published(published(**changes), bobs_stamp())
    assert isinstance(found, Refused)
    assert found.code == code


def test_nothing_is_published_on_a_stamp_older_than_five_minutes() -> None:
    fresh = known(fetched(STAMP, stamp(), fetched_at=NOW - FRESH))
    assert isinstance(verify_authors(published(), known=fresh, now=NOW, max_age=FRESH), tuple)
    assert verify_authors(published(), known=fresh, now=NOW + 1, max_age=FRESH) == Need((STAMP,))


def test_a_version_is_dated_by_its_update_or_else_its_publication() -> None:
    assert version_at({"published": "1970-01-01T00:00:01Z"}) == 1000
    assert version_at({"published": "x", "updated": "1970-01-01T00:00:02Z"}) == 2000
    assert version_at({"published": "1970-01-01T00:00:01Z", "updated": "soon"}) == 1000
    assert version_at({}) is None


def test_only_an_older_version_is_ignored() -> None:
    later = NOW + 30 * 24 * 3_600_000

    def is_older(document: dict[str, Any], than: dict[str, Any]) -> bool:
        return is_older_version(document, than, now=later, held_since=later)

    held = published(updated="2026-11-21T00:00:00Z")
    assert is_older(published(), held)
    assert is_older(published(published=None), held)
    assert not is_older(held, held)
    assert not is_older(published(updated="2026-11-21T00:00:00.001Z"), held)
    assert not is_older(published(updated="2026-11-21T01:00:00+01:00"), held)


def test_a_date_to_come_counts_as_the_moment_of_reception() -> None:
    pinned = published(updated="9999-01-01T00:00:00Z")
    assert version_at(pinned, NOW) == NOW
    soon = published(updated=format_time(NOW + 300_000))
    assert version_at(soon, NOW) == NOW + 300_000
    newer = published(updated=format_time(NOW + 2_000))
    assert not is_older_version(newer, pinned, now=NOW + 2_000, held_since=NOW)
    assert is_older_version(newer, pinned, now=NOW + 2_000, held_since=NOW + 3_000)
    assert not is_older_version(pinned, newer, now=NOW + 3_000, held_since=NOW + 2_000)
