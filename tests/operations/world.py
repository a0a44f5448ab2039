"""Two servers on loopback: alice on a wrote a post with bob on b, whose stamp is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from activitypub.coauthorship.authors import full_rendition
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.signatures.keys import (
    SigningKey,
    encode_multikey,
)
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC, note_context
from fedi_cotweet.cli.verify import render
from fedi_cotweet.operations.reports import CoAuthor, Report
from fedi_cotweet.operations.verify import verify_url
from tests.activitypub.shell.peers import Peer

NOW = 1_795_170_000_000  # 2026-11-20T10:20:00Z
MINUTE = 60_000
TOKEN = "Jf3mZc0kQ1y8b2vTq9XhLw"

Doc = dict[str, Any]


@dataclass
class Site:
    """A server and what it has: path -> answer. What it does not have is 404."""

    peer: Peer = field(default_factory=Peer)
    pages: dict[str, Callable[[], web.Response]] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.peer.port}"

    @property
    def asked(self) -> list[str]:
        return [request.path for request in self.peer.requests]

    def has(self, document: Doc, kind: str = ACTIVITY_JSON) -> None:
        """Serve a document under its id."""
        path = document["id"].removeprefix(self.base)
        self.says(path, json.dumps(document), kind)

    def says(self, path: str, text: str, kind: str, status: int = 200) -> None:
        self.pages[path] = lambda: web.Response(
            body=text.encode(), status=status, headers={"Content-Type": kind}
        )

    def fails(self, path: str, status: int) -> None:
        self.says(path, "", "text/plain", status)

    def redirects(self, path: str, target: str) -> None:
        self.pages[path] = lambda: web.Response(status=302, headers={"Location": target})

    async def answer(self, request: web.Request) -> web.Response:
        page = self.pages.get(request.path)
        return page() if page is not None else web.Response(status=404)


@dataclass
class World:
    """Alice on a wrote a post with bob on b."""

    a: Site
    b: Site
    key: SigningKey

    def person(self, site: Site, name: str) -> str:
        return f"{site.base}/users/{name}"

    @property
    def alice(self) -> str:
        return self.person(self.a, "alice")

    @property
    def bob(self) -> str:
        return self.person(self.b, "bob")

    @property
    def note_id(self) -> str:
        return f"{self.a.base}/notes/42"

    @property
    def stamp_id(self) -> str:
        return f"{self.bob}/coauthor/{TOKEN}"

    def note(self, *co_authors: str, stamps: tuple[str, ...] = (), **changes: Any) -> Doc:
        """Alice's post with bob (or ``co_authors``); a change to None takes a member away."""
        named = co_authors or (self.bob,)
        core = {
            "@context": note_context(co_authored=True),
            "id": self.note_id,
            "type": "Note",
            "to": [PUBLIC],
            "cc": [f"{self.alice}/followers", f"{self.bob}/followers", self.bob],
            "content": "<p>We wrote this <em>together</em>.</p>",
            "published": "2026-11-20T10:06:00Z",
        }
        authors = [("Person", author) for author in (self.alice, *named)]
        document = full_rendition(core, authors, stamps or (self.stamp_id,)) | changes
        return {name: value for name, value in document.items() if value is not None}

    def stamp(self, note: Doc | None = None, **changes: Any) -> Doc:
        """Bob's stamp for ``note``; arguments of ``build_stamp`` may be given."""
        note = self.note() if note is None else note
        given: dict[str, Any] = {
            "id": self.stamp_id,
            "issuer": self.bob,
            "object_id": note["id"],
            "authors": (self.alice, *note["coAuthors"]),
            "published_at": NOW - 15 * MINUTE,
        } | changes
        return build_stamp(**{"digest": consent_digest(note, given["authors"]), **given})

    def publish(self, note: Doc | None = None, stamp: Doc | None = None) -> None:
        """Put post and stamp where they belong."""
        self.a.has(self.note() if note is None else note)
        self.b.has(self.stamp() if stamp is None else stamp)

    async def verify(self, url: str | None = None) -> Report:
        report = await verify_url(
            self.note_id if url is None else url,
            development=True,
            ca_file=None,
            clock=lambda: NOW,
        )
        check_promises(report)
        return report


def check_promises(report: Report) -> None:
    """What holds of every report, whatever it is about."""
    for author in report.co_authors:
        everything_holds = bool(author.conditions) and all(c.holds for c in author.conditions)
        assert everything_holds == (author.state == "verified"), author
        assert author.sentence.startswith(author.handle or author.id)
    render(report, NOW)
    json.dumps(report.document())


def person_document(site: Site, name: str, key: SigningKey | None = None) -> Doc:
    uri = f"{site.base}/users/{name}"
    document: Doc = {
        "id": uri,
        "type": "Person",
        "preferredUsername": name,
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
    }
    if key is not None:
        document["assertionMethod"] = [
            {
                "id": key.key_id,
                "type": "Multikey",
                "controller": uri,
                "publicKeyMultibase": encode_multikey(key.private.public_key()),
            }
        ]
    return document


def only(report: Report) -> CoAuthor:
    [author] = report.co_authors
    return author


def failing(author: CoAuthor) -> list[str]:
    return [condition.code for condition in author.conditions if condition.holds is False]
