"""Who may say what about which identifier."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.origins import (
    check_fetched,
    check_listing,
    may_create,
    may_delete,
    may_update,
    owns,
)
from activitypub.verdicts import Fetched, Refused

ALICE = "https://a.example/users/alice"
CAROL = "https://a.example/users/carol"
BOB = "https://b.example/users/bob"
NOTE = "https://a.example/notes/42"
AP = "application/activity+json"


def note(**changes: Any) -> dict[str, Any]:
    return {"id": NOTE, "type": "Note", "attributedTo": ALICE} | changes


def code(verdict: object) -> str | None:
    return verdict.code if isinstance(verdict, Refused) else None


def test_an_actor_owns_what_lies_on_its_origin() -> None:
    assert owns(ALICE, NOTE) is None
    assert code(owns(BOB, NOTE)) == "foreign_origin"
    assert code(owns(ALICE, "http://a.example/notes/42")) == "foreign_origin"
    assert code(owns("", "")) == "foreign_origin"


@pytest.mark.parametrize(
    "attributed_to",
    [ALICE, [ALICE], {"type": "Person", "id": ALICE}, [ALICE, BOB], [{"id": ALICE}, {"id": BOB}]],
)
def test_the_first_author_may_create_and_update(attributed_to: Any) -> None:
    assert may_create(ALICE, note(attributedTo=attributed_to)) is None
    assert may_update(ALICE, note(attributedTo=attributed_to), known_owner=ALICE) is None


@pytest.mark.parametrize("attributed_to", [None, [], 7, BOB, CAROL, [BOB, ALICE], {"id": BOB}])
def test_nobody_creates_what_is_not_attributed_to_them_first(attributed_to: Any) -> None:
    assert code(may_create(ALICE, note(attributedTo=attributed_to))) == "not_the_author"


def test_a_co_author_may_neither_create_nor_update_nor_delete() -> None:
    co_authored = note(attributedTo=[ALICE, BOB], coAuthors=[BOB])
    assert code(may_create(BOB, co_authored)) == "foreign_origin"
    assert code(may_update(BOB, co_authored, known_owner=ALICE)) == "not_the_author"
    assert code(may_delete(BOB, NOTE, known_owner=ALICE)) == "not_the_author"
    neighbour = note(attributedTo=[ALICE, CAROL], coAuthors=[CAROL])
    assert code(may_create(CAROL, neighbour)) == "not_the_author"
    assert code(may_update(CAROL, neighbour, known_owner=ALICE)) == "not_the_author"


@pytest.mark.parametrize("note_id", [None, 7, [NOTE], ""])
def test_an_object_without_identifier_belongs_to_nobody(note_id: Any) -> None:
    assert code(may_create(ALICE, note(id=note_id))) == "no_id"


def test_a_new_version_cannot_change_hands() -> None:
    assert code(may_update(CAROL, note(attributedTo=CAROL), known_owner=ALICE)) == "not_the_author"
    assert code(may_update(ALICE, note(attributedTo=CAROL), known_owner=ALICE)) == "not_the_author"


def test_an_actor_changes_itself_and_no_other() -> None:
    assert may_update(ALICE, {"id": ALICE, "type": "Person"}) is None
    assert code(may_update(ALICE, {"id": CAROL, "type": "Person"})) == "not_the_actor"
    disguised = {"id": CAROL, "type": ["Note", "Person"], "attributedTo": ALICE}
    assert code(may_update(ALICE, disguised)) == "not_the_actor"


def test_an_actor_may_delete_itself_and_its_own() -> None:
    assert may_delete(ALICE, ALICE) is None
    assert may_delete(ALICE, NOTE, known_owner=ALICE) is None
    assert may_delete(ALICE, NOTE) is None
    assert code(may_delete(CAROL, NOTE, known_owner=ALICE)) == "not_the_author"
    assert code(may_delete(BOB, NOTE)) == "foreign_origin"


def fetched(**changes: Any) -> Fetched:
    values: dict[str, Any] = {
        "url": NOTE,
        "status": 200,
        "fetched_at": 0,
        "final_url": NOTE,
        "media_type": AP,
        "document": note(),
    }
    return Fetched(**values | changes)


def test_a_document_fetched_from_its_own_id_is_believed() -> None:
    assert check_fetched(fetched()) == note()
    assert check_fetched(fetched(final_url="")) == note()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": 404}, "gone"),
        ({"status": 410}, "gone"),
        ({"status": 0, "error": "timeout"}, "not_fetched"),
        ({"status": 500}, "not_fetched"),
        ({"status": 301}, "not_fetched"),
        ({"media_type": "application/json"}, "media_type"),
        ({"media_type": "application/ld+json"}, "media_type"),
        ({"media_type": "image/png"}, "media_type"),
        ({"media_type": ""}, "media_type"),
        ({"document": None}, "not_json"),
        ({"document": note(id="https://a.example/notes/43")}, "other_id"),
        ({"document": note(id="https://b.example/notes/42")}, "other_id"),
        ({"document": note(id=NOTE + "#x")}, "other_id"),
        ({"document": note(id=None)}, "other_id"),
        ({"document": note(id=[NOTE])}, "other_id"),
        ({"final_url": "https://evil.example/notes/42"}, "foreign_origin"),
        ({"final_url": "https://a.example:8443/notes/42"}, "foreign_origin"),
        ({"final_url": "https://a.example/notes/43"}, "other_id"),
        ({"same_origin": False}, "foreign_origin"),
    ],
)
def test_a_document_that_its_origin_does_not_stand_for_is_refused(
    changes: dict[str, Any], expected: str
) -> None:
    assert code(check_fetched(fetched(**changes))) == expected


def test_a_redirect_through_a_foreign_host_and_back_proves_nothing() -> None:
    assert code(check_fetched(fetched(final_url=NOTE, same_origin=False))) == "foreign_origin"


REPLIES = "https://a.example/notes/42/replies"


def listing(id: Any, **changes: Any) -> Fetched:  # noqa: A002 - the field's own name
    """What GoToSocial answers, whose collections have another query than their address."""
    document = {"type": "OrderedCollection", "id": id}
    return fetched(url=REPLIES, final_url=REPLIES, document=document, **changes)


@pytest.mark.parametrize("query", ["", "?only_other_accounts=false", "?page=1&limit=20"])
def test_a_list_may_say_of_itself_with_which_query_it_was_made(query: str) -> None:
    found = check_listing(listing(REPLIES + query))
    assert isinstance(found, dict)
    assert found["id"] == REPLIES + query


@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("https://a.example/notes/43/replies", "other_id"),
        ("https://a.example/notes/42?/replies", "other_id"),
        ("https://b.example/notes/42/replies?a=b", "other_id"),
        ("http://a.example/notes/42/replies", "other_id"),
        (REPLIES + "#x", "other_id"),
        (None, "other_id"),
    ],
)
def test_a_list_of_another_path_is_refused(id: Any, expected: str) -> None:  # noqa: A002
    assert code(check_listing(listing(id))) == expected
    assert code(check_listing(listing(REPLIES, status=404))) == "gone"
    assert code(check_listing(listing(REPLIES, media_type="text/plain"))) == "media_type"
