"""Rules and texts of the server on the command line."""

from __future__ import annotations

from tests.cli.conftest import Run, Script

RULES = "/api/v1/control/rules"
TEXTS = "/api/v1/control/texts"
RULE = {"id": "7", "text": "Be kind.", "hint": ""}


async def test_rules_are_laid_down_listed_changed_and_taken_back(script: Script, run: Run) -> None:
    script.expect("POST", RULES, RULE, body={"text": "Be kind.", "hint": ""})
    assert "A rule, as 7." in (await run("rules", "add", "Be kind.")).words
    script.expect("GET", RULES, {"rules": [RULE, {**RULE, "id": "8", "text": "\x1b[2J"}]})
    shown = await run("rules", "list")
    assert "7 Be kind." in shown.words
    assert "\x1b" not in shown.out
    script.expect("PUT", f"{RULES}/7", RULE, body={"text": "Be nice.", "hint": "Why"})
    assert "Changed" in (await run("rules", "change", "7", "Be nice.", "--hint", "Why")).words
    script.expect("DELETE", f"{RULES}/7", {})
    assert "Removed" in (await run("rules", "remove", "7")).words
    script.expect("GET", RULES, {"rules": []})
    assert "no rules" in (await run("rules", "list")).words


async def test_texts_are_said_and_taken_back(script: Script, run: Run) -> None:
    text = {"kind": "privacy", "text": "We keep little.", "updated_at": 1}
    script.expect("PUT", f"{TEXTS}/privacy", text, body={"text": "We keep little."})
    assert "Said" in (await run("texts", "set", "privacy", "We keep little.")).words
    script.expect("GET", TEXTS, {"texts": [text]})
    assert "We keep little." in (await run("texts", "list")).words
    script.expect("DELETE", f"{TEXTS}/privacy", {})
    assert "Removed" in (await run("texts", "remove", "privacy")).words
    script.expect("GET", TEXTS, {"texts": []})
    assert "Nothing is said" in (await run("texts", "list")).words
