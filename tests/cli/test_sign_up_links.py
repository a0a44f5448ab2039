"""Sign-up links on the command line."""

from __future__ import annotations

from typing import Any

from tests.cli.conftest import Run, Script

LINKS = "/api/v1/control/sign-up-links"
LINK: dict[str, Any] = {
    "id": "7",
    "by": "operator",
    "for_whom": "the fair",
    "most_uses": None,
    "used": 2,
    "created_at": 1,
    "expires_at": 1_795_168_800_000,
    "state": "open",
    "people": [],
}
MADE = {"url": "http://a.example/sign-up?link=abc", "link": LINK}


async def test_a_link_is_made_listed_and_ended(script: Script, run: Run) -> None:
    script.expect("POST", LINKS, MADE, body={"uses": 1, "days": 7, "for_whom": ""})
    made = (await run("account", "sign-up-link")).out
    assert made.splitlines()[0] == MADE["url"]
    assert "any number of people in, until 2026-11-20" in made
    script.expect("POST", LINKS, MADE, body={"uses": 5, "days": 30, "for_whom": "the fair"})
    await run("account", "sign-up-link", "--uses", "5", "--days", "30", "--for", "the fair")
    script.expect("POST", LINKS, MADE, body={"uses": None, "days": 7, "for_whom": ""})
    assert (await run("account", "sign-up-link", "--unlimited", "--json")).document == MADE
    both = await run("account", "sign-up-link", "--unlimited", "--uses", "5")
    assert (both.code, "not both" in both.err) == (2, True)
    hostile = {**LINK, "id": "8", "by": "x\x1b[2J@a.example", "most_uses": 3, "state": "used_up"}
    script.expect("GET", LINKS, {"sign_up_links": [LINK, hostile]})
    shown = await run("account", "sign-up-links")
    assert "7 operator open 2 of any number" in shown.words
    assert "used up 2 of 3" in shown.words
    assert "the fair" in shown.words
    assert "\x1b" not in shown.out
    script.expect("GET", LINKS, {"sign_up_links": []})
    assert "no sign-up links" in (await run("account", "sign-up-links")).words
    script.expect("DELETE", f"{LINKS}/7", {})
    assert "lets nobody in" in (await run("account", "end-sign-up-link", "7")).words
