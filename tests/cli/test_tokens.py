"""Tokens, passwords and codes on the command line."""

from __future__ import annotations

import io

import pytest

from tests.cli.conftest import Run, Script

TOKENS = "/api/v1/control/tokens"
ACCOUNTS = "/api/v1/control/accounts"


async def test_a_token_is_made_listed_and_ended(script: Script, run: Run) -> None:
    asked = {"username": "alice", "scopes": "read push", "application": "Bot"}
    script.expect("POST", TOKENS, {"token": "T0KEN", "scopes": "read push"}, body=asked, status=201)
    made = await run("token", "create", "alice", "--scopes", "read push", "--app", "Bot")
    assert made.out.splitlines()[0] == "T0KEN"
    assert "not shown again" in made.words
    entry = {
        "id": "7",
        "application": "Bot\x1b[2J",
        "website": None,
        "scopes": "read push",
        "created_at": 1_795_168_800_000,
        "used_at": None,
    }
    script.expect("GET", TOKENS, {"tokens": [entry]}, account="alice")
    shown = await run("token", "list", "--as", "alice")
    assert "read push 2026-11-20 10:00 UTC never" in shown.words
    assert "\x1b" not in shown.out
    script.expect("DELETE", f"{TOKENS}/7", {})
    assert "over" in (await run("token", "revoke", "7")).words
    script.expect("GET", TOKENS, {"tokens": []})
    assert "No app" in (await run("token", "list")).words


async def test_a_password_is_read_and_never_an_argument(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("tea with lemon \n"))
    chosen = {"username": "alice", "password": "tea with lemon "}
    answer = {"username": "alice", "password": None}
    script.expect("POST", f"{ACCOUNTS}/password", answer, body=chosen)
    said = await run("account", "password", "alice")
    assert "signed out everywhere" in said.words
    assert "lemon" not in said.out
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    refused = await run("account", "password", "alice")
    assert (refused.code, "--make" in refused.err) == (2, True)
    made = {"username": "alice", "password": "tea with lemon"}
    script.expect("POST", f"{ACCOUNTS}/password", made, body={"username": "alice"})
    assert "tea with lemon" in (await run("account", "password", "alice", "--make")).words


async def test_codes_are_turned_off(script: Script, run: Run) -> None:
    answer = {"username": "alice", "two_factor": False}
    script.expect("POST", f"{ACCOUNTS}/two-factor-off", answer, body={"username": "alice"})
    said = await run("account", "two-factor-off", "alice")
    assert "password alone" in said.words


async def test_somebody_is_let_look_after_the_server(script: Script, run: Run) -> None:
    body = {"username": "alice", "role": "moderator"}
    script.expect("POST", f"{ACCOUNTS}/role", body, body=body)
    assert "alice: moderator." in (await run("account", "role", "alice", "moderator")).words
