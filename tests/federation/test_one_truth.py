"""One truth about likes, boosts and replies: the primary author's server holds it (C38)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.limits import HOUR, MINUTE, SECOND
from fedi_cotweet.services import freshness
from fedi_cotweet.services.relays import RELAY_AFTER
from tests.federation.cast import Cast, CoTweet
from tests.federation.origins import Person
from tests.federation.talk import seconds_pass
from tests.federation.test_reactions import (
    POSTS,
    counted,
    do,
    written_by_alice_elsewhere,
    written_here,
)


async def relayed(cast: Cast) -> list[dict[str, Any]]:
    """What bob's server elsewhere was told, in order."""
    await cast.here.pass_time(RELAY_AFTER)
    return cast.b.received_of("Add", "Remove")


def gist(activity: dict[str, Any]) -> tuple[str, str, int, list[str]]:
    """(type, collection, size, ids)."""
    items = activity["object"] if isinstance(activity["object"], list) else [activity["object"]]
    target = activity["target"]
    return (
        activity["type"],
        target["id"].rpartition("/")[2],
        target["totalItems"],
        [item if isinstance(item, str) else item["id"] for item in items],
    )


def reply_by(person: Person, target: str, **members: Any) -> dict[str, Any]:
    """A public reply of somebody elsewhere, served at its id."""
    note = {
        "id": person.mint("notes"),
        "type": "Note",
        "attributedTo": person.id,
        "to": [PUBLIC],
        "inReplyTo": target,
        "content": "<p>Hm.</p>",
        "published": format_time(person.origin.clock()),
    } | members
    person.origin.serve({"@context": "https://www.w3.org/ns/activitystreams"} | note)
    return note


async def totals(cast: Cast, uri: str) -> tuple[int, ...]:
    """What the collections of a note here say, which must be what the note says."""
    found = []
    note = (await cast.mallory.get(uri)).json
    for name in ("likes", "shares", "replies"):
        collection = (await cast.mallory.get(f"{uri}/{name}")).json
        listed = {"first"} if name == "replies" else set()
        assert collection.keys() == {"@context", "id", "type", "totalItems"} | listed
        assert note[name] == {key: collection[key] for key in collection if key != "@context"}
        found.append(collection["totalItems"])
    return tuple(found)


async def test_what_reached_only_the_primary_authors_server_is_told_to_the_co_authors(
    cast: Cast,
) -> None:
    post_id, uri = await written_here(cast)
    like = cast.mallory.activity("Like", uri)
    announce = cast.carol.activity("Announce", uri)
    await cast.deliver(cast.mallory, like)
    await cast.deliver(cast.carol, announce)
    reply = reply_by(cast.carol, uri)
    await cast.deliver(cast.carol, cast.carol.activity("Create", reply))
    found = await relayed(cast)
    assert [gist(activity) for activity in found] == [
        ("Add", "likes", 1, [like["id"]]),
        ("Add", "shares", 1, [announce["id"]]),
        ("Add", "replies", 1, [reply["id"]]),
    ]
    for activity, kind, who in zip(
        found, ("Like", "Announce"), (cast.mallory, cast.carol), strict=False
    ):
        assert activity["actor"] == cast.here.actor("alice")
        assert activity["to"] == [cast.bob.id]
        assert activity["object"]["type"] == kind
        assert activity["object"]["actor"] == who.id
        assert activity["object"]["object"] == uri
    assert await totals(cast, uri) == (1, 1, 1)
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == (1, 1, 1)
    await cast.deliver(cast.mallory, cast.mallory.activity("Undo", like))
    await cast.deliver(cast.carol, cast.carol.activity("Undo", announce))
    tombstone = {"id": reply["id"], "type": "Tombstone"}
    await cast.deliver(cast.carol, cast.carol.activity("Delete", tombstone))
    assert [gist(activity) for activity in (await relayed(cast))[3:]] == [
        ("Remove", "likes", 0, [like["id"]]),
        ("Remove", "shares", 0, [announce["id"]]),
        ("Remove", "replies", 0, [reply["id"]]),
    ]
    assert await totals(cast, uri) == (0, 0, 0)


async def test_many_likes_go_out_together_and_what_is_taken_back_at_once_does_not(
    cast: Cast,
) -> None:
    _, uri = await written_here(cast)
    people = [cast.m.person(f"fan{number}") for number in range(23)]
    likes = [person.activity("Like", uri) for person in people]
    for person, like in zip(people, likes, strict=True):
        await person.send(cast.here.inbox, like)
    await cast.deliver(people[0], people[0].activity("Undo", likes[0]))
    assert [gist(activity)[2:] for activity in await relayed(cast)] == [
        (22, [like["id"] for like in likes[1:21]]),
        (22, [like["id"] for like in likes[21:]]),
    ]


async def test_nobody_is_told_of_what_happens_to_a_post_of_one_author(cast: Cast) -> None:
    view = await cast.here.api("POST", POSTS, {"text": "Alone."}, account="alice")
    await cast.deliver(cast.mallory, cast.mallory.activity("Like", view["uri"]))
    assert await relayed(cast) == []
    assert await totals(cast, view["uri"]) == (1, 0, 0)


def added(
    together: CoTweet, name: str, *items: Any, total: int | None = None, **members: Any
) -> dict[str, Any]:
    """What alice elsewhere says of her co-tweet."""
    target: Any = f"{together.id}/{name}"
    if total is not None:
        target = {"id": target, "type": "Collection", "totalItems": total}
    thing = items[0] if len(items) == 1 else list(items)
    return together.primary.activity("Add", thing, target=target) | members


async def collected(cast: Cast) -> tuple[str, CoTweet]:
    """A co-tweet of alice's elsewhere with bob elsewhere and carol here, with its collections."""
    post_id, together = await written_by_alice_elsewhere(cast, "carol")
    named = {name: f"{together.id}/{name}" for name in ("likes", "shares", "replies")}
    version = together.publish(**named, updated=format_time(cast.here.clock()))
    await cast.deliver(cast.alice, together.update(version))
    assert await cast.shown(together.id) == together.authors
    return post_id, together


async def told_since(cast: Cast, before: Counter[str]) -> Counter[str]:
    return Counter(await cast.told("carol")) - before


async def test_the_emoji_of_a_reaction_reaches_the_servers_of_all_authors(cast: Cast) -> None:
    _, uri = await written_here(cast)
    react = cast.carol.activity("EmojiReact", uri, content="🎂")
    await cast.deliver(cast.carol, react)
    [told] = await relayed(cast)
    assert (told["object"]["type"], told["object"]["content"]) == ("Like", "🎂")
    # The other way round, whether we know who reacted or not.
    post_id, together = await collected(cast)
    stranger = cast.c.person("stranger")
    for person, said in ((cast.mallory, "🎂"), (stranger, "🎉"), (cast.neighbour, "Words")):
        liked = person.activity("EmojiReact", together.id, content=said)
        await cast.deliver(cast.alice, added(together, "likes", liked))
    shown = await cast.here.api("GET", f"{POSTS}/{post_id}")
    assert (shown["likes"], sorted(it["name"] for it in shown["reactions"])) == (3, ["🎂", "🎉"])


async def test_a_co_authors_server_believes_the_primary_authors(cast: Cast) -> None:
    post_id, together = await collected(cast)
    before = Counter(await cast.told("carol"))
    like = cast.mallory.activity("Like", together.id)
    boost = cast.mallory.activity("Announce", together.id)
    reply = reply_by(cast.mallory, together.id)
    # Directly, too, and some of it twice.
    await cast.mallory.send(f"{cast.here.actor('carol')}/inbox", like)
    for _ in range(2):
        await cast.deliver(cast.alice, added(together, "likes", like, total=7))
        await cast.deliver(cast.alice, added(together, "shares", boost, total=3))
        await cast.deliver(cast.alice, added(together, "replies", reply["id"], total=2))
    assert await told_since(cast, before) == Counter(["like", "boost", "reply"])
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == (7, 3, 2)
    removal = added(together, "likes", like, total=6) | {"type": "Remove"}
    await cast.deliver(cast.alice, removal)
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == (6, 3, 2)
    # What was said before is not said again.
    late = added(together, "likes", like, total=99)
    await cast.here.pass_time(HOUR)
    await cast.here.write(
        lambda tx: freshness.renew(tx, cast.here.server.runtime.env, [int(post_id)])
    )
    await seconds_pass(cast.here, 4)
    late["published"] = format_time(cast.here.clock() - HOUR)
    await cast.deliver(cast.alice, late)
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}"))[0] != 99


async def test_a_reply_that_the_primary_authors_server_counts_is_counted_once(cast: Cast) -> None:
    post_id, together = await collected(cast)
    reply = reply_by(cast.mallory, together.id)
    await cast.deliver(cast.alice, added(together, "replies", reply["id"], total=1))
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}"))[2] == 1
    (held,) = (await cast.here.api("GET", f"{POSTS}/{post_id}/thread"))["descendants"]
    assert held["uri"] == reply["id"]


Forge = Callable[[Cast, CoTweet, dict[str, Any]], tuple[Person, dict[str, Any]]]
FORGERIES: dict[str, Forge] = {
    "by a co-author": lambda cast, t, like: (cast.bob, added(t, "likes", like, actor=cast.bob.id)),
    "by a stranger": lambda cast, t, like: (
        cast.mallory,
        added(t, "likes", like, id=cast.mallory.mint("a"), actor=cast.mallory.id),
    ),
    "to another collection": lambda cast, t, like: (
        cast.alice,
        added(t, "likes", like) | {"target": f"{t.id}/shares/likes"},
    ),
    "to a collection of somebody else": lambda cast, t, like: (
        cast.alice,
        added(t, "likes", like) | {"target": f"{cast.mallory.id}/likes"},
    ),
    "of something else": lambda cast, t, like: (
        cast.alice,
        added(t, "likes", like | {"object": f"{t.id}0"}),
    ),
    "of another kind": lambda cast, t, like: (cast.alice, added(t, "shares", like)),
    "whose id is not the actor's": lambda cast, t, like: (
        cast.alice,
        added(t, "likes", like | {"id": cast.alice.mint("likes")}),
    ),
    "by somebody here": lambda cast, t, like: (
        cast.alice,
        added(
            t,
            "likes",
            like | {"actor": cast.here.actor("dave"), "id": f"{cast.here.actor('dave')}/likes/1"},
        ),
    ),
    "by its id alone": lambda cast, t, like: (cast.alice, added(t, "likes", like["id"])),
}


async def test_nobody_else_says_what_is_in_them(cast: Cast) -> None:
    _, together = await collected(cast)
    before, rows = Counter(await cast.told("carol")), await cast.here.contents()
    like = cast.mallory.activity("Like", together.id)
    await cast.deliver(cast.mallory, cast.mallory.activity("Wave", PUBLIC))
    for name, forge in FORGERIES.items():
        sender, activity = forge(cast, together, like)
        await cast.deliver(sender, activity)
        assert await told_since(cast, before) == Counter(), name
        assert (await cast.here.contents())["likes"] == rows["likes"], name
        assert (await cast.here.contents())["boosts"] == rows["boosts"], name
    too_many = [like | {"id": f"{cast.mallory.id}/likes/{number}"} for number in range(21)]
    reply = await cast.alice.send(cast.here.inbox, added(together, "likes", *too_many))
    assert (reply.status, reply.error) == (400, "bad_document")


async def test_who_boosted_is_believed_for_counts_and_brings_nobody_the_post(cast: Cast) -> None:
    await cast.follow(cast.mallory, account="bob")
    _, together = await collected(cast)
    boost = cast.mallory.activity("Announce", together.id)
    await cast.deliver(cast.alice, added(together, "shares", boost, total=1))
    assert together.id not in await cast.timeline("bob")
    # What mallory says herself, does.
    await cast.deliver(cast.mallory, boost)
    assert together.id in await cast.timeline("bob")


@pytest.mark.parametrize("how", ["taken back", "taken back by its id", "unfollowed"])
async def test_a_boost_that_only_counts_keeps_no_post_when_who_brought_it_is_gone(
    cast: Cast, how: str
) -> None:
    fan = cast.m.person("fan")
    await cast.follow(cast.mallory, fan, account="bob")
    _, together = await collected(cast)
    counts = fan.activity("Announce", together.id)
    await cast.deliver(cast.alice, added(together, "shares", counts, total=1))
    boost = cast.mallory.activity("Announce", together.id)
    # Alice says it first, under another name.
    said = boost | {"id": cast.mallory.mint("activities")}
    await cast.deliver(cast.alice, added(together, "shares", said, total=2))
    await cast.deliver(cast.mallory, boost)
    assert together.id in await cast.timeline("bob")
    match how:
        case "taken back":
            await cast.deliver(cast.mallory, cast.mallory.activity("Undo", boost))
        case "taken back by its id":
            await cast.deliver(cast.mallory, cast.mallory.activity("Undo", boost["id"]))
        case _:
            path = "/api/v1/control/unfollow"
            await cast.here.api("POST", path, {"handle": cast.mallory.handle}, account="bob")
            await cast.here.settle()
    assert together.id not in await cast.timeline("bob")


async def test_a_boost_that_came_itself_keeps_a_post_when_another_is_taken_back(cast: Cast) -> None:
    fan = cast.m.person("fan")
    await cast.follow(cast.mallory, fan, account="bob")
    _, together = await collected(cast)
    boost, other = (who.activity("Announce", together.id) for who in (cast.mallory, fan))
    await cast.deliver(cast.mallory, boost)
    await cast.deliver(fan, other)
    # That alice says so, too, takes nothing from it.
    await cast.deliver(cast.alice, added(together, "shares", other, total=2))
    await cast.deliver(cast.mallory, cast.mallory.activity("Undo", boost))
    assert together.id in await cast.timeline("bob")
    await cast.deliver(fan, fan.activity("Undo", other))
    assert together.id not in await cast.timeline("bob")


async def test_nobody_takes_likes_and_boosts_out_of_posts_of_others(cast: Cast) -> None:
    _, together = await collected(cast)
    mine = await cast.here.api("POST", POSTS, {"text": "Mine alone."}, account="dave")
    like = cast.mallory.activity("Like", mine["uri"])
    boost = cast.mallory.activity("Announce", mine["uri"])
    for activity in (like, boost):
        await cast.deliver(cast.mallory, activity)
    assert counted(await cast.here.api("GET", f"{POSTS}/{mine['id']}")) == (1, 1, 0)
    for name, item in (("likes", like), ("shares", boost)):
        said = added(together, name, item | {"object": together.id}) | {"type": "Remove"}
        await cast.deliver(cast.alice, said)
    assert counted(await cast.here.api("GET", f"{POSTS}/{mine['id']}")) == (1, 1, 0)


async def test_a_server_where_no_author_lives_takes_nothing_of_it(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast)
    like = cast.mallory.activity("Like", together.id)
    await cast.deliver(cast.alice, added(together, "likes", like, total=5))
    assert (await cast.here.contents())["likes"] == 0
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}"))[0] == 0


async def test_a_primary_author_does_not_make_us_fetch_strangers_without_end(cast: Cast) -> None:
    _, together = await collected(cast)
    cast.here.server.context.budgets.strangers.most = 3
    likes = []
    for number in range(5):
        person = cast.c.person(f"fan{number}")
        likes.append(person.activity("Like", together.id))
    await cast.deliver(cast.alice, added(together, "likes", *likes, total=5))
    assert (await cast.here.contents())["likes"] == 3
    view = await cast.here.api("GET", f"{POSTS}?url={together.id}")
    assert view["likes"] == 5


async def test_a_like_sent_to_a_co_author_alone_is_passed_on_with_its_proof(cast: Cast) -> None:
    _, together = await written_by_alice_elsewhere(cast, "carol")
    proven = cast.mallory.proven(cast.mallory.activity("Like", together.id, to=[]))
    bare = cast.m.person("bare").activity("Like", together.id, to=[])
    known = cast.m.person("known")
    addressed = known.proven(known.activity("Like", together.id, to=[cast.alice.id]))
    for person, like in ((cast.mallory, proven), (cast.m.person("bare"), bare), (known, addressed)):
        await cast.deliver(person, like)
    assert cast.a.received_of("Like") == [proven]
    assert cast.b.received_of("Like") == []


async def look(cast: Cast, post_id: str, counts: tuple[int, int, int]) -> None:
    """Open a post until it shows these counts: who reads does not wait for them.

    Its server is asked for one thing a second.
    """
    for turn in range(300):
        cast.here.clock.advance(SECOND if turn % 20 == 19 else 0)
        if counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == counts:
            break
        await asyncio.sleep(0.01)
    await cast.here.settle()
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == counts


async def test_counts_of_other_servers_are_asked_for_when_they_are_shown_and_old(
    cast: Cast,
) -> None:
    post_id, together = await written_by_alice_elsewhere(cast)
    sizes = {"likes": 12, "shares": 4, "replies": 3}

    def collection(name: str) -> dict[str, Any]:
        return {
            "id": f"{together.id}/{name}",
            "type": "OrderedCollection",
            "totalItems": sizes[name],
        }

    # Two of them embedded, one by its address.
    note = together.publish(
        likes=collection("likes"), shares=collection("shares"), replies=f"{together.id}/replies"
    )
    cast.a.serve({"@context": note["@context"]} | collection("replies"))
    await cast.here.pass_time(HOUR)
    await look(cast, post_id, (12, 4, 3))
    asked = cast.a.times_asked(together.id)
    await cast.here.pass_time(MINUTE)
    await cast.here.api("GET", f"{POSTS}/{post_id}")
    await cast.here.settle()
    assert cast.a.times_asked(together.id) == asked
    # What somebody here does counts at once.
    assert counted(await do(cast, "like", post_id)) == (13, 4, 3)
    assert counted(await do(cast, "unlike", post_id)) == (12, 4, 3)
    # A server that does not say, or does not answer, is left alone for a while.
    cast.a.fail(together.id, 503)
    await cast.here.pass_time(HOUR)
    for _ in range(20):
        await cast.timeline()
        await asyncio.sleep(0.01)
    await cast.here.settle()
    assert cast.a.times_asked(together.id) == asked + 1
    await look(cast, post_id, (12, 4, 3))


@pytest.mark.parametrize("claimed", [-1, 2**60, "7", True, None, 1.5])
async def test_a_size_that_is_none_changes_nothing(cast: Cast, claimed: Any) -> None:
    post_id, together = await collected(cast)
    before = counted(await cast.here.api("GET", f"{POSTS}/{post_id}"))
    like = cast.mallory.activity("Like", f"{together.id}0")
    add = added(together, "likes", like)
    add["target"] = {"id": add["target"], "totalItems": claimed}
    await cast.deliver(cast.alice, add)
    assert counted(await cast.here.api("GET", f"{POSTS}/{post_id}")) == before
