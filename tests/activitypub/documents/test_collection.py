"""Collections, pages and what is left of deleted objects."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.documents.collection import build_collection, build_page, parse_collection
from activitypub.documents.tombstone import build_tombstone
from activitypub.errors import DocumentError

FOLLOWERS = "https://a.example/users/alice/followers"


def test_a_collection_with_pages_is_read_back() -> None:
    view = parse_collection(build_collection(FOLLOWERS, 3, first=f"{FOLLOWERS}?page=1"))
    assert (view.id, view.kind, view.total) == (FOLLOWERS, "OrderedCollection", 3)
    assert (view.first, view.first_page, view.items) == (f"{FOLLOWERS}?page=1", None, ())


def test_a_collection_with_items_is_read_back() -> None:
    note = {"id": "https://a.example/notes/1", "type": "Note"}
    view = parse_collection(build_collection(FOLLOWERS, 2, items=["https://x.example/1", note]))
    assert view.items == ("https://x.example/1", note)
    assert view.item_ids == ("https://x.example/1", "https://a.example/notes/1")


def test_a_page_is_read_back() -> None:
    view = parse_collection(
        build_page(f"{FOLLOWERS}?page=2", FOLLOWERS, ["https://x.example/1"], next="https://n")
    )
    assert (view.kind, view.part_of) == ("OrderedCollectionPage", FOLLOWERS)
    assert (view.next, view.prev) == ("https://n", None)
    assert view.total is None


def test_the_number_of_items_may_be_a_secret() -> None:
    assert "totalItems" not in build_collection(FOLLOWERS, None)


def test_an_embedded_first_page_is_kept() -> None:
    page = {"type": "CollectionPage", "items": ["https://x.example/1"]}
    view = parse_collection({"type": "Collection", "first": page})
    assert view.first is None
    assert view.first_page is not None
    assert parse_collection(view.first_page).items == ("https://x.example/1",)


def test_items_are_found_under_either_name_and_alone() -> None:
    for member in ("items", "orderedItems"):
        view = parse_collection({"type": "OrderedCollection", member: "https://x.example/1"})
        assert view.items == ("https://x.example/1",)


@pytest.mark.parametrize("document", [{}, {"type": "Note"}, {"type": 7}, {"type": None}])
def test_what_is_no_collection_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        parse_collection(document)


@pytest.mark.parametrize("odd", [7, True, -1, 1.5, "3", 2**60, [], {}, [[1]], [None]])
def test_odd_members_are_left_out(odd: Any) -> None:
    view = parse_collection(
        {"type": "Collection", "items": [odd, "x"], "next": [odd], "first": [odd], "id": [odd]}
    )
    assert (view.next, view.first, view.id, view.first_page) == (None, None, None, None)
    assert "x" in view.items
    total = parse_collection({"type": "Collection", "totalItems": odd}).total
    assert total == (7 if type(odd) is int and odd == 7 else None)


def test_a_hostile_collection_is_cut() -> None:
    assert len(parse_collection({"type": "Collection", "items": ["x"] * 100_000}).items) == 5000


def test_a_tombstone_says_what_it_was_and_when_it_went() -> None:
    assert build_tombstone("https://a.example/notes/1", 1795168800000, "Note") == {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": "https://a.example/notes/1",
        "type": "Tombstone",
        "formerType": "Note",
        "deleted": "2026-11-20T10:00:00Z",
    }
    assert build_tombstone("https://x", with_context=False) == {
        "id": "https://x",
        "type": "Tombstone",
    }
