"""What others can make us ask for keys: little, whatever they make up, and nobody is locked out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from activitypub.signatures.keys import SigningKey
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.domain.limits import HOUR, MINUTE, SECOND
from fedi_cotweet.federation.key_fetches import WINDOW
from tests.federation.cast import Cast
from tests.federation.origins import Origin, Person, Reply
from tests.federation.test_shutting_out import block

BOBS, MALLORYS = "198.51.100.7", "203.0.113.66"
"""Where their servers send from, as the proxy before ours says."""


async def wave(
    cast: Cast, person: Person, *, key: SigningKey | None = None, source: str = ""
) -> Reply:
    headers = {"X-Forwarded-For": source} if source else {}
    activity = person.activity("Wave", PUBLIC)
    return await person.send(cast.here.inbox, activity, key=key, headers=headers)


async def forge(cast: Cast, number: int, *, source: str = "") -> Reply:
    """Mallory signs with a key that she says is on bob's server."""
    made_up = SigningKey(f"{cast.b.base}/made-up/{number}#key", cast.mallory.rsa.private)
    return await wave(cast, cast.mallory, key=made_up, source=source)


def asked(origin: Origin, path: str) -> int:
    return sum(request.path.startswith(path) for request in origin.asked)


async def test_a_server_that_fails_is_not_asked_for_every_delivery(cast: Cast) -> None:
    zoe = cast.m.person("zoe")
    cast.m.fail(zoe.id, 502)
    for _ in range(15):
        reply = await wave(cast, zoe)
        assert (reply.status, reply.error) == (503, "key_unavailable")
        assert int(reply.headers["Retry-After"]) >= 60
    assert cast.m.times_asked(zoe.id) == 1
    # It is asked again soon, then less and less often.
    times = []
    for _ in range(60):
        cast.here.clock.advance(30 * SECOND)
        await wave(cast, zoe)
        times.append(cast.m.times_asked(zoe.id))
    assert times[0] == 2
    assert times[-1] == 7
    zoe.serve()
    cast.here.clock.advance(8 * MINUTE)
    assert (await wave(cast, zoe)).status == 202


async def test_a_key_of_its_own_is_not_asked_for_again_while_its_owner_fails(cast: Cast) -> None:
    zoe = cast.m.person("zoe")
    key = SigningKey(f"{zoe.id}/main-key", zoe.rsa.private)
    cast.m.serve({"id": key.key_id, "owner": zoe.id}, at=key.key_id)
    cast.m.fail(zoe.id, 500)
    for _ in range(5):
        assert (await wave(cast, zoe, key=key)).status == 503
    assert (cast.m.times_asked(key.key_id), cast.m.times_asked(zoe.id)) == (1, 1)


Wrong = Callable[[Cast, Person], object]
LASTING: dict[str, Wrong] = {
    "too_large": lambda cast, zoe: zoe.serve(summary="x" * 2_000_000),
    "not_json": lambda cast, zoe: cast.m.serve(b"[" * 100 + b"]" * 100, at=zoe.id),
    "media_type": lambda cast, zoe: cast.m.serve(
        zoe.document(), media_type="text/html; charset=utf-8"
    ),
    "too_many_redirects": lambda cast, zoe: cast.m.redirect(zoe.id, zoe.id),
    "bad_redirect": lambda cast, zoe: cast.m.redirect(zoe.id, ""),
    "not_given": lambda cast, zoe: cast.m.fail(zoe.id, 403),
    "gone": lambda cast, zoe: cast.m.fail(zoe.id, 410),
    "bad_encoding": lambda cast, zoe: cast.m.serve(
        zoe.document(), headers={"Content-Encoding": "br"}
    ),
    "foreign_origin": lambda cast, zoe: cast.m.redirect(zoe.id, f"{cast.b.base}/flood"),
}


@pytest.mark.parametrize("code", LASTING)
async def test_a_document_that_will_be_no_better_next_time_is_refused_for_good(
    cast: Cast, code: str
) -> None:
    zoe = cast.m.person("zoe")
    LASTING[code](cast, zoe)
    reply = await wave(cast, zoe)
    assert (reply.status, reply.error) == (401, code)
    first = cast.m.times_asked(zoe.id)
    for _ in range(4):
        cast.here.clock.advance(MINUTE)
        assert (await wave(cast, zoe)).status == 401
    assert cast.m.times_asked(zoe.id) == first
    assert cast.b.asked == []  # where it leads is left alone
    # For longer and longer, but not for ever.
    zoe.serve()
    cast.here.clock.advance(HOUR)
    assert (await wave(cast, zoe)).status == 202


@pytest.mark.parametrize("status", [401, 408, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_again(cast: Cast, status: int) -> None:
    zoe = cast.m.person("zoe")
    cast.m.fail(zoe.id, status)
    assert (await wave(cast, zoe)).status == 503
    zoe.serve()
    cast.here.clock.advance(MINUTE)
    assert (await wave(cast, zoe)).status == 202


async def test_made_up_keys_do_not_make_us_flood_a_server(cast: Cast) -> None:
    replies = [await forge(cast, number) for number in range(60)]
    assert asked(cast.b, "/made-up/") == 30
    assert [reply.status for reply in replies] == [401] * 30 + [503] * 30
    assert int(replies[-1].headers["Retry-After"]) >= 60
    # One address, where addresses are known, has a third of that.
    cast.here.clock.advance(WINDOW)
    for number in range(100, 120):
        await forge(cast, number, source=MALLORYS)
    assert asked(cast.b, "/made-up/") == 30 + 10


async def test_one_address_cannot_go_round_by_making_up_servers_too(cast: Cast) -> None:
    for number in range(100):
        key = SigningKey(f"http://127.0.0.1:{number + 1}/x#key", cast.mallory.rsa.private)
        await wave(cast, cast.mallory, key=key, source=MALLORYS)
    made_up = await forge(cast, 1, source=MALLORYS)
    assert made_up.status == 503
    assert asked(cast.b, "/made-up/") == 0


async def test_nobody_is_locked_out_by_keys_made_up_on_their_server(cast: Cast) -> None:
    assert (await wave(cast, cast.bob, source=BOBS)).status == 202
    for number in range(60):
        await forge(cast, number, source=f"203.0.113.{number}")
    assert asked(cast.b, "/made-up/") == 30
    # Whose key is known needs nothing, from wherever.
    assert (await wave(cast, cast.bob)).status == 202
    # New people of an address that signed for this server are known at once.
    assert (await wave(cast, cast.b.person("new1"), source=BOBS)).status == 202
    # From elsewhere they wait, and come in then.
    later = await wave(cast, cast.b.person("new2"), source="192.0.2.1")
    assert later.status == 503
    cast.here.clock.advance(int(later.headers["Retry-After"]) * SECOND + WINDOW)
    assert (await wave(cast, cast.b.person("new2"), source="192.0.2.1")).status == 202


@pytest.mark.parametrize("source", ["", BOBS])
async def test_a_crowd_of_people_who_are_really_there_costs_nothing(
    cast: Cast, source: str
) -> None:
    for number in range(35):
        assert (await wave(cast, cast.b.person(f"fan{number}"), source=source)).status == 202


async def test_deletions_and_proofs_of_people_made_up_are_counted_too(cast: Cast) -> None:
    gone = SigningKey(f"{cast.b.base}/made-up/gone#key", cast.mallory.rsa.private)
    for number in range(50):
        victim = Person(cast.b, f"made-up{number}", "nobody's")
        delete = victim.activity("Delete", victim.id)
        await cast.mallory.send(cast.here.inbox, delete, key=gone)
    assert len(cast.b.asked) == 30
    cast.here.clock.advance(WINDOW)

    async def pass_on(number: int) -> Reply:
        victim = Person(cast.b, f"made-up{number}", "nobody's")
        proven = victim.proven(victim.activity("Like", cast.alice.mint("notes")))
        return await cast.mallory.send(cast.here.inbox, proven)

    replies = [await pass_on(number) for number in range(100, 150)]
    assert replies[-1].status == 503
    assert len(cast.b.asked) == 60


async def test_of_a_blocked_server_not_even_the_body_is_read(cast: Cast) -> None:
    await block(cast, cast.m.host)
    host, _, port = cast.here.host.partition(":")
    for headers in (
        f'Signature: keyId="{cast.mallory.rsa.key_id}",headers="date",signature="AA=="',
        f'Signature: sig=:AA==:\r\nSignature-Input: sig=();keyid="{cast.mallory.rsa.key_id}"',
    ):
        reader, writer = await asyncio.open_connection(host, int(port))
        before = await cast.here.contents()
        writer.write(
            f"POST /inbox HTTP/1.1\r\nHost: {cast.here.host}\r\nContent-Type: {ACTIVITY_JSON}\r\n"
            f"Content-Length: 1000\r\n{headers}\r\n\r\n".encode()
        )
        await writer.drain()
        async with asyncio.timeout(5):
            head, _, body = (await reader.readuntil(b"}")).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
        assert b" 401 " in head.splitlines()[0]
        assert json.loads(body)["error"] == "suspended"
        assert await cast.here.contents() == before
    assert cast.m.asked == []


@pytest.mark.parametrize(
    ("rule", "key_id", "outcome"),
    [
        ("spam.example", "https://SPAM.Example/u/x#key", "suspended"),
        ("spam.example", "https://a.b.spam.example/u/x#key", "suspended"),
        ("spam.example", "https://spam.example:8443/u/x#key", "suspended"),
        ("SPAM.example", "https://spam.example/u/x", "suspended"),
        ("sp\u00e4m.example", "https://xn--spm-rla.example/u/x#key", "suspended"),
        ("xn--spm-rla.example", "https://XN--SPM-RLA.example:443/u/x#key", "suspended"),
        # Other spellings of a host name nobody's key.
        ("spam.example", "https://spam.example./u/x#key", "bad_key_id"),
        ("spam.example", "https://sp%61m.example/u/x#key", "bad_key_id"),
        ("spam.example", "https://me@spam.example/u/x#key", "bad_key_id"),
    ],
)
async def test_no_other_spelling_of_a_host_slips_a_rule(
    cast: Cast, rule: str, key_id: str, outcome: str
) -> None:
    await block(cast, rule)
    reply = await wave(cast, cast.mallory, key=SigningKey(key_id, cast.mallory.rsa.private))
    assert (reply.status, reply.error) == (401, outcome)
