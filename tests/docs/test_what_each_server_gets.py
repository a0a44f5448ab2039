"""docs/explanation/what-each-server-gets.md: every line that it names is in the files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT, read
from tests.federation.peers.software import SOFTWARE
from tests.federation.test_golden_by_software import BY_SOFTWARE

PAGE = ROOT / "docs/explanation/what-each-server-gets.md"
_ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+) \| `(carried|(?:headers:)?/[^`]+)` \| `(.+)` \|$")
_ROWS = [found.groups() for line in read(PAGE).splitlines() if (found := _ROW.match(line))]
_FILES = {name: it.name for it in SOFTWARE for name in it.title.split(", ")}
_ABSENT = object()


def _parsed(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _at(document: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        try:
            document = document[int(step) if isinstance(document, list) else step]
        except (KeyError, IndexError):
            return _ABSENT
    return document


@pytest.mark.parametrize("row", _ROWS, ids=lambda row: f"{row[0]}-{row[1]}-{row[3]}"[:60])
def test_the_line_is_there(row: tuple[str, str, str, str, str]) -> None:
    software, shape, _, line, value = row
    names = _FILES.values() if software == "all" else [_FILES[it] for it in software.split(", ")]
    for name in names:
        if software == "all" and name == "fedi_cotweet" and line == "/object/content":
            continue  # a row of its own says what it gets
        carried, headers, body = _parsed(BY_SOFTWARE / f"{name}.json")[shape]
        place, _, pointer = line.rpartition(":")
        source = _parsed(BY_SOFTWARE / (headers if place else body))
        found = carried if line == "carried" else _at(source, pointer)
        assert found == (_ABSENT if value == "absent" else json.loads(value)), name


def test_every_row_is_read_and_every_software_and_shape_has_one() -> None:
    rows = [line for line in read(PAGE).splitlines() if line.startswith("| ")]
    assert len(rows) == len(_ROWS) + 2 * 2
    shapes = set(_parsed(BY_SOFTWARE / "mastodon-4.5.json"))
    assert {row[1] for row in _ROWS} >= shapes - {"poll", "reply", "Create of a plain post"}
    named = {name for row in _ROWS for name in row[0].split(", ")}
    assert named >= _FILES.keys()


def test_what_it_says_of_how_many_bodies_differ() -> None:
    """Two depend on who gets them."""
    bodies = {path.name for path in (BY_SOFTWARE / "bodies").iterdir()}
    several = {name.partition(".")[0] for name in bodies if name.count(".") > 1}
    assert several == {"co-tweet", "create-of-a-co-tweet"}
    assert f"of {len(bodies)} depend" in read(PAGE).replace("\n", " ")
