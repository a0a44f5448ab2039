"""Changing what is published, and its authors, on the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fedi_cotweet.services.views import ChangeView, DraftAuthorView
from tests.cli.conftest import Run, Script
from tests.cli.samples import BOB, CAROL, DRAFT, HOUR, NOW, wire

COTWEETS = "/api/v1/cotweets"
CHANGE = ChangeView(
    id="77",
    state="offered",
    content="<p>Better</p>",
    text="Better",
    summary="",
    differences=("- Hello", "+ Better\x1b[2J"),
    co_authors=(
        DraftAuthorView(BOB, "accepted", None),
        DraftAuthorView(CAROL, "offered", NOW + 50 * HOUR),
    ),
    created_at=NOW,
)
CHANGED = replace(DRAFT, state="published", change=CHANGE)


async def test_an_edit_shows_what_changes_and_for_whom_it_waits(script: Script, run: Run) -> None:
    script.expect("GET", f"{COTWEETS}/42", wire(DRAFT))
    script.expect("PUT", f"{COTWEETS}/42", wire(CHANGED), body={"text": "Better"})
    shown = await run("edit", "42", "Better")
    assert shown.code == 0
    for fact in ("- Hello", "+ Better", "Carol @carol@c.example", "cancel-change 42"):
        assert fact in shown.words
    assert "\x1b[2J" not in shown.out


async def test_somebody_is_invited_later_or_in_the_place_of_another(
    script: Script, run: Run
) -> None:
    path = f"{COTWEETS}/42/authors"
    script.expect("POST", path, wire(CHANGED), body={"handle": "carol@c.example", "again": False})
    assert (await run("invite", "42", "@carol@c.example")).code == 0
    body = {"handle": "carol@c.example", "again": True, "replaces": "bob@b.example"}
    script.expect("POST", path, wire(CHANGED), body=body)
    given = ("42", "@carol@c.example", "--instead-of", "@bob@b.example", "--again")
    assert (await run("invite", *given)).code == 0
    body = {"handle": "carol@c.example:8443", "role": "artist", "again": False}
    script.expect("POST", path, wire(CHANGED), body=body)
    assert (await run("invite", "42", "@carol@c.example:8443:artist")).code == 0
    refused = await run("invite", "42", "@carol@c.example:king")
    assert (refused.code, "“king” is no role" in refused.err) == (2, True)


async def test_an_author_is_taken_off_and_a_change_called_off(script: Script, run: Run) -> None:
    script.expect("DELETE", f"{COTWEETS}/42/authors/bob%40b.example", wire(DRAFT))
    assert (await run("remove", "42", "@bob@b.example")).code == 0
    script.expect("POST", f"{COTWEETS}/42/changes/cancel", wire(DRAFT), body={})
    assert (await run("cancel-change", "42")).code == 0


async def test_publishing_what_is_published_goes_on_with_its_change(
    script: Script, run: Run
) -> None:
    over = {"error": "already_published", "message": "This post is published.", "fix": ""}
    script.expect("POST", f"{COTWEETS}/42/publish", over, body={}, status=409)
    script.expect("POST", f"{COTWEETS}/42/changes/publish", wire(DRAFT), body={})
    assert (await run("publish", "42")).code == 0


async def test_a_time_of_publication_is_given_as_people_write_it(script: Script, run: Run) -> None:
    at = int(datetime.fromisoformat("2026-12-24T18:00+01:00").timestamp() * 1000)
    body = {"text": "Ours", "with": ["bob@b.example"], "publish_at": at}
    script.expect("POST", COTWEETS, wire(DRAFT), body=body)
    given = ("post", "Ours", "--with", "@bob@b.example", "--at", "2026-12-24T18:00+01:00")
    assert (await run(*given)).code == 0
    refused = await run("post", "Ours", "--with", "@bob@b.example", "--at", "soon")
    assert refused.code == 2
    assert "is no time" in refused.err
