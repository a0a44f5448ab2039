"""What is done about single people on the command line."""

from __future__ import annotations

from dataclasses import asdict

from fedi_cotweet.services.views import ReportView, StaffNoteView
from tests.cli.conftest import Run, Script

ACTORS = "/api/v1/control/actors"
REPORTS = "/api/v1/control/reports"
LIMITED = {"state": "limited", "uri": "https://b.example/users/bob"}


async def test_somebody_is_limited_and_let_be(script: Script, run: Run) -> None:
    said = {"handle": "bob@b.example", "reason": "Loud", "text": "Too loud."}
    script.expect("POST", f"{ACTORS}/limit", LIMITED, body=said)
    words = ("--reason", "Loud", "--text", "Too loud.")
    shown = await run("account", "limit", "@bob@b.example", *words)
    assert "@bob@b.example is limited." in shown.words
    script.expect("POST", f"{ACTORS}/limit", LIMITED, body={"handle": "bob"})
    assert (await run("account", "limit", "bob", "--json")).document == LIMITED
    script.expect("POST", f"{ACTORS}/unlimit", LIMITED | {"state": "none"}, body={"handle": "bob"})
    assert "@bob is not limited." in (await run("account", "unlimit", "bob")).words
    script.expect("POST", f"{ACTORS}/suspend", LIMITED, body={"handle": "bob", "text": "Ads."})
    await run("account", "suspend", "bob", "--text", "Ads.")


async def test_somebody_is_warned(script: Script, run: Run) -> None:
    body = {"handle": "bob", "text": "Less tea."}
    script.expect("POST", f"{ACTORS}/warnings", {"warnings": []}, body=body)
    assert "@bob is told." in (await run("account", "warn", "bob", "Less tea.")).words


async def test_notes_are_written_read_and_forgotten(script: Script, run: Run) -> None:
    one = asdict(StaffNoteView("7", "operator", "Sells tea.\x1b[2J", 1))
    other = asdict(StaffNoteView("8", "mo@a.example", "Asked nicely.", 2))
    body = {"handle": "bob", "text": "Sells tea."}
    script.expect("POST", f"{ACTORS}/notes", one, body=body)
    assert "Kept as note 7." in (await run("account", "note", "bob", "Sells tea.")).words
    script.expect("GET", f"{ACTORS}/notes?handle=bob", {"notes": [other, one]})
    shown = await run("account", "notes", "bob")
    assert "8 @mo@a.example" in shown.words
    assert "7 the command line" in shown.words
    assert "Asked nicely." in shown.words
    assert "\x1b" not in shown.out
    script.expect("GET", f"{ACTORS}/notes?handle=bob", {"notes": []})
    assert "No notes." in (await run("account", "notes", "bob")).words
    script.expect("DELETE", f"{ACTORS}/notes/7", {})
    assert "The note is forgotten." in (await run("account", "remove-note", "7")).words


async def test_a_report_is_closed_with_a_word_to_who_made_it(script: Script, run: Run) -> None:
    made = ReportView(
        id="5",
        state="resolved",
        by=None,
        people=(),
        posts=(),
        unknown=(),
        comment="Rude.",
        category="spam",
        rules=(),
        forwarded_to=(),
        created_at=1,
        resolved_at=2,
        answer="We looked.",
    )
    script.expect("POST", f"{REPORTS}/5/resolve", asdict(made), body={"answer": "We looked."})
    shown = await run("reports", "resolve", "5", "--answer", "We looked.")
    assert "answered: We looked." in shown.words
