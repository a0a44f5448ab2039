"""What people of ours do, as Fedify's own code verifies and understands it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from tests.judges.cast import eventually
from tests.judges.fedify_scene import Scene, id_of, open_scene
from tests.judges.ours import following

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("heard")) as opened:
        yield opened


def test_a_follow_is_asked_for_granted_and_taken_back(scene: Scene) -> None:
    scene.carol.do("POST", "/follow", handle=scene.judge.handle)
    follow = scene.hear_about("Follow", scene.carol, scene.judge.actor)
    assert follow["kind"] == "Follow"
    eventually(lambda: scene.judge.handle[1:] in following(scene.carol), "not accepted")
    scene.carol.do("POST", "/unfollow", handle=scene.judge.handle)
    undo = scene.hear("Undo", scene.carol)
    assert (undo["object"]["kind"], undo["objects"]) == ("Follow", [follow["id"]])


def asks(scene: Scene, handle: str) -> bool:
    return handle in str(scene.dora.do("GET", "/follow-requests"))


def test_a_locked_account_rejects_and_accepts_by_hand(scene: Scene) -> None:
    scene.dora.do("POST", "/lock", locked=True)
    for name, accept in (("clerk", False), ("usher", True)):
        scene.judge.call("follow", actor=scene.dora.actor, by=name)
        handle = scene.handle(name)
        eventually(
            partial(asks, scene, handle[1:]),
            "no request to follow",
        )
        scene.dora.do("POST", "/follow-requests", handle=handle, accept=accept)
        answer = scene.hear("Accept" if accept else "Reject", scene.dora)
        assert answer["object"]["kind"] == "Follow"
        assert answer["object"]["actor_id"] == scene.person(name)
        assert answer["objects"] == [answer["object"]["id"]]


def test_a_post_with_a_warning_a_language_and_words_for_who_may_read_it(scene: Scene) -> None:
    post = scene.alice.post("It rains #weather", summary="weather", language="de")
    create = scene.hear_about("Create", scene.alice, post["uri"])
    note = create["object"]
    assert (note["kind"], note["id"]) == ("Note", post["uri"])
    assert (note["summary"], note["sensitive"]) == ("weather", True)
    assert "It rains" in note["content"]
    assert "de" in note["languages"]
    assert note["attributed_to"] == [scene.alice.actor]
    assert (note["to"], note["cc"]) == ([PUBLIC], [f"{scene.alice.actor}/followers"])
    assert (create["to"], create["cc"]) == (note["to"], note["cc"])
    assert note["published"]
    assert note["url"] == post["url"]
    assert [(tag["kind"], tag["name"]) for tag in note["tags"]] == [("Hashtag", "#weather")]
    quiet = scene.alice.post("For whoever looks.", visibility="unlisted")
    note = scene.hear_about("Create", scene.alice, quiet["uri"])["object"]
    assert (note["to"], note["cc"]) == ([f"{scene.alice.actor}/followers"], [PUBLIC])


def test_posts_for_followers_and_for_one_person(scene: Scene) -> None:
    alice, followers = scene.alice, f"{scene.alice.actor}/followers"
    post = alice.post(f"Between us, {scene.judge.handle}.", visibility="followers")
    create = scene.hear_about("Create", alice, post["uri"])
    note = create["object"]
    assert (note["to"], note["cc"]) == ([followers], [scene.judge.actor])
    assert (create["to"], create["cc"]) == (note["to"], note["cc"])
    message = alice.post(f"Only you, {scene.judge.handle}.", visibility="direct")
    note = scene.hear_about("Create", alice, message["uri"])["object"]
    assert (note["to"], note["cc"]) == ([scene.judge.actor], [])
    alice.do("PUT", f"/posts/{message['id']}", text="Forget it.")
    note = scene.hear_about("Update", alice, message["uri"])["object"]
    assert (note["to"], note["cc"]) == ([scene.judge.actor], [])
    alice.do("DELETE", f"/posts/{message['id']}")
    assert scene.hear_about("Delete", alice, message["uri"])["to"] == [scene.judge.actor]


def test_a_picture_with_its_description(scene: Scene, tmp_path: Path) -> None:
    post = scene.alice.post_picture("Look", "A red square", tmp_path)
    note = scene.hear_about("Create", scene.alice, post["uri"])["object"]
    (picture,) = note["attachments"]
    assert (picture["name"], picture["media_type"]) == ("A red square", "image/png")
    assert (picture["width"], picture["height"]) == (8, 8)
    assert picture["url"].startswith(scene.server.base)


def test_a_reply_and_its_thread(scene: Scene) -> None:
    theirs = scene.write("<p>Who is there?</p>", to=scene.alice)
    eventually(lambda: scene.alice.read(theirs), "the judge's note is not there")
    reply = scene.alice.post("It is me.", in_reply_to=theirs)
    note = scene.hear_about("Create", scene.alice, reply["uri"])["object"]
    assert note["reply_to"] == theirs
    assert scene.judge.actor in [*note["to"], *note["cc"]]
    assert [tag["href"] for tag in note["tags"] if tag["kind"] == "Mention"] == [scene.judge.actor]
    second = scene.carol.post("And me.", in_reply_to=reply["id"])
    note = scene.judge.call("look", url=second["uri"])
    assert (note["reply_to"], note["attributed_to"]) == (reply["uri"], [scene.carol.actor])
    replies = scene.judge.call("look", url=reply["uri"])["replies"]
    assert scene.judge.call("walk", url=replies["id"]) == [second["uri"]]


def test_a_boost_and_a_like_come_and_go(scene: Scene) -> None:
    theirs = scene.write("<p>Like me.</p>", to=scene.alice)
    post = eventually(lambda: scene.alice.read(theirs), "the judge's note is not there")
    for done, undone, kind in (("boost", "unboost", "Announce"), ("like", "unlike", "Like")):
        scene.alice.act(post, done)
        heard = scene.hear_about(kind, scene.alice, theirs)
        assert (heard["kind"], heard["objects"]) == (kind, [theirs])
        if kind == "Announce":
            assert PUBLIC in heard["to"] + heard["cc"]
        scene.alice.act(post, undone)
        undo = scene.hear_about("Undo", scene.alice, heard["id"])
        assert (undo["object"]["kind"], undo["object"]["objects"]) == (kind, [theirs])


def test_an_edit_and_a_deletion(scene: Scene) -> None:
    post = scene.alice.post("First draft")
    scene.hear_about("Create", scene.alice, post["uri"])
    scene.alice.do("PUT", f"/posts/{post['id']}", text="Second draft")
    note = scene.hear_about("Update", scene.alice, post["uri"])["object"]
    assert "Second draft" in note["content"]
    assert note["updated"]
    assert "Second draft" in scene.judge.call("look", url=post["uri"])["content"]
    scene.alice.do("DELETE", f"/posts/{post['id']}")
    gone = scene.hear_about("Delete", scene.alice, post["uri"])
    assert (gone["object"]["kind"], gone["objects"]) == ("Tombstone", [post["uri"]])
    found = scene.judge.call("look", url=post["uri"])
    assert found is None or found["kind"] == "Tombstone"


@pytest.mark.parametrize("multiple", [False, True])
def test_a_poll_and_a_vote_in_it(scene: Scene, multiple: bool) -> None:
    poll = {"options": ["Tea", "Coffee"], "ends_in_seconds": 3600, "multiple": multiple}
    post = scene.alice.post("What shall it be?", poll=poll)
    question = scene.hear_about("Create", scene.alice, post["uri"])["object"]
    offered, other = ("choices", "options") if multiple else ("options", "choices")
    assert question["kind"] == "Question"
    assert [option["name"] for option in question[offered]] == ["Tea", "Coffee"]
    assert [option["replies"]["total"] for option in question[offered]] == [0, 0]
    assert question[other] == []
    assert (question["ends"] is not None, question["voters"]) == (True, 0)
    chosen = "inclusiveOptions" if multiple else "exclusiveOptions"
    options = [
        {"kind": "Note", "name": name, "replies": {"kind": "Collection", "totalItems": count}}
        for name, count in (("Red", 2), ("Blue", 0))
    ]
    ends = {"endTime": "2036-01-01T00:00:00Z", "voters": 2}
    theirs = scene.write(
        "<p>Which?</p>", to=scene.alice, kind="Question", **{chosen: options}, **ends
    )
    held = eventually(lambda: scene.alice.read(theirs), "the judge's poll is not there")
    scene.alice.act(held, "votes", choices=[1])
    vote = scene.hear("Create", scene.alice, lambda it: it["object"].get("inReplyTo") == theirs)[
        "object"
    ]
    assert (vote["name"], vote["content"], vote["reply_to"]) == ("Blue", None, theirs)
    assert (vote["to"], vote["cc"]) == ([scene.judge.actor], [])


def test_a_changed_profile(scene: Scene) -> None:
    scene.alice.do(
        "PUT",
        "/profile",
        name="Alice the first",
        about="I write.",
        fields=[{"name": "Home", "value": "https://alice.example/"}],
    )
    person = scene.hear(
        "Update", scene.alice, lambda it: it["object"].get("name") == "Alice the first"
    )["object"]
    assert (person["kind"], person["id"]) == ("Person", scene.alice.actor)
    assert "I write." in person["summary"]
    (field,) = person["attachments"]
    assert (field["kind"], field["name"]) == ("PropertyValue", "Home")
    assert "https://alice.example/" in field["value"]


def test_pinned_posts(scene: Scene) -> None:
    post = scene.alice.post("Read this first.")
    scene.alice.act(post, "pin")
    add = scene.hear_about("Add", scene.alice, post["uri"])
    featured = scene.judge.call("look", url=scene.alice.actor)["featured"]
    assert add["target_id"] == featured
    assert scene.judge.call("walk", url=featured) == [post["uri"]]
    scene.alice.act(post, "unpin")
    assert scene.hear_about("Remove", scene.alice, post["uri"])["target_id"] == featured
    assert scene.judge.call("walk", url=featured) == []


def test_a_quote_is_asked_for_and_stamped(scene: Scene) -> None:
    anybody = {"kind": "InteractionRule", "automaticApproval": PUBLIC}
    policy = {"kind": "InteractionPolicy", "canQuote": anybody}
    theirs = scene.write("<p>Quote me.</p>", to=scene.alice, interactionPolicy=policy)
    eventually(lambda: scene.alice.read(theirs), "the judge's note is not there")
    post = scene.alice.post("As they say:", quote=theirs)
    asked = scene.hear_about("QuoteRequest", scene.alice, theirs)
    assert (asked["kind"], asked["instrument_id"]) == ("QuoteRequest", post["uri"])
    stamp = f"{scene.judge.origin}/stamps/1"
    granted = {
        "kind": "QuoteAuthorization",
        "id": stamp,
        "attribution": scene.judge.actor,
        "interactingObject": post["uri"],
        "interactionTarget": theirs,
    }
    scene.judge.call("keep", object=granted)
    scene.send({"kind": "Accept", "object": asked["id"], "result": stamp}, to=scene.alice)
    update = scene.hear_about("Update", scene.alice, post["uri"])["object"]
    assert (update["quote_id"], update["stamp_id"]) == (theirs, stamp)
    assert scene.alice.now(post)["quote"]["state"] == "accepted"


def test_a_report_names_nobody_but_the_server(scene: Scene) -> None:
    theirs = scene.write("<p>Buy my pills.</p>", to=scene.alice)
    eventually(lambda: scene.alice.read(theirs), "the judge's note is not there")
    scene.alice.do("POST", "/reports", post=theirs, comment="It is an advertisement.")
    (flag,) = eventually(lambda: scene.judge.received("Flag") or None, "no report")
    assert (flag["status"], flag["http_signature"]) == (202, True)
    heard = scene.judge.call("understood", index=flag["index"])
    assert sorted(heard["objects"]) == sorted([scene.judge.actor, theirs])
    assert heard["content"] == "It is an advertisement."
    assert scene.alice.actor not in flag["body"]


def test_a_question_by_message_is_for_nobody_else(scene: Scene) -> None:
    draft = scene.server.call(
        "POST",
        "/api/v1/cotweets",
        {
            "text": "We both signed this.",
            "with": [{"handle": scene.judge.handle}],
            "by_message": True,
        },
        account="alice",
    )
    create = scene.hear(
        "Create", scene.alice, lambda it: "We both signed this." in str(it["object"].get("content"))
    )
    note = create["object"]
    assert (note["to"], note["cc"]) == ([scene.judge.actor], [])
    answer = {
        "ccs": [],
        "tos": [scene.alice.actor],
        "replyTarget": note["id"],
        "tags": [{"kind": "Mention", "href": scene.alice.actor, "name": scene.alice.handle}],
    }
    scene.write("<p>accept</p>", to=scene.alice, **answer)
    published = scene.hear_about("Create", scene.alice, draft["post"]["uri"])["object"]
    assert scene.judge.actor in [tag.get("href") for tag in published["tags"]]


def test_a_block_and_its_end(scene: Scene) -> None:
    scene.carol.do("POST", "/block", handle=scene.handle("usher"))
    block = scene.hear_about("Block", scene.carol, scene.person("usher"))
    assert block["kind"] == "Block"
    scene.carol.do("POST", "/unblock", handle=scene.handle("usher"))
    undo = scene.hear_about("Undo", scene.carol, block["id"])
    assert undo["object"]["kind"] == "Block"


def relayed_to(scene: Scene, uri: str) -> Callable[[dict[str, Any]], bool]:
    """Whether an entry is about an object, and came to the clerk's own inbox."""

    def fits(entry: dict[str, Any]) -> bool:
        about = id_of(entry["document"]["object"])
        return bool(entry["path"] == "/users/clerk/inbox" and about == uri)

    return fits


def test_a_relay_is_asked_told_and_left(scene: Scene) -> None:
    """The clerk is one of Mastodon's kind, as far as Fedify without its package for relays is."""
    us, clerk = f"{scene.server.base}/actor", scene.person("clerk")
    made = scene.alice.do("POST", "/relays", address=f"{clerk}/inbox")
    asked = scene.judge.wait_for("Follow", us)
    assert (asked["status"], asked["http_signature"]) == (202, True)
    assert asked["document"]["object"] == PUBLIC
    accept = {"kind": "Accept", "actor": clerk, "object": asked["id"]}
    scene.judge.call("send", to=[us], activity=accept, by="clerk")
    eventually(
        lambda: scene.alice.do("GET", "/relays")["relays"][0]["state"] == "accepted",
        "the relay's yes did not arrive",
    )
    post = scene.alice.post("For everybody, by a relay")
    create = scene.judge.wait_for("Create", scene.alice.actor, where=relayed_to(scene, post["uri"]))
    assert (create["status"], create["http_signature"]) == (202, True)
    # By that others believe what it passes on.
    assert create["ld_signature"] is True
    scene.alice.do("DELETE", f"/relays/{made['id']}")
    undo = scene.judge.wait_for("Undo", us, where=relayed_to(scene, asked["id"]))
    assert undo["document"]["object"]["type"] == "Follow"


def test_a_move(scene: Scene) -> None:
    scene.judge.call("follow", actor=scene.carol.actor)
    scene.hear("Accept", scene.carol)
    scene.judge.call("profile", by="clerk", aliases=[scene.carol.actor])
    scene.carol.do("POST", "/move", handle=scene.handle("clerk"))
    move = scene.hear("Move", scene.carol)
    assert (move["objects"], move["target_id"]) == ([scene.carol.actor], scene.person("clerk"))
    assert scene.judge.call("look", url=scene.carol.actor)["successor"] == scene.person("clerk")
