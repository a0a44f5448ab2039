"""Both servers of a follow agree about it, or come to (FEP-8fcf)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.followers_digest import (
    HEADER,
    Synchronisation,
    build_header,
    followers_digest,
    parse_header,
)
from activitypub.signatures.cavage import sign_cavage
from activitypub.vocab.terms import ACTIVITY_JSON, AS2
from fedi_cotweet.domain.limits import HOUR, MINUTE
from storage.queries import actors, follows
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import say


def listed(by: Person, followers: list[str], **members: Any) -> str:
    """Serve the part of somebody's followers that is here."""
    url = f"{by.id}/followers_synchronization"
    document = {"@context": AS2, "id": url, "type": "OrderedCollection"}
    by.origin.serve(document | {"orderedItems": followers} | members)
    return url


async def deliver(
    cast: Cast, by: Person, followers: list[str], *, signed: bool = True, **parts: str
) -> int:
    """Deliver a post with the header; whether the header is covered by the signature."""
    said = Synchronisation(
        parts.get("collection", by.followers),
        parts.get("url", f"{by.id}/followers_synchronization"),
        followers_digest(followers),
    )
    body = json.dumps(by.activity("Create", say(by, "Hello"))).encode()
    headers = {"Content-Type": ACTIVITY_JSON}
    extra = {HEADER: build_header(said)}
    covered = headers | extra if signed else headers
    sent = sign_cavage("POST", cast.here.inbox, body, by.rsa, by.origin.clock(), covered)
    reply = await by.origin.request("POST", cast.here.inbox, sent | extra, body)
    await cast.here.settle()
    return reply.status


async def state(cast: Cast, account: str, by: Person) -> str | None:
    """How the follow of somebody here stands."""

    def look(tx: Any) -> str | None:
        me = actors.actor_by_uri(tx, cast.here.actor(account))
        them = actors.actor_by_uri(tx, by.id)
        assert me is not None
        assert them is not None
        found = follows.follow_between(tx, me.id, them.id)
        return None if found is None else found.state

    return await cast.here.read(look)


async def test_deliveries_to_followers_say_who_they_are(cast: Cast) -> None:
    alice = cast.here.actor("alice")
    for person in (cast.bob, cast.neighbour, cast.carol):
        await cast.deliver(person, person.activity("Follow", alice))
    await cast.here.api("POST", "/api/v1/control/posts", {"text": "Hi"}, account="alice")
    await cast.here.settle()
    url = f"{alice}/followers_synchronization"
    for origin, people in ((cast.b, [cast.bob, cast.neighbour]), (cast.c, [cast.carol])):
        [letter] = [one for one in origin.letters if one.activity["type"] == "Create"]
        said = parse_header(letter.headers[HEADER])
        followers = sorted(person.id for person in people)
        assert said == Synchronisation(f"{alice}/followers", url, followers_digest(followers))
        assert HEADER.lower() in letter.headers["Signature"]
        answer = await people[0].get(url)
        assert (answer.status, sorted(answer.json["orderedItems"])) == (200, followers)
        assert answer.headers["Cache-Control"] == "private, no-store"
    assert (await cast.mallory.get(url)).json["orderedItems"] == []
    assert (await cast.here.get(url))[0] == 401
    accepts = [one for one in cast.b.letters if one.activity["type"] == "Accept"]
    assert accepts
    assert not any(HEADER in letter.headers for letter in accepts)


async def test_whoever_is_not_listed_follows_no_more_and_who_asked_does(cast: Cast) -> None:
    await cast.follow(cast.bob)
    await cast.follow(cast.bob, account="carol")
    await cast.here.api(
        "POST", "/api/v1/control/follow", {"handle": cast.bob.handle}, account="alice"
    )
    await cast.here.settle()
    cast.here.clock.advance(2 * MINUTE)
    followers = [cast.here.actor(name) for name in ("alice", "carol", "mallory", "nobody")]
    url = listed(cast.bob, [*followers, cast.carol.id])
    assert await deliver(cast, cast.bob, followers) == 202
    assert cast.b.times_asked(url) == 1
    stands = [await state(cast, name, cast.bob) for name in ("dave", "carol", "alice")]
    assert stands == [None, "accepted", "accepted"]
    [undo] = cast.b.received_of("Undo")
    assert (undo["actor"], undo["object"]["type"]) == (cast.here.actor("mallory"), "Follow")


async def test_when_both_agree_nobody_is_asked(cast: Cast) -> None:
    await cast.follow(cast.bob)
    url = listed(cast.bob, [])
    await deliver(cast, cast.bob, [cast.here.actor("dave")])
    assert cast.b.times_asked(url) == 0


async def test_a_follow_that_may_be_on_its_way_is_left_alone(cast: Cast) -> None:
    await cast.follow(cast.bob)
    url = listed(cast.bob, [])
    await deliver(cast, cast.bob, [])
    assert (cast.b.times_asked(url), await state(cast, "dave", cast.bob)) == (1, "accepted")


@pytest.mark.parametrize("wrong", ["unsigned", "collection", "url", "malformed"])
async def test_a_header_that_is_not_the_senders_to_send_is_ignored(cast: Cast, wrong: str) -> None:
    await cast.follow(cast.bob)
    cast.here.clock.advance(2 * MINUTE)
    mallorys = listed(cast.mallory, [])
    url = listed(cast.bob, [])
    match wrong:
        case "unsigned":
            await deliver(cast, cast.bob, [], signed=False)
        case "collection":
            await deliver(cast, cast.mallory, [], collection=cast.bob.followers)
        case "url":
            await deliver(cast, cast.bob, [], url=mallorys)
        case _:
            await cast.bob.send(
                cast.here.inbox,
                cast.bob.activity("Create", say(cast.bob, "Hi")),
                headers={HEADER: 'collectionId="x'},
            )
            await cast.here.settle()
    assert cast.b.times_asked(url) == cast.m.times_asked(mallorys) == 0
    assert await state(cast, "dave", cast.bob) == "accepted"


async def test_a_part_of_the_followers_does_not_pass_for_all(cast: Cast) -> None:
    await cast.follow(cast.bob)
    cast.here.clock.advance(2 * MINUTE)
    listed(cast.bob, [], next=f"{cast.b.base}/more")
    await deliver(cast, cast.bob, [])
    cast.b.fail(f"{cast.bob.id}/followers_synchronization", 404)
    cast.here.clock.advance(HOUR)
    await deliver(cast, cast.bob, [])
    assert await state(cast, "dave", cast.bob) == "accepted"


async def test_nobody_is_asked_again_and_again(cast: Cast) -> None:
    await cast.follow(cast.bob)
    url = listed(cast.bob, [], next=f"{cast.b.base}/more")
    for _ in range(5):
        cast.here.clock.advance(MINUTE)
        await deliver(cast, cast.bob, [])
    assert cast.b.times_asked(url) == 2
