"""Invites on the command line: what is shown is what is agreed to."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from fedi_cotweet.cli import agreeing
from fedi_cotweet.services.views import PollOptionView, PollView
from tests.cli.conftest import Run, Script
from tests.cli.samples import INVITE, NOW, wire

LIST = "/api/v1/cotweets/invites"


async def test_an_invite_shows_everything_that_would_stand_under_the_name(
    script: Script, run: Run
) -> None:
    script.expect("GET", LIST, {"invites": [wire(INVITE)]})
    shown = await run("invites")
    assert shown.code == 0
    for fact in (
        "Invite 7",
        "Alice A. @alice@a.example (follows you)",
        "1. Alice A. @alice@a.example inviting",
        "2. Bob @bob@b.example you",
        "3. Carol @carol@c.example not yet confirmed",
        "exactly what would stand under your name",
        "Content warning: Science",
        "Read our paper, @dave",
        "our paper → https://elsewhere.example/x",
        "image/png 640×480 A cat on a [red] sofa https://b.example/media/cat.png",
        "Mentions dave@d.example",
        "unlisted: anyone can read it, but it is not listed",
        "Language en",
        "In reply to https://d.example/notes/1",
        "in 2 days 1 hour",
        "uEiBdigest",
        "fedi-cotweet accept 7",
        "fedi-cotweet decline 7",
    ):
        assert fact in shown.words
    assert "\x1b" not in shown.out


async def test_an_author_who_is_asked_about_an_edit_is_told_that_it_is_one(
    script: Script, run: Run
) -> None:
    edit = replace(INVITE, already_published=True, already_author=True)
    script.expect("GET", LIST, {"invites": [wire(edit)]})
    words = (await run("invites")).words
    assert "asks you to agree to a change of this post, which you are an author of" in words
    assert "add your name" not in words
    assert "Until everyone has agreed, the published version stands." in words
    script.expect("GET", LIST, {"invites": [wire(replace(edit, already_author=False))]})
    assert "asks to add your name to this published post" in (await run("invites")).words
    script.expect(
        "POST",
        f"{LIST}/7/accept",
        wire(replace(edit, state="accepted")),
        body={"digest": "uEiBdigest"},
    )
    words = (await run("accept", "7", "--digest", "uEiBdigest", "--yes")).words
    assert "It replaces the published version once everyone has agreed." in words


async def test_json_is_the_answer_as_the_server_wrote_it(script: Script, run: Run) -> None:
    script.expect("GET", LIST, {"invites": [wire(INVITE)]})
    assert (await run("invites", "--json")).document == {"invites": [wire(INVITE)]}


async def test_escape_sequences_of_an_inviter_do_not_reach_the_terminal(
    script: Script, run: Run
) -> None:
    hostile = replace(
        INVITE,
        text="harmless\x1b[2K\x1b[1Aevil \u202egnp.exe \x9b31m",
        sender=replace(INVITE.sender, name="Al\x07ice\x1b]0;x\x07 [bold]B[/bold]"),
    )
    script.expect("GET", LIST, {"invites": [wire(hostile)]})
    shown = await run("invites")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown.out)
    assert "<U+202E>" in shown.out
    assert "[bold]B[/bold]" in shown.out


async def test_a_picture_that_is_not_the_promised_one_is_pointed_out(
    script: Script, run: Run
) -> None:
    swapped = replace(INVITE, media=(replace(INVITE.media[0], verified=False),))
    script.expect("GET", LIST, {"invites": [wire(swapped)]})
    assert "This file is not the one the post promises." in (await run("invites")).words


async def test_an_invite_that_cannot_be_accepted_says_why_and_offers_only_to_decline(
    script: Script, run: Run
) -> None:
    script.expect("GET", LIST, {"invites": [wire(replace(INVITE, refusal="It has a poll."))]})
    shown = await run("invites")
    assert "It cannot be accepted here: It has a poll." in shown.words
    assert "fedi-cotweet accept" not in shown.words


async def test_no_invites_is_said_in_words(script: Script, run: Run) -> None:
    script.expect("GET", LIST, {"invites": []})
    assert (await run("invites")).out == "No invites.\n"


async def test_accepting_with_yes_sends_the_digest_of_what_was_just_fetched(
    script: Script, run: Run
) -> None:
    script.expect("GET", f"{LIST}/7", wire(INVITE), account="bob")
    script.expect(
        "POST",
        f"{LIST}/7/accept",
        wire(replace(INVITE, state="accepted")),
        body={"digest": "uEiBdigest"},
        account="bob",
    )
    shown = await run("accept", "7", "--yes", "--as", "bob")
    assert shown.code == 0
    assert shown.out.startswith("Agreed. It is published when Alice A.'s server")


async def test_accepting_with_a_digest_and_yes_sends_that_digest_unseen(
    script: Script, run: Run
) -> None:
    accepted = wire(replace(INVITE, state="accepted"))
    script.expect("POST", f"{LIST}/7/accept", accepted, body={"digest": "uOther"})
    shown = await run("accept", "7", "--digest", "uOther", "--yes", "--json")
    assert shown.document == accepted


async def test_a_digest_that_is_not_the_invites_is_refused_before_anything_is_sent(
    script: Script, run: Run
) -> None:
    script.expect("GET", f"{LIST}/7", wire(INVITE))
    shown = await run("accept", "7", "--digest", "uOther")
    assert shown.code == 1
    assert "is not what you name" in shown.err


async def test_without_a_terminal_nothing_is_agreed_to_unasked(script: Script, run: Run) -> None:
    script.expect("GET", f"{LIST}/7", wire(INVITE))
    shown = await run("accept", "7")
    assert shown.code == 2
    assert "fedi-cotweet accept 7 --digest uEiBdigest --yes" in shown.err


@pytest.mark.parametrize(("answer", "agreed"), [("y", True), ("n", False), ("", False)])
async def test_on_a_terminal_a_person_sees_the_preview_and_decides(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, agreed: bool
) -> None:
    monkeypatch.setattr(agreeing, "interactive", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))
    script.expect("GET", f"{LIST}/7", wire(INVITE))
    if agreed:
        accepted = wire(replace(INVITE, state="accepted"))
        script.expect("POST", f"{LIST}/7/accept", accepted, body={"digest": "uEiBdigest"})
    shown = await run("accept", "7")
    assert shown.code == (0 if agreed else 1)
    assert "Read our paper, @dave" in shown.words
    assert ("Agreed." in shown.out) is agreed
    assert ("Nothing was agreed to" in shown.err) is not agreed


async def test_content_changed_is_reported_with_what_to_do(script: Script, run: Run) -> None:
    script.expect("GET", f"{LIST}/7", wire(INVITE))
    refusal = {"error": "content_changed", "message": "It changed.", "fix": "Look again."}
    path = f"{LIST}/7/accept"
    script.expect("POST", path, refusal, body={"digest": "uEiBdigest"}, status=409)
    shown = await run("accept", "7", "--yes")
    assert (shown.code, shown.out, shown.err) == (1, "", "It changed.\nLook again.\n")


async def test_an_unknown_invite_is_said_to_be_unknown(script: Script, run: Run) -> None:
    refusal = {"error": "not_found", "message": "There is no such invitation.", "fix": ""}
    script.expect("GET", f"{LIST}/8", refusal, status=404)
    shown = await run("accept", "8", "--yes", "--json")
    assert shown.code == 1
    assert shown.document["error"] == "not_found"


async def test_an_invite_that_is_over_is_not_asked_about_again(script: Script, run: Run) -> None:
    script.expect("GET", f"{LIST}/7", wire(replace(INVITE, state="expired")))
    shown = await run("accept", "7", "--yes")
    assert shown.code == 1
    assert "Invite 7 is over: did not answer in time." in shown.err


async def test_an_invite_can_be_named_by_the_address_of_its_post(script: Script, run: Run) -> None:
    path = f"{LIST}/https%3A%2F%2Fa.example%2Fnotes%2F42/decline"
    script.expect("POST", path, wire(replace(INVITE, state="declined")), body={})
    assert (await run("decline", "https://a.example/notes/42")).code == 0


async def test_declining_sends_the_reason_if_there_is_one(script: Script, run: Run) -> None:
    declined = wire(replace(INVITE, state="declined"))
    script.expect("POST", f"{LIST}/7/decline", declined, body={"reason": "not me"})
    script.expect("POST", f"{LIST}/7/decline", declined, body={})
    assert "Declined invite 7" in (await run("decline", "7", "--reason", "not me")).out
    assert (await run("decline", "7")).code == 0


async def test_an_invite_id_cannot_lead_to_another_path(script: Script, run: Run) -> None:
    script.expect("POST", f"{LIST}/..%2F..%2Fcontrol/decline", wire(INVITE), body={})
    assert (await run("decline", "../../control")).code == 0


async def test_a_passed_deadline_is_shown_as_passed(script: Script, run: Run) -> None:
    late = replace(INVITE, state="expired", expires_at=NOW - 60_000)
    script.expect("GET", LIST, {"invites": [wire(late)]})
    shown = await run("invites")
    assert "answered or closed: did not answer in time" in shown.words
    assert "minute ago" in shown.words


async def test_declining_what_is_over_says_that_nothing_was_sent(script: Script, run: Run) -> None:
    over = wire(replace(INVITE, state="superseded"))
    script.expect("POST", f"{LIST}/7/decline", over, body={})
    said = (await run("decline", "7")).words
    assert "was over already" in said
    assert "Nothing was sent." in said
    assert "told" not in said


async def test_commands_can_be_copied_from_a_narrow_terminal(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    script.expect("GET", LIST, {"invites": [wire(replace(INVITE, id="117658495723897860"))]})
    lines = (await run("invites")).out.splitlines()
    assert "Decline:  fedi-cotweet decline 117658495723897860 [--reason TEXT]" in lines


async def test_a_poll_that_nobody_can_vote_in_yet_has_no_numbers(script: Script, run: Run) -> None:
    poll = PollView((PollOptionView("Tea", 0), PollOptionView("Milk", 0)), False, 0, None, False)
    script.expect("GET", LIST, {"invites": [wire(replace(INVITE, poll=poll))]})
    words = (await run("invites")).words
    assert "1. Tea" in words
    assert "%" not in words
    assert "voted" not in words
