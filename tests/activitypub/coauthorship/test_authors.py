from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.authors import (
    WHOLE_OBJECT,
    AuthorList,
    full_rendition,
    listed_stamps,
    read_author_list,
    single_author_rendition,
)
from activitypub.coauthorship.notice import build_notice
from activitypub.coauthorship.projection import consent_digest
from activitypub.verdicts import Refused
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    NOTE,
    PUBLIC,
    STAMP,
    core,
    draft,
    published,
)

BOTH = AuthorList(ALICE, (BOB,))


def person(actor: str) -> dict[str, str]:
    return {"type": "Person", "id": actor}


@pytest.mark.parametrize(
    "attributed",
    [
        [person(ALICE), person(BOB)],
        [ALICE, BOB],
        [ALICE, person(BOB)],
        ALICE,
        [ALICE],
        person(ALICE),
        {"id": ALICE, "type": "Person", "name": "not looked at", "inbox": BOB},
    ],
)
def test_either_rendition_gives_the_author_list(attributed: Any) -> None:
    assert read_author_list(published(attributedTo=attributed)) == BOTH


def test_everyone_is_the_primary_author_then_the_co_authors() -> None:
    found = read_author_list(draft(BOB, CAROL, BEA))
    assert isinstance(found, AuthorList)
    assert found.everyone == (ALICE, BOB, CAROL, BEA)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"attributedTo": None}, "no_primary_author"),
        ({"attributedTo": []}, "no_primary_author"),
        ({"attributedTo": [{"type": "Person"}, BOB]}, "no_primary_author"),
        ({"attributedTo": "alice"}, "no_primary_author"),
        ({"attributedTo": 7}, "no_primary_author"),
        ({"attributedTo": [BOB, ALICE]}, "other_origin"),
        ({"attributedTo": BOB}, "other_origin"),
        ({"id": "https://a.example:8443/notes/42"}, "other_origin"),
        ({"id": "http://a.example/notes/42"}, "other_origin"),
        ({"id": None}, "other_origin"),
        ({"coAuthors": None}, "not_co_authored"),
        ({"coAuthors": []}, "not_co_authored"),
        ({"coAuthors": BOB}, "bad_co_authors"),
        ({"coAuthors": ""}, "bad_co_authors"),
        ({"coAuthors": {}}, "bad_co_authors"),
        ({"coAuthors": [person(BOB)]}, "bad_co_authors"),
        ({"coAuthors": [BOB, None]}, "bad_co_authors"),
        ({"coAuthors": ["acct:bob@b.example"]}, "bad_co_authors"),
        ({"attributedTo": ALICE, "coAuthors": [BOB, BOB]}, "repeated_author"),
        ({"attributedTo": ALICE, "coAuthors": [ALICE]}, "repeated_author"),
        ({"attributedTo": [ALICE, BOB, CAROL]}, "attribution_differs"),
        ({"attributedTo": [ALICE, CAROL]}, "attribution_differs"),
        ({"attributedTo": [ALICE, None]}, "attribution_differs"),
        ({"attributedTo": [ALICE, CAROL, BOB], "coAuthors": [BOB, CAROL]}, "attribution_differs"),
        ({"coAuthorAuthorization": [STAMP, f"{STAMP}2"]}, "too_many_stamps"),
        ({"coAuthorAuthorization": [STAMP, STAMP]}, "too_many_stamps"),
        ({"type": ["Note"]}, "bad_type"),
        ({"type": "Event"}, "bad_type"),
        ({"type": ["Note", "Article"]}, "bad_type"),
        ({"type": None}, "bad_type"),
        ({"to": [f"{ALICE}/followers"]}, "not_public"),
    ],
)
def test_a_claim_against_the_rules_is_refused(changes: dict[str, Any], code: str) -> None:
    found = read_author_list(published(**changes))
    assert isinstance(found, Refused)
    assert found.code == code
    assert (code in WHOLE_OBJECT) is (code in ("no_primary_author", "other_origin"))


def test_nine_co_authors_are_enough() -> None:
    nine = [f"https://b.example/users/{number}" for number in range(9)]
    assert isinstance(read_author_list(draft(*nine)), AuthorList)
    ten = read_author_list(draft(*nine, BOB))
    assert isinstance(ten, Refused)
    assert ten.code == "too_many_co_authors"


@pytest.mark.parametrize("kind", ["Note", "Article", "Question"])
def test_notes_articles_and_questions_can_be_co_authored(kind: str) -> None:
    assert read_author_list(published(type=kind)) == BOTH


def test_stamps_are_listed_once_and_in_order() -> None:
    assert listed_stamps({}) == ()
    assert listed_stamps({"coAuthorAuthorization": "x"}) == ("x",)
    entries = ["y", {"id": "x", "type": "CoAuthorAuthorization"}, "y", 7, None, {"href": "z"}]
    assert listed_stamps({"coAuthorAuthorization": entries}) == ("y", "x")


def test_the_full_rendition_names_every_author_by_type_and_id_only() -> None:
    document = full_rendition(core(), [("Person", ALICE), ("Service", BOB)], [STAMP])
    assert document["attributedTo"] == [person(ALICE), {"type": "Service", "id": BOB}]
    assert document["coAuthors"] == [BOB]
    assert document["coAuthorAuthorization"] == [STAMP]
    assert "coAuthorAuthorization" not in full_rendition(core(), [("Person", ALICE)])


def single(**changes: Any) -> dict[str, Any]:
    return single_author_rendition(
        core(**changes),
        [("Person", ALICE), ("Person", BOB)],
        [STAMP],
        followers_of={f"{BOB}/followers"},
        notice=build_notice([("@bob@b.example", "https://b.example/@bob")]),
    )


def test_the_single_author_rendition_is_for_those_who_drop_arrays() -> None:
    document = single(contentMap={"en": "x", "de": "y"})
    assert document["attributedTo"] == ALICE
    assert document["id"] == NOTE
    assert document["coAuthors"] == [BOB]
    assert document["to"] == [PUBLIC]
    assert document["cc"] == [f"{ALICE}/followers", BOB]
    assert document["content"].endswith("</a></span></p>")
    assert document["contentMap"]["de"].startswith('y<p class="coauthors-inline">')


def test_both_renditions_have_one_digest() -> None:
    changes = {"contentMap": {"en": core()["content"]}}
    assert consent_digest(single(**changes), (ALICE, BOB)) == consent_digest(
        draft(**changes), (ALICE, BOB)
    )


def test_a_notice_that_readers_would_take_for_content_is_left_out() -> None:
    document = single_author_rendition(
        core(),
        [("Person", ALICE), ("Person", BOB)],
        notice=build_notice([("@bob", "https://pages.example/@bob")]),
    )
    assert document["content"] == core()["content"]


def test_building_a_rendition_leaves_the_core_alone() -> None:
    before = core()
    single_author_rendition(
        before, [("Person", ALICE), ("Person", BOB)], followers_of={BOB}, notice="x"
    )
    assert before == core()
