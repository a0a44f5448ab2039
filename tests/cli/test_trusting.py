"""Agreeing in advance on the command line."""

from __future__ import annotations

from tests.cli.conftest import Run, Script

TRUSTED = "/api/v1/cotweets/trusted"
ALICE = "https://a.example/users/alice"


async def test_trusting_says_that_one_is_told_and_how_to_undo_it(script: Script, run: Run) -> None:
    script.expect("POST", TRUSTED, {"actor": ALICE}, body={"who": "alice@a.example"})
    said = await run("trust", "@alice@a.example")
    assert "You are told each time." in said.words
    assert "fedi-cotweet untrust @alice@a.example" in said.words
    script.expect("POST", f"{TRUSTED}/remove", {"actor": ALICE}, body={"who": "alice@a.example"})
    assert "You decide yourself" in (await run("untrust", "@alice@a.example")).words


async def test_who_is_trusted_is_listed(script: Script, run: Run) -> None:
    held = {"actor": ALICE, "handle": "alice@a.example\x1b[2J", "created_at": 1}
    script.expect("GET", TRUSTED, {"trusted": [held]})
    shown = await run("trusted")
    assert "@alice@a.example" in shown.words
    assert "\x1b" not in shown.out
    script.expect("GET", TRUSTED, {"trusted": []})
    assert "nobody" in (await run("trusted")).words
