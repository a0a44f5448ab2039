"""Creates as Mastodon sends them, signed ahead of time, as the octets of whole requests."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey, generate_rsa, load_private, public_pem
from activitypub.vocab.terms import ACTIVITY_JSON, AS2, PUBLIC

_TERMS = {
    "ostatus": "http://ostatus.org#",
    "atomUri": "ostatus:atomUri",
    "inReplyToAtomUri": "ostatus:inReplyToAtomUri",
    "conversation": "ostatus:conversation",
    "sensitive": "as:sensitive",
    "toot": "http://joinmastodon.org/ns#",
    "votersCount": "toot:votersCount",
    "Hashtag": "as:Hashtag",
}
_SENTENCE = (
    "Benchmarks are letters to one's later self: they say how fast a thing was, on which machine, "
    "and against what, so that nobody has to believe it. "
)


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody on another server, with a key."""

    uri: str
    key: SigningKey
    public_pem: str

    @classmethod
    def make(cls, base: str, name: str) -> Writer:
        """A new one. Their server need not exist: who reads them knows their key."""
        uri = f"{base}/users/{name}"
        private = load_private(generate_rsa())
        return cls(uri, SigningKey(f"{uri}#main-key", private), public_pem(private.public_key()))

    def create(self, number: int) -> dict[str, Any]:
        """A public post of about 3 kB with a link, a mention and a tag, as JSON goes out."""
        base, name = self.uri.split("/users/")
        post = f"{self.uri}/statuses/{number}"
        page = f"{base}/@{name}/{number}"
        moment = "2026-11-20T10:00:00Z"
        content = (
            f"<p>{_SENTENCE * 4}</p><p>Number {number}: "
            f'<a href="{base}/tags/benchmarks" class="mention hashtag" rel="tag">#'
            "<span>benchmarks</span></a> "
            '<a href="https://example.org/a-page" target="_blank" rel="nofollow noopener" '
            'translate="no"><span class="invisible">https://</span><span class="">example.org/'
            "a-page</span></a></p>"
        )
        addressed = {"to": [PUBLIC], "cc": [f"{self.uri}/followers"]}
        return {
            "@context": [AS2, _TERMS],
            "id": f"{post}/activity",
            "type": "Create",
            "actor": self.uri,
            "published": moment,
            **addressed,
            "object": {
                "id": post,
                "type": "Note",
                "summary": None,
                "inReplyTo": None,
                "published": moment,
                "url": page,
                "attributedTo": self.uri,
                **addressed,
                "sensitive": False,
                "atomUri": post,
                "inReplyToAtomUri": None,
                "conversation": f"tag:benchmark,2026-11-20:objectId={number}",
                "content": content,
                "contentMap": {"en": content},
                "attachment": [],
                "tag": [{"type": "Hashtag", "href": f"{base}/tags/benchmarks",
                         "name": "#benchmarks"}],
                "replies": {
                    "id": f"{post}/replies",
                    "type": "Collection",
                    "first": {
                        "type": "CollectionPage",
                        "next": f"{post}/replies?only_other_accounts=true&page=true",
                        "partOf": f"{post}/replies",
                        "items": [],
                    },
                },
            },
        }  # fmt: skip


def requests(
    writers: list[Writer], first: int, number: int, inboxes: list[str]
) -> Iterator[tuple[bytes, ...]]:
    """``number`` different Creates, each as one signed request per inbox."""
    now = time.time_ns() // 1_000_000
    for count in range(first, first + number):
        writer = writers[count % len(writers)]
        body = orjson.dumps(writer.create(count))
        yield tuple(_request(inbox, body, writer.key, now) for inbox in inboxes)


def _request(inbox: str, body: bytes, key: SigningKey, now: int) -> bytes:
    headers = {
        "User-Agent": "Mastodon/4.5.0 (http.rb/5.2.0; +http://127.0.0.1/)",
        "Content-Type": ACTIVITY_JSON,
        "Content-Length": str(len(body)),
    }
    signed = sign_cavage("POST", inbox, body, key, now, headers)
    lines = [f"POST {urlsplit(inbox).path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in signed.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
