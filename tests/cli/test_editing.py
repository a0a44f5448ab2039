"""Ordinary posts are changed from the command line, in what is named and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, Script
from tests.cli.samples import PICTURE, POST, wire

CONTROL, COTWEETS = "/api/v1/control", "/api/v1/cotweets"
PATH = f"{CONTROL}/posts/42"
NONE = {"error": "not_found", "message": "There is no such co-tweet."}
TWO = replace(POST, media=(replace(PICTURE, id="7"), replace(PICTURE, id="8")))


@pytest.mark.parametrize(
    ("arguments", "body"),
    [
        (["--cw", "", "--not-sensitive"], {"summary": "", "sensitive": False}),
        (["New", "--language", "de"], {"text": "New", "language": "de"}),
        (["--poll", "a", "--poll", "b"], {"poll": {"options": ["a", "b"]}}),
        (["--poll-ends", "1d", "--poll-single"],
         {"poll": {"ends_in_seconds": 86_400, "multiple": False}}),
    ],
)  # fmt: skip
async def test_only_what_is_named_is_sent(
    run: Run, script: Script, arguments: list[str], body: dict[str, Any]
) -> None:
    script.expect("GET", f"{COTWEETS}/42", NONE, status=404)
    script.expect("PUT", PATH, wire(POST), body=body)
    assert (await run("edit", "42", *arguments)).code == 0


async def test_pictures_are_named_by_their_place(run: Run, script: Script, tmp_path: Path) -> None:
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"png")
    script.expect("GET", f"{COTWEETS}/42", NONE, status=404)
    script.expect("GET", PATH, wire(TWO))
    script.expect("POST", f"{CONTROL}/media", {"id": "9"}, status=201)
    media = [{"id": "8", "focus": "-1,0"}, {"id": "7", "alt": "A=B"}, {"id": "9"}]
    script.expect("PUT", PATH, wire(TWO), body={"media": media})
    changes = ["--describe", "1=A=B", "--focus", "2=-1,0", "--order", "2,1"]
    shown = await run("edit", "42", *changes, "--add", str(picture), "--alt", "Three")
    assert shown.code == 0, shown.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--drop", "3"], 'There is no picture "3".'),
        (["--describe", "A cat"], '"A cat" names no picture.'),
        (["--order", "1,1"], "The order names each picture once."),
    ],
)
async def test_a_picture_that_is_not_there_changes_nothing(
    run: Run, script: Script, arguments: list[str], words: str
) -> None:
    script.expect("GET", f"{COTWEETS}/42", NONE, status=404)
    script.expect("GET", PATH, wire(TWO))
    shown = await run("edit", "42", *arguments)
    assert shown.code != 0
    assert words in shown.err
