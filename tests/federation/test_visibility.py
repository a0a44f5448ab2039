"""Posts for followers, for the people they mention, and for this server: who reads them where."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from storage.queries import posts as stored
from tests.federation.cast import Cast
from tests.federation.drafts import API
from tests.federation.here import ApiRefusalError
from tests.federation.narrow import POSTS, befriend, page, receive, write

HERE = ("alice", "bob", "carol", "dave", "mallory")
READERS = {
    # Whoever is mentioned (bob) reads it, wherever it stands; dave follows, mallory is blocked.
    "public": {
        "show": {"alice", "bob", "carol", "dave", None},
        "profile": {"alice", "bob", "carol", "dave", None},
        "home": {"alice", "dave"},
    },
    "unlisted": {
        "show": {"alice", "bob", "carol", "dave", None},
        "profile": {"alice", "bob", "carol", "dave", None},
        "home": {"alice", "dave"},
    },
    "followers": {
        "show": {"alice", "bob", "dave"},
        "profile": {"alice", "bob", "dave"},
        "home": {"alice", "dave"},
    },
    "direct": {"show": {"alice", "bob"}, "profile": set(), "home": {"alice"}},
    "local": {
        "show": {"alice", "bob", "carol", "dave"},
        "profile": {"alice", "bob", "carol", "dave"},
        "home": {"alice", "dave"},
    },
}
LISTED = {"public": {"carol", None}, "local": {"carol"}}
"""Who of strangers finds it on the front page."""


async def shown_to(cast: Cast, name: str, number: str, uri: str, path: str) -> list[str]:
    """One post as the API and its page give it to somebody here; empty where it is not there."""
    found = []
    for ask in (f"{POSTS}/{number}", f"{POSTS}/{number}/thread", f"{POSTS}?url={uri}"):
        try:
            found.append(str(await cast.here.api("GET", ask, account=name)))
        except ApiRefusalError as refused:
            if refused.status != 404:  # that it is there is not said either
                raise
            found.append("")
    return [*found, await page(cast, name, path)]


async def readers(cast: Cast, post: dict[str, Any], word: str) -> dict[str, set[str | None]]:
    """Who finds a post of alice's where."""
    found: dict[str, set[str | None]] = {"show": set(), "profile": set(), "home": set()}
    path = f"/@alice/{post['id']}"
    for name in HERE:
        shown = await shown_to(cast, name, post["id"], post["uri"], path)
        assert len({word in text for text in shown}) == 1, "everywhere or nowhere"
        if word in shown[0]:
            found["show"].add(name)
        home = await cast.here.api("GET", f"{API}/control/timeline", account=name)
        if word in str(home):
            found["home"].add(name)
    for who in (*HERE, None):
        if word in await page(cast, who, "/@alice"):
            found["profile"].add(who)
    if word in await page(cast, None, path):
        found["show"].add(None)
    return found


@pytest.mark.parametrize("visibility", READERS)
async def test_who_reads_a_post_here(cast: Cast, visibility: str) -> None:
    await befriend(cast)
    post = await write(cast, visibility, "An ocelot for @bob. #ocelots")
    assert post["visibility"] == visibility
    assert await readers(cast, post, "An ocelot") == READERS[visibility]
    front = {who for who in ("carol", None) if "An ocelot" in await page(cast, who, "/")}
    assert front == LISTED.get(visibility, set())
    everywhere = {"carol", None} if visibility == "public" else set()
    tagged = {
        who for who in ("carol", None) if "An ocelot" in await page(cast, who, "/tags/ocelots")
    }
    assert tagged == everywhere
    assert await cast.told("bob") == ["mention"]
    [told] = (await cast.here.api("GET", f"{API}/control/notifications", account="bob"))[
        "notifications"
    ]
    assert (told["post"], told["about"]) == (post["id"], "An ocelot for @bob. #ocelots")


@pytest.mark.parametrize("visibility", ["followers", "direct", "local"])
async def test_who_fetches_it_with_a_signature(cast: Cast, visibility: str) -> None:
    await befriend(cast)
    handle = "" if visibility == "local" else f" and @{cast.bob.handle}"
    post = await write(cast, visibility, f"An ocelot for @bob{handle}.")
    got = {}
    for person in (cast.bob, cast.carol, cast.neighbour, cast.mallory):
        reply = await person.get(post["uri"])
        got[person.id] = reply.status
        if reply.status == 200:
            assert "An ocelot" in reply.json["content"]
            assert reply.headers["Cache-Control"] == "private, no-store"
            assert PUBLIC not in str(reply.json["to"]) + str(reply.json.get("cc"))
            assert not {"replies", "likes", "shares", "context"} & reply.json.keys()
        for part in ("activity", "replies", "likes", "shares", "context"):
            assert (await person.get(f"{post['uri']}/{part}")).status == 404
    wanted = {"followers": {cast.bob.id, cast.carol.id}, "direct": {cast.bob.id}, "local": set()}
    assert {who for who, status in got.items() if status == 200} == wanted[visibility]
    assert {status for status in got.values() if status != 200} <= {404}
    assert (await cast.here.get(post["uri"], Accept=ACTIVITY_JSON))[0] == 404
    await cast.here.api("DELETE", f"{POSTS}/{post['id']}", account="alice")
    await cast.here.settle()
    for person in (cast.bob, cast.carol, cast.neighbour, cast.mallory):
        told = 410 if person.id in wanted[visibility] else 404
        assert (await person.get(post["uri"])).status == told
    assert (await cast.here.get(post["uri"], Accept=ACTIVITY_JSON))[0] == 404


@pytest.mark.parametrize("visibility", ["followers", "direct", "local"])
async def test_it_is_sent_to_its_readers_alone(cast: Cast, visibility: str) -> None:
    await befriend(cast)
    handle = "" if visibility == "local" else f" and @{cast.bob.handle}"
    post = await write(cast, visibility, f"An ocelot for @bob{handle}.")
    await cast.here.api("PUT", f"{POSTS}/{post['id']}", {"text": "A lynx."}, account="alice")
    await cast.here.settle()
    await cast.here.api("DELETE", f"{POSTS}/{post['id']}", account="alice")
    await cast.here.settle()
    wanted = {"followers": {"b", "c"}, "direct": {"b"}, "local": set()}[visibility]
    for name, origin in (("a", cast.a), ("b", cast.b), ("c", cast.c), ("m", cast.m)):
        got = origin.received_of("Create", "Update", "Delete")
        kinds = [activity["type"] for activity in got]
        assert kinds == (["Create", "Update", "Delete"] if name in wanted else []), name
        assert not [activity for activity in got if {"signature", "proof"} & activity.keys()]
        assert PUBLIC not in str(got)
    if visibility == "followers":
        create = cast.c.received_of("Create")[0]["object"]
        assert (create["to"], create["cc"]) == (
            [f"{cast.here.actor('alice')}/followers"],
            [cast.here.actor("bob"), cast.bob.id],
        )
    if visibility == "direct":
        # Who was named has it, and gets its next version.
        updated = cast.b.received_of("Update")[0]["object"]
        assert sorted(updated["to"]) == sorted([cast.here.actor("bob"), cast.bob.id])
        assert sorted(tag["href"] for tag in updated["tag"]) == sorted(updated["to"])
    _, outbox = await cast.here.get("/users/alice/outbox?page=1", Accept=ACTIVITY_JSON)
    assert post["uri"] not in outbox


@pytest.mark.parametrize("visibility", ["followers", "direct"])
async def test_who_reads_what_comes_from_elsewhere(cast: Cast, visibility: str) -> None:
    await cast.follow(cast.alice)
    uri = await receive(cast, visibility, "<p>A caracal.</p>")
    held = await cast.here.post(uri)
    assert held is not None
    wanted = {"bob", "dave"} if visibility == "followers" else {"bob"}
    for name in HERE:
        path = f"/@{cast.alice.handle}/{held.id}"
        shown = await shown_to(cast, name, str(held.id), uri, path)
        assert {"A caracal" in text for text in shown} == {name in wanted}, name
    assert "A caracal" not in await page(cast, None, f"/@{cast.alice.handle}/{held.id}")
    assert (uri in await cast.timeline()) is (visibility == "followers")
    [told] = (await cast.here.api("GET", f"{API}/control/notifications", account="bob"))[
        "notifications"
    ]
    assert (told["kind"], told["post"], told["about"]) == ("mention", str(held.id), "A caracal.")
    await cast.here.api("POST", f"{API}/control/unfollow", {"handle": cast.alice.handle})
    with pytest.raises(ApiRefusalError):
        await cast.here.api("GET", f"{POSTS}/{held.id}", account="dave")


async def test_what_is_for_nobody_here_is_not_kept(cast: Cast) -> None:
    """A server must not leave private posts of strangers with us, to be read some day."""
    await cast.follow(cast.alice)
    neighbours = f"{cast.a.base}/users/eve/followers"
    for to in ([cast.carol.id], [cast.bob.followers], [neighbours]):
        uri = await receive(cast, "direct", "<p>A serval.</p>", to=to, tag=[])
        assert await cast.here.post(uri) is None


async def test_a_direct_post_is_for_whose_inbox_it_came_to(cast: Cast) -> None:
    note = {
        "id": cast.mallory.mint("notes"), "type": "Note", "attributedTo": cast.mallory.id,
        "content": "<p>Psst.</p>",
    }  # fmt: skip
    create = cast.mallory.activity("Create", note, to=[])
    await cast.mallory.send(f"{cast.here.actor('carol')}/inbox", create)
    await cast.here.settle()
    held = await cast.here.post(note["id"])
    assert held is not None
    view = await cast.here.api("GET", f"{POSTS}/{held.id}", account="carol")
    assert (view["visibility"], view["text"]) == ("direct", "Psst.")
    assert await cast.told("carol") == ["mention"]
    with pytest.raises(ApiRefusalError):
        await cast.here.api("GET", f"{POSTS}/{held.id}", account="bob")


async def test_an_answer_is_as_public_as_what_it_answers(cast: Cast) -> None:
    for visibility in ("public", "unlisted", "followers", "direct", "local"):
        post = await write(cast, visibility, "An ocelot for @bob.")
        wanted = {"text": "Where?", "in_reply_to": post["id"]}
        answer = await cast.here.api("POST", POSTS, wanted, account="bob")
        assert answer["visibility"] == visibility
    uri = await receive(cast, "direct", "<p>A caracal.</p>")
    answer = await cast.here.api(
        "POST", POSTS, {"text": "Where?", "in_reply_to": uri}, account="bob"
    )
    await cast.here.settle()
    assert answer["visibility"] == "direct"
    [create] = cast.a.received_of("Create")
    assert create["object"]["to"] == [cast.alice.id]
    thread = await cast.here.api("GET", f"{POSTS}/{answer['id']}/thread", account="bob")
    assert [post["uri"] for post in thread["ancestors"]] == [uri]
    with pytest.raises(ApiRefusalError):
        await cast.here.api("POST", POSTS, {"text": "Where?", "in_reply_to": uri}, account="carol")


async def test_what_cannot_be_is_refused_with_the_reason(cast: Cast) -> None:
    secret = await write(cast, "followers", "An ocelot.")
    public = await write(cast, "public", "A cat.")
    for wanted, code in (
        ({"visibility": "direct"}, "nobody_named"),
        ({"visibility": "local", "text": f"Hm, @{cast.bob.handle}?"}, "not_here"),
        ({"visibility": "secret"}, "visibility_not_allowed"),
        ({"visibility": "followers", "quote": public["id"]}, "cannot_quote"),
        ({"quote": secret["id"]}, "no_such_post"),
    ):
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", POSTS, {"text": "Hm."} | wanted, account="alice")
        assert (refused.value.status, refused.value.code) == (422, code)
    for what, body, code in (
        ("boost", {}, "not_boostable"), ("pin", {}, "not_public"),
        ("quote-policy", {"policy": "public"}, "not_public"),
    ):  # fmt: skip
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", f"{POSTS}/{secret['id']}/{what}", body, account="alice")
        assert (refused.value.status, refused.value.code) == (422, code)
    made = await cast.here.api(
        "POST", POSTS, {"text": "x", "visibility": "private"}, account="alice"
    )
    assert made["visibility"] == "followers", "as Mastodon calls it"


async def test_only_its_readers_like_it_and_vote_in_it(cast: Cast) -> None:
    await befriend(cast)
    poll = {"options": ["Tea", "Coffee"], "ends_in_seconds": 3600}
    post = await write(cast, "followers", "What will it be?", poll=poll)
    for person in (cast.mallory, cast.carol):
        await cast.deliver(person, person.activity("Like", post["uri"]))
        vote = {
            "id": person.mint("votes"), "type": "Note", "attributedTo": person.id, "name": "Tea",
            "inReplyTo": post["uri"], "to": cast.here.actor("alice"),
        }  # fmt: skip
        await cast.deliver(person, person.activity("Create", vote))
    await cast.here.api("POST", f"{POSTS}/{post['id']}/like", {}, account="dave")
    await cast.here.api("POST", f"{POSTS}/{post['id']}/votes", {"choices": [1]}, account="dave")
    with pytest.raises(ApiRefusalError):
        await cast.here.api(
            "POST", f"{POSTS}/{post['id']}/votes", {"choices": [1]}, account="carol"
        )
    view = await cast.here.api("GET", f"{POSTS}/{post['id']}", account="alice")
    assert view["likes"] == 2
    assert [option["votes"] for option in view["poll"]["options"]] == [1, 1]


async def test_who_was_not_asked_gets_no_later_version(cast: Cast) -> None:
    """The server of somebody who follows no more keeps the old words and gets no new ones."""
    await befriend(cast)
    post = await write(cast, "followers", "An ocelot.")
    await cast.deliver(
        cast.carol,
        cast.carol.activity("Undo", cast.carol.activity("Follow", cast.here.actor("alice"))),
    )
    await cast.here.api("PUT", f"{POSTS}/{post['id']}", {"text": "A lynx."}, account="alice")
    await cast.here.settle()
    assert cast.c.received_of("Update") == []
    assert (await cast.carol.get(post["uri"])).status == 404


async def test_its_counts_are_nobodys_business(cast: Cast) -> None:
    await write(cast, "public", "A cat.")
    for visibility in ("followers", "direct", "local"):
        await write(cast, visibility, "An ocelot for @bob.")
    assert await cast.here.read(stored.count_local_posts) == 1
    _, text = await cast.here.get("/users/alice/outbox", Accept=ACTIVITY_JSON)
    assert '"totalItems":1' in text


async def test_direct_posts_are_listed_for_both_sides(cast: Cast) -> None:
    sent = await write(cast, "direct", "An ocelot for @bob.")
    uri = await receive(cast, "direct", "<p>A caracal.</p>")
    await write(cast, "followers", "A lynx for @bob.")
    for name, wanted in (("bob", {uri, sent["uri"]}), ("alice", {sent["uri"]}), ("dave", set())):
        listed = await cast.here.api("GET", f"{API}/control/direct", account=name)
        assert {post["uri"] for post in listed["posts"]} == wanted


async def test_earlier_words_are_for_those_who_read_the_present_ones(cast: Cast) -> None:
    await befriend(cast)
    for visibility, wanted in (("followers", {"alice", "dave"}), ("direct", {"alice"})):
        post = await write(cast, visibility, "An ocelot for @bob.")
        path = f"{POSTS}/{post['id']}"
        await cast.here.api("PUT", path, {"text": "A lynx for @bob."}, account="alice")
        for name in ("alice", "dave", "carol", "mallory"):
            found = ""
            with suppress(ApiRefusalError):
                found = str(await cast.here.api("GET", f"{path}/history", account=name))
            assert ("An ocelot" in found) is (name in wanted), (visibility, name)
        # Of a direct post it is not kept to whom each version was.
        seen = str(await cast.here.api("GET", f"{path}/history", account="bob"))
        assert "A lynx" in seen
        assert ("An ocelot" in seen) is (visibility == "followers")
