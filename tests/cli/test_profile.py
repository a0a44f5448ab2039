"""One's profile, moving on, lists of people and quotes, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fedi_cotweet.services.views import QuoteRequestView
from tests.cli.conftest import Run, Script
from tests.cli.samples import BOB, NOW, POST, wire

CONTROL = "/api/v1/control"
PROFILE: dict[str, Any] = {
    "name": "Alice",
    "about": "Paints.",
    "fields": [{"name": "Site", "value": "https://a.example", "verified_at": NOW}],
    "featured_tags": ["paint"],
    "attribution_domains": ["news.example"],
    "discoverable": True,
    "hides_network": True,
}


async def test_a_profile_is_shown_as_others_see_it(script: Script, run: Run) -> None:
    script.expect("GET", f"{CONTROL}/profile", PROFILE)
    words = (await run("profile")).words
    for fact in ("Alice", "Paints.", "Site: https://a.example ✓", "#paint", "news.example"):
        assert fact in words
    assert "Directories may show you. Only the number of your followers is public." in words


async def test_only_what_is_given_changes_in_a_profile(script: Script, run: Run) -> None:
    body = {"featured_tags": [], "name": "Al", "fields": [{"name": "A", "value": "b=c"}]}
    script.expect("PUT", f"{CONTROL}/profile", PROFILE, body=body | {"discoverable": False})
    given = ("--name", "Al", "--field", "A=b=c", "--clear", "tags", "--not-discoverable")
    assert (await run("profile", *given)).code == 0
    for wrong in (("--field", "nothing"), ("--clear", "everything")):
        assert (await run("profile", *wrong)).code == 2
    script.expect("DELETE", f"{CONTROL}/profile/pictures/header", PROFILE)
    script.expect("PUT", f"{CONTROL}/profile", PROFILE, body={"avatar_alt": "A cat"})
    assert (await run("profile", "--clear", "header", "--avatar-alt", "A cat")).code == 0
    script.expect("DELETE", f"{CONTROL}/profile/pictures/header", PROFILE)
    script.expect("GET", f"{CONTROL}/profile", PROFILE)
    assert (await run("profile", "--clear", "header")).code == 0


async def test_an_account_goes_on_elsewhere_or_stays(script: Script, run: Run) -> None:
    aliases = {"aliases": [BOB.uri]}
    script.expect("POST", f"{CONTROL}/aliases", aliases, body={"handle": "bob@b.example"})
    assert BOB.uri in (await run("aliases", "--add", "@bob@b.example")).words
    script.expect("GET", f"{CONTROL}/aliases", {"aliases": []})
    assert "You have named no other account." in (await run("aliases")).words
    moved = {"moved_to": BOB.uri}
    script.expect("POST", f"{CONTROL}/move", moved, body={"handle": "bob@b.example"})
    assert "You are @bob@b.example now" in (await run("move", "@bob@b.example")).words
    script.expect("POST", f"{CONTROL}/move/cancel", {"moved_to": None}, body={})
    assert "You go on here." in (await run("stay")).words


async def test_lists_of_people_are_taken_along(script: Script, run: Run, tmp_path: Path) -> None:
    file, csv = tmp_path / "people.csv", "Account address\nbob@b.example\n"
    script.expect("GET", f"{CONTROL}/people/follows", {"kind": "follows", "csv": csv})
    assert (await run("people", "export", "follows", str(file))).code == 0
    assert file.read_text(encoding="utf-8") == csv
    script.expect("GET", f"{CONTROL}/people/follows", {"kind": "follows", "csv": csv})
    assert (await run("people", "export", "follows", str(file))).code == 2, "nothing is overwritten"
    for rows, said in ((1, "Working off 1 row."), (2, "Working off 2 rows.")):
        answer, body = {"kind": "follows", "rows": rows}, {"kind": "follows", "csv": csv}
        script.expect("POST", f"{CONTROL}/imports", answer, body=body, status=202)
        assert said in (await run("people", "import", "follows", str(file))).words


async def test_quotes_are_seen_and_answered(script: Script, run: Run) -> None:
    asked = QuoteRequestView(
        id="5",
        state="pending",
        sender=BOB,
        post="https://a.example/notes/42",
        quoting="https://b.example/notes/7",
        text="Look\x1b at this",
        summary="",
        may_accept=True,
        created_at=NOW,
    )
    script.expect("GET", f"{CONTROL}/quotes", {"quotes": [wire(asked)]})
    shown = await run("quotes")
    assert "Bob @bob@b.example asks to quote you." in shown.words
    assert "fedi-cotweet quotes --accept 5" in shown.words
    assert "\x1b" not in shown.out
    for option, what in (("--accept", "accept"), ("--decline", "decline")):
        script.expect("POST", f"{CONTROL}/quotes/5/{what}", wire(asked), body={})
        assert (await run("quotes", option, "5")).code == 0
    script.expect("GET", f"{CONTROL}/quotes", {"quotes": []})
    assert (await run("quotes")).out == "Nobody quotes you, and nobody asks to.\n"
    script.expect("POST", f"{CONTROL}/quote-policy", {"policy": "ask"}, body={"policy": "ask"})
    assert "anybody may ask to quote them" in (await run("quote-policy", "ask")).words
    script.expect("POST", f"{CONTROL}/posts/42/unquote", wire(POST), body={})
    assert (await run("unquote", "42")).code == 0
