"""Timeline, posts, follows and notifications on the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fedi_cotweet.services.views import FilteredView, TimelinePage
from tests.cli.conftest import LITTLE_LATER, Run, Script
from tests.cli.samples import BOB, NOW, POST, wire

CONTROL = "/api/v1/control"


async def test_a_timeline_shows_posts_with_all_authors_and_the_way_to_older_ones(
    script: Script, run: Run
) -> None:
    boosted = replace(POST, id="41", boosted_by=BOB, updated_at=NOW - 60_000)
    page = TimelinePage((POST, boosted), "41")
    script.expect("GET", f"{CONTROL}/timeline?limit=2&before=99", wire(page))
    shown = await run("timeline", "--limit", "2", "--before", "99")
    assert shown.words.count("Alice A. @alice@a.example and Bob @bob@b.example") == 2
    assert "3 hours ago" in shown.words
    assert "boosted by Bob @bob@b.example" in shown.words
    assert "edited 1 minute ago" in shown.words
    assert "fedi-cotweet timeline --before 41" in shown.words


async def test_what_a_filter_warns_of_is_shown_when_it_is_asked_for(
    script: Script, run: Run
) -> None:
    why = FilteredView(id="1", title="No tea", action="warn", contexts=("home",))
    warned = replace(POST, filtered=(why,))
    blurred = replace(POST, filtered=(replace(why, action="blur"),))
    script.expect("GET", f"{CONTROL}/timeline", wire(TimelinePage((warned,), None)))
    shown = (await run("timeline")).words
    assert "filtered: No tea" in shown
    assert "fedi-cotweet show 42" in shown
    assert "We wrote this together." not in shown
    script.expect("GET", f"{CONTROL}/timeline", wire(TimelinePage((blurred,), None)))
    shown = (await run("timeline")).words
    assert "pictures filtered: No tea" in shown
    assert "We wrote this together." in shown
    script.expect("GET", f"{CONTROL}/posts/42", wire(warned))
    assert "We wrote this together." in (await run("show", "42")).words


async def test_an_empty_timeline_says_how_to_fill_it(script: Script, run: Run) -> None:
    script.expect("GET", f"{CONTROL}/timeline", wire(TimelinePage((), None)))
    assert "fedi-cotweet follow" in (await run("timeline")).words


async def test_a_post_is_shown_by_id_and_by_address(script: Script, run: Run) -> None:
    script.expect("GET", f"{CONTROL}/posts/42", wire(POST))
    script.expect("GET", f"{CONTROL}/posts/https%3A%2F%2Fa.example%2Fn%3Fx%3D1", wire(POST))
    assert "We wrote this together." in (await run("show", "42")).words
    shown = await run("show", "https://a.example/n?x=1", "--json")
    assert shown.document["id"] == "42"


async def test_following_takes_handles_with_and_without_the_first_at(
    script: Script, run: Run
) -> None:
    script.expect("POST", f"{CONTROL}/follow", {}, body={"handle": "bob@127.0.0.1:8001"})
    script.expect("POST", f"{CONTROL}/unfollow", {}, body={"handle": "bob@127.0.0.1:8001"})
    assert (
        "Asked to follow @bob@127.0.0.1:8001." in (await run("follow", "@bob@127.0.0.1:8001")).out
    )
    assert "do not follow @bob" in (await run("unfollow", "bob@127.0.0.1:8001")).out


async def test_an_answer_of_another_version_names_the_member_that_does_not_fit(
    script: Script, run: Run
) -> None:
    document = wire(POST)
    document["media"][0]["width"] = "wide"
    script.expect("GET", f"{CONTROL}/posts/42", document)
    shown = await run("show", "42")
    assert shown.code == 1
    assert "PostView.media[0].width" in shown.err


async def test_members_of_a_newer_server_do_not_disturb(script: Script, run: Run) -> None:
    script.expect("GET", f"{CONTROL}/posts/42", wire(POST) | {"mood": "good"})
    assert (await run("show", "42")).code == 0


async def test_a_clock_that_runs_ahead_makes_no_edit_of_tomorrow(script: Script, run: Run) -> None:
    ahead = replace(POST, updated_at=NOW + LITTLE_LATER + 1_500)
    script.expect("GET", f"{CONTROL}/posts/42", wire(ahead))
    assert "edited just now" in (await run("show", "42")).words


async def test_whoever_is_followed_already_is_not_asked_again(script: Script, run: Run) -> None:
    script.expect(
        "POST", f"{CONTROL}/follow", {"state": "accepted"}, body={"handle": "bob@b.example"}
    )
    assert "You follow @bob@b.example." in (await run("follow", "@bob@b.example")).out


@pytest.mark.parametrize(
    ("command", "said"),
    [("unmute", "is not muted any more"), ("unblock", "is not blocked any more")],
)
async def test_what_was_undone_is_said(script: Script, run: Run, command: str, said: str) -> None:
    script.expect(
        "POST", f"{CONTROL}/{command}", {"state": "none"}, body={"handle": "bob@b.example"}
    )
    assert f"@bob@b.example {said}" in (await run(command, "@bob@b.example")).words


async def test_a_tag_needs_a_name(run: Run) -> None:
    said = await run("tag", "#")
    assert said.code == 2
    assert "is no hashtag" in " ".join(said.err.split())
