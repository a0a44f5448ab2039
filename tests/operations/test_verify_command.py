"""The command `fedi-cotweet verify`: what it prints, how it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fedi_cotweet.cli.main import app
from tests.operations.world import World


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    for name in ("COTWEET_DATA", "COTWEET_ACCOUNT", "COTWEET_DEVELOPMENT", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)

    def call(arguments: tuple[str, ...]) -> int:
        try:
            app(["--data", str(tmp_path), "verify", *arguments], prog_name="fedi-cotweet")
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    async def invoke(*arguments: str) -> Result:
        code = await asyncio.to_thread(call, arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return invoke


async def test_the_command_ends_with_0_when_all_are_verified(
    world: World, run: Callable[..., Any]
) -> None:
    world.publish()
    done = await run(world.note_id, "--development")
    assert (done.code, done.err) == (0, "")
    assert "agreed to exactly this text." in done.out
    assert "All 2 authors are verified." in done.out


async def test_what_is_copied_from_it_stands_on_one_line_in_any_terminal(
    world: World, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    world.publish()
    short = await run(world.note_id, "--development")
    assert world.stamp_id in short.out
    assert world.note_id in short.out.splitlines()
    assert "this post" not in short.out
    monkeypatch.setenv("COLUMNS", "80")
    short = await run(world.note_id, "--development")
    long = await run(world.note_id, "--development", "--details")
    assert len(short.out.splitlines()) <= 10
    assert "this post" in long.out


async def test_the_command_ends_with_1_when_somebody_is_not(
    world: World, run: Callable[..., Any]
) -> None:
    world.a.has(world.note())
    done = await run(world.note_id, "--development")
    assert (done.code, done.err) == (1, "")
    assert "took their consent back" in done.out


@pytest.mark.parametrize(
    ("wrong", "fix"),
    [("@bob@b.example", "https://"), ("http://127.0.0.1:9/notes/1", "--development")],
)
async def test_the_command_ends_with_2_for_what_is_no_address(
    run: Callable[..., Any], wrong: str, fix: str
) -> None:
    done = await run(wrong)
    assert (done.code, done.out) == (2, "")
    assert fix in done.err


async def test_the_command_ends_with_4_when_there_is_nothing(
    world: World, run: Callable[..., Any]
) -> None:
    done = await run(world.note_id, "--development")
    assert (done.code, done.out) == (4, "")
    assert "There is nothing at" in done.err


async def test_the_json_of_the_command_is_stable(world: World, run: Callable[..., Any]) -> None:
    world.publish()
    done = await run(world.note_id, "--development", "--json")
    document = json.loads(done.out)
    assert set(document) == {
        *("verified", "id", "kind", "page", "asked", "checked_at", "published_at", "updated_at"),
        *("summary", "primary", "co_authors", "conditions", "files", "files_with_digest"),
        "companions",
    }
    [bob] = document["co_authors"]
    assert set(bob) == {
        *("id", "handle", "state", "reason", "sentence", "stamp", "issued_at", "fetched_at"),
        *("post_digest", "stamp_digest", "consented_authors", "proof", "conditions"),
    }
    assert (document["verified"], bob["state"], bob["stamp"]) == (True, "verified", world.stamp_id)
    assert bob["conditions"][0] == {
        "code": "author_list",
        "text": "the post names its authors by the rules",
        "holds": True,
    }


async def test_nothing_that_strangers_wrote_acts_in_the_terminal(
    world: World, run: Callable[..., Any]
) -> None:
    note = world.note(coAuthors=None, coAuthorAuthorization=None)
    note["attributedTo"] = [world.alice, "https://b.example/\u202e[bold]\u001b]0;x\u0007"]
    note["type"] = ["Note"]
    world.a.has(note)
    done = await run(world.note_id, "--development")
    assert "\u001b" not in done.out
    assert "\u202e" not in done.out
