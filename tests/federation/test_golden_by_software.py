"""What each software gets from us, over HTTP, to the letter: ``golden/by_software``.

A file per software says of each shape how it was carried, with which headers and which body; the
headers and bodies stand in folders, once each. So nothing that a software gets can change without
its file, or one that its file names, changing too. ``GOLDEN=write`` writes them anew.

The stand-ins are strict (``peers``): they verify by themselves and tell what they would refuse,
lose or mistake. docs/explanation/what-each-server-gets.md is the review, line by line.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from tests.federation.cast import Cast
from tests.federation.origins import Letter, Reply
from tests.federation.peers.server import Peer
from tests.federation.peers.software import SOFTWARE, Software
from tests.federation.test_golden import FOLDER, normalised, picture
from tests.federation.test_quotes import said
from tests.ports import free_port

BY_SOFTWARE = FOLDER / "by_software"
WRITE = os.environ.get("GOLDEN") == "write"
CONTROL = "/api/v1/control"
Record = dict[str, list[str]]
"""By shape: how it was carried, the file of its headers, the file of its body."""

ANSWERED = ("Content-Type", "Vary")
SENT = (
    "Content-Type",
    "Accept",
    "User-Agent",
    "Collection-Synchronization",
    "Digest",
    "Signature",
)


@asynccontextmanager
async def everybody(cast: Cast) -> AsyncIterator[list[Peer]]:
    """A server of each software, listening."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(Peer(free_port(), cast.here.clock, software=software))
            for software in SOFTWARE
        ]


async def _do(cast: Cast, method: str, path: str, document: Any = None, by: str = "alice") -> Any:
    answer = await cast.here.api(method, path, document, account=by)
    await cast.here.settle()
    return answer


async def lived(cast: Cast, peers: list[Peer]) -> dict[str, str]:
    """All that alice and bob do in an afternoon; the addresses of what came of it."""
    notes = {}
    for peer in peers:
        frank = peer.frank
        notes[peer.software.name] = said(frank, "<p>Hello.</p>")["id"]
        for name in ("alice", "bob"):
            reply = await frank.send(
                cast.here.inbox, frank.activity("Follow", cast.here.actor(name))
            )
            assert reply.status == 202, (peer.software.name, reply)
        await cast.here.api("POST", f"{CONTROL}/follow", {"handle": frank.handle}, account="alice")
    await cast.here.settle()
    for peer in peers:
        [asked] = peer.received_of("Follow")
        await peer.frank.send(cast.here.inbox, peer.frank.activity("Accept", asked))
        note = json.loads((await peer.request("GET", notes[peer.software.name], {}, None)).body)
        create = peer.frank.activity("Create", note, to=note["to"], cc=note["cc"])
        assert (await peer.frank.send(cast.here.inbox, create)).status == 202
    await cast.here.settle()
    for peer in peers:
        theirs = await cast.here.post(notes[peer.software.name])
        assert theirs is not None, peer.software.name
        await cast.here.api("POST", f"{CONTROL}/posts/{theirs.id}/like", {}, account="alice")
        await cast.here.settle()
        await cast.here.api("POST", f"{CONTROL}/posts/{theirs.id}/unlike", {}, account="alice")
    words = {
        "text": f"Salut @{cast.m.person('erin').handle} #Fedi https://example.org/x\n\nDeux",
        "summary": "Le matin <&>",
        "language": "fr",
        "media": [await picture(cast)],
    }
    post = await _do(cast, "POST", f"{CONTROL}/posts", words)
    poll = {"text": "What?", "poll": {"options": ["Tea", "Coffee"], "ends_in_seconds": 86_400}}
    asked = await _do(cast, "POST", f"{CONTROL}/posts", poll)
    answer = {"text": "Both.", "in_reply_to": post["uri"]}
    reply = await _do(cast, "POST", f"{CONTROL}/posts", answer, "bob")
    cotweet = await _together(cast)
    carols = said(cast.carol, "<p>Look.</p>")
    await cast.follow(cast.carol, account="alice")
    await cast.deliver(cast.carol, cast.carol.activity("Create", carols))
    boosted = await cast.here.post(carols["id"])
    assert boosted is not None
    await _do(cast, "POST", f"{CONTROL}/posts/{boosted.id}/boost", {})
    await _do(cast, "POST", f"{CONTROL}/posts/{boosted.id}/unboost", {})
    await _do(cast, "POST", f"{CONTROL}/posts/{post['id']}/pin", {})
    cast.here.clock.advance(60_000)
    await _do(cast, "PUT", f"{CONTROL}/posts/{post['id']}", {"text": "Bonsoir"})
    profile = {"about": "I read #poems.", "fields": [{"name": "Garden", "value": "Roses"}]}
    await _do(cast, "PUT", f"{CONTROL}/profile", profile)
    gone = await _do(cast, "POST", f"{CONTROL}/posts", {"text": "Oops"})
    await _do(cast, "DELETE", f"{CONTROL}/posts/{gone['id']}")
    return {
        "post": post["uri"],
        "poll": asked["uri"],
        "reply": reply["uri"],
        "co-tweet": cotweet,
        "plain post": gone["uri"],
    }


async def _together(cast: Cast) -> str:
    """A post of alice and bob; its address."""
    wanted = {"text": "We wrote this.", "with": [cast.here.handle("bob")]}
    view = await _do(cast, "POST", "/api/v1/cotweets", wanted)
    invite = await cast.invite("bob")
    assert invite is not None
    agreed = f"/api/v1/cotweets/invites/{invite['id']}/accept"
    await _do(cast, "POST", agreed, {"digest": invite["digest"]}, "bob")
    await cast.here.pass_time(60_000)
    return str(view["post"]["uri"])


def served(cast: Cast, made: Mapping[str, str]) -> dict[str, str]:
    """What everybody may fetch, by its name in the files."""
    alice, base, post = cast.here.actor("alice"), cast.here.base, made["post"]
    return {
        "actor": alice,
        "instance actor": f"{base}/actor",
        "outbox": f"{alice}/outbox",
        "page of the outbox": f"{alice}/outbox?page=1",
        "followers": f"{alice}/followers",
        "following": f"{alice}/following",
        "featured": f"{alice}/collections/featured",
        "featured tags": f"{alice}/collections/tags",
        **{name: made[name] for name in ("post", "poll", "reply", "co-tweet")},
        "deleted post": made["plain post"],
        "Create of a post, fetched": f"{post}/activity",
        "replies": f"{post}/replies",
        "likes": f"{post}/likes",
        "shares": f"{post}/shares",
        "context": f"{post}/context",
    }


def said_in(letter: Letter, made: Mapping[str, str]) -> str:
    """The name of a delivery in the files."""
    body = letter.activity
    kind, target = str(body["type"]), body["object"]
    about = target["id"] if isinstance(target, dict) else target
    if kind == "Create":
        return next(f"Create of a {name}" for name, uri in made.items() if uri == about)
    if kind == "Update":
        of_actor = target["type"] == "Person"
        return "Update of an actor" if of_actor else "Update of a post"
    if kind == "Undo":
        return f"Undo of {'an' if target['type'] == 'Announce' else 'a'} {target['type']}"
    if kind == "Announce" and about == made["co-tweet"]:
        return "Announce of a co-tweet"
    return kind


class Kept:
    """The files, read or (``GOLDEN=write``) written."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def file(self, stem: str, software: Software, document: Any) -> str:
        """The name of the file that holds this: a second one is named after who gets it."""
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        same = [name for name in self.files if name.partition(".")[0] == stem]
        for name in same:
            if self.files[name] == text:
                return name
        name = f"{stem}.{software.name}.json" if same else f"{stem}.json"
        self.files[name] = text
        return name

    def finish(self, records: Mapping[str, Record]) -> None:
        """Compare all files, or write them."""
        wanted = self.files | {f"{name}.json": _lines(it) for name, it in records.items()}
        if WRITE:
            for path in BY_SOFTWARE.rglob("*.json"):
                path.unlink()
            for name, text in wanted.items():
                path = BY_SOFTWARE / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        found = {
            path.relative_to(BY_SOFTWARE).as_posix(): path.read_text(encoding="utf-8")
            for path in BY_SOFTWARE.rglob("*.json")
        }
        assert found.keys() == wanted.keys()
        for name, text in wanted.items():
            assert found[name] == text, name


def _lines(record: Record) -> str:
    lines = [f"{json.dumps(name)}: {json.dumps(it)}" for name, it in record.items()]
    return "{\n " + ",\n ".join(lines) + "\n}\n"


def _plain(cast: Cast, peer: Peer, document: Any) -> Any:
    """Without what differs from run to run, and from one software's addresses to another's."""
    text = json.dumps(document, ensure_ascii=False)
    text = re.sub(rf"{re.escape(peer.base)}/[^\" ]*?(?:activities|notes)/\d+", "THING", text)
    for name in ("id", "inbox", "followers"):
        address = str(getattr(peer.frank, name))
        text = re.sub(rf"{re.escape(address)}(?![\w/@])", f"FRANK/{name}", text)
    text = text.replace("FRANK/id", "FRANK").replace(peer.base, "https://peer.example")
    found = json.loads(text.replace(peer.host, "peer.example"))
    return normalised(cast, found)


def _headers(cast: Cast, peer: Peer, headers: Mapping[str, str], names: tuple[str, ...]) -> Any:
    found = {name: headers[name] for name in names if name in headers}
    patterns = {
        "Digest": (r"=.*", "=DIGEST"),
        "Signature": (r'signature="[^"]+"', 'signature="SIGNATURE"'),
        "User-Agent": (r"/[\d.]+ ", "/VERSION "),
        "Collection-Synchronization": (r'digest="\w+"', 'digest="DIGEST"'),
    }
    for name, (pattern, instead) in patterns.items():
        if name in found:
            found[name] = re.sub(pattern, instead, found[name])
    return _plain(cast, peer, found)


def _slug(shape: str) -> str:
    return re.sub(r"\W+", "-", shape.lower())


async def _record(cast: Cast, peer: Peer, made: Mapping[str, str], kept: Kept) -> Record:
    software, record = peer.software, Record()
    for letter in peer.letters:
        shape = said_in(letter, made)
        if shape in record:
            continue
        author = letter.activity["actor"].rpartition("/")[2]
        kind = "to_followers" if "Collection-Synchronization" in letter.headers else "sent"
        record[shape] = [
            f"POST {'shared inbox' if letter.path == software.shared else 'inbox'}",
            kept.file(
                f"headers/{kind}_by_{author}",
                software,
                _headers(cast, peer, letter.headers, SENT),
            ),
            kept.file(f"bodies/{_slug(shape)}", software, _plain(cast, peer, letter.activity)),
        ]
    for shape, url in served(cast, made).items():
        record[shape] = _answer(cast, peer, kept, shape, await peer.fetch(url))
    handle = f"acct:{cast.here.handle('alice')}"
    url = f"{cast.here.base}/.well-known/webfinger?resource={handle}"
    finger = await peer.ask(url, "application/jrd+json")
    record["WebFinger"] = _answer(cast, peer, kept, "WebFinger", finger)
    return {name: record[name] for name in sorted(record)}


def _answer(cast: Cast, peer: Peer, kept: Kept, shape: str, reply: Reply) -> list[str]:
    body, headers = (
        _plain(cast, peer, reply.json),
        _headers(cast, peer, reply.headers, ANSWERED),
    )
    if shape == "instance actor":
        body["published"] = "when the server was made"
    kind = "varied" if "User-Agent" in headers["Vary"] else "answered"
    kind = "webfinger" if shape == "WebFinger" else kind
    return [
        f"GET {reply.status}",
        kept.file(f"headers/{kind}", peer.software, headers),
        kept.file(f"bodies/{_slug(shape)}", peer.software, body),
    ]


async def test_every_software_gets_what_its_file_says(cast: Cast) -> None:
    kept = Kept()
    async with everybody(cast) as peers:
        made = await lived(cast, peers)
        records = {peer.software.name: await _record(cast, peer, made, kept) for peer in peers}
        wrong = {peer.software.name: peer.wrong for peer in peers if peer.wrong}
    assert wrong == {}
    kept.finish(records)
