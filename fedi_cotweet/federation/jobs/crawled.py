"""What a crawl brought: whether it belongs to what is crawled, and what is to be asked next.

A post counts if its own server handed it out: at its own address, or whole within a document of
that server. Of everything else that a list names only the address is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.documents.conversation import context_id, embedded_items, embedded_replies
from activitypub.errors import ActivityPubError
from activitypub.verdicts import Refused
from activitypub.vocab.reading import (
    MAX_BYTES,
    as_id,
    as_list,
    ids,
    parse_json,
    parse_strict_json,
)
from activitypub.vocab.terms import Doc
from fedi_cotweet.federation.arrivals import read_arrival
from fedi_cotweet.services import acquaintance, arrivals, crawling, verification
from fedi_cotweet.services.arrivals import Arrival
from fedi_cotweet.services.audiences import EVERYBODYS, everybodys
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Crawl, CrawlItem
from storage.queries import actors, crawls, interactions, posts


def parse(text: str) -> dict[str, Any]:
    """An object as it was fetched; a co-authored one is read strictly."""
    document = parse_json(text.encode())
    return parse_strict_json(text.encode()) if document.get("coAuthors") else document


def as_texts(found: Mapping[str, Doc]) -> dict[str, str]:
    """Embedded objects as they are kept.

    Together no longer than one document may be: the context around them counts for each.
    """
    texts: dict[str, str] = {}
    room = MAX_BYTES
    for uri, document in found.items():
        text = orjson.dumps(document).decode()
        room -= len(text)
        if room < 0:
            break
        texts[uri] = text
    return texts


@dataclass(slots=True)
class Settling:
    """Whether a fetched post belongs to what is crawled, and what follows from it."""

    tx: Tx
    env: Env
    of: Crawl

    def settle(self, item: CrawlItem, arrival: Arrival, document: Doc, text: str) -> None:
        """Take it, leave it, or keep it until the post that it answers is there."""
        waiting = [(item, arrival, document, text)]
        while waiting:
            one = waiting.pop()
            if self._settle(*one):
                waiting += self._read(crawls.waiting_for(self.tx, self.of.id, one[0].uri))

    def settle_held(self, host: str) -> None:
        """Settle what a server handed out whole, as far as its authors are known by now."""
        while found := self._read(crawls.held(self.tx, self.of.id, host), patient=True):
            for one in found:
                self.settle(*one)

    def _settle(self, item: CrawlItem, arrival: Arrival, document: Doc, text: str) -> bool:
        tx, note = self.tx, arrival.note
        if note.visibility not in EVERYBODYS:
            crawling.end(tx, item)
            return False
        if self.of.kind in ("outbox", "featured"):
            if arrival.author.id == self.of.actor_id:
                self._store(arrival)
                if self.of.kind == "featured":
                    acquaintance.arrived(tx, self.env, self.of, item, arrival.author)
            crawling.end(tx, item)
            return False
        parent = posts.post_by_uri(tx, note.in_reply_to) if note.in_reply_to else None
        if (parent is not None and everybodys(parent)) or interactions.replies_to(tx, note.id, 1):
            crawling.end(tx, item)
            self._store(arrival)
            self._follow(item, arrival, document)
            return True
        above = note.in_reply_to
        if above is None or parent is not None or self.env.addresses.owns(above):
            crawling.end(tx, item)  # no part of any thread that is known here
            return False
        crawls.change_item(tx, item.id, state="parent", document=text, parent_uri=above)
        crawling.want_notes(tx, self.env, self.of.id, [above], rank=0, depth=item.depth + 1)
        return False

    def _store(self, arrival: Arrival) -> None:
        arrivals.store_arrival(self.tx, self.env, arrival, update=False, quiet=True)
        verification.guard(self.tx, self.env, arrival.note.id)

    def _follow(self, item: CrawlItem, arrival: Arrival, document: Doc) -> None:
        tx, env, crawl_id = self.tx, self.env, self.of.id
        above = arrival.note.in_reply_to
        if above is not None:
            crawling.want_notes(tx, env, crawl_id, [above], rank=0, depth=item.depth + 1)
        now = crawls.crawl(tx, crawl_id)
        by_context = now is not None and now.by_context
        if above is None and not by_context:
            whole = context_id(document)
            if whole is not None and not env.addresses.owns(whole):
                crawls.change_crawl(tx, crawl_id, by_context=True)
                crawling.want_page(tx, env, crawl_id, whole, "context", rank=0)
                return
        if not by_context:
            listed, following = embedded_replies(document)
            texts = as_texts(embedded_items(listed, arrival.note.id, document.get("@context")))
            depth = item.depth + 1
            crawling.want_notes(
                tx, env, crawl_id, ids(list(listed)), rank=2 * depth, depth=depth, whole=texts
            )
            if following is not None:
                crawling.want_page(
                    tx, env, crawl_id, following, "replies", rank=2 * depth - 1, depth=item.depth
                )

    def _read(
        self, items: list[CrawlItem], *, patient: bool = False
    ) -> list[tuple[CrawlItem, Arrival, Doc, str]]:
        """The posts that these hold; ``patient`` with those whose authors are not known yet."""
        found: list[tuple[CrawlItem, Arrival, Doc, str]] = []
        for item in items:
            arrival: Arrival | Refused | None = None
            document: dict[str, Any] = {}
            try:
                document = parse(item.document or "{}")
                owner = as_id(next(iter(as_list(document.get("attributedTo"))), None))
                author = actors.actor_by_uri(self.tx, owner) if owner is not None else None
                if author is None and owner is not None and patient:
                    continue
                if author is not None and author.suspended_at is None:
                    arrival = read_arrival(document, author)
            except ActivityPubError:
                arrival = None
            if arrival is None or isinstance(arrival, Refused):
                crawling.end(self.tx, item)
            else:
                found.append((item, arrival, document, item.document or ""))
        return found
