"""Talking about a co-tweet, the log, the export and the end, on the command line."""

from __future__ import annotations

from typing import Any

from fedi_cotweet.services.proposal_views import difference
from fedi_cotweet.services.talk_views import CommentView, DiffPart, ProposalView
from tests.cli.conftest import Run, Script
from tests.cli.samples import ALICE, BOB, NOW, wire

COTWEETS = "/api/v1/cotweets"
COMMENT = CommentView("5", BOB, "<p>Hm?</p>", "Hm?\x1b[2J", NOW, True)
PROPOSAL = ProposalView(
    id="9",
    kind="edit",
    state="proposed",
    object="https://a.example/notes/42",
    post="42",
    by=BOB,
    mine=False,
    comment="Shorter.",
    content='<p>We wrote <a href="https://z.example/x">it</a>.</p>',
    text="We wrote it.",
    summary="Tea",
    language="en",
    mentions=("@carol",),
    diff=(DiffPart("same", "We wrote "), DiffPart("removed", "this"), DiffPart("added", "it")),
    created_at=NOW,
    decided_at=None,
    reason="",
)


async def test_a_thread_is_read_and_written(script: Script, run: Run) -> None:
    path = f"{COTWEETS}/42/comments"
    script.expect("GET", path, {"comments": []})
    assert "Nobody has said anything" in (await run("discuss", "42")).words
    script.expect("POST", path, {"comments": [wire(COMMENT)]}, body={"text": "Hm?"}, status=201)
    shown = await run("discuss", "42", "Hm?")
    assert "Bob @bob@b.example" in shown.words
    assert "comment 5" in shown.words
    assert "\x1b" not in shown.out
    script.expect("DELETE", f"{path}/5")
    assert "Taken back." in (await run("discuss", "42", "--delete", "5")).words
    assert (await run("discuss", "42", "x", "--delete", "5")).code == 2


async def test_a_proposal_shows_what_it_changes_and_how_to_answer(script: Script, run: Run) -> None:
    script.expect("GET", f"{COTWEETS}/42/proposals", {"proposals": [wire(PROPOSAL)]})
    shown = await run("proposals", "42")
    for fact in (
        "Bob @bob@b.example proposes this text.",
        "“Shorter.”",
        "Content warning: Tea",
        "We wrote [-this-]{+it+}",
        "it → https://z.example/x",
        "Mentions @carol",
        "fedi-cotweet proposal take 9",
        "fedi-cotweet proposal decline 9",
    ):
        assert fact in shown.words
    body = {"text": "We wrote it.", "comment": "Shorter."}
    script.expect("POST", f"{COTWEETS}/42/proposals", wire(PROPOSAL), body=body, status=201)
    await run("propose", "42", "We wrote it.", "--comment", "Shorter.")
    script.expect("POST", f"{COTWEETS}/42/ask-deletion", wire(PROPOSAL), body={}, status=201)
    await run("ask-deletion", "42")
    script.expect("POST", f"{COTWEETS}/proposals/9/decline", wire(PROPOSAL), body={"reason": "No."})
    await run("proposal", "decline", "9", "--reason", "No.")
    assert (await run("proposal", "take", "9", "--reason", "No.")).code == 2
    script.expect("GET", f"{COTWEETS}/42/proposals", {"proposals": []})
    assert "Nothing was proposed." in (await run("proposals", "42")).words


def test_a_difference_holds_both_texts() -> None:
    for before, after in (
        ("", ""),
        ("", "new"),
        ("One two  three.", "One three\nfour!"),
        ("x " * 3_000, "x " * 2_999 + "y"),
    ):
        parts = difference(before, after)
        assert "".join(part.text for part in parts if part.op != "added") == before
        assert "".join(part.text for part in parts if part.op != "removed") == after


def consent(number: int) -> dict[str, Any]:
    """One entry of an export."""
    return {
        "id": str(number),
        "object": f"https://a.example/notes/{number}",
        "authors": [ALICE.uri, BOB.uri],
        "text": "We wrote\nthis.",
        "summary": "Tea",
        "media": [{"url": "https://a.example/x.png", "alt": "A cup", "digest": "zQ"}],
        "digest": "zQm",
        "offered_at": NOW,
        "agreed_at": NOW,
        "ended_at": NOW,
        "why_ended": "left",
        "stamp_id": "https://b.example/stamp",
    }


async def test_an_export_is_whole_and_can_be_read(script: Script, run: Run) -> None:
    pages: list[dict[str, Any]] = [
        {"account": BOB.uri, "handle": BOB.handle, "consents": [consent(2)], "next_before": "2"},
        {"account": BOB.uri, "handle": BOB.handle, "consents": [consent(1)], "next_before": None},
    ]
    for _ in range(2):
        script.expect("GET", f"{COTWEETS}/export", pages[0])
        script.expect("GET", f"{COTWEETS}/export?before=2", pages[1])
    whole = (await run("export")).document
    assert [item["id"] for item in whole["consents"]] == ["2", "1"]
    text = (await run("export", "--text")).out
    for fact in (
        "What @bob@b.example agreed",
        "notes/2",
        "notes/1",
        "(left)",
        "    this.",
        "A cup",
    ):
        assert fact in text


async def test_the_end_is_looked_at_first_and_done_in_steps(script: Script, run: Run) -> None:
    path = "/api/v1/control/degrade"
    look = {"own": 0, "others": 0, "own_left": 30, "others_left": 1}
    script.expect("GET", path, look)
    assert "30 co-tweets of people here" in (await run("cotweets", "degrade", "--dry-run")).words
    script.expect("GET", path, look)
    asked = await run("cotweets", "degrade")
    assert asked.code == 2
    assert "--yes" in asked.err
    script.expect("GET", path, look)
    for step in (
        {"own": 25, "others": 0, "own_left": 5, "others_left": 1},
        {"own": 5, "others": 1, "own_left": 0, "others_left": 0},
    ):
        script.expect("POST", path, step, body={})
    done = await run("cotweets", "degrade", "--yes")
    assert "25 posts of one author again, 0 others left; 6 to go." in done.words
    assert "30 posts of one author again, 1 other left; 0 to go." in done.words
    script.expect("GET", path, {"own": 0, "others": 0, "own_left": 0, "others_left": 0})
    assert "no published co-tweets" in (await run("cotweets", "degrade", "--yes")).words
