"""Relays of both kinds (FEP-ae0c): subscribed to, answered, sent public posts and listened to.

``m`` is the relay, called mallory in the tests; bob and carol are somebody whom nobody follows.
"""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.vocab.terms import PUBLIC
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import Person

RELAYS = "/api/v1/control/relays"
POSTS = "/api/v1/control/posts"


async def subscribed(cast: Cast, relay: Person, address: str) -> dict[str, Any]:
    """What was asked of a relay that says yes."""
    await cast.here.api("POST", RELAYS, {"address": address})
    await cast.here.settle()
    asked = relay.origin.received_of("Follow")[-1]
    assert asked["actor"] == f"{cast.here.base}/actor"
    await cast.deliver(relay, relay.activity("Accept", asked))
    assert await states(cast) == ["accepted"]
    return dict(asked)


async def states(cast: Cast) -> list[str]:
    found = await cast.here.api("GET", RELAYS)
    return [view["state"] for view in found["relays"]]


async def publish(cast: Cast, text: str, **members: Any) -> dict[str, Any]:
    made = await cast.here.api("POST", POSTS, {"text": text, **members}, account="alice")
    await cast.here.settle()
    return dict(made)


def note_of(person: Person, **members: Any) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": person.mint("notes"),
        "type": "Note",
        "attributedTo": person.id,
        "content": "<p>From far away.</p>",
        "to": [PUBLIC],
        "published": "2026-11-20T09:00:00Z",
        **members,
    }


async def test_a_relay_of_mastodons_kind_gets_what_is_public_as_it_is(cast: Cast) -> None:
    relay = cast.mallory
    asked = await subscribed(cast, relay, relay.inbox)
    assert asked["object"] == PUBLIC
    made = await publish(cast, "For everybody")
    await publish(cast, "For whoever finds it", visibility="unlisted")
    await cast.here.api(
        "PUT", f"{POSTS}/{made['id']}", {"text": "For everybody, mended"}, account="alice"
    )
    await cast.here.settle()
    await cast.here.api("DELETE", f"{POSTS}/{made['id']}", account="alice")
    await cast.here.settle()
    [create] = relay.origin.received_of("Create")
    assert create["object"]["id"] == made["uri"]
    assert create["signature"]["creator"].startswith(cast.here.actor("alice"))
    [update] = relay.origin.received_of("Update")
    assert "mended" in update["object"]["content"]
    [delete] = relay.origin.received_of("Delete")
    assert delete["object"]["id"] == made["uri"]
    assert relay.origin.received_of("Announce") == []


async def test_a_relay_of_litepubs_kind_is_followed_follows_back_and_is_told(cast: Cast) -> None:
    relay = cast.mallory
    relay.serve(type="Application")
    asked = await subscribed(cast, relay, relay.id)
    assert asked["object"] == relay.id
    back = relay.activity("Follow", f"{cast.here.base}/actor")
    await cast.deliver(relay, back)
    [accepted] = relay.origin.received_of("Accept")
    assert accepted["object"]["id"] == back["id"]
    made = await publish(cast, "For everybody")
    [announce] = relay.origin.received_of("Announce")
    assert (announce["actor"], announce["object"]) == (f"{cast.here.base}/actor", made["uri"])
    assert relay.origin.received_of("Create") == []


async def test_what_a_relay_announces_is_fetched_and_is_nobodys_boost(cast: Cast) -> None:
    relay = cast.mallory
    relay.serve(type="Application")
    note = note_of(cast.bob)
    cast.b.serve(note)
    await cast.deliver(relay, relay.activity("Announce", note["id"]))
    assert await cast.here.post(note["id"]) is None, "it is no relay of ours"
    await subscribed(cast, relay, relay.id)
    for _ in range(2):
        await cast.deliver(relay, relay.activity("Announce", note["id"]))
    post = await cast.here.post(note["id"])
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}")
    assert (view["boosts"], view["authors"][0]["uri"]) == (0, cast.bob.id)
    assert await cast.timeline() == []


async def test_what_a_relay_passes_on_counts_by_its_authors_signature(cast: Cast) -> None:
    relay = cast.mallory
    await subscribed(cast, relay, relay.inbox)
    note = note_of(cast.bob)
    create = cast.bob.activity("Create", note, to=[PUBLIC])
    forged = cast.bob.activity("Create", note_of(cast.bob), to=[PUBLIC])
    cast.bob.serve()
    assert (await cast.deliver(relay, forged)).status == 401
    assert (await cast.deliver(relay, cast.bob.ld_signed(create))).status == 202
    post = await cast.here.post(note["id"])
    assert post is not None
    assert await cast.here.post(forged["object"]["id"]) is None


async def test_no_relay_brings_what_is_not_for_everybody(cast: Cast) -> None:
    """Its origin may serve it to this server, for followers it does not have here."""
    relay = cast.mallory
    relay.serve(type="Application")
    await subscribed(cast, relay, relay.id)
    cast.bob.serve()
    for to in ([f"{cast.bob.id}/followers"], [cast.carol.id], []):
        named, signed = note_of(cast.bob, to=to), note_of(cast.bob, to=to)
        cast.b.serve(named)
        await cast.deliver(relay, relay.activity("Announce", named["id"]))
        create = cast.bob.ld_signed(cast.bob.activity("Create", signed, to=to))
        await cast.deliver(relay, create)
        assert await cast.here.post(named["id"]) is None, to
        assert await cast.here.post(signed["id"]) is None, to


async def test_nobody_else_answers_for_a_relay(cast: Cast) -> None:
    relay = cast.mallory
    await cast.here.api("POST", RELAYS, {"address": relay.inbox})
    await cast.here.settle()
    asked = relay.origin.received_of("Follow")[-1]
    await cast.deliver(cast.bob, cast.bob.activity("Accept", asked))
    assert await states(cast) == ["pending"]
    await publish(cast, "For everybody")
    assert relay.origin.received_of("Create") == []
    await cast.deliver(relay, relay.activity("Reject", asked))
    assert await states(cast) == ["rejected"]
    back = relay.activity("Follow", f"{cast.here.base}/actor")
    await cast.deliver(relay, back)
    assert relay.origin.received_of("Accept") == []


async def test_a_relay_that_was_left_gets_nothing_and_brings_nothing(cast: Cast) -> None:
    relay = cast.mallory
    asked = await subscribed(cast, relay, relay.inbox)
    [held] = (await cast.here.api("GET", RELAYS))["relays"]
    await cast.here.api("DELETE", f"{RELAYS}/{held['id']}")
    await cast.here.settle()
    [undo] = relay.origin.received_of("Undo")
    assert undo["object"]["id"] == asked["id"]
    await publish(cast, "For everybody")
    assert relay.origin.received_of("Create") == []
    note = note_of(cast.bob)
    cast.bob.serve()
    create = cast.bob.ld_signed(cast.bob.activity("Create", note, to=[PUBLIC]))
    await cast.deliver(relay, create)
    assert await cast.here.post(note["id"]) is None


async def test_what_is_no_relay_is_refused_in_words(cast: Cast) -> None:
    for address, code in (
        (f"{cast.here.base}/inbox", "bad_relay"),
        ("relay.example/inbox", "bad_relay"),
        (cast.bob.id, "bad_relay"),
    ):
        with pytest.raises(ApiRefusalError) as refused:
            await cast.here.api("POST", RELAYS, {"address": address})
        assert refused.value.code == code, address
    await cast.here.api("POST", RELAYS, {"address": cast.mallory.inbox})
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", RELAYS, {"address": cast.mallory.inbox})
    assert refused.value.code == "relay_known"
