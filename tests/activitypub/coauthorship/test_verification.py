"""The state table of FEP-af48, and what may be fetched to fill it."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.verification import (
    CoAuthorState,
    CoAuthorVerdict,
    verify_authors,
)
from activitypub.verdicts import Need, Refused
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    DAY,
    HOUR,
    NOTE,
    NOW,
    STAMP,
    STAMPS,
    Document,
    fetched,
    known,
    published,
    stamp,
)

UNANSWERED = [0, 401, 403, 429, 500, 502, 503, 599]


def verdicts(document: Document, *answers: Any, **options: Any) -> tuple[CoAuthorVerdict, ...]:
    found = verify_authors(document, known=known(*answers), now=NOW, **options)
    assert isinstance(found, tuple), found
    return found


def states(document: Document, *answers: Any, **options: Any) -> list[tuple[str, str]]:
    return [
        (verdict.state.value, verdict.reason) for verdict in verdicts(document, *answers, **options)
    ]


def needs(document: Document, *answers: Any, **options: Any) -> tuple[str, ...]:
    found = verify_authors(document, known=known(*answers), now=NOW, **options)
    assert isinstance(found, Need), found
    return found.urls


def test_a_stamp_that_fits_verifies_its_issuer() -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp()))
    assert verdict == CoAuthorVerdict(
        actor=BOB,
        state=CoAuthorState.VERIFIED,
        reason="",
        object_id=NOTE,
        stamp_uri=STAMP,
        digest=stamp()["consentDigest"],
        consented_authors=(ALICE, BOB),
        fetched_at=NOW,
    )


def test_an_object_without_co_authors_has_no_verdicts() -> None:
    assert verdicts(published(coAuthors=[], attributedTo=ALICE)) == ()


def test_verdicts_come_in_the_order_of_credit() -> None:
    note = published(CAROL, BOB)
    found = verdicts(
        note, fetched(STAMP, stamp(BOB, note)), fetched(STAMPS[CAROL]), fetched(NOTE, note)
    )
    assert [verdict.actor for verdict in found] == [CAROL, BOB]
    assert [verdict.state.value for verdict in found] == ["revoked", "verified"]


def test_the_stamp_is_asked_for_before_anything_is_said() -> None:
    assert needs(published()) == (STAMP,)
    assert needs(published(BOB, CAROL)) == (STAMP, STAMPS[CAROL])


def test_stamps_off_the_co_authors_origins_are_never_fetched() -> None:
    strange = [
        "https://evil.example/s",
        f"{ALICE}/coauthor/x",
        "http://b.example/s",
        "x",
        "data:,x",
    ]
    for uri in strange:
        assert states(published(coAuthorAuthorization=[uri])) == [("invalid", "no_stamp")]


def test_one_stamp_per_co_author_is_fetched_at_a_time() -> None:
    note = published(BOB, CAROL, coAuthorAuthorization=[f"{STAMP}-a", f"{STAMP}-b"])
    assert needs(note) == (f"{STAMP}-a",)
    first = fetched(f"{STAMP}-a", {"id": f"{STAMP}-a"})
    assert needs(note, first) == (f"{STAMP}-b",)
    second = fetched(f"{STAMP}-b", {**stamp(BOB, note), "id": f"{STAMP}-b"})
    assert states(note, first, second) == [("verified", ""), ("invalid", "no_stamp")]


def test_two_co_authors_of_one_server_take_turns() -> None:
    note = published(BOB, BEA)
    assert needs(note) == (STAMPS[BOB], STAMPS[BEA])
    swapped = published(BOB, BEA, coAuthorAuthorization=[STAMPS[BEA], STAMPS[BOB]])
    bobs, beas = fetched(STAMPS[BOB], stamp(BOB, note)), fetched(STAMPS[BEA], stamp(BEA, note))
    assert set(needs(swapped)) == {STAMPS[BOB], STAMPS[BEA]}
    assert needs(swapped, beas) == (STAMPS[BOB],)
    assert states(swapped, bobs, beas) == [("verified", ""), ("verified", "")]


def test_two_waiting_for_one_stamp_ask_for_it_once() -> None:
    note = published(BOB, BEA, coAuthorAuthorization=[STAMPS[BOB]])
    assert needs(note) == (STAMPS[BOB],)
    assert states(note, fetched(STAMPS[BOB], stamp(BOB, note))) == [
        ("verified", ""),
        ("invalid", "other_issuer"),
    ]


def test_a_stamp_fetched_more_than_a_week_ago_is_fetched_again() -> None:
    old = fetched(STAMP, stamp(), fetched_at=NOW - 7 * DAY - 1)
    assert needs(published(), old) == (STAMP,)
    assert states(published(), fetched(STAMP, stamp(), fetched_at=NOW - 7 * DAY)) == [
        ("verified", "")
    ]


def test_a_caller_can_ask_for_fresher_stamps_but_not_for_older_ones() -> None:
    hour_old = fetched(STAMP, stamp(), fetched_at=NOW - HOUR)
    assert needs(published(), hour_old, max_age=HOUR - 1) == (STAMP,)
    old = fetched(STAMP, stamp(), fetched_at=NOW - 8 * DAY)
    assert needs(published(), old, max_age=30 * DAY) == (STAMP,)


def test_a_stamp_for_other_content_is_stale() -> None:
    edited = published(content="<p>Something else</p>")
    assert states(edited, fetched(STAMP, stamp())) == [("stale", "other_digest")]


def test_a_stamp_naming_somebody_who_left_since_stays_valid() -> None:
    three = published(BOB, CAROL)
    assert states(published(), fetched(STAMP, stamp(BOB, three))) == [("verified", "")]


def test_a_stamp_that_does_not_name_every_author_is_invalid() -> None:
    assert states(
        published(BOB, CAROL, coAuthorAuthorization=[STAMP]), fetched(STAMP, stamp())
    ) == [("invalid", "author_not_consented"), ("invalid", "no_stamp")]


def test_authors_stand_in_the_order_that_was_agreed_to() -> None:
    note = published(BOB, CAROL, coAuthorAuthorization=[STAMP])
    swapped = stamp(BOB, note, authors=(ALICE, CAROL, BOB))
    assert states(note, fetched(STAMP, swapped))[0] == ("invalid", "other_order")
    # Whoever has left leaves a gap and changes no order.
    longer = stamp(BOB, note, authors=(ALICE, "https://d.example/users/dave", BOB, CAROL))
    assert states(note, fetched(STAMP, longer))[0] == ("verified", "")


def test_a_notice_of_those_who_agreed_only_is_content_under_other_names() -> None:
    """It is outside the digest of the stamp, and readers who go by the names would show it."""
    words = '<p class="coauthors-inline">Buy this. <a href="https://c.example/x">More</a></p>'
    three = published(BOB, CAROL)
    note = published(content=three["content"] + words)
    assert states(note, fetched(STAMP, stamp(BOB, three))) == [("invalid", "other_notice")]
    mapped = published(contentMap={"en": three["content"] + words})
    assert states(mapped, fetched(STAMP, stamp(BOB, three))) == [("invalid", "other_notice")]
    own = words.replace("c.example", "b.example")
    note = published(content=three["content"] + own)
    assert states(note, fetched(STAMP, stamp(BOB, three))) == [("verified", "")]


def test_a_stamp_reached_by_redirects_on_its_own_server_counts() -> None:
    answer = fetched(STAMP, stamp(), final_url="https://b.example/x")
    assert states(published(), answer) == [("verified", "")]


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_stamp_is_revoked_once_the_object_was_seen_to_list_it_still(status: int) -> None:
    gone = fetched(STAMP, status=status)
    assert needs(published(), gone) == (NOTE,)
    assert needs(published(), gone, fetched(NOTE, published(), fetched_at=NOW - 1)) == (NOTE,)
    assert states(published(), gone, fetched(NOTE, published())) == [("revoked", "stamp_gone")]


def test_a_missing_stamp_that_a_newer_version_replaced_says_nothing_about_it() -> None:
    newer = published(coAuthorAuthorization=[f"{STAMP}2"])
    assert states(published(), fetched(STAMP), fetched(NOTE, newer)) == [
        ("invalid", "object_changed")
    ]


@pytest.mark.parametrize("status", UNANSWERED)
def test_a_missing_stamp_of_an_unreachable_object_is_unknown(status: int) -> None:
    assert states(published(), fetched(STAMP), fetched(NOTE, status=status)) == [
        ("unknown", "object_unanswered")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"document": None, "status": 410},
        {"status": 203},
        {"document": None},
        {"document": published(id="https://a.example/notes/43")},
        {"media_type": "text/html"},
        {"same_origin": False},
        {"final_url": "https://evil.example/notes/42"},
    ],
)
def test_a_missing_stamp_of_an_object_that_is_not_there_is_invalid(changes: dict[str, Any]) -> None:
    answer = fetched(NOTE, **{"document": published(), "status": 200, **changes})
    assert states(published(), fetched(STAMP), answer) == [("invalid", "object_gone")]


def test_a_deleted_stamp_is_revoked_without_being_fetched() -> None:
    deleted = frozenset({(STAMP, BOB)})
    assert states(published(), deleted_stamps=deleted) == [("revoked", "deleted")]
    assert states(published(), fetched(STAMP, stamp()), deleted_stamps=deleted) == [
        ("revoked", "deleted")
    ]


def test_a_neighbour_cannot_delete_bobs_stamp() -> None:
    deleted = frozenset({(STAMP, BEA), (STAMP, ALICE)})
    assert states(published(), fetched(STAMP, stamp()), deleted_stamps=deleted) == [
        ("verified", "")
    ]


def test_a_new_stamp_counts_after_the_old_one_was_deleted() -> None:
    note = published(BOB, CAROL, coAuthorAuthorization=[STAMP, f"{STAMP}2"])
    new = fetched(f"{STAMP}2", {**stamp(BOB, note), "id": f"{STAMP}2"})
    assert states(note, new, deleted_stamps={(STAMP, BOB)})[0] == ("verified", "")


@pytest.mark.parametrize("status", UNANSWERED)
def test_an_unreachable_stamp_is_unknown(status: int) -> None:
    assert states(published(), fetched(STAMP, status=status)) == [("unknown", "no_answer")]


@pytest.mark.parametrize("status", [301, 304, 400, 405, 406, 418, 451, 600])
def test_any_other_answer_is_invalid(status: int) -> None:
    assert states(published(), fetched(STAMP, status=status)) == [("invalid", "bad_answer")]


@pytest.mark.parametrize("status", UNANSWERED)
def test_the_last_result_counts_for_a_week_while_the_server_is_unreachable(status: int) -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp(), fetched_at=NOW - 7 * DAY))
    silent = fetched(STAMP, status=status)
    (kept,) = verdicts(published(), silent, previous={BOB: verdict})
    assert (kept.state, kept.reason, kept.fetched_at) == ("verified", "kept", NOW - 7 * DAY)
    later = verify_authors(
        published(),
        known=known(fetched(STAMP, status=status, fetched_at=NOW + 1)),
        now=NOW + 1,
        previous={BOB: kept},
    )
    assert isinstance(later, tuple)
    assert later[0].state is CoAuthorState.UNKNOWN


@pytest.mark.parametrize(
    "document",
    [
        published(content="<p>edited</p>"),
        published(coAuthorAuthorization=[f"{STAMP}2"]),
        published(id="https://a.example/notes/43"),
        published(BOB, CAROL, coAuthorAuthorization=[STAMP]),
    ],
    ids=["other digest", "other stamp", "other object", "longer author list"],
)
def test_the_last_result_belongs_to_stamp_object_digest_and_authors(document: Document) -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp()))
    (uri,) = document["coAuthorAuthorization"]
    found = verdicts(document, fetched(uri, status=503), previous={BOB: verdict})
    assert found[0].state is CoAuthorState.UNKNOWN


@pytest.mark.parametrize("state", [state for state in CoAuthorState if state != "verified"])
def test_only_a_verified_result_is_kept(state: CoAuthorState) -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp()))
    last = CoAuthorVerdict(BOB, state, "", NOTE, STAMP, verdict.digest, (ALICE, BOB), NOW)
    assert states(published(), fetched(STAMP, status=0), previous={BOB: last}) == [
        ("unknown", "no_answer")
    ]


def test_a_verdict_about_somebody_else_is_not_kept() -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp()))
    note = published(BEA, coAuthorAuthorization=[STAMP])
    assert states(note, fetched(STAMP, status=0), previous={BEA: verdict}) == [
        ("unknown", "no_answer")
    ]


def test_a_deletion_ends_a_kept_result_at_once() -> None:
    (verdict,) = verdicts(published(), fetched(STAMP, stamp()))
    assert states(
        published(),
        fetched(STAMP, status=0),
        previous={BOB: verdict},
        deleted_stamps={(STAMP, BOB)},
    ) == [("revoked", "deleted")]


def test_a_co_author_whose_account_is_gone_is_not_verified() -> None:
    assert states(published(), fetched(STAMP, stamp()), gone_actors={BOB}) == [
        ("invalid", "actor_gone")
    ]


def test_an_object_that_changed_its_primary_author_is_rejected() -> None:
    found = verify_authors(
        published(), known={}, now=NOW, known_primary="https://a.example/users/mallory"
    )
    assert isinstance(found, Refused)
    assert found.code == "primary_changed"
    assert needs(published(), known_primary=ALICE) == (STAMP,)


def test_an_object_that_lost_its_co_authors_may_not_change_its_primary_author_either() -> None:
    alone = published(coAuthors=[], attributedTo="https://a.example/users/mallory")
    found = verify_authors(alone, known={}, now=NOW, known_primary=ALICE)
    assert isinstance(found, Refused)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"attributedTo": BOB}, "other_origin"), ({"attributedTo": []}, "no_primary_author")],
)
def test_an_object_off_its_authors_origin_is_rejected(changes: dict[str, Any], code: str) -> None:
    found = verify_authors(published(**changes), known={}, now=NOW)
    assert isinstance(found, Refused)
    assert found.code == code


def test_a_verdict_never_rests_on_an_answer_to_another_question() -> None:
    answer = {STAMP: fetched("https://b.example/other", stamp())}
    found = verify_authors(published(), known=answer, now=NOW)
    assert isinstance(found, tuple)
    assert found[0].state is CoAuthorState.INVALID


def test_nothing_is_fetched_for_an_object_without_digest() -> None:
    assert states(published(content=["x"])) == [("invalid", "no_digest")]
    assert states(published(), inherited_context=[{"content": "x:y"}]) == [("invalid", "no_digest")]


def test_no_further_stamp_is_fetched_once_one_fits() -> None:
    note = published(BOB, CAROL, coAuthorAuthorization=[STAMP, f"{STAMP}2"])
    assert states(note, fetched(STAMP, stamp(BOB, note)))[0] == ("verified", "")


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("unknown", "stale", "unknown"),
        ("unknown", "revoked", "unknown"),
        ("stale", "revoked", "stale"),
        ("stale", "invalid", "stale"),
        ("revoked", "invalid", "revoked"),
    ],
)
def test_of_several_stamps_the_most_hopeful_state_counts(
    first: str, second: str, state: str
) -> None:
    uris = (f"{STAMP}-a", f"{STAMP}-b")
    note = published(BOB, CAROL, coAuthorAuthorization=list(uris))
    other = stamp(BOB, {**note, "content": "<p>other</p>"})
    for order in ((first, second), (second, first)):
        answers = {
            "unknown": lambda uri: fetched(uri, status=503),
            "stale": lambda uri: fetched(uri, {**other, "id": uri}),
            "revoked": lambda uri: fetched(uri, status=410),
            "invalid": lambda uri: fetched(uri, status=400),
        }
        stamps = [answers[name](uri) for name, uri in zip(order, uris, strict=True)]
        assert states(note, *stamps, fetched(NOTE, note))[0][0] == state


def test_the_first_of_two_equal_states_is_told() -> None:
    uris = [f"{STAMP}-a", f"{STAMP}-b"]
    note = published(BOB, CAROL, coAuthorAuthorization=uris)
    found = verdicts(note, *(fetched(uri, status=503) for uri in uris))
    assert found[0].stamp_uri == uris[0]


def test_an_answer_that_was_not_redirected_may_leave_its_final_address_out() -> None:
    assert states(published(), fetched(STAMP, stamp(), final_url="")) == [("verified", "")]
    newest = fetched(NOTE, published(), final_url="")
    assert states(published(), fetched(STAMP), newest) == [("revoked", "stamp_gone")]


def test_single_values_of_a_stamp_may_stand_in_lists() -> None:
    single = ("attributedTo", "interactionTarget", "interactingObject", "consentProfile")
    listed = {name: [stamp()[name]] for name in (*single, "consentDigest", "published")}
    assert states(published(), fetched(STAMP, {**stamp(), **listed})) == [("verified", "")]
