"""Threads on other servers, and the passing of time while ours asks for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import AS2, PUBLIC
from fedi_cotweet.domain.limits import SECOND
from storage.engine import Tx
from storage.models import Post
from storage.queries import posts
from tests.federation.here import Here
from tests.federation.origins import Origin, Person

QUARTER = SECOND // 4


def say(by: Person, text: str, answers: str | None = None, **members: Any) -> dict[str, Any]:
    """A public note, served at its address; ``members`` change it, None takes one out."""
    note = {
        "@context": AS2,
        "id": by.mint("notes"),
        "type": "Note",
        "attributedTo": by.id,
        "to": [PUBLIC],
        "cc": [by.followers],
        "content": f"<p>{text}</p>",
        "published": format_time(by.origin.clock() - 60 * SECOND),
        "inReplyTo": answers,
    } | members
    note = {name: value for name, value in note.items() if value is not None}
    by.origin.serve(note)
    return note


def list_answers(by: Person, note: Mapping[str, Any], items: Sequence[Any]) -> dict[str, Any]:
    """Serve a note's ``replies`` on a page of their own, as Mastodon does for others' answers; the
    note with them.

    ``items`` are addresses, or whole notes, as Mastodon lists those of its own people.
    """
    collection = f"{note['id']}/replies"
    page = f"{collection}?page=1"
    by.origin.serve(
        {"@context": AS2, "id": page, "type": "CollectionPage", "partOf": collection}
        | {"items": list(items)}
    )
    first = {"type": "CollectionPage", "partOf": collection, "next": page, "items": []}
    replies = {"id": collection, "type": "Collection", "first": first}
    by.origin.serve({"@context": AS2, **replies})
    named = {**note, "replies": replies}
    by.origin.serve(named)
    return named


def list_thread(by: Person, items: Sequence[str], size: int = 200) -> str:
    """Serve a ``context`` in pages of ``size``."""
    context = by.mint("contexts")
    pages = [items[start : start + size] for start in range(0, len(items), size)]
    for number, page in enumerate(pages, 1):
        document = {
            "@context": AS2,
            "id": f"{context}?page={number}",
            "type": "OrderedCollectionPage",
            "partOf": context,
            "orderedItems": list(page),
        }
        if number < len(pages):
            document["next"] = f"{context}?page={number + 1}"
        by.origin.serve(document)
    by.origin.serve(
        {
            "@context": AS2,
            "id": context,
            "type": "OrderedCollection",
            "attributedTo": by.id,
            "first": f"{context}?page=1",
        }
    )
    return context


async def known(here: Here, by: Person, note: Mapping[str, Any]) -> str:
    """Somebody here looked the note up; the id of ours."""
    view = await here.api("GET", f"/api/v1/control/posts?url={note['id']}")
    await here.settle()
    return str(view["id"])


async def open_thread(here: Here, number: str) -> dict[str, Any]:
    """Somebody here opens the thread of a post."""
    found = await here.api("GET", f"/api/v1/control/posts/{number}/thread")
    await here.settle()
    return dict(found)


async def seconds_pass(here: Here, count: int, asked: Sequence[Origin] = ()) -> int:
    """Let as many seconds pass, in quarters; the most that one origin was asked in one of them."""
    most, times = 0, Timeline(asked)
    for _ in range(count * 4):
        here.clock.advance(QUARTER)
        await here.settle()
        most = max(most, times.look(here.clock()))
    return most


class Timeline:
    """When which server was asked."""

    def __init__(self, origins: Sequence[Origin]) -> None:
        self.origins = origins
        self.seen = [len(origin.asked) for origin in origins]
        self.times: list[list[int]] = [[] for _ in origins]

    def look(self, now: int) -> int:
        """Note what was asked since the last look; the most of one origin within a second."""
        most = 0
        for index, origin in enumerate(self.origins):
            new = len(origin.asked) - self.seen[index]
            self.seen[index] = len(origin.asked)
            self.times[index] += [now] * new
            most = max(most, sum(at > now - SECOND for at in self.times[index]))
        return most


async def held(here: Here, uris: Sequence[str]) -> int:
    """How many of these posts are here."""

    def count(tx: Tx) -> int:
        found = [posts.post_by_uri(tx, uri) for uri in uris]
        return sum(isinstance(post, Post) and post.state == "published" for post in found)

    return await here.read(count)


def asked(origin: Origin) -> Counter[str]:
    """How often each address of a server was asked for."""
    return Counter(request.path_qs for request in origin.asked)
