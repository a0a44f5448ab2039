"""Who really sent it: keys that are unknown, replaced, gone or borrowed; activities passed on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from activitypub.signatures.keys import SigningKey
from activitypub.vocab.terms import AS2, PUBLIC
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE, SECOND
from storage.models import Actor
from storage.queries import actors
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import asked


def note(person: Person, content: str = "<p>Hello.</p>") -> dict[str, Any]:
    """A public note."""
    return {
        "id": person.mint("notes"),
        "type": "Note",
        "attributedTo": person.id,
        "to": [PUBLIC],
        "content": content,
        "published": "2026-11-20T09:59:00Z",
    }


async def followed(cast: Cast, person: Person) -> None:
    """Dave follows a person, whose key our server then knows."""
    await cast.follow(person)
    await cast.deliver(person, person.activity("Wave", PUBLIC))


async def known(cast: Cast, person: Person) -> Actor | None:
    return await cast.here.read(lambda tx: actors.actor_by_uri(tx, person.id))


async def test_a_sender_whose_server_was_down_is_heard_when_it_is_up_again(cast: Cast) -> None:
    cast.b.fail(cast.bob.id, 502)
    wave = cast.bob.activity("Wave", PUBLIC)
    refused = await cast.bob.send(cast.here.inbox, wave)
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
    cast.bob.serve()
    cast.here.clock.advance(MINUTE)
    assert (await cast.bob.send(cast.here.inbox, wave)).status == 202


async def test_a_replaced_key_is_fetched_once_and_then_known(cast: Cast) -> None:
    await followed(cast, cast.bob)
    renewed = cast.bob.with_keys("bob's second")
    renewed.serve()
    cast.here.clock.advance(2 * MINUTE)
    before = cast.b.times_asked(cast.bob.id)
    for _ in range(3):
        assert (await cast.deliver(renewed, renewed.activity("Wave", PUBLIC))).status == 202
    assert cast.b.times_asked(cast.bob.id) == before + 1
    old = await cast.bob.send(cast.here.inbox, cast.bob.activity("Wave", PUBLIC))
    assert (old.status, old.error) == (401, "bad_signature")


async def test_a_key_with_another_id_is_found_beside_the_old_one(cast: Cast) -> None:
    await followed(cast, cast.bob)
    renewed = cast.bob.with_keys("bob's second")
    key = SigningKey(f"{cast.bob.id}#second-key", renewed.rsa.private)
    renewed.serve(publicKey=renewed.document()["publicKey"] | {"id": key.key_id})
    cast.here.clock.advance(2 * MINUTE)
    wave = renewed.activity("Wave", PUBLIC)
    assert (await renewed.send(cast.here.inbox, wave, key=key)).status == 202


async def test_forged_signatures_do_not_make_us_flood_a_server(cast: Cast) -> None:
    await followed(cast, cast.bob)
    cast.here.clock.advance(2 * MINUTE)
    before = cast.b.times_asked(cast.bob.id)
    for number in range(5):
        wave = cast.bob.activity("Wave", PUBLIC)
        forged = SigningKey(cast.bob.rsa.key_id, cast.mallory.rsa.private)
        assert (await cast.mallory.send(cast.here.inbox, wave, key=forged)).status == 401
        made_up = SigningKey(f"{cast.bob.id}#{number}", cast.mallory.rsa.private)
        assert (await cast.mallory.send(cast.here.inbox, wave, key=made_up)).status == 401
    assert cast.b.times_asked(cast.bob.id) == before + 1


async def test_forged_signatures_do_not_make_us_knock_at_a_server_that_fails(cast: Cast) -> None:
    await followed(cast, cast.bob)
    cast.b.fail(cast.bob.id, 502)
    cast.here.clock.advance(2 * MINUTE)
    before = cast.b.times_asked(cast.bob.id)
    for _ in range(5):
        forged = SigningKey(cast.bob.rsa.key_id, cast.mallory.rsa.private)
        wave = cast.bob.activity("Wave", PUBLIC)
        assert (await cast.mallory.send(cast.here.inbox, wave, key=forged)).status == 401
    assert cast.b.times_asked(cast.bob.id) == before + 1
    # And bob himself is known all the while.
    assert (await cast.deliver(cast.bob, cast.bob.activity("Wave", PUBLIC))).status == 202


async def test_a_key_with_a_document_of_its_own_counts_as_gotosocial_serves_it(cast: Cast) -> None:
    key = SigningKey(f"{cast.bob.id}/main-key", cast.bob.rsa.private)
    published = cast.bob.document()["publicKey"] | {"id": key.key_id}
    cast.bob.serve(publicKey=published)
    stub = {"@context": [AS2], "id": cast.bob.id, "type": "Person", "publicKey": published}
    cast.b.serve(stub, at=key.key_id)
    wave = cast.bob.activity("Wave", PUBLIC)
    assert (await cast.bob.send(cast.here.inbox, wave, key=key)).status == 202


async def test_a_key_document_does_not_speak_for_an_actor_who_does_not_name_it(cast: Cast) -> None:
    # The neighbour may put documents on bob's server, but bob's own document says nothing of them.
    key = SigningKey(f"{cast.b.base}/uploads/key", cast.neighbour.rsa.private)
    lent = cast.neighbour.document()["publicKey"] | {"id": key.key_id, "owner": cast.bob.id}
    cast.b.serve({"@context": AS2, "type": "Key"} | lent)
    wave = cast.bob.activity("Wave", PUBLIC)
    reply = await cast.neighbour.send(cast.here.inbox, wave, key=key)
    assert (reply.status, reply.error) == (401, "no_such_key")


async def test_an_actor_cannot_list_somebody_elses_key_as_its_own(cast: Cast) -> None:
    await followed(cast, cast.bob)
    theirs = cast.bob.document()["publicKey"]
    mine = cast.mallory.document()["publicKey"]
    cast.mallory.serve(publicKey=[mine, mine | {"id": theirs["id"]}])
    await cast.deliver(cast.mallory, cast.mallory.activity("Wave", PUBLIC))
    forged = SigningKey(cast.bob.rsa.key_id, cast.mallory.rsa.private)
    reply = await cast.mallory.send(cast.here.inbox, cast.bob.activity("Wave", PUBLIC), key=forged)
    assert reply.status == 401
    assert (await cast.deliver(cast.bob, cast.bob.activity("Wave", PUBLIC))).status == 202


async def test_a_neighbour_cannot_take_over_a_key_by_listing_it(cast: Cast) -> None:
    await followed(cast, cast.bob)
    theirs = cast.bob.document()["publicKey"]
    mine = cast.neighbour.document()["publicKey"]
    cast.neighbour.serve(publicKey=[mine, mine | {"id": theirs["id"]}])
    await cast.deliver(cast.neighbour, cast.neighbour.activity("Wave", PUBLIC))
    forged = SigningKey(cast.bob.rsa.key_id, cast.neighbour.rsa.private)
    wave = cast.bob.activity("Wave", PUBLIC)
    assert (await cast.neighbour.send(cast.here.inbox, wave, key=forged)).status == 401


async def test_a_deleted_actor_whose_key_is_gone_is_marked_gone(cast: Cast) -> None:
    await followed(cast, cast.bob)
    renewed = cast.bob.with_keys("a last key that nobody saw")
    cast.b.fail(cast.bob.id, 410)
    cast.here.clock.advance(2 * MINUTE)
    reply = await cast.deliver(renewed, renewed.activity("Delete", renewed.id))
    assert reply.status == 202
    bob = await known(cast, cast.bob)
    assert bob is not None
    assert bob.gone_at == cast.here.clock()


async def test_a_forged_delete_of_an_actor_that_is_there_is_refused(cast: Cast) -> None:
    await followed(cast, cast.bob)
    cast.here.clock.advance(2 * MINUTE)
    forged = SigningKey(cast.bob.rsa.key_id, cast.mallory.rsa.private)
    delete = cast.bob.activity("Delete", cast.bob.id)
    assert (await cast.mallory.send(cast.here.inbox, delete, key=forged)).status == 401
    bob = await known(cast, cast.bob)
    assert bob is not None
    assert bob.gone_at is None


async def test_nobody_deletes_somebody_else_with_a_key_that_is_gone(cast: Cast) -> None:
    await followed(cast, cast.bob)
    ghost = cast.m.person("ghost")
    cast.m.fail(ghost.id, 410)
    reply = await cast.deliver(ghost, cast.bob.activity("Delete", cast.bob.id))
    assert (reply.status, reply.error) == (401, "gone")
    bob = await known(cast, cast.bob)
    assert bob is not None
    assert bob.gone_at is None


async def test_what_bob_proved_may_come_through_anybody(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.proven(cast.bob.activity("Create", note(cast.bob)))
    assert (await cast.deliver(cast.mallory, create)).status == 202
    assert await cast.timeline() == [create["object"]["id"]]


@pytest.mark.parametrize(
    "change",
    [
        {"object": "swapped"},
        {"to": [PUBLIC, "https://elsewhere.example/"]},
        {"id": "same origin"},
        {"@context": [AS2, {"content": "https://elsewhere.example/#other"}]},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_changed_activity_is_not_proven_any_more(
    cast: Cast, change: dict[str, Any]
) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.proven(cast.bob.activity("Create", note(cast.bob)))
    if "object" in change:
        change = {"object": create["object"] | {"content": "<p>Buy this!</p>"}}
    if "id" in change:
        change = {"id": cast.bob.mint("activities")}
    reply = await cast.deliver(cast.mallory, create | change)
    assert (reply.status, reply.error) == (401, "not_the_actor")
    assert await cast.timeline() == []


async def test_a_proof_by_anybody_but_the_actor_proves_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.activity("Create", note(cast.bob))
    for forger in (cast.mallory, cast.neighbour):
        assert (await cast.deliver(cast.mallory, forger.proven(create))).status == 401
    stolen = cast.mallory.proven(create)
    stolen["proof"] |= {"verificationMethod": cast.bob.ed25519.key_id}
    assert (await cast.deliver(cast.mallory, stolen)).status == 401
    assert await cast.timeline() == []


async def test_a_proof_from_the_future_proves_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.activity("Create", note(cast.bob))
    cast.here.clock.advance(3 * DAY)
    later = cast.bob.proven(create)
    cast.here.clock.advance(-3 * DAY)
    assert (await cast.deliver(cast.mallory, later)).status == 401


async def test_what_bob_ld_signed_may_come_through_anybody(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.ld_signed(cast.bob.activity("Create", note(cast.bob)))
    assert (await cast.deliver(cast.mallory, create)).status == 202
    assert await cast.timeline() == [create["object"]["id"]]


async def test_a_changed_activity_is_not_ld_signed_any_more(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.ld_signed(cast.bob.activity("Create", note(cast.bob)))
    changed = create | {"object": create["object"] | {"content": "<p>Buy this!</p>"}}
    reply = await cast.deliver(cast.mallory, changed)
    assert (reply.status, reply.error) == (401, "not_the_actor")
    assert await cast.timeline() == []


async def test_what_an_ld_signature_does_not_cover_is_not_read(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.ld_signed(cast.bob.activity("Create", note(cast.bob)))
    smuggled = create | {"object": create["object"] | {"_:note": "x", "unheardOf": "y"}}
    await cast.deliver(cast.mallory, smuggled)
    post = await cast.here.post(create["object"]["id"])
    assert post is None or not {"_:note", "unheardOf"} & set(json.loads(post.document))


async def test_an_ld_signature_of_somebody_else_is_worth_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.activity("Create", note(cast.bob))
    signed = cast.neighbour.ld_signed(create)
    assert (await cast.deliver(cast.mallory, signed)).status == 401
    signed["signature"] |= {"creator": cast.bob.rsa.key_id}
    assert (await cast.deliver(cast.mallory, signed)).status == 401


async def test_an_ld_signature_from_the_future_is_worth_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.activity("Create", note(cast.bob))
    cast.here.clock.advance(3 * DAY)
    later = cast.bob.ld_signed(create)
    cast.here.clock.advance(-3 * DAY)
    assert (await cast.deliver(cast.mallory, later)).status == 401


async def test_a_proof_by_a_replaced_key_is_known_after_one_fetch(cast: Cast) -> None:
    await cast.follow(cast.bob)
    cast.here.clock.advance(2 * MINUTE)
    renewed = cast.bob.with_keys("bob's second")
    renewed.serve()
    before = cast.b.times_asked(cast.bob.id)
    for make in (renewed.proven, renewed.ld_signed):
        create = make(renewed.activity("Create", note(renewed)))
        assert (await cast.deliver(cast.mallory, create)).status == 202
    assert cast.b.times_asked(cast.bob.id) == before + 1
    assert len(await cast.timeline()) == 2


async def test_an_activity_has_effect_once_however_it_comes(cast: Cast) -> None:
    await cast.follow(cast.bob)
    create = cast.bob.proven(cast.bob.activity("Create", note(cast.bob)))
    for sender in (cast.bob, cast.mallory, cast.alice):
        assert (await cast.deliver(sender, create)).status == 202
    assert await cast.timeline() == [create["object"]["id"]]
    held = await cast.here.contents()
    assert held["posts"] == 1


async def test_a_captured_request_sent_again_within_the_hour_changes_nothing(cast: Cast) -> None:
    await cast.follow(cast.bob)
    at = cast.here.clock()
    create = cast.bob.activity("Create", note(cast.bob))
    await cast.deliver(cast.bob, create)
    delete = cast.bob.activity("Delete", create["object"]["id"])
    await cast.deliver(cast.bob, delete)
    assert await cast.timeline() == []
    cast.here.clock.advance(HOUR // 2 + SECOND)
    assert (await cast.bob.send(cast.here.inbox, create, at=at)).status == 202
    await cast.here.settle()
    assert await cast.timeline() == []


async def test_many_activities_of_a_stranger_at_once_cost_one_question_and_are_all_taken(
    cast: Cast,
) -> None:
    """Fedify, Mastodon and others deliver in parallel; whoever gets 401 signs in another way."""
    stranger = cast.c.person("stranger")
    follows = [
        stranger.activity("Follow", cast.here.actor(name))
        for name in ("alice", "bob", "carol", "dave") * 3
    ]
    replies = await asyncio.gather(*(stranger.send(cast.here.inbox, one) for one in follows))
    assert [reply.status for reply in replies] == [202] * len(follows)
    assert asked(cast.c)["/users/stranger"] == 1
    # A key that does not exist is not asked for twelve times either, and nobody passes.
    wrong = replace(stranger.rsa, key_id=f"{stranger.id}#other")
    replies = await asyncio.gather(
        *(stranger.send(cast.here.inbox, one, key=wrong) for one in follows)
    )
    assert {reply.status for reply in replies} == {401}
    assert asked(cast.c)["/users/stranger"] == 1
