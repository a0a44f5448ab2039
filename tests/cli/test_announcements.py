"""Announcements on the command line."""

from __future__ import annotations

from tests.cli.conftest import Run, Script

PATH = "/api/v1/control/announcements"
TOLD = {
    "id": "7",
    "text": "Tea at noon",
    "starts_at": None,
    "ends_at": None,
    "all_day": False,
    "published_at": 1,
    "updated_at": 1,
    "reactions": [{"name": "🍵", "count": 2}],
}


async def test_something_is_announced_listed_changed_and_removed(script: Script, run: Run) -> None:
    body = {"text": "Tea at noon", "starts_at": None, "ends_at": None, "all_day": False}
    script.expect("POST", PATH, TOLD, body=body)
    assert "Announced as 7." in (await run("announcements", "publish", "Tea at noon")).words
    hostile = {**TOLD, "id": "8", "text": "\x1b[2J", "reactions": []}
    script.expect("GET", PATH, {"announcements": [TOLD, hostile]})
    shown = await run("announcements", "list")
    assert "7 it is removed Tea at noon 🍵 2" in shown.words
    assert "\x1b" not in shown.out
    script.expect("PUT", f"{PATH}/7", TOLD, body={**body, "text": "Tea at one"})
    assert "Changed" in (await run("announcements", "change", "7", "Tea at one")).words
    script.expect("DELETE", f"{PATH}/7", {})
    assert "Removed" in (await run("announcements", "remove", "7")).words
    script.expect("GET", PATH, {"announcements": []})
    assert "Nothing is announced" in (await run("announcements", "list")).words
