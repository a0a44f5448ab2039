"""A co-tweet of alice (server a) and bob (server b) before the eyes of a Fedify server.

The judge follows both, so everything that is theirs reaches it, and it says what its own code makes
of every signature and proof. The module is one story, told in the order of its tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from activitypub.vocab import terms
from tests.judges.cast import Author, eventually
from tests.judges.fedify_peer import FedifyPeer, install
from tests.servers import CommandFailedError, start_server

pytestmark = pytest.mark.timeout(400)

TEXT = "We wrote this before a judge."


@dataclass(frozen=True, slots=True)
class Story:
    """The judge, who follows both authors, and the id of the co-tweet they published then."""

    judge: FedifyPeer
    alice: Author
    bob: Author
    follows: dict[str, dict[str, Any]]
    post: str


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("judged")
    node = install()
    with (
        start_server(folder / "a", people=["alice"]) as a,
        start_server(folder / "b", people=["bob"]) as b,
        FedifyPeer(node, log=folder / "judge.log") as judge,
    ):
        alice, bob = Author(a, "alice"), Author(b, "bob")
        follows = {who.name: judge.call("follow", actor=who.actor) for who in (alice, bob)}
        for who in (alice, bob):
            judge.wait_for("Accept", who.actor)
        bob.follow(alice.handle)
        post = eventually(lambda: invited(alice, bob), "bob's server did not follow alice")
        bob.accept_invite(TEXT)
        yield Story(judge, alice, bob, follows, post)


def invited(alice: Author, bob: Author) -> str | None:
    """The invitation, once bob's follow has arrived: until then his policy forbids it."""
    try:
        return alice.invite(bob, TEXT)
    except CommandFailedError as error:
        if error.answer["error"] != "invitee_policy":
            raise
        return None


def by(story: Story, *who: Author) -> list[dict[str, Any]]:
    return [it for it in story.judge.received() if it["actor"] in {one.actor for one in who}]


def follower_count(who: Author, judge: FedifyPeer) -> int:
    collection = judge.call("fetch_document", url=f"{who.actor}/followers")
    return int(collection["totalItems"])


def hear_again(judge: FedifyPeer, who: Author) -> None:
    sent = judge.call("follow", actor=who.actor)
    judge.wait_for(
        "Accept", who.actor, where=lambda it: bool(it["document"]["object"]["id"] == sent["id"])
    )


def test_a_handle_leads_to_its_actor(story: Story) -> None:
    jrd = story.judge.call("webfinger", resource=f"acct:{story.alice.handle[1:]}")
    links = {link["rel"]: link for link in jrd["links"]}
    assert links["self"]["href"] == story.alice.actor
    assert links["self"]["type"] == terms.ACTIVITY_JSON


def test_follows_signed_with_rfc9421_are_accepted_at_the_first_knock(story: Story) -> None:
    for who in (story.alice, story.bob):
        sent = story.follows[who.name]
        assert [(it["profile"], it["status"]) for it in sent["knocks"]] == [("rfc9421", 202)]
        accept = story.judge.wait_for("Accept", who.actor)
        assert accept["document"]["object"]["id"] == sent["id"]
    assert follower_count(story.alice, story.judge) == 2, "bob and the judge"
    assert follower_count(story.bob, story.judge) == 1


def test_a_peer_that_signs_the_old_way_is_accepted_too(
    story: Story, tmp_path_factory: pytest.TempPathFactory
) -> None:
    log = tmp_path_factory.mktemp("old") / "judge.log"
    with FedifyPeer(install(), log=log, first_knock="draft-cavage-http-signatures-12") as old:
        sent = old.call("follow", actor=story.bob.actor)
        assert [(it["profile"], it["status"]) for it in sent["knocks"]] == [("cavage", 202)]
        old.wait_for("Accept", story.bob.actor)
        old.call("undo", activity=sent["id"])
    eventually(lambda: follower_count(story.bob, story.judge) == 1, "the old peer still follows")


def test_fedify_signs_the_old_way_after_anything_that_is_not_there(
    story: Story, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """It takes a 404 (a deleted post, say) for a refusal of its signature, knocks again the other
    way, and remembers that for the whole server. Nothing of ours refused the first one.
    """
    log = tmp_path_factory.mktemp("missing") / "judge.log"
    with FedifyPeer(install(), log=log) as peer:
        first = peer.call("follow", actor=story.bob.actor)
        assert [(it["profile"], it["status"]) for it in first["knocks"]] == [("rfc9421", 202)]
        peer.wait_for("Accept", story.bob.actor)
        assert peer.call("lookup", url=f"{story.bob.server.base}/notes/1") is None
        after = peer.call("undo", activity=first["id"])
        assert [(it["profile"], it["status"]) for it in after["knocks"]] == [("cavage", 202)]
    eventually(lambda: follower_count(story.bob, story.judge) == 1, "the peer still follows")


def test_the_create_reaches_the_judge_as_software_without_co_authors_needs_it(
    story: Story,
) -> None:
    create = story.judge.wait_for("Create", story.alice.actor)
    note = create["document"]["object"]
    assert (create["status"], note["id"]) == (202, story.post)
    assert note["attributedTo"] == story.alice.actor
    assert note["coAuthors"] == [story.bob.actor]
    assert len(note["coAuthorAuthorization"]) == 1
    assert 'class="coauthors-inline"' in note["content"]
    assert f"{story.bob.actor}/followers" not in [*note["to"], *note["cc"]]


def test_the_announce_comes_once_and_points_to_the_same_post(story: Story) -> None:
    announce = story.judge.wait_for("Announce", story.bob.actor, seconds=60)
    assert (announce["status"], announce["document"]["object"]) == (202, story.post)
    assert len(story.judge.received("Announce")) == 1
    assert len(story.judge.received("Create", story.alice.actor)) == 1
    assert story.judge.received("Create", story.bob.actor) == []


def test_fedify_verifies_every_signature_and_every_proof_of_ours(story: Story) -> None:
    entries = by(story, story.alice, story.bob)
    assert {it["type"] for it in entries} >= {"Accept", "Create", "Announce"}
    for entry in entries:
        assert entry["status"] == 202, entry["type"]
        assert entry["http_signature"], entry["type"]
        # None: the activity carries none of that kind.
        assert entry["proof"] is not False, entry["type"]
        assert entry["ld_signature"] is not False, entry["type"]


def test_the_create_carries_a_proof_so_that_others_can_forward_it(story: Story) -> None:
    create = story.judge.wait_for("Create", story.alice.actor)
    assert create["proof"] is True
    verdict = story.judge.call("verify_document", document=create["document"])
    assert [key["controller"] for key in verdict["proof_keys"]] == [story.alice.actor]


def test_a_proof_of_ours_breaks_with_one_word(story: Story) -> None:
    document = story.judge.wait_for("Create", story.alice.actor)["document"]
    changed = {**document, "object": {**document["object"], "content": "<p>Another.</p>"}}
    verdict = story.judge.call("verify_document", document=changed)
    assert (verdict["proof"], verdict["proof_keys"]) == (False, [None])
    assert verdict["ld_signature"] in (False, None)


def test_a_signature_of_ours_breaks_with_one_octet(story: Story) -> None:
    create = story.judge.wait_for("Create", story.alice.actor)
    request = {
        "method": "POST",
        "url": story.judge.origin + create["path"],
        "headers": create["headers"],
    }
    whole = story.judge.call("verify_request", **request, body=create["body"])
    assert (whole["verified"], whole["owner"]) == (True, story.alice.actor)
    assert not story.judge.call("verify_request", **request, body=create["body"] + " ")["verified"]


def test_dereferencing_the_co_tweet_shows_both_authors(story: Story) -> None:
    found = story.judge.call("lookup", url=story.post)
    assert found["attributed_to"] == [story.alice.actor, story.bob.actor]
    assert [it["id"] for it in found["authors"]] == [story.alice.actor, story.bob.actor]
    assert TEXT in found["content"]


def test_the_stamp_is_bobs_and_its_proof_is_too(story: Story) -> None:
    note = story.judge.call("fetch_document", url=story.post)
    stamp = story.judge.call("fetch_document", url=note["coAuthorAuthorization"][0])
    assert stamp["attributedTo"] == story.bob.actor
    assert stamp["interactingObject"] == story.post
    assert stamp["consentedAuthors"] == [story.alice.actor, story.bob.actor]
    verdict = story.judge.call("verify_proof", document=stamp)
    assert verdict == {"proof": True, "controller": story.bob.actor}
    altered = stamp | {"consentDigest": stamp["consentDigest"][:-1] + "x"}
    assert not story.judge.call("verify_proof", document=altered)["proof"]


def test_alice_follows_the_judge_and_reads_what_it_writes(story: Story) -> None:
    story.alice.follow(story.judge.handle)
    story.judge.wait_for("Follow", story.alice.actor)
    eventually(
        lambda: story.alice.actor in story.judge.call("followers"), "alice does not follow it"
    )
    sent = story.judge.call(
        "create_note", content="<p>I find for alice.</p>", mention=story.alice.actor
    )
    assert [(it["profile"], it["status"]) for it in sent["knocks"]] == [("rfc9421", 202)]
    entry = eventually(lambda: story.alice.find(sent["object"]), "the judge's note is not there")
    assert "I find for alice." in entry["content"]
    assert [author["uri"] for author in entry["authors"]] == [story.judge.actor]


def test_a_like_counts_until_it_is_undone(story: Story) -> None:
    def likes() -> int:
        post = story.alice.find(story.post)
        assert post is not None
        return int(post["likes"])

    before = likes()
    sent = story.judge.call("like", object=story.post)
    assert [(it["profile"], it["status"]) for it in sent["knocks"]] == [("rfc9421", 202)]
    eventually(lambda: likes() == before + 1, "the like does not count")
    undone = story.judge.call("undo", activity=sent["id"])
    assert [it["status"] for it in undone["knocks"]] == [202]
    eventually(lambda: likes() == before, "the like still counts")


def test_bob_leaving_reaches_the_judge_signed_by_each_for_his_own(story: Story) -> None:
    story.bob.leave(story.post)
    update = story.judge.wait_for("Update", story.alice.actor)
    assert update["document"]["object"]["id"] == story.post
    assert not update["document"]["object"].get("coAuthors")
    undo = story.judge.wait_for("Undo", story.bob.actor)
    assert undo["document"]["object"]["type"] == "Announce"
    delete = story.judge.wait_for("Delete", story.bob.actor)
    for entry in (update, undo, delete):
        assert (entry["status"], entry["http_signature"]) == (202, True), entry["type"]
    assert (update["proof"], delete["proof"]) == (True, True)
    found = story.judge.call("lookup", url=story.post)
    assert found["attributed_to"] == [story.alice.actor]


def test_after_undoing_its_follow_the_judge_hears_no_more(story: Story) -> None:
    for who in (story.alice, story.bob):
        story.judge.call("undo", activity=story.follows[who.name]["id"])
    eventually(lambda: follower_count(story.bob, story.judge) == 0, "it still follows bob")
    eventually(lambda: follower_count(story.alice, story.judge) == 1, "it still follows alice")
    quiet, heard = story.bob.post("Nobody judges this."), story.alice.post("Nor this.")
    # A later exchange with each server shows that earlier deliveries would have come through.
    for who in (story.alice, story.bob):
        hear_again(story.judge, who)
    posts = [it["document"]["object"]["id"] for it in story.judge.received("Create")]
    assert quiet not in posts
    assert heard not in posts
