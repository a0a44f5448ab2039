"""A co-tweet as somebody sees it who follows one of its authors only.

Alice and bob are on two servers of ours. The clerk, who is Fedify's, follows alice, the usher bob.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.judges.cast import Author, eventually
from tests.judges.fedify_peer import FedifyPeer, install
from tests.judges.test_fedify import invited
from tests.servers import start_server

pytestmark = pytest.mark.timeout(300)

TEXT = "We wrote this before a judge."


@dataclass(frozen=True, slots=True)
class Halves:
    """Both authors, the judge and the co-tweet."""

    judge: FedifyPeer
    alice: Author
    bob: Author
    post: str

    def came_to(self, name: str) -> list[dict[str, Any]]:
        """What somebody of Fedify's got, but for answers to their follow."""
        inbox = f"/users/{name}/inbox"
        return [
            it for it in self.judge.received() if it["path"] == inbox and it["type"] != "Accept"
        ]


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Halves]:
    folder = tmp_path_factory.mktemp("halves")
    with (
        start_server(folder / "a", people=["alice"]) as a,
        start_server(folder / "b", people=["bob"]) as b,
        FedifyPeer(install(), log=folder / "judge.log") as judge,
    ):
        alice, bob = Author(a, "alice"), Author(b, "bob")
        for who, by in ((alice, "clerk"), (bob, "usher")):
            judge.call("follow", actor=who.actor, by=by)
            judge.wait_for("Accept", who.actor)
        bob.follow(alice.handle)
        post = eventually(lambda: invited(alice, bob), "bob's server did not follow alice")
        bob.accept_invite(TEXT)
        yield Halves(judge, alice, bob, post)


def test_a_follower_of_the_primary_author_gets_the_post_once(halves: Halves) -> None:
    create = halves.judge.wait_for("Create", halves.alice.actor)
    halves.judge.wait_for("Announce", halves.bob.actor, seconds=60)
    assert halves.came_to("clerk") == [create]
    assert (create["status"], create["http_signature"], create["proof"]) == (202, True, True)
    note = create["document"]["object"]
    assert (note["id"], note["coAuthors"]) == (halves.post, [halves.bob.actor])
    # Whoever does not know of co-authors reads their names.
    assert halves.bob.handle in note["content"]
    assert TEXT in note["content"]


def test_a_follower_of_the_co_author_gets_his_boost_and_finds_both_there(halves: Halves) -> None:
    announce = halves.judge.wait_for("Announce", halves.bob.actor, seconds=60)
    assert halves.came_to("usher") == [announce]
    assert (announce["status"], announce["http_signature"]) == (202, True)
    assert (announce["proof"], announce["ld_signature"]) == (True, True)
    found = halves.judge.call("lookup", url=announce["document"]["object"])
    assert found["id"] == halves.post
    assert found["attributed_to"] == [halves.alice.actor, halves.bob.actor]
    assert TEXT in found["content"]


def test_when_the_co_author_leaves_each_follower_hears_of_their_own(halves: Halves) -> None:
    halves.bob.leave(halves.post)
    update = halves.judge.wait_for("Update", halves.alice.actor)
    assert update["path"] == "/users/clerk/inbox"
    assert not update["document"]["object"].get("coAuthors")
    undo = halves.judge.wait_for("Undo", halves.bob.actor)
    assert (undo["path"], undo["status"]) == ("/users/usher/inbox", 202)
    assert undo["document"]["object"]["type"] == "Announce"
