"""Each type of activity, as others send it and as we build it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from activitypub.activities.accept import build_accept, parse_accept
from activitypub.activities.announce import build_announce, parse_announce
from activitypub.activities.create import build_create, parse_create
from activitypub.activities.delete import build_delete, parse_delete
from activitypub.activities.follow import build_follow, parse_follow
from activitypub.activities.like import build_like, parse_like
from activitypub.activities.offer import build_offer, parse_offer
from activitypub.activities.reject import build_reject, parse_reject
from activitypub.activities.remove import parse_remove
from activitypub.activities.undo import build_undo, parse_undo
from activitypub.activities.update import build_update, parse_update
from activitypub.documents.note import build_note
from activitypub.errors import DocumentError
from activitypub.vocab.terms import AS2, PUBLIC, Doc

ALICE = "https://a.example/users/alice"
BOB = "https://b.example/users/bob"
ID = f"{ALICE}/activities/1"
NOTE = "https://a.example/notes/42"
AT = 1795168800000


def note(**more: Any) -> dict[str, Any]:
    return build_note(id=NOTE, to=[PUBLIC], cc=[BOB], content="Hi") | more


@pytest.mark.parametrize(
    "parse",
    [
        parse_accept,
        parse_announce,
        parse_create,
        parse_delete,
        parse_follow,
        parse_like,
        parse_offer,
        parse_reject,
        parse_remove,
        parse_undo,
        parse_update,
    ],
)
def test_a_parser_takes_no_activity_of_another_type(parse: Callable[[Doc], object]) -> None:
    with pytest.raises(DocumentError):
        parse({"id": ID, "type": "Block", "actor": ALICE, "object": BOB})


def test_a_follow_is_addressed_to_the_one_it_follows() -> None:
    document = build_follow(ID, ALICE, BOB)
    assert document == {
        "@context": AS2,
        "id": ID,
        "type": "Follow",
        "actor": ALICE,
        "to": [BOB],
        "object": BOB,
    }
    assert parse_follow(document).object_id == BOB


def test_an_accept_embeds_what_it_accepts_without_its_context() -> None:
    document = build_accept(ID, BOB, build_follow(f"{ALICE}/f", ALICE, BOB), [ALICE])
    assert "@context" not in document["object"]
    assert document["object"]["object"] == BOB
    view = parse_accept(document)
    assert (view.object_id, view.result) == (f"{ALICE}/f", None)
    stamped = build_accept(ID, BOB, {"id": ID}, [ALICE], result=f"{BOB}/stamp")
    assert parse_accept(stamped).result == f"{BOB}/stamp"


@pytest.mark.parametrize("result", [7, [], {}, ["https://b.example/stamp"], ""])
def test_a_result_that_is_not_one_identifier_is_none(result: Any) -> None:
    document = build_accept(ID, BOB, {"id": ID}, [ALICE]) | {"result": result}
    assert parse_accept(document).result is None


def test_a_reject_may_say_why() -> None:
    document = build_reject(ID, BOB, f"{ALICE}/offers/1", [ALICE], content="<p>No</p>")
    view = parse_reject(document)
    assert (view.object_id, view.content) == (f"{ALICE}/offers/1", "<p>No</p>")
    assert len(parse_reject(document | {"content": "x" * 10_000}).content) == 2000
    assert parse_reject(document | {"content": ["x"]}).content == ""


def test_an_undo_embeds_the_ids_that_others_need() -> None:
    announce = build_announce(f"{ID}/a", ALICE, NOTE, AT, to=[PUBLIC])
    document = build_undo(f"{ID}#undo", ALICE, announce, to=[PUBLIC])
    assert document["object"] == {
        "type": "Announce",
        "id": f"{ID}/a",
        "actor": ALICE,
        "object": NOTE,
    }
    assert parse_undo(document).object_id == f"{ID}/a"


def test_an_undo_of_an_offer_names_the_note_and_does_not_repeat_it() -> None:
    offer = build_offer(ID, ALICE, note(), BOB, to=[BOB], published_at=AT, end_at=AT + 1)
    undone = build_undo(f"{ID}#undo", ALICE, offer, to=[BOB])["object"]
    assert (undone["object"], undone["target"]) == (NOTE, BOB)


def test_a_create_is_addressed_as_its_note_is() -> None:
    document = build_create(ID, ALICE, note(**{"@context": "x"}), AT)
    assert (document["to"], document["cc"]) == ([PUBLIC], [BOB])
    assert "@context" not in document["object"]
    view = parse_create(document)
    assert (view.object_id, view.to, view.cc) == (NOTE, (PUBLIC,), (BOB,))
    assert view.published_at == AT


@pytest.mark.parametrize(
    "build",
    [lambda it: build_create(ID, ALICE, it, AT), partial(build_update, ID, ALICE)],
)
def test_only_co_authored_notes_bring_the_terms_of_co_authorship(
    build: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    assert "coAuthors" not in build(note())["@context"][1]
    assert "coAuthors" in build(note(coAuthors=[BOB]))["@context"][1]


def test_an_update_of_an_actor_goes_to_everyone() -> None:
    document = build_update(ID, ALICE, {"id": ALICE, "type": "Person"})
    assert document["to"] == [PUBLIC]
    view = parse_update(document)
    assert (view.object_id, view.to) == (ALICE, (PUBLIC,))


def test_a_delete_carries_a_tombstone_and_an_actor_is_deleted_by_id() -> None:
    document = build_delete(ID, ALICE, NOTE, to=[PUBLIC], former_type="Note")
    assert document["object"] == {"id": NOTE, "type": "Tombstone", "formerType": "Note"}
    view = parse_delete(document)
    assert (view.object_id, view.former_type, view.deletes_actor) == (NOTE, "Note", False)
    farewell = build_delete(ID, ALICE, ALICE, to=[PUBLIC])
    assert farewell["object"] == ALICE
    assert parse_delete(farewell).deletes_actor


def test_an_announce_is_by_id_and_dated() -> None:
    document = build_announce(ID, BOB, NOTE, AT, to=["as:Public"], cc=[ALICE])
    assert document["object"] == NOTE
    view = parse_announce(document)
    assert (view.to, view.cc, view.published_at) == ((PUBLIC,), (ALICE,), AT)


def test_a_like_may_be_an_emoji() -> None:
    document = build_like(ID, BOB, NOTE, to=[ALICE])
    assert parse_like(document).content == ""
    assert parse_like(document | {"type": "EmojiReact", "content": "🐈"}).content == "🐈"
    assert parse_like(document | {"_misskey_reaction": ":cat:"}).content == ":cat:"
    with pytest.raises(DocumentError):
        parse_like(document | {"content": "x" * 129})


def test_an_offer_is_read_back() -> None:
    offered = note(coAuthors=[BOB])
    document = build_offer(
        ID, ALICE, offered, BOB, to=[BOB], published_at=AT, end_at=AT + 3_600_000
    )
    view = parse_offer(document)
    assert (view.target, view.to) == (BOB, (BOB,))
    assert (view.published_at, view.end_at) == (AT, AT + 3_600_000)
    assert view.object == offered


@pytest.mark.parametrize("target", [None, 7, [BOB], [BOB, ALICE], {}])
def test_an_offer_to_several_or_to_nobody_has_no_target(target: Any) -> None:
    document = build_offer(ID, ALICE, note(), BOB, to=[BOB], published_at=AT, end_at=AT)
    assert parse_offer(document | {"target": target}).target is None


def test_a_million_addressees_are_cut() -> None:
    document = build_create(ID, ALICE, note(), AT) | {"to": [BOB] * 100_000}
    assert len(parse_create(document).to) == 1000


def test_a_remove_says_what_is_taken_out_of_what() -> None:
    document = {"id": ID, "type": "Remove", "actor": ALICE, "object": {"id": BOB}, "target": NOTE}
    read = parse_remove(document)
    assert (read.actor, read.object_id, read.target) == (ALICE, BOB, NOTE)
    assert parse_remove({**document, "object": BOB, "target": [NOTE, NOTE]}).target is None
