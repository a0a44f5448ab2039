"""Posts and co-tweets of one's own on the command line."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from fedi_cotweet.services.views import DraftAuthorView
from tests.cli.conftest import Run, Script
from tests.cli.samples import BOB, CAROL, DRAFT, POST, wire

POSTS = "/api/v1/control/posts"
COTWEETS = "/api/v1/cotweets"
NOT_FOUND = {"error": "not_found", "message": "There is no such co-tweet.", "fix": ""}


async def test_a_plain_post_is_published_at_once(script: Script, run: Run) -> None:
    script.expect("POST", POSTS, wire(POST), body={"text": "Hello"})
    shown = await run("post", "Hello")
    assert shown.code == 0
    assert "Alice A. @alice@a.example and Bob @bob@b.example" in shown.words
    assert "2 replies, 0 boosts, 1 like" in shown.words
    assert "https://a.example/@alice/42" in shown.words


async def test_a_co_tweet_carries_all_that_was_said(
    script: Script, run: Run, tmp_path: Path
) -> None:
    picture = tmp_path / 'the "cat".png'
    picture.write_bytes(b"\x89PNG\r\n--boundary\x00")
    script.expect("POST", "/api/v1/control/media", {"id": "9", "url": "https://a.example/m/9.png"})
    body = {
        "text": "Ours",
        "with": ["bob@b.example", "carol@c.example"],
        "media": ["9"],
        "summary": "Science",
        "language": "en",
        "visibility": "unlisted",
        "in_reply_to": "https://d.example/notes/1",
        "expires_in_seconds": 7 * 86_400,
        "mode": "publish_without_decliners",
    }
    script.expect("POST", COTWEETS, wire(DRAFT), body=body)
    shown = await run(
        *("post", "Ours", "--with", "@bob@b.example", "--with", "carol@c.example"),
        *(
            "--media",
            str(picture),
            "--alt",
            "Eine Katze",
            "--focus",
            "-1,.5",
            "--cw",
            "Science",
            "--language",
            "en",
        ),
        *("--visibility", "unlisted", "--reply-to", "https://d.example/notes/1"),
        *("--expires", "7d", "--mode", "publish_without_decliners"),
    )
    assert shown.code == 0
    [(filename, media_type, content, alt, focus)] = script.uploads
    assert (media_type, content, alt) == ("image/png", picture.read_bytes(), "Eine Katze")
    assert focus == "-1,.5"
    assert filename.endswith(".png")
    for fact in (
        "Co-tweet 42",
        "Waiting for answers, seen by its authors only.",
        "Bob @bob@b.example agreed",
        "Carol @carol@c.example invited, no answer yet (until",
        "fedi-cotweet publish 42",
        "fedi-cotweet discard 42",
    ):
        assert fact in shown.words


async def test_a_text_can_come_from_standard_input(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("two\nlines\n"))
    script.expect("POST", POSTS, wire(POST), body={"text": "two\nlines"})
    assert (await run("post", "-")).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["post", "x", "--media", "cat.png"], "Every --media needs its --alt."),
        (["post", "x", "--focus", "0,1"], "Every --focus needs its --media."),
        (["post", "x", "--expires", "7d"], "are for co-tweets"),
        (["post", "x", "--with", "@b@b.example", "--expires", "soon"], "no duration"),
        (["post", "x", "--with", "@b@b.example", "--expires", "0d"], "no duration"),
        (["post", "x", "--with", "bob at b"], "no handle"),
        (["post", "  "], "There is no text."),
        (["post", "x", "--visibility", "mutuals"], "mutuals"),
        (["post"], "TEXT"),
        (["timeline", "--limit", "0"], "--limit"),
        (["no-such-command"], "no-such-command"),
    ],
)
async def test_a_call_that_cannot_be_meant_ends_with_2_and_sends_nothing(
    script: Script, run: Run, arguments: list[str], said: str
) -> None:
    shown = await run(*arguments)
    assert shown.code == 2
    assert said in shown.err


async def test_a_missing_picture_sends_nothing(script: Script, run: Run, tmp_path: Path) -> None:
    shown = await run("post", "x", "--media", str(tmp_path / "none.png"), "--alt", "x")
    assert shown.code == 2
    assert "cannot be read" in shown.err


async def test_drafts_show_who_said_what(script: Script, run: Run) -> None:
    declined = replace(DRAFT, co_authors=(DraftAuthorView(CAROL, "declined", None, "not now"),))
    script.expect("GET", COTWEETS, {"cotweets": [wire(DRAFT), wire(declined)]})
    shown = await run("drafts")
    assert "Bob @bob@b.example agreed" in shown.words
    assert "Carol @carol@c.example declined: not now" in shown.words


async def test_editing_a_co_tweet_asks_its_authors_again(script: Script, run: Run) -> None:
    script.expect("GET", f"{COTWEETS}/42", wire(DRAFT))
    script.expect("PUT", f"{COTWEETS}/42", wire(DRAFT), body={"text": "New"})
    assert "Co-tweet 42" in (await run("edit", "42", "New")).words


async def test_editing_a_plain_post_changes_it_at_once(script: Script, run: Run) -> None:
    script.expect("GET", f"{COTWEETS}/42", NOT_FOUND, status=404)
    script.expect("PUT", f"{POSTS}/42", wire(POST), body={"text": "New"})
    assert (await run("edit", "42", "New", "--json")).document == wire(POST)


async def test_a_post_can_be_named_by_its_address(script: Script, run: Run) -> None:
    url = "https://a.example/@alice/42"
    path = f"{COTWEETS}/https%3A%2F%2Fa.example%2F%40alice%2F42/leave"
    script.expect("POST", path, {}, body={}, account="bob")
    shown = await run("--as", "bob", "leave", url)
    assert "no longer an author" in shown.words


async def test_the_other_commands_say_what_they_ask_for(script: Script, run: Run) -> None:
    published = wire(replace(DRAFT, state="published"))
    script.expect("POST", f"{COTWEETS}/42/publish", published, body={})
    script.expect("POST", f"{COTWEETS}/42/withdraw", wire(DRAFT), body={})
    script.expect(
        "POST", f"{COTWEETS}/42/withdraw", wire(DRAFT), body={"co_author": "bob@b.example"}
    )
    script.expect("DELETE", f"{COTWEETS}/42", None)
    script.expect("DELETE", f"{POSTS}/42", None)
    assert "Published." in (await run("publish", "42")).words
    assert (await run("withdraw", "42")).code == 0
    assert (await run("withdraw", "42", "--from", "@bob@b.example")).code == 0
    assert "Discarded." in (await run("discard", "42")).words
    assert (await run("delete", "42", "--json")).document == {}


async def test_whoever_would_publish_alone_is_told_so(script: Script, run: Run) -> None:
    silent = (DraftAuthorView(CAROL, "offered", None), DraftAuthorView(BOB, "declined", None))
    script.expect("GET", COTWEETS, {"cotweets": [wire(DRAFT)]})
    script.expect("GET", COTWEETS, {"cotweets": [wire(replace(DRAFT, co_authors=silent))]})
    assert "Publish with those who agreed: fedi-cotweet publish 42" in (await run("drafts")).words
    alone = (await run("drafts")).words
    assert "Publish alone, as an ordinary post: fedi-cotweet publish 42" in alone
    assert "those who agreed" not in alone


async def test_a_role_stands_behind_the_handle_and_a_port_is_none(script: Script, run: Run) -> None:
    body = {
        "text": "Ours",
        "with": [{"handle": "bob@b.example:8443", "role": "artist"}, "carol@c.example:8443"],
        "role": "host",
    }
    entry = DraftAuthorView(replace(CAROL, role="artist"), "accepted", None)
    script.expect("POST", COTWEETS, wire(replace(DRAFT, co_authors=(entry,))), body=body)
    people = ("--with", "@bob@b.example:8443:artist", "--with", "@carol@c.example:8443")
    shown = await run("post", "Ours", *people, "--role", "host")
    assert "art by Carol @carol@c.example agreed" in shown.words


async def test_a_role_that_is_none_is_called_so(run: Run) -> None:
    said = await run("post", "Hi", "--with", "@bob@b.example:king")
    assert said.code == 2
    assert "“king” is no role" in " ".join(said.err.split())
    assert "artist" in said.err


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("wait_all", "nothing is published; you decide what becomes of it"),
        ("publish_without_decliners", "it is published with those who do, as soon as everybody"),
        ("scheduled", "also when its time has come; you decide what becomes of it"),
    ],
)
async def test_a_draft_says_what_happens_when_not_all_agree(
    script: Script, run: Run, mode: str, said: str
) -> None:
    script.expect("GET", COTWEETS, {"cotweets": [wire(replace(DRAFT, mode=mode))]})
    words = (await run("drafts")).words
    assert "If not all agree" in words
    assert said in words
    published = replace(DRAFT, mode=mode, state="published")
    script.expect("GET", COTWEETS, {"cotweets": [wire(published)]})
    assert "If not all agree" not in (await run("drafts")).words


async def test_who_reads_it_is_said_in_words(script: Script, run: Run) -> None:
    body = {"text": "Hello @bob", "visibility": "direct"}
    script.expect("POST", POSTS, wire(replace(POST, visibility="direct")), body=body)
    assert ", direct" in (await run("post", "Hello @bob", "--visibility", "direct")).words
    script.expect("GET", "/api/v1/control/direct", {"posts": [], "next_before": None})
    assert "--visibility direct" in (await run("direct")).words


async def test_a_draft_that_everybody_declined_says_what_can_be_done(
    script: Script, run: Run
) -> None:
    declined = DraftAuthorView(BOB, "declined", None, reason="not me")
    draft = replace(DRAFT, state="draft", co_authors=(declined,))
    script.expect("GET", COTWEETS, {"cotweets": [wire(draft)]})
    words = (await run("drafts")).words
    assert "needs your decision" in words
    assert "fedi-cotweet invite 42 @NAME@SERVER --instead-of @bob@b.example" in words
    assert "Publish alone, as an ordinary post: fedi-cotweet publish 42" in words
    assert "fedi-cotweet discard 42" in words
    assert "withdraw" not in words
    assert "remove" not in words


async def test_a_draft_that_one_of_two_declined_can_go_on_without_them(
    script: Script, run: Run
) -> None:
    people = (DraftAuthorView(BOB, "declined", None), DRAFT.co_authors[1])
    draft = replace(DRAFT, state="draft", co_authors=people)
    script.expect("GET", COTWEETS, {"cotweets": [wire(draft)]})
    words = (await run("drafts")).words
    assert "fedi-cotweet remove 42 @bob@b.example" in words
    assert "Take the invite back: fedi-cotweet withdraw 42" in words
