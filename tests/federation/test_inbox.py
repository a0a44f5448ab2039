"""What comes to the inbox and is not as it should be: the documented answer, and no other trace."""

from __future__ import annotations

import asyncio
import base64
import gzip
import importlib
import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from activitypub.signatures.digests import digest_header
from activitypub.signatures.keys import SigningKey, load_private
from fedi_cotweet.domain.limits import HOUR, MINUTE
from storage.engine import Tx
from storage.models import Actor
from tests.federation.cast import Cast
from tests.federation.here import Here
from tests.federation.origins import Origin, Person, Reply, hold_port, rsa_pem

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reference" / "inbox.md"
ROW = re.compile(r"^\| (?P<what>[^|]+?) \| (?P<status>\d{3}) \| (?:`(?P<error>\w+)`)? *\|$")

Case = Callable[[Cast], Awaitable[Reply]]
CASES: dict[str, Case] = {}

KEY_OF_THE_SENDER_READ = {"actors", "actor_keys", "hosts"}
"""All that a refused request may leave: the actor document that had to be fetched for its key."""


def documented() -> dict[str, tuple[int, str]]:
    """The table of the reference: what comes → status and error."""
    rows = (ROW.match(line) for line in DOCUMENT.read_text(encoding="utf-8").splitlines())
    return {row["what"]: (int(row["status"]), row["error"] or "") for row in rows if row}


def case(what: str) -> Callable[[Case], Case]:
    """A row of the table."""

    def register(send: Case) -> Case:
        assert what not in CASES
        CASES[what] = send
        return send

    return register


def like(person: Person, **members: Any) -> dict[str, Any]:
    """Something harmless to send."""
    return person.activity("Like", person.mint("notes"), **members)


def octets(document: Any) -> bytes:
    """As JSON."""
    return json.dumps(document).encode()


@case("Another media type than ActivityPub's or plain JSON")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(
        cast.here.inbox, like(cast.mallory), headers={"Content-Type": "text/html"}
    )


@case("More than `max_body_bytes`")
async def _(cast: Cast) -> Reply:
    large = like(cast.mallory, content="x" * 2_000_000)
    return await cast.mallory.send(cast.here.inbox, large)


@case("More than `max_body_bytes` in chunks, without a length")
async def _(cast: Cast) -> Reply:
    large = like(cast.mallory, content="x" * 2_000_000)
    return await cast.mallory.send(cast.here.inbox, large, chunked=True)


@case("More than `max_body_bytes` once it is decompressed")
async def _(cast: Cast) -> Reply:
    bomb = gzip.compress(octets(like(cast.mallory, content="x" * 50_000_000)))
    return await cast.mallory.send(cast.here.inbox, bomb, headers={"Content-Encoding": "gzip"})


@case("A compression that is none")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(
        cast.here.inbox, like(cast.mallory), headers={"Content-Encoding": "gzip"}
    )


@case("A compressed body, signed as it is sent")
async def _(cast: Cast) -> Reply:
    small = gzip.compress(octets(like(cast.mallory)))
    return await cast.mallory.send(cast.here.inbox, small, headers={"Content-Encoding": "gzip"})


@case("An inbox of nobody")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(f"{cast.here.base}/users/nobody/inbox", like(cast.mallory))


@case("No signature")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory), headers={"Signature": None})


@case("A signature that is no signature")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(
        cast.here.inbox, like(cast.mallory), headers={"Signature": "trust me"}
    )


@case("A signature that names its key twice")
async def _(cast: Cast) -> Reply:
    activity = octets(like(cast.bob))
    signed = _signature(cast, cast.mallory, activity)
    twice = f'keyId="{cast.bob.rsa.key_id}",{signed}'
    return await cast.mallory.send(cast.here.inbox, activity, headers={"Signature": twice})


@case("Two Signature headers")
async def _(cast: Cast) -> Reply:
    activity = octets(like(cast.bob))
    other = f'keyId="{cast.bob.rsa.key_id}",headers="date",signature="AAAA"'
    return await cast.mallory.send(cast.here.inbox, activity, twice={"Signature": other})


@case("A key that is no URL")
async def _(cast: Cast) -> Reply:
    key = SigningKey("acct:mallory@m.example", cast.mallory.rsa.private)
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory), key=key)


@case("A digest of another body")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(
        cast.here.inbox, octets(like(cast.mallory)), signed_body=octets(like(cast.mallory))
    )


@case("No digest")
async def _(cast: Cast) -> Reply:
    activity = octets(like(cast.mallory))
    only = _signature(cast, cast.mallory, activity, covered="(request-target) host date")
    return await cast.mallory.send(
        cast.here.inbox, activity, headers={"Digest": None, "Signature": only}
    )


@case("A digest that is not signed")
async def _(cast: Cast) -> Reply:
    activity = octets(like(cast.mallory))
    only = _signature(cast, cast.mallory, activity, covered="(request-target) host date")
    return await cast.mallory.send(cast.here.inbox, activity, headers={"Signature": only})


@case("Two digests of which one is signed")
async def _(cast: Cast) -> Reply:
    signed, sent = octets(like(cast.mallory)), octets(like(cast.mallory))
    return await cast.mallory.send(
        cast.here.inbox, sent, signed_body=signed, twice={"Digest": digest_header(sent)}
    )


@case("A signature that does not cover the target")
async def _(cast: Cast) -> Reply:
    activity = octets(like(cast.mallory))
    only = _signature(cast, cast.mallory, activity, covered="host date digest")
    return await cast.mallory.send(cast.here.inbox, activity, headers={"Signature": only})


@case("A request signed for another host")
async def _(cast: Cast) -> Reply:
    # Mallory was sent this and replays it: the Host header is what was signed.
    return await cast.bob.send(cast.here.inbox, like(cast.bob), signed_for=f"{cast.m.base}/inbox")


@case("A request signed for another path")
async def _(cast: Cast) -> Reply:
    other = f"{cast.here.base}/users/alice/inbox"
    return await cast.bob.send(cast.here.inbox, like(cast.bob), signed_for=other)


@case("The signature of a GET")
async def _(cast: Cast) -> Reply:
    # Every server that is asked for something gets to see such a signature.
    await cast.here.settle()
    await cast.bob.get(cast.here.inbox)
    activity = octets(like(cast.bob))
    signature = _signature(
        cast, cast.bob, activity, covered="(request-target) host date", method="get"
    )
    return await cast.bob.send(
        cast.here.inbox, activity, headers={"Digest": None, "Signature": signature}
    )


@case("A date two hours ago")
async def _(cast: Cast) -> Reply:
    at = cast.here.clock() - 2 * HOUR
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory), at=at)


@case("A date in two hours")
async def _(cast: Cast) -> Reply:
    at = cast.here.clock() + 2 * HOUR
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory), at=at)


@case("A key whose server does not answer")
async def _(cast: Cast) -> Reply:
    port, held = hold_port()
    with held:
        stranger = Origin(port, cast.here.clock).person("zoe")
        return await stranger.send(cast.here.inbox, like(stranger))


@case("A key whose server fails")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe1")
    cast.m.fail(stranger.id, 502)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key that is not there")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe2")
    cast.m.forget(stranger.id)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key that its actor does not have")
async def _(cast: Cast) -> Reply:
    key = SigningKey(f"{cast.mallory.id}#other-key", cast.mallory.rsa.private)
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory), key=key)


@case("A key document that belongs to somebody else")
async def _(cast: Cast) -> Reply:
    # A document at mallory's server that says its key is bob's, or mallory bob.
    key_id = f"{cast.m.base}/keys/1"
    document = cast.mallory.document()["publicKey"] | {"id": key_id, "owner": cast.bob.id}
    cast.m.serve(document, at=key_id)
    key = SigningKey(key_id, cast.mallory.rsa.private)
    return await cast.mallory.send(cast.here.inbox, like(cast.bob), key=key)


@case("An actor that says its key is somebody else's")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe3")
    stranger.serve(
        publicKey=stranger.document()["publicKey"] | {"owner": cast.bob.id}, assertionMethod=None
    )
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key served as a picture")
async def _(cast: Cast) -> Reply:
    stranger = cast.b.person("zoe4")
    cast.b.serve(stranger.document(), media_type="image/png")
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key behind a redirect to another server")
async def _(cast: Cast) -> Reply:
    # An open redirect on bob's server leads to a document of mallory's making.
    victim = cast.b.person("zoe5")
    fake = victim.with_keys("mallory's")
    cast.m.serve(fake.document(), at=f"{cast.m.base}/fake")
    cast.b.redirect(victim.id, f"{cast.m.base}/fake")
    return await fake.send(cast.here.inbox, like(fake))


@case("A key document that is too large")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe7")
    stranger.serve(summary="x" * 2_000_000)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key document that is no JSON, or is nested too deep")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe8")
    cast.m.serve(b"[" * 100 + b"]" * 100, at=stranger.id)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key behind redirects without end")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe9")
    cast.m.redirect(stranger.id, stranger.id)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key that its server does not give")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe10")
    cast.m.fail(stranger.id, 403)
    return await stranger.send(cast.here.inbox, like(stranger))


@case("A key of a server of which too many were asked for")
async def _(cast: Cast) -> Reply:
    async def forge(number: int) -> Reply:
        key = SigningKey(f"{cast.a.base}/made-up/{number}#key", cast.mallory.rsa.private)
        return await cast.mallory.send(cast.here.inbox, like(cast.mallory), key=key)

    return [await forge(number) for number in range(31)][-1]


@case("Another key than the one named")
async def _(cast: Cast) -> Reply:
    forged = SigningKey(cast.bob.rsa.key_id, load_private(rsa_pem("mallory's")))
    return await cast.bob.send(cast.here.inbox, like(cast.bob), key=forged)


@case("A body changed after signing, with its digest")
async def _(cast: Cast) -> Reply:
    sent = octets(like(cast.bob))
    return await cast.bob.send(
        cast.here.inbox,
        sent,
        signed_body=octets(like(cast.bob)),
        headers={"Digest": digest_header(sent)},
    )


def _body(what: str, body: bytes | Callable[[Cast], bytes]) -> None:
    @case(what)
    async def _(cast: Cast) -> Reply:
        made = body if isinstance(body, bytes) else body(cast)
        return await cast.mallory.send(cast.here.inbox, made)


_body("Nothing", b"")
_body("No JSON", b"<html>hello</html>")
_body("JSON that is no object", b'["Like"]')
_body("Invalid UTF-8", lambda cast: octets(like(cast.mallory)).replace(b"Like", b"L\xff\xfe"))
_body(
    "JSON nested 200 deep",
    lambda cast: octets(like(cast.mallory)).replace(b'"Like"', b"[" * 200 + b'"Like"' + b"]" * 200),
)
_body("A lone surrogate", lambda cast: octets(like(cast.mallory)).replace(b"Like", b"\\ud800"))
_body("No id", lambda cast: octets(like(cast.mallory, id="")))
_body("No actor", lambda cast: octets(like(cast.mallory, actor=None)))
_body(
    "An array of actors",
    lambda cast: octets(like(cast.mallory, actor=[cast.mallory.id, cast.bob.id])),
)
_body("An array with one actor", lambda cast: octets(like(cast.mallory, actor=[cast.mallory.id])))
_body("A Create of nothing", lambda cast: octets(cast.mallory.activity("Create", None)))


@case("An invitation with a member twice")
async def _(cast: Cast) -> Reply:
    target = cast.local("bob")
    offer = cast.cotweet(target, primary=cast.mallory).offer(target)
    twice = octets(offer).replace(b'"content":', b'"content": "<p>Something nice</p>", "content":')
    return await cast.mallory.send(cast.here.inbox, twice)


@case("An activity of somebody else")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(cast.here.inbox, like(cast.bob))


@case("An activity of somebody else on the same server")
async def _(cast: Cast) -> Reply:
    return await cast.neighbour.send(cast.here.inbox, like(cast.bob))


@case("An id on another server")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(
        cast.here.inbox, like(cast.mallory, id=f"{cast.b.base}/activities/1")
    )


@case("An activity of somebody here")
async def _(cast: Cast) -> Reply:
    forged = like(cast.mallory, actor=cast.here.actor("alice"), id=f"{cast.here.base}/x/1")
    return await cast.mallory.send(cast.here.inbox, forged)


@case("An activity of somebody suspended")
async def _(cast: Cast) -> Reply:
    def suspend(tx: Tx) -> None:
        tx.execute(
            update(Actor).where(Actor.uri == cast.carol.id).values(suspended_at=cast.here.clock())
        )

    await cast.here.write(suspend)
    cast.here.clock.advance(2 * MINUTE)
    return await cast.carol.send(cast.here.inbox, like(cast.carol))


@case("An activity of an unknown type")
async def _(cast: Cast) -> Reply:
    return await cast.mallory.send(cast.here.inbox, like(cast.mallory, type="Wave"))


@case("A Delete of an actor whose key is gone")
async def _(cast: Cast) -> Reply:
    stranger = cast.m.person("zoe6")
    cast.m.fail(stranger.id, 410)
    return await stranger.send(cast.here.inbox, stranger.activity("Delete", stranger.id))


def _signature(
    cast: Cast, person: Person, body: bytes, *, covered: str = "", method: str = "post"
) -> str:
    """A Signature header over chosen parts, of a request to the shared inbox."""
    covered = covered or "(request-target) host date digest"
    values = {
        "(request-target)": f"{method} /inbox",
        "host": cast.here.host,
        "date": formatdate(cast.here.clock() // 1000, usegmt=True),
        "digest": digest_header(body),
    }
    text = "\n".join(f"{name}: {values[name]}" for name in covered.split())
    made = base64.b64encode(person.rsa.sign(text.encode())).decode()
    return (
        f'keyId="{person.rsa.key_id}",algorithm="rsa-sha256",headers="{covered}",signature="{made}"'
    )


ACCEPTED = {"A Like of nothing we know", "A post that somebody here has asked for"}


def test_every_row_of_the_reference_is_tried() -> None:
    assert documented().keys() == CASES.keys() | ACCEPTED


async def test_what_is_wrong_gets_the_documented_answer_and_leaves_nothing(cast: Cast) -> None:
    # They are known, so that what is counted is the request itself.
    for person in (cast.mallory, cast.neighbour, cast.bob, cast.carol):
        await cast.deliver(person, like(person, type="Wave"))
    answers, left = {}, {}
    for what, send in CASES.items():
        before = await cast.here.contents()
        reply = await send(cast)
        await cast.here.settle()
        answers[what] = (reply.status, reply.error)
        if reply.status == 503:
            assert int(reply.headers["Retry-After"]) > 0
        after = await cast.here.contents()
        grown = {name for name in after if after[name] != before[name]}
        allowed = KEY_OF_THE_SENDER_READ if "key" in what.lower() else set()
        if not grown <= allowed:
            left[what] = grown
    assert answers == {what: documented()[what] for what in CASES}
    assert left == {}

    # The control: one of them with nothing wrong is listened to.
    await cast.follow(cast.bob)
    post = cast.bob.activity("Create", _note(cast.bob))
    assert (await cast.deliver(cast.bob, post)).status == 202
    assert await cast.timeline() == [post["object"]["id"]]


@pytest.mark.parametrize("path", ["/inbox", "/auth/sign_in", "/api/v1/control/accounts"])
async def test_a_body_that_cannot_be_read_is_no_fault_of_ours(
    here: Here, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Broken framing is answered; who hangs up in the middle is not even logged."""
    headers = {
        "Host": here.host,
        "Authorization": f"Bearer {here.server.operator_token}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Connection": "close",
    }
    if path != "/auth/sign_in":
        headers["Content-Type"] = "application/json"
    broken = {
        "no gzip": ({"Content-Encoding": "gzip", "Content-Length": "9"}, b"{not gzip"),
        "no chunk": ({"Transfer-Encoding": "chunked"}, b"2\r\n{}\r\nxyz\r\n"),
    }
    for what, (more, body) in broken.items():
        assert await _raw(here, path, headers | more, body) == 400, what
    caplog.clear()  # aiohttp itself logs what it cannot decode
    cut_off = headers | {"Content-Length": "1000", "Connection": "keep-alive"}
    for waits in (False, True):  # before it is read, and while more is waited for
        await _raw(here, path, cut_off, b"{", hang_up=True, waits=waits)
        await asyncio.sleep(0.05)
    wrong = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert wrong == []


async def test_a_body_that_does_not_come_is_not_waited_for(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("fedi_cotweet.federation.routes.inbox")
    monkeypatch.setattr(module, "BODY_WITHIN_S", 0.1)
    headers = {"Host": here.host, "Content-Type": "application/json", "Content-Length": "1000"}
    async with asyncio.timeout(5):
        assert await _raw(here, "/inbox", headers, b"{") == 408


async def _raw(
    here: Here,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    hang_up: bool = False,
    waits: bool = False,
) -> int:
    """The status of a POST, octet by octet as given."""
    host, _, port = here.host.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    await writer.drain()
    if waits:
        await asyncio.sleep(0.1)
    status = b"0 0" if hang_up else await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(status.split()[1])


def _note(person: Person) -> dict[str, Any]:
    return {
        "id": person.mint("notes"),
        "type": "Note",
        "attributedTo": person.id,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": "<p>Hello.</p>",
        "published": "2026-11-20T09:59:00Z",
    }
