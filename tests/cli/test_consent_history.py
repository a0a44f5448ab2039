"""The consent log on the command line: who did what, in words, and what it can be checked by."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run, Script
from tests.cli.samples import ALICE, BOB, NOW

PATH = "/api/v1/cotweets/42/log"
OBJECT = "https://a.example/notes/42"
OFFER = "https://a.example/users/alice/offers/tuBtldHaZKykDMd_qGpsvVG6"


def entry(move: str, by: str = "alice", concerns: str = BOB.handle, **detail: Any) -> Any:
    who = {"alice": ALICE, "bob": BOB}.get(by)
    return {
        "id": "1",
        "at": NOW,
        "move": move,
        "actor": OFFER if who is None else who.uri,
        "handle": "" if who is None else who.handle,
        "offer": OFFER,
        "digest": "zQmQx7sPxpFybwan6xjumFwSsjC4byAD5FWUjjXAU9k3S3n",
        "stamp": None,
        "key": f"{BOB.uri}#main-key",
        "detail": {"side": "sent"} | detail,
        "concerns": concerns,
    }


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (entry("offer"), "@alice@a.example asked @bob@b.example to be an author."),
        (entry("accept", "bob"), "@bob@b.example agreed."),
        (entry("decline", "bob", reason="not\x1b me"), "said no: not\N{REPLACEMENT CHARACTER} me."),
        (entry("withdraw", why="edit"), "withdrew the invite to @bob@b.example because the text"),
        (entry("expire", ""), "@bob@b.example did not answer in time."),
        (entry("publish"), "@alice@a.example published it, with @bob@b.example as an author."),
        (entry("change:applied", concerns=""), "@alice@a.example published the change."),
        (entry("accept", "bob", how="accepted by standing instruction"), "agreed (accepted by st"),
        (entry("of tomorrow"), "@alice@a.example of tomorrow."),
    ],
)
async def test_each_entry_is_a_sentence_beside_its_time(
    script: Script, run: Run, one: Any, said: str
) -> None:
    script.expect("GET", PATH, {"object": OBJECT, "log": [one]})
    shown = await run("consent-log", "42")
    title, *rest = shown.out.splitlines()
    assert title == f"Consent log of {OBJECT}"
    assert said in shown.words
    assert [text[:2] for text in rest] in (["20"], ["20", "  "]), "times stand in their own column"
    assert max(len(text) for text in shown.out.splitlines()) <= 100


async def test_what_it_can_be_checked_by_is_there_for_whoever_wants_it(
    script: Script, run: Run, tmp_path: Path
) -> None:
    document = {"object": OBJECT, "log": [entry("offer"), entry("accept", "bob")]}
    script.expect("GET", PATH, document)
    shown = (await run("consent-log", "42", "--details")).out.splitlines()
    assert f"    offer  {OFFER}" in [text.rstrip() for text in shown]
    assert any(text.startswith("    digest  zQmQx7") for text in shown)
    assert any(text.startswith("    key  https://b.example/users/bob#main-key") for text in shown)
    script.expect("GET", "/api/v1/control/consent-log?uri=42", document)
    target = tmp_path / "log.json"
    await run("consent-log", "42", "--moderator", "--output", str(target))
    assert json.loads(target.read_text(encoding="utf-8")) == document
