"""Every document of a folder of real payloads goes through every reader that fits its type.

A typed refusal is fine, any other exception is a bug. ``COTWEET_PAYLOADS`` names the folder; each
folder in it is one sender.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from activitypub.activities import parse_activity, peek
from activitypub.discovery import parse_jrd, parse_nodeinfo
from activitypub.documents.actor import parse_actor
from activitypub.documents.collection import COLLECTION_TYPES, parse_collection
from activitypub.documents.kinds import KINDS
from activitypub.documents.note import NoteView, parse_note
from activitypub.errors import DocumentError
from activitypub.html import consent_safe, sanitise, to_text
from activitypub.vocab.reading import parse_json, types
from activitypub.vocab.terms import ACTOR_TYPES

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("COTWEET_PAYLOADS", ROOT / ".." / "shared" / "payloads")).resolve()
HOSTILE = ("<script", "<style", "<iframe", "<object", "<embed", "<img", "<svg", 'href="javascript')
MEDIA = {"Image", "Audio", "Video", "Document"}

Counts = Counter[tuple[str, str, str]]


def _sender(path: Path) -> str:
    parts = path.relative_to(FOLDER).parts
    # One folder of Lemmy's holds what others sent to it, by software.
    return f"{parts[0]}/{parts[-3]}" if "assets" in parts[:-2] else parts[0]


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _render(note: NoteView) -> None:
    for text in (note.content, note.summary, note.name, *note.content_map.values()):
        safe = sanitise(text)
        assert consent_safe(safe), "sanitising twice is not sanitising once"
        assert not any(word in safe.lower() for word in HOSTILE), "an unsafe tag or attribute"
        to_text(text)
        consent_safe(text)


def _read(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = set(types(document))
    readers: dict[str, Any] = {}
    if kinds & ACTOR_TYPES or "inbox" in document:
        readers["actor"] = parse_actor
    if kinds & (KINDS - MEDIA if "id" not in document else KINDS):
        readers["note"] = parse_note
    if kinds & COLLECTION_TYPES:
        readers["collection"] = parse_collection
    if "actor" in document:
        readers["envelope"] = peek
        readers["activity"] = parse_activity
    if "links" in document and "subject" in document:
        readers["jrd"] = parse_jrd
    if "software" in document:
        readers["nodeinfo"] = parse_nodeinfo
    for category, read in readers.items():
        try:
            view = read(document)
        except DocumentError:
            yield category, "refused"
            continue
        if isinstance(view, NoteView):
            _render(view)
        yield category, "read"


def _read_file(path: Path) -> Counts:
    counts: Counts = Counter()
    sender = _sender(path)
    try:
        document = parse_json(path.read_bytes())
    except DocumentError:
        counts[sender, "file", "refused"] += 1
        return counts
    counts[sender, "file", "read"] += 1
    for found in _objects(document):
        for category, outcome in _read(found):
            counts[sender, category, outcome] += 1
    return counts


def test_every_payload_is_read_or_refused_with_a_typed_error() -> None:
    if not FOLDER.is_dir():
        message = f"NO PAYLOADS: {FOLDER} is missing. Set COTWEET_PAYLOADS to a folder."
        print(f"\n{'!' * 20} {message}")
        pytest.fail(message)
    counts: Counts = Counter()
    failures: list[str] = []
    paths = sorted(FOLDER.rglob("*.json"))
    for path in paths:
        try:
            counts += _read_file(path)
        except Exception as error:  # every document is tried, then all failures are told
            failures.append(f"{path.relative_to(FOLDER)}: {type(error).__name__}: {error}")
    _print(counts)
    assert not failures, "\n".join(failures)
    assert sum(counts.values()) > len(paths) > 0


def _print(counts: Counts) -> None:
    senders = sorted({sender for sender, _, _ in counts})
    categories = ["file", "envelope", "activity", "actor", "note", "collection", "jrd", "nodeinfo"]
    print(f"\n{'sender (read/refused)':32}" + "".join(f"{name:>12}" for name in categories))
    for sender in [*senders, "all"]:
        cells = []
        for category in categories:
            read, refused = (
                sum(
                    count
                    for (who, what, result), count in counts.items()
                    if sender in {who, "all"} and what == category and result == outcome
                )
                for outcome in ("read", "refused")
            )
            cells.append(f"{read}/{refused}" if read or refused else "")
        print(f"{sender:32}" + "".join(f"{cell:>12}" for cell in cells))
