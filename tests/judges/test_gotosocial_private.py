"""Posts that are not for everybody, and who sees them on the other side."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest

from tests.judges.gotosocial_https import Border, wait
from tests.judges.ours import Ours

pytestmark = [pytest.mark.timeout(900), pytest.mark.names]


def hidden(who: Ours, uri: str) -> None:
    """``who`` gets no such post here."""
    with pytest.raises(HTTPError, match="404"):
        who.do("GET", f"/posts?url={uri}")


def test_our_unlisted_post(border: Border) -> None:
    post = border.alice.post("For whoever looks.", visibility="unlisted")
    assert border.anna.arrives(post["uri"])["visibility"] == "unlisted"


def test_their_unlisted_post(border: Border) -> None:
    status = border.anna.post("Quietly.", visibility="unlisted")
    assert border.arrives(border.alice, status["uri"])["visibility"] == "unlisted"


def test_our_post_for_followers_is_shown_to_no_stranger(border: Border) -> None:
    post = border.alice.post("The keys are under the mat.", visibility="followers")
    status = border.anna.arrives(post["uri"])
    assert (status["visibility"], status["account"]["acct"]) == (
        "private",
        border.alice.handle[1:],
    )
    assert border.ben.search(post["uri"]) == []
    hidden(border.carol, post["uri"])


def test_our_direct_post_and_the_answer_to_it_are_between_two(border: Border) -> None:
    post = border.alice.post(f"{border.ben.handle} lunch?", visibility="direct")
    message = border.ben.message("lunch?")
    assert (message["uri"], message["visibility"]) == (post["uri"], "direct")
    assert [who["acct"] for who in message["mentions"]] == ["ben"]
    border.ben.answer(message, "At noon.")
    (reply,) = wait(
        lambda: border.alice.do("GET", f"/posts/{post['id']}/thread")["descendants"],
        "ben's answer is not here",
    )
    assert ("At noon." in reply["content"], reply["visibility"]) == (True, "direct")
    assert border.anna.search(post["uri"]) == []
    assert border.anna.at_home(post["uri"]) == []
    for uri in (post["uri"], reply["uri"]):
        hidden(border.carol, uri)
        hidden(border.bob, uri)


def test_their_post_for_followers_is_shown_to_no_stranger(border: Border) -> None:
    status = border.anna.post("Among us.", visibility="private")
    post = border.arrives(border.alice, status["uri"])
    assert post["visibility"] == "followers"
    hidden(border.carol, status["uri"])
    hidden(border.bob, status["uri"])


def test_their_direct_post_is_shown_to_its_reader_alone(border: Border) -> None:
    text = f"{border.carol.handle} only you."
    status = border.anna.post(text, visibility="direct")
    wait(lambda: border.carol.told("mentioned you"), "carol is not told")
    post = border.carol.do("GET", f"/posts?url={status['uri']}")
    assert "only you" in post["content"]
    assert post["visibility"] == "direct"
    hidden(border.alice, status["uri"])
    hidden(border.bob, status["uri"])
