"""Whatever JSON a stranger sends, readers answer with a view or with DocumentError."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activitypub.activities import parse_activity, peek
from activitypub.discovery import parse_jrd, parse_nodeinfo, parse_nodeinfo_links
from activitypub.documents.actor import parse_actor
from activitypub.documents.collection import parse_collection
from activitypub.documents.note import parse_note
from activitypub.errors import DocumentError
from activitypub.origins import may_create, may_update
from activitypub.vocab.reading import as_list, parse_json, parse_strict_json
from activitypub.vocab.terms import Doc
from tests.examples import examples

ACTIVITYSTREAMS = Path(__file__).parents[1] / "vectors" / "activitystreams" / "test"
ALICE = "https://a.example/users/alice"


def _visibility(document: Doc) -> object:
    return parse_note(document).visibility


READERS: dict[str, Callable[[Doc], object]] = {
    "peek": peek,
    "activity": parse_activity,
    "actor": parse_actor,
    "note": _visibility,
    "collection": parse_collection,
    "jrd": parse_jrd,
    "nodeinfo": parse_nodeinfo,
    "nodeinfo links": lambda document: parse_nodeinfo_links(document, "https://a.example/"),
    "may create": lambda document: may_create(ALICE, document),
    "may update": lambda document: may_update(ALICE, document),
}

_MEMBER_NAMES = """
    @context @language id type actor object target to cc audience attributedTo coAuthors name
    nameMap summary summaryMap content contentMap mediaType url href rel icon image attachment
    tag inbox outbox endpoints sharedInbox followers following featured publicKey owner
    publicKeyPem assertionMethod controller publicKeyMultibase preferredUsername webfinger
    interactionPolicy canCoAuthor manualApproval automaticApproval generator implements
    published updated endTime closed deleted inReplyTo quote oneOf anyOf replies totalItems
    items orderedItems first next result language identifier sensitive focalPoint width height
    blurhash digestMultibase alsoKnownAs movedTo links subject software version protocols
    metadata value formerType
"""
_KNOWN_VALUES = """
    Note Person Question Image Create Follow Accept Undo Like Offer Collection Multikey Mention
    Hashtag PropertyValue Public as:Public self en und text/html text/plain image/png
    application/activity+json bob acct:bob@b.example z6Mk2026 https://a.example/users/alice
    https://a.example/users/alice/followers https://a.example https://[::1 https://a:99999
    https://u@a.example javascript:alert(1) 2026-11-20T10:00:00Z 9999-12-31T23:59:60-23:59
    <p>x</p> <b>
"""
MEMBERS = st.sampled_from(_MEMBER_NAMES.split())
WORDS = st.sampled_from(_KNOWN_VALUES.split())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | WORDS
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(MEMBERS | WORDS, inner, max_size=6),
    max_leaves=25,
)
DOCUMENTS = st.dictionaries(MEMBERS, VALUES, max_size=12)
LIKELY: dict[str, Any] = {
    "id": f"{ALICE}/1",
    "actor": ALICE,
    "object": "https://a.example/notes/42",
    "inbox": f"{ALICE}/inbox",
    "outbox": f"{ALICE}/outbox",
    "preferredUsername": "alice",
    "software": {"name": "x"},
}
TYPES = ["Note", "Question", "Person", "Create", "Accept", "Like", "Offer", "Delete", "Collection"]


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=examples(50))
@given(document=DOCUMENTS)
def test_arbitrary_documents_raise_nothing_but_document_errors(
    reader: str, document: dict[str, Any]
) -> None:
    with suppress(DocumentError):
        READERS[reader](document)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=examples(50))
@given(kind=st.sampled_from(TYPES), document=DOCUMENTS)
def test_documents_that_look_right_raise_nothing_else_either(
    reader: str, kind: str, document: dict[str, Any]
) -> None:
    with suppress(DocumentError):
        READERS[reader](document | LIKELY | {"type": kind})


@given(VALUES)
def test_json_is_parsed_to_what_it_is_or_refused(value: Any) -> None:
    try:
        body = orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return
    for parse in (parse_json, parse_strict_json):
        try:
            assert parse(body) == value
        except DocumentError:
            assert not isinstance(value, dict) or parse is parse_strict_json


@given(st.binary(max_size=200))
def test_arbitrary_octets_raise_nothing_but_document_errors(body: bytes) -> None:
    for parse in (parse_json, parse_strict_json):
        with suppress(DocumentError):
            assert isinstance(parse(body), dict)


@pytest.mark.parametrize(
    "path", sorted(ACTIVITYSTREAMS.rglob("*.json")), ids=lambda path: str(path.name)
)
def test_the_documents_of_the_activitystreams_test_suite_do_no_harm(path: Path) -> None:
    try:
        document = parse_json(path.read_bytes())
    except DocumentError:
        assert path.parent.name == "fail" or path.name == "vocabulary-ex196-jsonld.json"
        return
    for read in READERS.values():
        with suppress(DocumentError):
            read(document)


def test_notes_collections_and_activities_of_the_test_suite_are_read() -> None:
    read = {"Note": 0, "Collection": 0, "Create": 0}
    for path in ACTIVITYSTREAMS.glob("*.json"):
        try:
            document = parse_json(path.read_bytes())
        except DocumentError:
            continue
        kind = str(document.get("type"))
        # Most examples have no id; that is what the readers insist on.
        named = {"id": f"{ALICE}/1"} | document
        if kind == "Note":
            note = parse_note(named)
            assert note.content or note.name or "content" not in document
            read["Note"] += 1
        elif kind in {"Collection", "OrderedCollection"}:
            items = as_list(document.get("items", document.get("orderedItems")))
            assert list(parse_collection(document).items) == items
            read["Collection"] += 1
        elif kind == "Create" and isinstance(document.get("actor"), str):
            assert peek(named).type == "Create"
            read["Create"] += 1
    assert all(count > 0 for count in read.values()), read
