"""Notifications on the command line: which post is meant, and what to type next."""

from __future__ import annotations

import pytest

from fedi_cotweet.services.notice_views import NotificationView
from tests.cli.conftest import Run, Script
from tests.cli.samples import NOW, wire

PATH = "/api/v1/control/notifications"
INVITED = NotificationView(
    id="1",
    kind="cotweet.invite",
    text="@alice@a.example invites you",
    created_at=NOW - 7_200_000,
    invite="77",
    about="We walked\x1b[2J.",
)


async def test_a_notice_names_the_post_and_what_can_be_typed_next(script: Script, run: Run) -> None:
    script.expect("GET", PATH, {"notifications": [wire(INVITED)]})
    words = (await run("notifications")).words
    assert words == (
        "cotweet.invite 2 hours ago @alice@a.example invites you "
        "“We walked\N{REPLACEMENT CHARACTER}[2J.” fedi-cotweet accept 77 fedi-cotweet decline 77"
    )


WHAT_NOW = " x fedi-cotweet drafts fedi-cotweet publish 42 fedi-cotweet discard 42"


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (NotificationView("1", "cotweet.invite", "x", NOW), "x"),
        (NotificationView("1", "follow", "x", NOW), "x"),
        (NotificationView("1", "like", "x", NOW, post="42"), "fedi-cotweet show 42"),
        (NotificationView("1", "cotweet.comment", "x", NOW, invite="7"), "discuss 7"),
        (
            NotificationView("1", "cotweet.agreed_in_advance", "x", NOW, post="42"),
            "leave 42 fedi-cotweet trusted",
        ),
        (
            NotificationView("1", "cotweet.with_blocked", "x", NOW, post="42"),
            "leave 42 fedi-cotweet delete 42",
        ),
        (NotificationView("1", "cotweet.comment", "x", NOW, post="42"), "discuss 42"),
        (NotificationView("1", "cotweet.proposal", "x", NOW, proposal="5"), "proposal decline 5"),
        (NotificationView("1", "cotweet.declined", "x", NOW, post="42"), "fedi-cotweet show 42"),
        (NotificationView("1", "cotweet.declined", "x", NOW, post="42", draft=True), "discard 42"),
        (NotificationView("1", "cotweet.due", "x", NOW, post="42", draft=True), WHAT_NOW),
    ],
)
async def test_only_what_can_be_done_is_offered(
    script: Script, run: Run, view: NotificationView, said: str
) -> None:
    script.expect("GET", PATH, {"notifications": [wire(view)]})
    assert (await run("notifications")).words.endswith(said)


async def test_nothing_new_is_said_in_words(script: Script, run: Run) -> None:
    script.expect("GET", PATH, {"notifications": []})
    assert (await run("notifications")).out == "Nothing new.\n"
