"""What an author did: shown only where both sides say it."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.answers import check_stamp_for_offer
from activitypub.coauthorship.authors import full_rendition, single_author_rendition
from activitypub.coauthorship.notice import build_notice, remove_notice
from activitypub.coauthorship.offers import Invitation, read_offer
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.roles import confirmed_roles
from activitypub.coauthorship.stamps import Stamp, build_stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorVerdict, verify_authors
from activitypub.verdicts import Refused
from activitypub.vocab.terms import context_for
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BOB,
    CAROL,
    NOW,
    STAMPS,
    core,
    draft,
    fetched,
    known,
    offer,
    published,
    stamp,
)

AUTHORS = [("Person", ALICE), ("Person", BOB)]


def shown(document: dict[str, Any], *stamps: dict[str, Any]) -> dict[str, str]:
    """The roles that a reader shows."""
    answers = known(*(fetched(str(entry["id"]), entry) for entry in stamps))
    verdicts = verify_authors(document, known=answers, now=NOW)
    assert isinstance(verdicts, tuple)
    assert {verdict.state for verdict in verdicts} == {"verified"}
    return confirmed_roles(document, [ALICE, *document["coAuthors"]], verdicts)


def test_a_role_is_shown_when_the_object_and_the_stamp_agree() -> None:
    note = published(authorRoles=["host", "artist"])
    assert shown(note, stamp(consentedRoles=["host", "artist"])) == {ALICE: "host", BOB: "artist"}


@pytest.mark.parametrize(
    ("claimed", "agreed"),
    [
        (["author", "artist"], None),
        (["author", "artist"], ["author", "photographer"]),
        (["author", "artist"], ["artist", "author"]),
        (None, ["author", "artist"]),
        (["author", "artist", "host"], ["author", "artist"]),
        ("artist", ["author", "artist"]),
        (["author", "king"], ["author", "king"]),
        (["author", ["artist"]], ["author", "artist"]),
        (["author", "artist"], ["artist"]),
        (["author", "artist"], {"1": "artist"}),
    ],
)
def test_on_the_word_of_one_side_everybody_is_simply_an_author(claimed: Any, agreed: Any) -> None:
    note = published(authorRoles=claimed)
    found = shown(note, stamp(consentedRoles=agreed))
    assert BOB not in found


def test_the_primary_authors_role_needs_every_stamp_that_has_roles() -> None:
    roles = ["photographer", "artist", "author"]
    note = published(BOB, CAROL, authorRoles=roles)
    agrees, silent = stamp(BOB, note, consentedRoles=roles), stamp(CAROL, note)
    assert shown(note, agrees, silent) == {ALICE: "photographer", BOB: "artist"}
    other = stamp(CAROL, note, consentedRoles=["author", "artist", "author"])
    assert shown(note, agrees, other) == {BOB: "artist"}


def test_who_left_takes_no_role_of_the_others_along() -> None:
    """The stamp still names carol, the object does not."""
    before = published(BOB, CAROL)
    given = stamp(BOB, before, consentedRoles=["author", "artist", "host"])
    after = published(BOB, authorRoles=["author", "artist"])
    assert shown(after, given) == {BOB: "artist"}


def test_roles_are_not_part_of_the_digest_and_do_not_touch_verification() -> None:
    plain, with_roles = published(), published(authorRoles=["author", "artist"])
    assert consent_digest(plain, [ALICE, BOB]) == consent_digest(with_roles, [ALICE, BOB])
    broken = stamp(consentedRoles=17)
    verdicts = verify_authors(with_roles, known=known(fetched(STAMPS[BOB], broken)), now=NOW)
    assert isinstance(verdicts, tuple)
    assert [verdict.state for verdict in verdicts] == ["verified"]


def test_a_kept_verdict_keeps_its_roles() -> None:
    note = published(authorRoles=["author", "artist"])
    before = verify_authors(
        note,
        known=known(fetched(STAMPS[BOB], stamp(consentedRoles=["author", "artist"]))),
        now=NOW,
    )
    assert isinstance(before, tuple)
    silent = known(fetched(STAMPS[BOB], status=503, fetched_at=NOW))
    after = verify_authors(note, known=silent, now=NOW, previous={BOB: before[0]})
    assert isinstance(after, tuple)
    assert isinstance(after[0], CoAuthorVerdict)
    assert (after[0].reason, confirmed_roles(note, [ALICE, BOB], after)) == (
        "kept",
        {BOB: "artist"},
    )


def invitation(*roles: str) -> Invitation:
    """Alice's Offer to bob with these roles."""
    found = read_offer(offer(object=draft(authorRoles=list(roles) or None)))
    assert isinstance(found, Invitation)
    return found


def test_the_offer_says_what_everybody_is_asked_to_have_done() -> None:
    assert invitation("author", "artist").roles == ("author", "artist")
    assert invitation("author", "author").roles == ()
    assert invitation().roles == ()


@pytest.mark.parametrize("roles", ["artist", ["artist"], ["author", "king"], {"0": "artist"}])
def test_an_offer_with_roles_that_cannot_be_shown_is_discarded(roles: Any) -> None:
    refused = read_offer(offer(object=draft(authorRoles=roles)))
    assert isinstance(refused, Refused)
    assert refused.code == "bad_roles"


@pytest.mark.parametrize(
    ("asked", "agreed", "outcome"),
    [
        (("author", "artist"), ["author", "artist"], None),
        (("author", "artist"), None, None),
        (("author", "artist"), ["author", "host"], "other_roles"),
        ((), ["author", "artist"], "other_roles"),
        ((), ["author", "author"], None),
    ],
)
def test_a_stamp_with_other_roles_than_the_offers_is_refused(
    asked: tuple[str, ...], agreed: list[str] | None, outcome: str | None
) -> None:
    answer = fetched(STAMPS[BOB], stamp(note=draft(), consentedRoles=agreed))
    found = check_stamp_for_offer(answer, invitation(*asked), stamp_uri=STAMPS[BOB], now=NOW)
    assert (found.code if isinstance(found, Refused) else None) == outcome


def test_both_renditions_carry_the_roles_and_their_terms_only_where_they_are_used() -> None:
    full = full_rendition(core(), AUTHORS, roles=("author", "artist"))
    plain = single_author_rendition(core(), AUTHORS, roles=("author", "artist"))
    assert full["authorRoles"] == plain["authorRoles"] == ["author", "artist"]
    assert "authorRoles" in context_for(full)[1]
    without = full_rendition(core(), AUTHORS, roles=("author", "author"))
    assert "authorRoles" not in without
    assert "authorRoles" not in context_for(without)[1]


def test_a_stamp_has_roles_only_where_there_are_any() -> None:
    def built(*roles: str) -> dict[str, Any]:
        return build_stamp(
            id=STAMPS[BOB],
            issuer=BOB,
            object_id="https://a.example/notes/42",
            authors=[ALICE, BOB],
            digest=consent_digest(draft(), [ALICE, BOB]),
            published_at=NOW,
            roles=roles,
        )

    assert "consentedRoles" not in built("author", "author")
    assert built("author", "author") == built()
    parsed = parse_stamp(built("author", "artist"))
    assert isinstance(parsed, Stamp)
    assert parsed.roles == ("author", "artist")


def test_the_notice_says_what_somebody_did_and_is_taken_off_like_any_other() -> None:
    notice = build_notice(
        [("@bob", f"{BOB}/page"), ("@carol", f"{CAROL}/page")], ["artist", "author"]
    )
    assert ">With art by <span" in notice
    assert remove_notice("<p>Hello.</p>" + notice, [ALICE, BOB, CAROL]) == "<p>Hello.</p>"
