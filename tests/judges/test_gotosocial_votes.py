"""Polls here and on a GoToSocial, and votes from the other side."""

from __future__ import annotations

from typing import Any

import pytest

from tests.judges.gotosocial_https import Border, wait

pytestmark = [pytest.mark.timeout(900), pytest.mark.names]

MULTIPLE = pytest.mark.parametrize("multiple", [False, True])


def votes(poll: dict[str, Any]) -> list[int]:
    """Of each option, on either side."""
    return [option.get("votes", option.get("votes_count")) for option in poll["options"]]


@MULTIPLE
def test_they_vote_in_our_poll(border: Border, multiple: bool) -> None:
    options = ["Tea", "Coffee", "Water"]
    poll = {"options": options, "ends_in_seconds": 3600, "multiple": multiple}
    post = border.alice.post("What shall it be?", poll=poll)
    seen = border.anna.arrives(post["uri"])["poll"]
    assert [option["title"] for option in seen["options"]] == options
    assert (seen["multiple"], seen["expired"], votes(seen)) == (multiple, False, [0, 0, 0])
    chosen = ["0", "1"] if multiple else ["1"]
    border.anna.call("POST", f"/api/v1/polls/{seen['id']}/votes", **{"choices[]": chosen})
    wanted = [1, 1, 0] if multiple else [0, 1, 0]
    counted = wait(
        lambda: votes(it := border.alice.now(post)["poll"]) == wanted and it, "the vote is not here"
    )
    assert counted["voters"] == 1
    assert border.alice.now(post)["replies"] == 0


@MULTIPLE
def test_we_vote_in_their_poll(border: Border, multiple: bool) -> None:
    asked = {
        "poll[options][]": ["Red", "Blue", "Green"],
        "poll[expires_in]": "3600",
        "poll[multiple]": str(multiple).lower(),
    }
    status = border.anna.post("Which colour?", **asked)
    post = border.arrives(border.alice, status["uri"])
    assert [option["name"] for option in post["poll"]["options"]] == ["Red", "Blue", "Green"]
    assert (post["poll"]["multiple"], post["poll"]["over"]) == (multiple, False)
    border.alice.act(post, "votes", choices=[0, 2] if multiple else [2])
    wanted = [1, 0, 1] if multiple else [0, 0, 1]
    wait(lambda: votes(border.anna.now(status)["poll"]) == wanted, "the vote is not there")
    held = border.alice.now(post)["poll"]
    assert (held["own"], held["voters"]) == ([0, 2] if multiple else [2], 1)
    # Of several choices GoToSocial 0.20 counts all and tells others of the first: it fails inside
    # (UpdatePollVote) when the second arrives in an activity of its own, as Mastodon's do too.
    if not multiple:
        wait(lambda: votes(border.alice.now(post)["poll"]) == wanted, "the result is not here")


def test_their_poll_is_closed_and_its_result_is_here(border: Border) -> None:
    asked = {"poll[options][]": ["Yes", "No"], "poll[expires_in]": "20"}
    status = border.anna.post("Quick, yes or no?", **asked)
    post = border.arrives(border.alice, status["uri"])
    seen = border.cleo.find(status["uri"])["poll"]
    border.cleo.call("POST", f"/api/v1/polls/{seen['id']}/votes", **{"choices[]": ["0"]})
    wait(lambda: border.anna.now(status)["poll"]["expired"], "it is not closed there")
    held = wait(
        lambda: (it := border.alice.now(post)["poll"])["over"] and votes(it) == [1, 0] and it,
        "the result is not here",
    )
    assert held["voters"] == 1
