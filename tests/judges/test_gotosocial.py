"""Bob's server is a GoToSocial, which knows nothing of co-authors; he answers alice in his app.

Run where ``COTWEET_GOTOSOCIAL`` names its binary. One story, told in the order of its tests.
"""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.judges.cast import eventually
from tests.judges.gotosocial_peer import BINARY, GoToSocial
from tests.judges.gotosocial_person import Person
from tests.servers import CommandFailedError, RealServer, start_server

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(not BINARY, reason="COTWEET_GOTOSOCIAL names no binary"),
]


@dataclass(frozen=True, slots=True)
class Story:
    """alice's server, a third one, and bob on his."""

    a: RealServer
    d: RealServer
    bob: Person

    def invite(self, text: str, *options: str) -> dict[str, Any]:
        """Ask bob to be named on a post."""
        draft = self.a.cli("post", text, "--with", self.bob.handle, "--by-message", *options)
        return dict(draft)

    def state(self, draft: dict[str, Any]) -> str:
        """How far bob's consent is, as alice's server sees it."""
        path = f"/api/v1/cotweets/{draft['post']['id']}"
        return str(self.a.call("GET", path)["co_authors"][0]["state"])

    def wait(self, draft: dict[str, Any], state: str) -> None:
        eventually(lambda: self.state(draft) == state, f"it is not {state}", seconds=40)

    def companions(self, draft: dict[str, Any]) -> list[Any]:
        """Whom alice's server names with her."""
        post = self.a.call("GET", f"/api/v1/control/posts/{draft['post']['id']}")
        return list(post["companions"])

    def verified(self, draft: dict[str, Any]) -> list[Any]:
        """Of whom a third server's ``verify`` says that they agreed by reply."""
        report = self.d.cli("verify", "--development", draft["post"]["uri"])
        return list(report["companions"])


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder: Path = tmp_path_factory.mktemp("unaware")
    plenty = {"COTWEET_OPEN_INVITES_PER_PAIR": "50"}
    with (
        start_server(folder / "a", people=["alice"], settings=plenty) as a,
        start_server(folder / "d", people=["dave"]) as d,
        GoToSocial(folder / "b") as b,
    ):
        b.stop()
        b.create("bob")
        b.start()
        bob = b.sign_in("bob")
        alice = bob.call("GET", "/api/v1/accounts/lookup", acct="bob")
        found = bob.call("GET", "/api/v2/search", q=a.handle("alice"), resolve="true")
        alice = found["accounts"][0]
        bob.call("POST", f"/api/v1/accounts/{alice['id']}/follow", reblogs="true")
        yield Story(a, d, bob)


def test_without_alice_asking_for_it_no_message_is_sent(story: Story) -> None:
    with pytest.raises(CommandFailedError) as refused:
        story.a.cli("post", "Together?", "--with", story.bob.handle)
    assert refused.value.answer["error"] == "invitee_not_capable"
    assert story.bob.direct_messages() == []


def test_the_message_arrives_and_accept_publishes(story: Story) -> None:
    draft = eventually(
        lambda: invited(story, "We baked a <pie>."), "bob does not follow alice", seconds=30
    )
    message = story.bob.message("We baked a")
    text = message["content"]
    for said in ("accept", "decline", "leave", "stop", draft["post"]["uri"], "<blockquote>"):
        assert said in text, said
    assert message["visibility"] == "direct"
    assert [who["acct"] for who in message["mentions"]] == ["bob"]
    story.bob.answer(message, "accept")
    story.wait(draft, "published")
    (companion,) = story.companions(draft)
    assert (companion["how"], companion["person"]["handle"]) == ("message", story.bob.handle[1:])
    assert draft["post"]["url"] in story.bob.message("is published")["content"]


def invited(story: Story, text: str) -> dict[str, Any] | None:
    """The question, once bob's follow has arrived: he does not want to be found by strangers."""
    try:
        return story.invite(text)
    except CommandFailedError as error:
        if error.answer["error"] != "invitee_policy":
            raise
        return None


def test_posts_for_followers_and_for_one_person_go_both_ways(story: Story) -> None:
    a, bob = story.a, story.bob
    for visibility, there in (("followers", "private"), ("direct", "direct")):
        text = f"Secret {visibility}, {bob.handle}."
        post = a.cli("post", text, "--visibility", visibility)
        seen = eventually(partial(mentioning, bob, f"Secret {visibility}"), "it has not come")
        assert (seen["uri"], seen["visibility"]) == (post["uri"], there)
        # Asked for by its address, as another app of his would.
        assert bob.find(post["uri"])["visibility"] == there
        bob.answer(seen, f"Answer to {visibility}", visibility=there)
        told = eventually(partial(answers, a, visibility), "no answer has come", seconds=40)
        answer = a.call("GET", f"/api/v1/control/posts/{told['post']}")
        assert answer["visibility"] == visibility
        assert f"Answer to {visibility}" in answer["text"]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(a.base + answer["page"], timeout=10)
        a.call("PUT", f"/api/v1/control/posts/{post['id']}", {"text": "Changed."})
        eventually(lambda it=seen: "Changed" in status(bob, it), "it is not changed", seconds=40)  # type: ignore[misc]
        a.call("DELETE", f"/api/v1/control/posts/{post['id']}")
        eventually(lambda it=seen: status(bob, it) == "", "it is still there", seconds=40)  # type: ignore[misc]


def mentioning(bob: Person, words: str) -> dict[str, Any] | None:
    """A status that bob was notified of."""
    found = bob.call("GET", "/api/v1/notifications", limit="80")
    said = [entry["status"] for entry in found if entry["type"] == "mention"]
    return next((it for it in said if words.lower() in it["content"].lower()), None)


def status(bob: Person, one: dict[str, Any]) -> str:
    """What a status says now; empty once it is gone."""
    try:
        return str(bob.call("GET", f"/api/v1/statuses/{one['id']}")["content"])
    except urllib.error.HTTPError:
        return ""


def answers(a: RealServer, visibility: str) -> dict[str, Any] | None:
    """What alice was told of bob's answer."""
    told = a.call("GET", "/api/v1/control/notifications")["notifications"]
    return next((it for it in told if f"Answer to {visibility}" in it["about"]), None)


def test_he_boosts_it_and_that_proves_nothing(story: Story) -> None:
    draft = story.invite("Boosts are no consent.")
    message = story.bob.message("Boosts are no consent.")
    story.bob.call("POST", f"/api/v1/statuses/{message['id']}/favourite")
    story.bob.answer(message, "yes!!")
    story.wait(draft, "published")
    status = story.bob.find(draft["post"]["uri"])
    assert status["account"]["acct"].startswith("alice@")
    assert "With" in status["content"]
    assert [who["acct"] for who in status["mentions"]] == ["bob"]
    story.bob.call("POST", f"/api/v1/statuses/{status['id']}/reblog")
    story.bob.call("POST", f"/api/v1/statuses/{status['id']}/favourite")

    def counted() -> bool:
        post = story.a.call("GET", f"/api/v1/control/posts/{draft['post']['id']}")
        return bool(post["boosts"] == 1 and post["likes"] == 1)

    eventually(counted, "the boost and the like did not arrive", seconds=40)
    assert [entry["how"] for entry in story.companions(draft)] == ["message"]
    assert story.verified(draft) == []


def test_accept_but_change_the_title_is_no_consent(story: Story) -> None:
    draft = story.invite("A title that he does not like.")
    message = story.bob.message("A title that he does not like.")
    story.bob.answer(message, "accept but change the title")
    story.bob.message("not a clear yes or no")
    assert story.state(draft) == "offered"
    told = story.a.cli("notifications")["notifications"]
    assert any("change the title" in entry["text"] for entry in told)
    story.a.cli("edit", draft["post"]["id"], "Another title, then.")
    newer = story.bob.message("Another title, then.")
    assert "replaces an earlier message" in newer["content"]
    story.bob.answer(message, "accept")
    story.bob.message("earlier version")
    assert story.state(draft) == "offered"
    story.bob.answer(newer, "수락")
    story.wait(draft, "published")


def test_decline(story: Story) -> None:
    draft = story.invite("Something he did not do.")
    story.bob.answer(story.bob.message("Something he did not do."), "No, thanks.")
    story.wait(draft, "declined")
    story.bob.message("will not stand on that post")
    assert (story.a.call("GET", f"/api/v1/cotweets/{draft['post']['id']}"))["state"] == "draft"


@pytest.mark.parametrize("how", ["leave", "delete"])
def test_a_changed_mind(story: Story, how: str) -> None:
    draft = story.invite(f"He will {how}.")
    answer = story.bob.answer(story.bob.message(f"He will {how}."), "oui")
    story.wait(draft, "published")
    status = story.bob.find(draft["post"]["uri"])
    if how == "leave":
        story.bob.answer(story.bob.message("is published"), "leave")
    else:
        story.bob.call("DELETE", f"/api/v1/statuses/{answer}")
    eventually(lambda: story.companions(draft) == [], "he is still named", seconds=40)
    story.bob.message("your name is off the post")
    eventually(
        lambda: "With" not in story.bob.call("GET", f"/api/v1/statuses/{status['id']}")["content"],
        "his own server still shows his name",
        seconds=40,
    )


def test_the_copied_line_in_public_is_what_others_can_verify(story: Story) -> None:
    draft = story.invite("Anybody can check this.")
    message = story.bob.message("Anybody can check this.")
    found = re.search(r"accept (http\S+) (zQm\w+)", re.sub(r"<[^>]+>", "", message["content"]))
    assert found is not None
    story.bob.answer(message, found[0], visibility="public")
    story.wait(draft, "published")
    eventually(
        lambda: [entry["how"] for entry in story.companions(draft)] == ["reply"],
        "it is not agreed by reply",
        seconds=40,
    )
    (verified,) = story.verified(draft)
    assert verified["handle"] == story.bob.handle[1:]
    assert verified["sentence"].endswith("agreed by reply to exactly this text.")


def test_silence_changes_nothing(story: Story) -> None:
    draft = story.invite("He says nothing.", "--expires", "1h")
    message = story.bob.message("He says nothing.")
    story.bob.call("POST", f"/api/v1/statuses/{message['id']}/favourite")
    assert story.state(draft) == "offered"
    assert story.companions(draft) == []
