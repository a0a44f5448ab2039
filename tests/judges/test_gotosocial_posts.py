"""Posts of people here and on a GoToSocial, and what each side makes of the other's."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from tests.federation.pictures import png
from tests.judges.gotosocial_https import Border, wait

pytestmark = [pytest.mark.timeout(900), pytest.mark.names]


def gone(look: Any) -> bool:
    """Whether what ``look`` asks for is answered 404 or 410."""
    try:
        look()
    except HTTPError as error:
        return error.code in {404, 410}
    return False


def count(border: Border, post: dict[str, Any], what: str, wanted: int) -> None:
    """Wait until one of our posts has so many likes, boosts or replies."""
    wait(lambda: border.alice.now(post)[what] == wanted, f"not {wanted} {what}")


def test_our_post_with_a_warning_a_language_and_a_tag(border: Border) -> None:
    post = border.alice.post("Es regnet <sehr> #wetter", summary="Wetter", language="de")
    status = border.anna.arrives(post["uri"])
    assert "Es regnet &lt;sehr" in status["content"]
    assert (status["spoiler_text"], status["sensitive"]) == ("Wetter", True)
    assert (status["language"], status["visibility"]) == ("de", "public")
    assert [tag["name"] for tag in status["tags"]] == ["wetter"]
    assert (status["url"], status["account"]["acct"]) == (post["url"], border.alice.handle[1:])
    assert border.ben.at_home(post["uri"]) == []


def test_their_post_with_a_warning_a_language_and_a_tag(border: Border) -> None:
    status = border.anna.post(
        "Il pleut <fort> #meteo", spoiler_text="Météo", sensitive="true", language="fr"
    )
    post = border.arrives(border.alice, status["uri"])
    assert "Il pleut &lt;fort" in post["content"]
    assert (post["summary"], post["sensitive"]) == ("Météo", True)
    assert (post["language"], post["visibility"]) == ("fr", "public")
    assert [it["handle"] for it in post["authors"]] == [border.anna.handle[1:]]
    tagged = border.alice.do("GET", "/tags/meteo")["posts"]
    assert [it["uri"] for it in tagged] == [status["uri"]]
    assert border.bob.read(status["uri"]) is None


def test_our_picture_with_its_description(border: Border, tmp_path: Path) -> None:
    post = border.alice.post_picture("Look", "A red square", tmp_path)
    (picture,) = wait(
        lambda: (
            (it := border.anna.arrives(post["uri"])["media_attachments"])
            and it[0]["type"] == "image"
            and it
        ),
        "no picture there",
    )
    assert (picture["description"], picture["meta"]["original"]["size"]) == ("A red square", "8x8")
    assert picture["url"].startswith(border.social.base)
    assert border.social.look(picture["url"]).startswith(b"\x89PNG")


def test_their_picture_with_its_description(border: Border) -> None:
    attached = border.anna.upload(png((30, 30, 200)), "A blue square")
    status = border.anna.post("Look", **{"media_ids[]": attached})
    (picture,) = wait(
        lambda: (it := border.alice.read(status["uri"])) and it["media"], "no picture here"
    )
    assert (picture["alt"], picture["width"], picture["height"]) == ("A blue square", 8, 8)
    shown = border.alice.look(picture["url"])
    assert shown.startswith((b"\x89PNG", b"RIFF"))


def test_replies_both_ways_make_one_thread(border: Border) -> None:
    first = border.alice.post("Who is there?")
    status = border.anna.arrives(first["uri"])
    border.anna.answer(status, "It is me.", "public")
    count(border, first, "replies", 1)
    (reply,) = border.alice.do("GET", f"/posts/{first['id']}/thread")["descendants"]
    assert "It is me." in reply["content"]
    assert border.alice.told("replied")
    second = border.alice.post("Come in.", in_reply_to=reply["id"])
    told = wait(
        lambda: [it for it in border.anna.told("mention") if it["status"]["uri"] == second["uri"]],
        "anna is not told of the answer",
    )
    assert border.alice.handle[1:] == told[0]["account"]["acct"]
    around = border.anna.context(told[0]["status"])
    assert [it["uri"] for it in around["ancestors"]] == [first["uri"], reply["uri"]]
    below = border.anna.context(status)["descendants"]
    assert [it["uri"] for it in below] == [reply["uri"], second["uri"]]


def test_a_thread_that_is_not_here_is_fetched(border: Border) -> None:
    first = border.ben.post("The beginning")
    middle = border.cleo.post("The middle", in_reply_to_id=first["id"])
    last = border.ben.post("The end", in_reply_to_id=middle["id"])
    post = border.bob.do("GET", f"/posts?url={middle['uri']}")

    def whole() -> bool:
        thread = border.bob.do("GET", f"/posts/{post['id']}/thread")
        above = [it["uri"] for it in thread["ancestors"]]
        below = [it["uri"] for it in thread["descendants"]]
        return (above, below) == ([first["uri"]], [last["uri"]])

    wait(whole, "the thread is not whole here")
    ours = border.carol.post("One more beginning")
    answer = border.carol.post("One more end", in_reply_to=ours["id"])
    status = border.ben.find(answer["uri"])
    wait(
        lambda: [it["uri"] for it in border.ben.context(status)["ancestors"]] == [ours["uri"]],
        "the thread is not whole there",
    )


def test_our_likes_and_boosts_come_and_go(border: Border) -> None:
    status = border.anna.post("Like me.")
    post = border.arrives(border.alice, status["uri"])
    for done, undone, kind in (("boost", "unboost", "reblog"), ("like", "unlike", "favourite")):
        count = f"{kind}s_count"
        border.alice.act(post, done)
        wait(lambda it: border.anna.now(status)[it] == 1, f"{done} does not arrive", count)
        told = [it["account"]["acct"] for it in border.anna.told(kind)]
        assert border.alice.handle[1:] in told
        border.alice.act(post, undone)
        wait(lambda it: border.anna.now(status)[it] == 0, f"{undone} does not arrive", count)


def test_our_boost_reaches_its_readers_there(border: Border) -> None:
    post = border.carol.post("Somebody should hear of this.")
    border.alice.do("GET", f"/posts?url={post['uri']}")
    border.alice.act(post, "boost")
    entry = border.anna.arrives(post["uri"])
    assert (entry["account"]["acct"], entry["reblog"]["account"]["acct"]) == (
        border.alice.handle[1:],
        border.carol.handle[1:],
    )
    border.alice.act(post, "unboost")
    wait(lambda: border.anna.at_home(post["uri"]) == [], "the boost is still there")


def test_their_likes_and_boosts_come_and_go(border: Border) -> None:
    post = border.alice.post("Do you like it?")
    status = border.anna.arrives(post["uri"])
    for done, undone, what in (
        ("reblog", "unreblog", "boosts"),
        ("favourite", "unfavourite", "likes"),
    ):
        border.anna.act(status, done)
        count(border, post, what, 1)
        border.anna.act(status, undone)
        count(border, post, what, 0)
    assert border.alice.told("boosted")


def test_their_boost_reaches_its_readers_here(border: Border) -> None:
    status = border.ben.post("Somebody should hear of that.")
    boosted = border.anna.act(border.anna.find(status["uri"]), "reblog")
    post = border.arrives(border.alice, status["uri"])
    assert post["boosted_by"]["handle"] == border.anna.handle[1:]
    assert [it["handle"] for it in post["authors"]] == [border.ben.handle[1:]]
    border.anna.act(boosted["reblog"], "unreblog")
    wait(lambda: border.alice.read(status["uri"]) is None, "the boost is still here")


def test_our_edit_and_our_deletion(border: Border) -> None:
    post = border.alice.post("First draft")
    status = border.anna.arrives(post["uri"])
    border.alice.do("PUT", f"/posts/{post['id']}", text="Second draft", summary="Drafts")
    wait(lambda: "Second draft" in border.anna.now(status)["content"], "the edit does not arrive")
    edited = border.anna.now(status)
    assert (edited["spoiler_text"], edited["edited_at"] is None) == ("Drafts", False)
    history = border.anna.call("GET", f"/api/v1/statuses/{status['id']}/history")
    assert ["First draft" in it["content"] for it in history] == [True, False]
    border.alice.do("DELETE", f"/posts/{post['id']}")
    wait(lambda: gone(lambda: border.anna.now(status)), "it is still there")
    assert border.anna.at_home(post["uri"]) == []


def test_their_edit_and_their_deletion(border: Border) -> None:
    status = border.anna.post("First try")
    post = border.arrives(border.alice, status["uri"])
    border.anna.call(
        "PUT", f"/api/v1/statuses/{status['id']}", status="Second try", spoiler_text="Tries"
    )
    wait(lambda: "Second try" in border.alice.now(post)["content"], "the edit does not arrive")
    edited = border.alice.now(post)
    assert (edited["summary"], edited["updated_at"] is None) == ("Tries", False)
    border.anna.call("DELETE", f"/api/v1/statuses/{status['id']}")
    wait(lambda: gone(lambda: border.alice.now(post)), "it is still here")
    assert border.alice.read(status["uri"]) is None
