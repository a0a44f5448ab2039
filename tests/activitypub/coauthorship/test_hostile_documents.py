"""No document from outside makes a check raise, whatever its shapes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.coauthorship.acceptance import acceptance_refusal
from activitypub.coauthorship.answers import check_accept, check_reject, check_undo_offer
from activitypub.coauthorship.leaving import check_delete_stamp
from activitypub.coauthorship.offers import Invitation, check_offer, read_offer
from activitypub.coauthorship.publication import check_published, is_older_version
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorState, verify_authors
from activitypub.verdicts import Need
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BOB,
    NOTE,
    NOW,
    OFFER,
    STAMP,
    draft,
    fetched,
    known,
    offer,
    published,
    stamp,
)
from tests.examples import examples

NAMES = [
    "@context",
    "id",
    "type",
    "attributedTo",
    "coAuthors",
    "coAuthorAuthorization",
    "to",
    "cc",
    "content",
    "contentMap",
    "summary",
    "name",
    "tag",
    "attachment",
    "href",
    "url",
    "icon",
    "inReplyTo",
    "quote",
    "published",
    "updated",
    "mediaType",
    "digestMultibase",
    "interactingObject",
    "interactionTarget",
    "consentedAuthors",
    "consentDigest",
    "consentProfile",
    "object",
    "actor",
    "target",
    "result",
    "endTime",
    "oneOf",
]
VALUES = st.sampled_from([ALICE, BOB, NOTE, STAMP, OFFER, "", "Note", "x", "2026-11-20T10:00:00Z"])
JSON = st.recursive(
    VALUES | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=10,
)
CHANGES = st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4)


def invitation() -> Invitation:
    found = read_offer(offer())
    assert isinstance(found, Invitation)
    return found


@given(CHANGES, CHANGES)
@settings(max_examples=examples(300))
def test_no_object_and_no_stamp_make_the_verification_raise(
    object_changes: dict[str, Any], stamp_changes: dict[str, Any]
) -> None:
    note = {**published(), **object_changes}
    answers = known(
        fetched(STAMP, {**stamp(), **stamp_changes}), fetched(NOTE, {**note, "id": NOTE})
    )
    found = verify_authors(note, known=answers, now=NOW)
    if isinstance(found, Need):
        assert all(
            url.startswith(("https://b.example/", "https://a.example/")) for url in found.urls
        )
    elif isinstance(found, tuple):
        verified = [each for each in found if each.state is CoAuthorState.VERIFIED]
        assert all(each.actor == BOB and each.stamp_uri == STAMP for each in verified)


@given(CHANGES, CHANGES)
@settings(max_examples=examples(300))
def test_no_offer_makes_the_checks_raise(
    changes: dict[str, Any], draft_changes: dict[str, Any]
) -> None:
    document = {**offer(object={**draft(), **draft_changes}), **changes}
    found = check_offer(document, signer=ALICE, now=NOW, own_actor=lambda actor: actor == BOB)
    if isinstance(found, Invitation):
        assert (found.actor, found.target) == (ALICE, BOB)
        assert found.authors[0] == ALICE
        assert BOB in found.authors
    acceptance_refusal({**draft(), **draft_changes})


@given(CHANGES)
def test_no_other_message_makes_the_checks_raise(changes: dict[str, Any]) -> None:
    base = {"id": f"{BOB}/1", "actor": BOB, "object": OFFER, "result": STAMP}
    for kind in ("Accept", "Reject", "Undo", "Delete"):
        document = {**base, "type": kind, **changes}
        check_accept(document, invitation(), signer=BOB, now=NOW, is_open=True)
        check_reject(document, invitation(), signer=BOB, is_open=True)
        check_undo_offer(document, signer=BOB)
        check_delete_stamp(document, proven_by=BOB, known_issuer=BOB)
    parse_stamp({**stamp(), **changes})
    own = parse_stamp(stamp())
    assert isinstance(own, Stamp)
    check_published({**published(), **changes}, own)
    is_older_version({**published(), **changes}, published(), now=NOW, held_since=NOW)
