"""The envelope: exactly one actor, and an activity that can be told apart from others."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.activities import Envelope, parse_activity, peek
from activitypub.errors import DocumentError

ALICE = "https://a.example/users/alice"


def activity(**changes: Any) -> dict[str, Any]:
    return {"id": f"{ALICE}/1", "type": "Like", "actor": ALICE, "object": "https://x/1"} | changes


def test_the_envelope_is_read() -> None:
    assert peek(activity()) == Envelope(f"{ALICE}/1", "Like", ALICE)


def test_an_embedded_actor_counts_by_its_id() -> None:
    assert peek(activity(actor={"type": "Person", "id": ALICE, "name": "Eve"})).actor == ALICE


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": None},
        {"actor": ""},
        {"actor": 7},
        {"actor": {}},
        {"actor": {"name": "Alice"}},
        {"actor": [ALICE]},
        {"actor": [ALICE, "https://b.example/users/bob"]},
        {"actor": {"id": [ALICE]}},
        {"actor": "alice"},
        {"actor": "https://user@a.example/alice"},
        {"id": None},
        {"id": 7},
        {"id": "7"},
        {"id": [f"{ALICE}/1"]},
        {"type": None},
        {"type": 7},
        {"type": []},
        {"type": {}},
    ],
)
def test_an_activity_without_id_type_or_its_one_actor_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(DocumentError):
        peek(activity(**changes))


@pytest.mark.parametrize(
    "kind",
    [
        "Accept",
        "Announce",
        "Create",
        "Delete",
        "EmojiReact",
        "Follow",
        "Like",
        "Offer",
        "Reject",
        "Undo",
        "Update",
    ],
)
def test_activities_known_here_are_parsed_by_their_type(kind: str) -> None:
    view = parse_activity(activity(type=kind))
    assert type(view).__name__ == {"EmojiReact": "Like"}.get(kind, kind)
    assert (view.id, view.actor, view.object_id) == (f"{ALICE}/1", ALICE, "https://x/1")
    assert view.object is None


@pytest.mark.parametrize("kind", ["Create", "Follow", "Accept", "Undo"])
@pytest.mark.parametrize(
    "target", [None, 7, "", [], [None], ["https://x/1", "https://x/2"], [["https://x/1"]]]
)
def test_an_activity_needs_exactly_one_object(kind: str, target: Any) -> None:
    with pytest.raises(DocumentError):
        parse_activity(activity(type=kind, object=target))


@pytest.mark.parametrize("kind", ["Accept", "Reject", "Undo"])
def test_an_answer_may_embed_an_activity_without_id(kind: str) -> None:
    follow = {"type": "Follow", "actor": "https://b.example/users/bob", "object": ALICE}
    view = parse_activity(activity(type=kind, object=follow))
    assert (view.object_id, view.object) == ("", follow)


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete", "Announce", "Like", "Offer"])
def test_an_object_without_id_is_nothing_to_act_on(kind: str) -> None:
    with pytest.raises(DocumentError):
        parse_activity(activity(type=kind, object={"type": "Note", "content": "x"}))


@pytest.mark.parametrize("target", [{"id": "https://x/1", "type": "Note"}, ["https://x/1"]])
def test_the_object_is_read_from_its_other_shapes(target: Any) -> None:
    view = parse_activity(activity(type="Create", object=target))
    assert view.object_id == "https://x/1"
    assert view.object == (target if isinstance(target, dict) else None)


def test_an_unknown_activity_is_refused_with_a_typed_error() -> None:
    with pytest.raises(DocumentError):
        parse_activity(activity(type="Travel"))
