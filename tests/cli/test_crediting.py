"""Polls and credits on the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedi_cotweet.services.views import CreditRequestView, CreditView, PollOptionView, PollView
from tests.cli.conftest import Run, Script
from tests.cli.samples import ALICE, CAROL, NOW, PICTURE, POST, wire

POSTS = "/api/v1/control/posts"
CREDITS = "/api/v1/cotweets/credits"
POLL = PollView(
    (PollOptionView("Tea [strong]", 3), PollOptionView("Coffee\x1b[2J", 1)),
    multiple=True,
    voters=3,
    ends_at=NOW + 86_400_000,
    over=False,
    own=(0,),
)
QUESTION = CreditRequestView(
    id="9",
    state="offered",
    sender=ALICE,
    post="https://a.example/notes/42",
    text="Look.",
    summary="",
    picture="https://a.example/media/1.png",
    alt="A cat",
    digest="zQmDigest",
    expires_at=NOW + 86_400_000,
)


async def test_a_poll_is_asked_and_shown_with_its_votes(script: Script, run: Run) -> None:
    body = {
        "text": "What?",
        "poll": {"options": ["Tea", "Coffee"], "ends_in_seconds": 7_200, "multiple": True},
    }
    script.expect("POST", POSTS, wire(replace(POST, poll=POLL)), body=body)
    options = ("--poll", "Tea", "--poll", "Coffee", "--poll-ends", "2h", "--poll-multiple")
    shown = await run("post", "What?", *options)
    assert shown.code == 0
    assert "1. Tea [strong] 75 % (3) your vote" in shown.words
    assert "2. Coffee\N{REPLACEMENT CHARACTER}[2J 25 % (1)" in shown.words
    assert "3 people have voted; several can be chosen; ends" in shown.words


async def test_a_poll_lasts_a_day_unless_said_otherwise(script: Script, run: Run) -> None:
    poll = {"options": ["Tea", "Coffee"], "ends_in_seconds": 86_400, "multiple": False}
    body = {"text": "What?", "poll": poll}
    script.expect("POST", POSTS, wire(POST), body=body)
    assert (await run("post", "What?", "--poll", "Tea", "--poll", "Coffee")).code == 0


async def test_a_vote_counts_options_from_one(script: Script, run: Run) -> None:
    body = {"choices": [1, 0]}
    script.expect("POST", f"{POSTS}/42/votes", wire(replace(POST, poll=POLL)), body=body)
    assert (await run("vote", "42", "2", "1")).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("post", "What?", "--poll-ends", "1d"),
        ("post", "What?", "--poll-multiple"),
        ("vote", "42", "0"),
        ("credit", "42"),
    ],
)
async def test_what_cannot_be_meant_is_refused(run: Run, arguments: tuple[str, ...]) -> None:
    assert (await run(*arguments)).code == 2


async def test_a_picture_is_credited(script: Script, run: Run) -> None:
    credited = replace(PICTURE, credit=CreditView("Carol", CAROL))
    body = {"picture": 1, "handle": "carol@c.example"}
    answer = wire(replace(POST, media=(credited,)))
    script.expect("POST", f"{POSTS}/42/credits", answer, body=body)
    shown = await run("credit", "42", "@carol@c.example", "--picture", "2")
    assert "picture by Carol @carol@c.example" in shown.words
    named = replace(PICTURE, credit=CreditView("Jane [bold]"))
    script.expect(
        "POST",
        f"{POSTS}/42/credits",
        wire(replace(POST, media=(named,))),
        body={"picture": 0, "name": "Jane [bold]"},
    )
    assert "picture by Jane [bold]" in (await run("credit", "42", "--name", "Jane [bold]")).words
    script.expect("POST", f"{POSTS}/42/credits/take-back", wire(POST), body={"picture": 0})
    assert (await run("uncredit", "42")).code == 0


async def test_an_artist_answers(script: Script, run: Run) -> None:
    script.expect("GET", CREDITS, {"credits": [wire(QUESTION)]})
    shown = await run("credits")
    assert "Alice A. @alice@a.example names you under a picture." in shown.words
    assert "fedi-cotweet credits --accept 9" in shown.words
    agreed = wire(replace(QUESTION, state="accepted"))
    script.expect("POST", f"{CREDITS}/9/accept", agreed, body={"digest": "zQmDigest"})
    shown = await run("credits", "--accept", "9", "--digest", "zQmDigest", "--yes")
    assert "agreed" in shown.words
    assert "credits --accept" not in shown.words
    assert "fedi-cotweet credits --decline 9" in shown.words
    script.expect("POST", f"{CREDITS}/9/decline", wire(replace(QUESTION, state="left")), body={})
    shown = await run("credits", "--decline", "9")
    assert (shown.code, "fedi-cotweet" in shown.words) == (0, False)
    script.expect("GET", CREDITS, {"credits": []})
    assert (await run("credits", "--accept", "9")).code == 2
    script.expect("GET", CREDITS, {"credits": []})
    assert "Nobody asks." in (await run("credits")).words


async def test_nobody_agrees_to_a_credit_unseen(script: Script, run: Run) -> None:
    """Whoever changes the post between two looks gets no consent to what was not shown."""
    script.expect("GET", CREDITS, {"credits": [wire(QUESTION)]})
    shown = await run("credits", "--accept", "9")
    assert shown.code == 2
    assert "https://a.example/media/1.png" in shown.words
    assert "Digest zQmDigest" in shown.words
    assert "fedi-cotweet credits --accept 9 --digest zQmDigest --yes" in shown.err
    changed = replace(QUESTION, digest="zQmOther")
    script.expect("GET", CREDITS, {"credits": [wire(changed)]})
    shown = await run("credits", "--accept", "9", "--digest", "zQmDigest")
    assert shown.code != 0
    assert "is not what you name" in shown.err


@pytest.mark.parametrize("agreed", [True, False])
async def test_an_artist_is_asked_at_a_terminal(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    monkeypatch.setattr("fedi_cotweet.cli.agreeing.interactive", lambda: True)
    script.expect("GET", CREDITS, {"credits": [wire(QUESTION)]})
    if agreed:
        answer = wire(replace(QUESTION, state="accepted"))
        script.expect("POST", f"{CREDITS}/9/accept", answer, body={"digest": "zQmDigest"})
    monkeypatch.setattr("typer.confirm", lambda *_, **__: agreed)
    shown = await run("credits", "--accept", "9")
    assert "https://a.example/media/1.png" in shown.words
    assert (shown.code == 0) is agreed
