"""Whoever an author of a post keeps away does nothing to it that counts, before or after."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.services import clearing
from storage.queries import actors, relations
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person
from tests.federation.test_polls import asked, poll_of, send_vote, votes
from tests.federation.test_shutting_out import block as rule
from tests.federation.test_shutting_out import call as operate
from tests.federation.test_shutting_out import ours_with_bob

CONTROL = "/api/v1/control"
NOTHING = (0, 0, 0)


async def do(cast: Cast, path: str, account: str = "alice", **members: Any) -> Any:
    found = await cast.here.api("POST", f"{CONTROL}/{path}", members, account=account)
    await cast.here.settle()
    return found


async def written(cast: Cast, account: str = "alice", **members: Any) -> dict[str, Any]:
    return dict(await do(cast, "posts", account, **{"text": "Tea is ready."} | members))


async def sent(cast: Cast, person: Person, uri: str) -> str:
    """Somebody elsewhere likes, boosts and answers a post; the address of their answer."""
    note = {
        "id": person.mint("notes"),
        "type": "Note",
        "attributedTo": person.id,
        "content": "<p>Mine!</p>",
        "to": [PUBLIC],
        "cc": [cast.here.actor("alice")],
        "inReplyTo": uri,
    }
    await cast.deliver(person, person.activity("Like", uri, content="🎂"))
    await cast.deliver(person, person.activity("Announce", uri))
    await cast.deliver(person, person.activity("Create", note))
    return str(note["id"])


async def counted(cast: Cast, uri: str) -> tuple[int, ...]:
    """Likes, boosts and replies, which are the same on every surface."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"{CONTROL}/posts/{post.id}", account="carol")
    thread = await cast.here.api("GET", f"{CONTROL}/posts/{post.id}/thread", account="carol")
    found, text = [], ""
    for name in ("likes", "shares", "replies"):
        status, text = await cast.here.get(f"{uri}/{name}", Accept=ACTIVITY_JSON)
        assert status == 200
        found.append(json.loads(text)["totalItems"])
    items = json.loads(text)["first"]["items"]
    assert found == [view["likes"], view["boosts"], view["replies"]]
    assert len(items) == len(thread["descendants"]) == view["replies"]
    assert sum(one["count"] for one in view["reactions"]) == view["likes"], "all with an emoji"
    return tuple(found)


async def test_a_block_takes_away_what_was_there_and_lets_nothing_in(cast: Cast) -> None:
    post = await written(cast)
    answer = await sent(cast, cast.mallory, post["uri"])
    await sent(cast, cast.bob, post["uri"])
    assert await counted(cast, post["uri"]) == (2, 2, 2)
    assert "like" in await cast.told("alice")
    await do(cast, "block", handle=cast.mallory.handle)
    assert await counted(cast, post["uri"]) == (1, 1, 1)
    await do(cast, "block", handle=cast.bob.handle)
    assert await counted(cast, post["uri"]) == NOTHING
    assert await cast.told("alice") == []
    await sent(cast, cast.mallory, post["uri"])
    assert await counted(cast, post["uri"]) == NOTHING
    held = await cast.here.post(answer)
    assert held is not None
    assert held.state == "published", "it is a post of mallory's own"
    await do(cast, "unblock", handle=cast.mallory.handle)
    assert await counted(cast, post["uri"]) == (0, 0, 1), "answers stand there again, likes do not"
    assert await cast.told("alice") == []


async def test_clearing_goes_on_where_it_was_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In steps of one thing, of which the first had been done when the server was killed."""
    monkeypatch.setattr(clearing, "STEP", 1)
    found = [await written(cast) for _ in range(2)]
    for post in found:
        await sent(cast, cast.mallory, post["uri"])
    people = [cast.here.actor("alice"), cast.mallory.id]
    known = await cast.here.read(lambda tx: actors.actors_by_uri(tx, people))
    alice, mallory = (known[uri].id for uri in people)
    env = cast.here.server.runtime.env
    row = {"actor_id": alice, "target_id": mallory, "created_at": env.now()}
    await cast.here.write(lambda tx: relations.add_block(tx, id=1, **row))
    stopped = await cast.here.write(lambda tx: clearing.step(tx, env, alice, mallory))
    assert stopped is not None
    assert sum([sum(await counted(cast, post["uri"])) for post in found]) == 5
    await cast.here.write(lambda tx: clearing.begin(tx, env, alice, mallory))
    await cast.here.settle()
    assert [await counted(cast, post["uri"]) for post in found] == [NOTHING, NOTHING]


async def test_a_blocked_server_and_one_the_operator_suspends_count_no_more(cast: Cast) -> None:
    post = await written(cast)
    await sent(cast, cast.mallory, post["uri"])
    await do(cast, "block-host", host=cast.m.host)
    assert await counted(cast, post["uri"]) == NOTHING
    await sent(cast, cast.mallory, post["uri"])
    assert await counted(cast, post["uri"]) == NOTHING
    await do(cast, "unblock-host", host=cast.m.host)
    await sent(cast, cast.bob, post["uri"])
    assert await counted(cast, post["uri"]) == (1, 1, 2)
    await rule(cast, cast.b.host)
    assert await counted(cast, post["uri"]) == (0, 0, 1)
    await operate(cast, "domains/remove", host=cast.b.host)
    await cast.here.settle()
    assert await counted(cast, post["uri"]) == (0, 0, 2)


async def test_any_authors_block_counts_for_a_cotweet(cast: Cast) -> None:
    """Bob, elsewhere, blocks mallory of this server; alice, who wrote it with him, does not."""
    view = await ours_with_bob(cast)
    number = view["id"]
    await do(cast, f"posts/{number}/like", "mallory")
    await do(cast, f"posts/{number}/boost", "mallory")
    await do(cast, "posts", "mallory", text="Oh!", in_reply_to=number)
    await do(cast, f"posts/{number}/like", "carol")
    shown = await cast.here.api("GET", f"{CONTROL}/posts/{number}", account="carol")
    assert (shown["likes"], shown["boosts"], shown["replies"]) == (2, 1, 1)
    await cast.deliver(cast.bob, cast.bob.activity("Block", cast.here.actor("mallory")))
    shown = await cast.here.api("GET", f"{CONTROL}/posts/{number}", account="carol")
    assert (shown["likes"], shown["boosts"], shown["replies"]) == (1, 0, 0)
    for act in ("like", "boost"):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await do(cast, f"posts/{number}/{act}", "mallory")
    for member in ("in_reply_to", "quote"):
        with pytest.raises(ApiRefusalError, match="no_such_post"):
            await do(cast, "posts", "mallory", text="Oh!", **{member: number})


async def test_nobody_who_is_blocked_votes_and_votes_cast_before_stay(cast: Cast) -> None:
    post = await asked(cast)
    await send_vote(cast, cast.bob, post["uri"], "Tea")
    for handle in (cast.bob.handle, cast.mallory.handle, cast.here.handle("mallory")):
        await do(cast, "block", handle=handle)
    await send_vote(cast, cast.mallory, post["uri"], "Coffee")
    with pytest.raises(ApiRefusalError, match="not_found"):
        await do(cast, f"posts/{post['id']}/votes", "mallory", choices=[1])
    await do(cast, f"posts/{post['id']}/votes", "carol", choices=[1])
    assert votes(await poll_of(cast, post["id"])) == [1, 1]


async def test_what_is_addressed_to_the_blocker_alone_is_not_kept(cast: Cast) -> None:
    await written(cast)
    await cast.deliver(cast.mallory, cast.mallory.activity("Wave", PUBLIC))
    await do(cast, "block", handle=cast.mallory.handle)
    note = {
        "id": cast.mallory.mint("notes"),
        "type": "Note",
        "attributedTo": cast.mallory.id,
        "content": "<p>Psst</p>",
        "to": [cast.here.actor("alice")],
    }
    create = cast.mallory.activity("Create", note, to=note["to"])
    await cast.mallory.send(f"{cast.here.actor('alice')}/inbox", create)
    await cast.here.settle()
    assert await cast.here.post(str(note["id"])) is None
