"""Relays on the command line."""

from __future__ import annotations

from tests.cli.conftest import Run, Script

RELAYS = "/api/v1/control/relays"
RELAY = {
    "id": "7",
    "address": "https://relay.example/inbox",
    "kind": "inbox",
    "state": "pending",
    "created_at": 1,
}


async def test_a_relay_is_asked_looked_at_and_left(script: Script, run: Run) -> None:
    script.expect("POST", RELAYS, RELAY, body={"address": RELAY["address"]})
    said = await run("relays", "add", "https://relay.example/inbox")
    assert "Asked https://relay.example/inbox." in said.words
    assert "fedi-cotweet relays list" in said.words
    hostile = {**RELAY, "id": "8", "address": "https://x.example/\x1b[2J", "state": "accepted"}
    script.expect("GET", RELAYS, {"relays": [RELAY, hostile]})
    shown = await run("relays", "list")
    assert "7 https://relay.example/inbox asked, no answer yet" in shown.words
    assert "subscribed" in shown.words
    assert "\x1b" not in shown.out
    script.expect("DELETE", f"{RELAYS}/7", {})
    assert "Left" in (await run("relays", "remove", "7")).words
    script.expect("GET", RELAYS, {"relays": []})
    assert "no relay" in (await run("relays", "list")).words
