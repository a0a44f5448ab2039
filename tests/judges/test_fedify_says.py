"""What people of a Fedify server do, as it arrives with us and is shown here."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from tests.judges.cast import eventually
from tests.judges.fedify_scene import Scene, fresh, open_scene
from tests.judges.ours import following

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with open_scene(tmp_path_factory.mktemp("said")) as opened:
        yield opened


def read(scene: Scene, uri: str) -> dict[str, Any]:
    return dict(eventually(lambda: scene.alice.read(uri), f"{uri} is not there"))


def counts(scene: Scene, post: dict[str, Any], what: str, wanted: int) -> bool:
    return bool(scene.alice.now(post)[what] == wanted)


def test_a_refused_follow_is_none(scene: Scene) -> None:
    scene.judge.call("refuse", refusing=True)
    scene.alice.do("POST", "/follow", handle=scene.handle("clerk"))
    scene.hear_about("Follow", scene.alice, scene.person("clerk"))
    clerk = scene.handle("clerk")[1:]
    eventually(lambda: clerk not in following(scene.alice), "alice follows who refused")
    scene.judge.call("refuse", refusing=False)
    scene.alice.do("POST", "/follow", handle=scene.handle("clerk"))
    eventually(lambda: clerk in following(scene.alice), "alice may not follow")


def test_a_post_with_a_warning_a_language_a_tag_and_a_picture(scene: Scene) -> None:
    picture = {
        "kind": "Image",
        "url": f"{scene.judge.origin}/pictures/1.png",
        "mediaType": "image/png",
        "name": "A yellow dog",
    }
    tag = {"kind": "Hashtag", "href": f"{scene.judge.origin}/tags/dogs", "name": "#dogs"}
    text = {"text": "<p>Ein <em>Hund</em> #dogs</p>", "language": "de"}
    uri = scene.write(
        "",
        to=scene.alice,
        contents=[text["text"], text],
        summary="A dog",
        sensitive=True,
        attachments=[picture],
        tags=[tag],
    )
    post = eventually(lambda: it if (it := read(scene, uri))["media"] else None, "no picture")
    assert "<em>Hund</em>" in post["content"]
    assert (post["summary"], post["sensitive"], post["language"]) == ("A dog", True, "de")
    assert [(it["alt"], it["media_type"]) for it in post["media"]] == [
        ("A yellow dog", "image/png")
    ]
    assert post["visibility"] == "public"
    assert [author["uri"] for author in post["authors"]] == [scene.judge.actor]
    found = scene.alice.do("GET", "/tags/dogs")["posts"]
    assert [it["uri"] for it in found] == [uri]


def test_posts_for_followers_and_for_one_person_are_shown_to_nobody_else(scene: Scene) -> None:
    followers = scene.write(
        "<p>Among us.</p>", to=scene.alice, tos=[f"{scene.judge.actor}/followers"], ccs=[]
    )
    mention = {"kind": "Mention", "href": scene.alice.actor, "name": scene.alice.handle}
    direct = scene.write(
        "<p>Only you.</p>", to=scene.alice, tos=[scene.alice.actor], ccs=[], tags=[mention]
    )
    quiet = scene.write(
        "<p>Quietly.</p>",
        to=scene.alice,
        tos=[f"{scene.judge.actor}/followers"],
        ccs=[PUBLIC],
    )
    assert read(scene, followers)["visibility"] == "followers"
    assert read(scene, quiet)["visibility"] == "unlisted"
    message = eventually(lambda: scene.alice.do("GET", "/direct")["posts"], "nothing direct")[0]
    assert (message["uri"], message["text"]) == (direct, "Only you.")
    assert scene.alice.now(message)["visibility"] == "direct"
    # What Fedify writes to one person is answered to it alone.
    answer = scene.alice.post("Only me?", in_reply_to=direct)
    note = scene.hear_about("Create", scene.alice, answer["uri"])["object"]
    assert (note["to"], note["cc"]) == ([scene.judge.actor], [])
    eventually(lambda: scene.alice.told("mentioned you"), "alice is not told")
    for uri in (followers, direct):
        with pytest.raises(OSError, match="404"):
            scene.server.call("GET", f"/api/v1/control/posts?url={uri}", account="carol")


def test_a_reply_a_like_and_a_boost_count_until_they_are_taken_back(scene: Scene) -> None:
    post = scene.alice.post("What do you say?")
    uri = scene.write("<p>I say yes.</p>", to=scene.alice, replyTarget=post["uri"])
    eventually(lambda: scene.alice.now(post)["replies"] == 1, "the reply does not count")
    thread = scene.alice.do("GET", f"/posts/{post['id']}/thread")
    assert [it["uri"] for it in thread["descendants"]] == [uri]
    for kind, count in (("Like", "likes"), ("Announce", "boosts")):
        audience = {"to": PUBLIC} if kind == "Announce" else {"to": scene.alice.actor}
        sent = scene.send({"kind": kind, "object": post["uri"], **audience}, to=scene.alice)
        eventually(partial(counts, scene, post, count, 1), f"no {count}")
        scene.judge.call("undo", activity=sent["id"])
        eventually(partial(counts, scene, post, count, 0), f"still {count}")
    assert scene.alice.told("boosted") or scene.alice.told("likes")


def test_an_edit_and_a_deletion(scene: Scene) -> None:
    uri = scene.write("<p>First draft</p>", to=scene.alice)
    post = read(scene, uri)
    edited = scene.note(
        uri, "<p>Second draft</p>", to=PUBLIC, updated="2026-11-22T11:00:00Z", summary="Drafts"
    )
    scene.send({"kind": "Update", "object": edited, "to": PUBLIC}, to=scene.alice)
    eventually(lambda: "Second draft" in read(scene, uri)["content"], "it is not edited")
    assert (read(scene, uri)["summary"], read(scene, uri)["updated_at"] is None) == (
        "Drafts",
        False,
    )
    tombstone = {"kind": "Tombstone", "id": uri}
    scene.send({"kind": "Delete", "object": tombstone, "to": PUBLIC}, to=scene.alice)
    eventually(lambda: scene.alice.read(uri) is None, "it is still there")
    with pytest.raises(OSError, match=r"404|410"):
        scene.alice.now(post)


@pytest.mark.parametrize("multiple", [False, True])
def test_a_vote_counts_and_a_poll_shows_its_result(scene: Scene, multiple: bool) -> None:
    poll = {"options": ["Tea", "Coffee"], "ends_in_seconds": 3600, "multiple": multiple}
    post = scene.alice.post("What shall it be?", poll=poll)
    for _ in range(2):
        vote = {
            "kind": "Note",
            "id": f"{scene.judge.origin}/notes/{fresh()}",
            "attribution": scene.judge.actor,
            "name": "Coffee",
            "replyTarget": post["uri"],
            "to": scene.alice.actor,
        }
        scene.send({"kind": "Create", "object": vote, "to": scene.alice.actor}, to=scene.alice)
    counted = eventually(
        lambda: (it := scene.alice.now(post)["poll"])["voters"] == 1 and it, "no vote"
    )
    assert [option["votes"] for option in counted["options"]] == [0, 1]
    assert scene.alice.now(post)["replies"] == 0

    def options(*counts: int) -> list[dict[str, Any]]:
        return [
            {"kind": "Note", "name": name, "replies": {"kind": "Collection", "totalItems": count}}
            for name, count in zip(("Red", "Blue"), counts, strict=True)
        ]

    offered = "inclusiveOptions" if multiple else "exclusiveOptions"
    ends = {"endTime": "2036-01-01T00:00:00Z"}
    more: dict[str, Any] = {**ends, offered: options(2, 0), "voters": 2}
    uri = scene.write("<p>Which?</p>", to=scene.alice, kind="Question", **more)
    held = read(scene, uri)["poll"]
    assert [(it["name"], it["votes"]) for it in held["options"]] == [("Red", 2), ("Blue", 0)]
    assert (held["multiple"], held["voters"], held["over"]) == (multiple, 2, False)
    more = {**ends, offered: options(2, 5), "voters": 7}
    question = scene.note(uri, "<p>Which?</p>", kind="Question", to=PUBLIC, **more)
    scene.send({"kind": "Update", "object": question, "to": PUBLIC}, to=scene.alice)
    eventually(lambda: read(scene, uri)["poll"]["voters"] == 7, "the result is not there")
    assert [it["votes"] for it in read(scene, uri)["poll"]["options"]] == [2, 5]


def test_a_changed_profile(scene: Scene) -> None:
    uri = scene.write("<p>Who am I?</p>", to=scene.alice)
    read(scene, uri)
    scene.judge.call("profile", name="The chief justice", summary="<p>Judges all.</p>")
    scene.judge.call("announce_profile", to=scene.alice.actor)
    eventually(lambda: read(scene, uri)["authors"][0]["name"] == "The chief justice", "not renamed")


def test_a_quote_is_asked_for_and_stamped(scene: Scene) -> None:
    post = scene.alice.post("Quote me.", quote_policy="public")
    policy = scene.hear_about("Create", scene.alice, post["uri"])["object"]["may_quote"]
    assert policy == [PUBLIC]
    uri = f"{scene.judge.origin}/notes/{fresh()}"
    note = scene.note(uri, "<p>As alice says</p>", quote=post["uri"], to=PUBLIC)
    asked = {"kind": "QuoteRequest", "object": post["uri"], "instrument": note}
    sent = scene.send({**asked, "to": scene.alice.actor}, to=scene.alice)
    accept = scene.hear_about("Accept", scene.alice, sent["id"])
    stamp = scene.judge.call("look", url=accept["result_id"])
    assert stamp["kind"] == "QuoteAuthorization"
    assert (stamp["interacting"], stamp["interaction_target"]) == (uri, post["uri"])
    assert stamp["attributed_to"] == [scene.alice.actor]
    audience = {"to": PUBLIC, "cc": scene.alice.actor}
    stamped = {**note, "quoteAuthorization": accept["result_id"]}
    scene.judge.call("keep", object=stamped)
    scene.send({"kind": "Create", "object": stamped, **audience}, to=scene.alice)
    eventually(
        lambda: (read(scene, uri)["quote"] or {}).get("state") == "accepted", "no quote shown"
    )
    assert read(scene, uri)["quote"]["uri"] == post["uri"]


def test_a_pinned_post(scene: Scene) -> None:
    uri = scene.write("<p>Read this first.</p>", to=scene.alice)
    read(scene, uri)
    scene.judge.call("feature", objects=[uri])
    change = {"object": uri, "target": f"{scene.judge.actor}/featured", "to": PUBLIC}

    def pinned() -> bool:
        page = f"{scene.server.base}/@{scene.judge.handle[1:]}"
        with urllib.request.urlopen(page, timeout=10) as response:
            return 'id="pinned"' in response.read().decode()

    scene.send({"kind": "Add", **change}, to=scene.alice)
    eventually(pinned, "it is not pinned")
    scene.send({"kind": "Remove", **change}, to=scene.alice)
    eventually(lambda: not pinned(), "it is still pinned")


def test_a_report_arrives_with_its_words(scene: Scene) -> None:
    post = scene.alice.post("Something bad.")
    flag = {"kind": "Flag", "objects": [scene.alice.actor, post["uri"]], "content": "This is bad."}
    scene.send({**flag, "to": scene.alice.actor}, to=scene.alice)
    reports = eventually(
        lambda: scene.alice.do("GET", "/reports")["reports"], "the report is not there"
    )
    (report,) = (it for it in reports if it["comment"] == "This is bad.")
    assert [it["uri"] for it in report["posts"]] == [post["uri"]]
    assert [it["uri"] for it in report["people"]] == [scene.alice.actor]


def test_reactions_with_an_emoji_are_shown_until_they_are_undone(scene: Scene) -> None:
    post = scene.alice.post("Cake for everybody")

    def shown() -> list[tuple[str, int]]:
        return [(it["name"], it["count"]) for it in scene.alice.now(post)["reactions"]]

    own = {"kind": "Emoji", "name": ":blob:"}

    def react(by: str, said: str, **more: Any) -> str:
        reaction = {"kind": "EmojiReact", "object": post["uri"], "content": said, **more}
        return str(scene.send({**reaction, "to": scene.alice.actor}, to=scene.alice, by=by)["id"])

    react("judge", "🎂")
    blob = react("clerk", ":blob:", tags=[own])
    eventually(lambda: len(shown()) == 2, "the reactions are not shown")
    assert sorted(shown()) == [(":blob:", 1), ("🎂", 1)]
    scene.judge.call("undo", activity=blob)
    eventually(lambda: shown() == [("🎂", 1)], "the reaction is still shown")


def test_a_block_ends_the_follow(scene: Scene) -> None:
    handle = scene.handle("usher")
    scene.carol.do("POST", "/follow", handle=handle)
    eventually(lambda: scene.carol.follows() == 1, "carol does not follow")
    block = scene.send(
        {"kind": "Block", "object": scene.carol.actor, "to": scene.carol.actor},
        to=scene.carol,
        by="usher",
    )
    eventually(lambda: handle[1:] not in following(scene.carol), "carol still follows")
    scene.judge.call("undo", activity=block["id"])
    scene.carol.do("POST", "/follow", handle=handle)
    eventually(lambda: scene.carol.follows() == 1, "carol may not follow again")


def test_a_move_takes_its_followers_along(scene: Scene) -> None:
    usher, clerk = scene.person("usher"), scene.person("clerk")
    scene.judge.call("profile", by="clerk", aliases=[usher])
    scene.judge.call("profile", by="usher", successor=clerk)
    scene.dora.do("POST", "/follow", handle=scene.handle("usher"))
    eventually(lambda: scene.dora.follows() == 1, "dora does not follow")
    move = {"kind": "Move", "object": usher, "target": clerk, "to": PUBLIC}
    scene.send(move, to=scene.dora, by="usher")
    eventually(lambda: scene.handle("clerk")[1:] in following(scene.dora), "dora was left behind")
    eventually(
        lambda: scene.dora.actor in scene.judge.call("followers", of="clerk"),
        "dora does not follow the new account",
    )
