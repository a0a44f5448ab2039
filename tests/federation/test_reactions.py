"""Likes, boosts and replies, by people here and elsewhere, of posts of both."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import pytest

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.services import reactions
from storage.engine import Tx
from storage.models import Block
from storage.queries import actors, hosts, interactions
from storage.queries.rows import add
from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError

POSTS = "/api/v1/control/posts"


async def written_here(cast: Cast) -> tuple[str, str]:
    """A co-tweet by alice here with bob elsewhere: (id here, identifier)."""
    body = {"text": "We wrote this.", "with": [cast.bob.handle]}
    view = await cast.here.api("POST", "/api/v1/cotweets", body, account="alice")
    await cast.here.settle()
    offer = cast.b.received_of("Offer")[-1]
    together = CoTweet(cast.local("alice"), (cast.bob,), offer["object"])
    stamp = together.consent(cast.bob)
    await cast.deliver(cast.bob, cast.bob.activity("Accept", offer["id"], result=stamp))
    post = await cast.here.post(offer["object"]["id"])
    assert post is not None
    assert post.state == "published"
    return str(view["post"]["id"]), post.uri


async def written_by_alice_elsewhere(cast: Cast, *with_whom: str) -> tuple[str, CoTweet]:
    """A co-tweet by alice elsewhere with bob elsewhere and people here, which dave follows."""
    people = [cast.bob, *(cast.local(name) for name in with_whom)]
    await cast.follow(cast.alice)
    together = cast.cotweet(*people)
    together.consent(cast.bob)
    for person in people[1:]:
        await cast.deliver(cast.alice, together.offer(person))
        invite = await cast.invite(person.name)
        assert invite is not None
        path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
        await cast.here.api("POST", path, {"digest": invite["digest"]}, account=person.name)
        await cast.here.settle()
        together.stamps[person.id] = cast.a.received_of("Accept")[-1]["result"]
    together.publish()
    await cast.deliver(cast.alice, together.create())
    assert await cast.shown(together.id) == together.authors
    post = await cast.here.post(together.id)
    assert post is not None
    return str(post.id), together


async def do(cast: Cast, what: str, post_id: str, account: str = "dave") -> dict[str, Any]:
    """Like, boost and so on by somebody here."""
    path = f"{POSTS}/{post_id}/{what}"
    view: dict[str, Any] = await cast.here.api("POST", path, {}, account=account)
    await cast.here.settle()
    return view


def counted(view: dict[str, Any]) -> tuple[int, int, int]:
    """(likes, boosts, replies)."""
    return view["likes"], view["boosts"], view["replies"]


async def test_a_like_goes_to_every_author_and_is_taken_back_from_all(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast)
    for _ in range(2):
        await do(cast, "like", post_id)
    [like] = cast.a.received_of("Like")
    assert cast.b.received_of("Like") == [like]
    assert like["object"] == together.id
    assert like["to"] == together.authors
    assert like["actor"] == cast.here.actor("dave")
    for _ in range(2):
        await do(cast, "unlike", post_id)
    for origin in (cast.a, cast.b):
        [undo] = origin.received_of("Undo")
        assert undo["object"] == {
            "type": "Like",
            "id": like["id"],
            "actor": like["actor"],
            "object": together.id,
        }


async def test_a_co_author_whose_server_knows_nothing_of_co_authors_is_not_bothered(
    cast: Cast,
) -> None:
    post_id, _ = await written_by_alice_elsewhere(cast)
    now = cast.here.clock()
    await cast.here.write(lambda tx: hosts.note_aware(tx, cast.b.host, False, now))
    await do(cast, "like", post_id)
    assert cast.a.received_of("Like")
    assert not cast.b.received_of("Like")


async def test_a_boost_goes_to_the_authors_and_to_followers_everywhere(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast)
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("dave")))
    await cast.here.api("POST", "/api/v1/control/follow", {"handle": "dave"}, account="carol")
    await cast.here.settle()
    assert await cast.timeline("carol") == []
    view = await do(cast, "boost", post_id)
    assert view["boosts"] == 1
    [announce] = cast.a.received_of("Announce")
    assert cast.b.received_of("Announce") == cast.c.received_of("Announce") == [announce]
    assert announce["object"] == together.id
    assert announce["to"] == [PUBLIC]
    assert set(together.authors) < set(announce["cc"])
    assert announce["published"] > together.core["published"]
    assert await cast.timeline("carol") == [together.id]
    status, _ = await cast.here.get(announce["id"])
    assert status == 200
    await do(cast, "unboost", post_id)
    for origin in (cast.a, cast.b, cast.c):
        assert [undo["object"]["id"] for undo in origin.received_of("Undo")] == [announce["id"]]
    assert await cast.timeline("carol") == []
    assert (await cast.here.get(announce["id"]))[0] == 404


async def test_a_boost_for_followers_goes_to_them_and_to_the_authors(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast)
    await cast.deliver(cast.carol, cast.carol.activity("Follow", cast.here.actor("dave")))
    env, uri = cast.here.server.runtime.env, cast.here.actor("dave")

    def boost(tx: Tx) -> None:
        dave = actors.actors_by_uri(tx, [uri])[uri].id
        reactions.boost(tx, env, dave, int(post_id), "followers")

    await cast.here.write(boost)
    await cast.here.settle()
    [announce] = cast.c.received_of("Announce")
    assert cast.a.received_of("Announce") == cast.b.received_of("Announce") == [announce]
    assert announce["to"] == [f"{cast.here.actor('dave')}/followers"]
    assert PUBLIC not in announce["cc"]
    assert set(together.authors) <= set(announce["cc"])
    assert (await cast.here.get(announce["id"]))[0] == 404


async def test_a_boost_from_elsewhere_is_for_whom_it_says(cast: Cast) -> None:
    post_id, uri = await written_here(cast)
    followers = f"{cast.carol.id}/followers"
    for to, cc, expected in (
        ([PUBLIC], [followers], "public"),
        ([followers], [PUBLIC], "unlisted"),
        ([followers], [cast.here.actor("alice")], "followers"),
        ([], [], "followers"),
    ):
        announce = cast.carol.activity("Announce", uri, to=to, cc=cc)
        await cast.deliver(cast.carol, announce)
        held = await cast.here.read(partial(interactions.boost_by_uri, uri=announce["id"]))
        assert held is not None
        assert (str(held.post_id), held.visibility) == (post_id, expected)
        await cast.deliver(cast.carol, cast.carol.activity("Undo", announce))


async def test_a_co_author_cannot_boost_what_reaches_their_followers_anyway(cast: Cast) -> None:
    post_id, _ = await written_by_alice_elsewhere(cast, "carol")
    for what in ("boost", "unboost"):
        with pytest.raises(ApiRefusalError, match="own_cotweet"):
            await do(cast, what, post_id, account="carol")
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == (0, 0, 0)


async def test_nobody_here_can_react_to_what_they_may_not_see(cast: Cast) -> None:
    await cast.follow(cast.alice)
    secret = cast.alice.mint("notes")
    note = {
        "id": secret,
        "type": "Note",
        "attributedTo": cast.alice.id,
        "to": [cast.alice.followers],
        "content": "<p>Just us.</p>",
        "published": format_time(cast.here.clock()),
    }
    create = cast.alice.activity("Create", note, to=[cast.alice.followers])
    await cast.deliver(cast.alice, create)
    post = await cast.here.post(secret)
    assert post is not None
    for what in ("like", "boost", "mute", "unlike", "unboost"):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await do(cast, what, str(post.id), account="mallory")
    assert not cast.a.received_of("Like", "Announce")


async def test_each_author_here_is_told_once_however_often_and_in_whatever_way(cast: Cast) -> None:
    _, together = await written_by_alice_elsewhere(cast, "carol", "bob")
    before = {name: Counter(await cast.told(name)) for name in ("carol", "bob", "dave")}
    stranger = cast.mallory
    for _ in range(3):
        like = stranger.activity("Like", together.id)
        await cast.deliver(stranger, like)
        await stranger.send(f"{cast.here.actor('carol')}/inbox", like)
        await cast.deliver(stranger, stranger.activity("Undo", like))
        announce = stranger.activity("Announce", together.id)
        await cast.deliver(stranger, announce)
        await cast.deliver(stranger, stranger.activity("Undo", announce))
    for name in ("carol", "bob"):
        assert Counter(await cast.told(name)) - before[name] == Counter(["like", "boost"])
    assert Counter(await cast.told("dave")) == before["dave"]


async def test_a_reply_that_mentions_the_authors_is_told_of_once(cast: Cast) -> None:
    _, together = await written_by_alice_elsewhere(cast, "carol")
    before = Counter(await cast.told("carol"))
    carol = cast.here.actor("carol")
    note = {
        "id": cast.mallory.mint("notes"),
        "type": "Note",
        "attributedTo": cast.mallory.id,
        "to": [PUBLIC],
        "cc": [carol],
        "tag": [{"type": "Mention", "href": carol, "name": "@carol"}],
        "inReplyTo": together.id,
        "content": "<p>Hm.</p>",
        "published": format_time(cast.here.clock()),
    }
    create = cast.mallory.activity("Create", note, cc=[carol])
    for inbox in (f"{carol}/inbox", cast.here.inbox):
        await cast.mallory.send(inbox, create)
        await cast.here.settle()
    assert Counter(await cast.told("carol")) - before == Counter(["reply"])


async def test_a_reply_from_here_reaches_every_author(cast: Cast) -> None:
    _, together = await written_by_alice_elsewhere(cast, "carol")
    before = Counter(await cast.told("carol"))
    body = {"text": "Well said.", "in_reply_to": together.id}
    await cast.here.api("POST", POSTS, body)
    await cast.here.settle()
    for origin in (cast.a, cast.b):
        [create] = origin.received_of("Create")
        assert create["object"]["inReplyTo"] == together.id
        assert set(together.authors) < set(create["object"]["cc"])
        tagged = [tag["href"] for tag in create["object"]["tag"] if tag["type"] == "Mention"]
        assert tagged == together.authors
    assert Counter(await cast.told("carol")) - before == Counter(["reply"])


async def test_who_muted_a_post_hears_no_more_of_it_and_the_others_do(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast, "carol", "bob")
    before = {name: Counter(await cast.told(name)) for name in ("carol", "bob")}
    await do(cast, "mute", post_id, account="carol")
    await cast.deliver(cast.mallory, cast.mallory.activity("Like", together.id))
    body = {"text": "Well said.", "in_reply_to": together.id}
    await cast.here.api("POST", POSTS, body)
    assert Counter(await cast.told("carol")) == before["carol"]
    assert Counter(await cast.told("bob")) - before["bob"] == Counter(["like", "reply"])
    await do(cast, "unmute", post_id, account="carol")
    await cast.deliver(cast.mallory, cast.mallory.activity("Announce", together.id))
    assert Counter(await cast.told("carol")) - before["carol"] == Counter(["boost"])


async def test_nobody_is_told_of_what_they_did_themselves(cast: Cast) -> None:
    post_id, _ = await written_here(cast)
    before = Counter(await cast.told("alice"))
    cast.here.clock.advance(SECOND)
    assert counted(await do(cast, "like", post_id, account="alice")) == (1, 0, 0)
    assert counted(await do(cast, "boost", post_id, account="alice")) == (1, 1, 0)
    await cast.here.api("POST", POSTS, {"text": "And…", "in_reply_to": post_id}, account="alice")
    assert Counter(await cast.told("alice")) == before


async def test_who_is_blocked_can_neither_react_nor_be_heard(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast, "carol", "bob")
    await do(cast, "like", post_id)
    before = {name: Counter(await cast.told(name)) for name in ("carol", "bob")}
    await cast.deliver(cast.mallory, cast.mallory.activity("Wave", PUBLIC))

    def block(tx: Tx) -> None:
        people = [cast.here.actor("carol"), cast.here.actor("dave"), cast.mallory.id]
        found = actors.actors_by_uri(tx, people)
        for number, whom in enumerate(people[1:]):
            ids = {"actor_id": found[people[0]].id, "target_id": found[whom].id}
            add(tx, Block, id=number, created_at=cast.here.clock(), **ids)

    await cast.here.write(block)
    with pytest.raises(ApiRefusalError, match="not_found"):
        await do(cast, "boost", post_id)
    with pytest.raises(ApiRefusalError, match="not_found"):
        await do(cast, "unlike", post_id)
    dave = cast.here.actor("dave")
    me = (await cast.here.read(lambda tx: actors.actors_by_uri(tx, [dave])))[dave]
    like = interactions.like_between
    assert await cast.here.read(lambda tx: like(tx, me.id, int(post_id))) is None, "it is undone"
    await cast.deliver(cast.mallory, cast.mallory.activity("Like", together.id))
    assert Counter(await cast.told("carol")) - before["carol"] == Counter()
    assert Counter(await cast.told("bob")) - before["bob"] == Counter(), "bob's co-author's block"


async def test_a_reaction_with_an_emoji_counts_as_a_like_until_it_is_undone(cast: Cast) -> None:
    """Pleroma's form (FEP-c0e0); one of each person counts, and only whose it is takes it back."""
    view = await cast.here.api("POST", POSTS, {"text": "Cake!"}, account="alice")
    await cast.here.settle()

    async def likes() -> int:
        return int((await cast.here.api("GET", f"{POSTS}/{view['id']}"))["likes"])

    reaction = cast.bob.activity("EmojiReact", view["uri"], content="🎂")
    for sent in (reaction, cast.bob.activity("EmojiReact", view["uri"], content="🎉")):
        assert (await cast.deliver(cast.bob, sent)).status == 202
        assert await likes() == 1
    await cast.deliver(cast.neighbour, cast.neighbour.activity("Undo", reaction))
    assert await likes() == 1
    shown = await cast.here.api("GET", f"{POSTS}/{view['id']}")
    assert shown["reactions"] == [{"name": "🎂", "count": 1}]
    _, page = await cast.here.get(f"/@alice/{view['id']}")
    assert "<bdi>🎂</bdi>" in page
    await cast.deliver(cast.bob, cast.bob.activity("Undo", reaction))
    assert await likes() == 0
    assert (await cast.here.api("GET", f"{POSTS}/{view['id']}"))["reactions"] == []


async def test_a_reaction_with_an_emoji_of_its_own_is_shown_by_its_name(cast: Cast) -> None:
    """As Misskey, Akkoma and others write it; there need not be a picture."""
    view = await cast.here.api("POST", POSTS, {"text": "Cake!"}, account="alice")
    await cast.here.settle()
    icon = {"type": "Image", "url": f"{cast.b.base}/blob.png"}
    for person, kind, said, tag in (
        (cast.bob, "EmojiReact", ":blob:", [{"type": "Emoji", "name": ":blob:", "icon": icon}]),
        (cast.carol, "Like", ":blob@c.example:", [{"type": "Emoji", "name": "blob"}]),
        (cast.mallory, "EmojiReact", "blob", [{"type": "Emoji", "name": ":blob:"}]),
        (cast.neighbour, "EmojiReact", "blob", [{"type": "Hashtag", "name": "blob"}]),
    ):
        react = person.activity(kind, view["uri"], content=said, tag=tag)
        assert (await cast.deliver(person, react)).status == 202
    shown = await cast.here.api("GET", f"{POSTS}/{view['id']}")
    assert (shown["likes"], shown["reactions"]) == (4, [{"name": ":blob:", "count": 3}])
