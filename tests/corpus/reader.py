"""One of our servers, not connected to anything, and what it makes of a document.

What a document is decides which way it goes in: activities as if they came to somebody's inbox
and were signed by their actor, objects as if they were fetched from their origin.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from sqlalchemy import delete

from activitypub.activities import peek
from activitypub.documents.actor import parse_actor
from activitypub.documents.collection import parse_collection
from activitypub.errors import DocumentError
from activitypub.shell.client import FederationClient
from activitypub.signatures.keys import SigningKey
from activitypub.verdicts import Fetched, Refused
from activitypub.vocab.reading import as_id, ids, origin, same_origin, types
from fedi_cotweet.federation.arrivals import read_arrival
from fedi_cotweet.federation.handlers import handle
from fedi_cotweet.federation.incoming import Incoming
from fedi_cotweet.services import arrivals, post_views, reading
from fedi_cotweet.services.views import PostView
from fedi_cotweet.web.pages import render_post, render_profile
from fedi_cotweet.web.rendering import InstanceView
from storage.engine import Tx
from storage.models import Actor, InboxItem
from storage.queries import actors, follows, posts
from tests.corpus.documents import Found
from tests.federation.here import START, Here

Word = Literal["understood", "ignored", "forged", "refused"]

NOT_THEIRS = frozenset(
    {"foreign_id", "foreign_origin", "not_the_actor", "not_the_author", "other_author"}
)
"""Outcomes that mean: whoever sent this may not say it."""

_TAKEN = (
    "accepted actor_gone actor_to_fetch blocked boosted collected created deleted follow_accepted "
    "follow_rejected followed liked pinned quote_pending remembered reported same to_check "
    "to_fetch undone unfollowed unliked unboosted unblocked unpinned updated voted"
)
TAKEN = frozenset(_TAKEN.split(" "))
"""Outcomes of activities that changed something here, or will when their object is fetched."""

INSTANCE = InstanceView("here", "http://here.example", "", "1")


async def unconnected(
    _: FederationClient, url: str, *, key: SigningKey | None = None, accept: str = ""
) -> Fetched:
    """Instead of ``FederationClient.get``: nobody is reached."""
    return Fetched(url=url, status=0, fetched_at=START, error="this server is connected to nothing")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a document. ``reason`` is a stable code; ``page`` is what a reader gets."""

    word: Word
    reason: str
    page: str = ""
    post: PostView | None = None


@dataclass
class Reader:
    """Reads on behalf of dave, who follows everybody."""

    here: Here
    reader_id: int
    _known: dict[str, Actor] = field(default_factory=dict)

    async def read(self, found: Found) -> Verdict:
        """Any other exception than ``DocumentError`` is a bug and comes through."""
        read = {
            "activity": self._activity,
            "actor": self._actor,
            "object": self._object,
            "collection": self._collection,
        }[found.what]
        try:
            return await read(found.document)
        except DocumentError as error:
            return Verdict("refused", str(error))

    async def _actor(self, document: Mapping[str, Any]) -> Verdict:
        actor = await self.here.server.context.directory.keep(parse_actor(document))
        env = self.here.server.runtime.env
        view = await self.here.read(lambda tx: reading.profile(tx, env, actor))
        return Verdict("understood", "stored", render_profile(view, INSTANCE))

    async def _collection(self, document: Mapping[str, Any]) -> Verdict:
        view = parse_collection(document)
        held = len(view.items) + (view.first is not None) + (view.first_page is not None)
        named = len(view.item_ids) == len(view.items)
        if named and (held or view.total is not None or "orderedItems" in document):
            return Verdict("understood", "read")
        return Verdict("refused", "items without an identifier")

    async def _object(self, document: Mapping[str, Any]) -> Verdict:
        author = ids(document.get("attributedTo"))[:1]
        if not author:
            if "Tombstone" in types(document):
                return Verdict("ignored", "gone")
            return Verdict("refused", "attributed to nobody")
        note_id = str(document["id"])
        if not same_origin(author[0], note_id):
            return Verdict("forged", "foreign_origin")
        arrival = read_arrival(document, await self._person(author[0]))
        if isinstance(arrival, Refused):
            word: Word = "ignored" if arrival.code == "not_a_post" else "forged"
            return Verdict(word, arrival.code)
        env = self.here.server.runtime.env
        _, outcome = await self.here.write(
            lambda tx: arrivals.store_arrival(tx, env, arrival, update=True, quiet=True)
        )
        if outcome in NOT_THEIRS:
            return Verdict("forged", outcome)
        if outcome == "not_relevant":
            # Fetched by nobody it is for: what is addressed to a community alone, for one.
            return Verdict("ignored", outcome)
        return await self._shown(note_id, outcome)

    async def _activity(self, document: Mapping[str, Any]) -> Verdict:
        envelope = peek(document)
        if not same_origin(envelope.id, envelope.actor):
            return Verdict("forged", "foreign_id")
        actor = await self._person(envelope.actor)
        incoming = Incoming(
            document=document,
            envelope=envelope,
            actor=actor,
            signer=actor,
            how="http",
            proven=False,
            text=orjson.dumps(document).decode(),
            received_at=self.here.clock(),
            recipient_id=self.reader_id,
        )
        # The same document lies in several folders of the corpus.
        await self.here.write(lambda tx: tx.execute(delete(InboxItem)))
        outcome = await handle(self.here.server.context, incoming)
        if outcome in NOT_THEIRS:
            return Verdict("forged", outcome)
        if outcome not in TAKEN:
            return Verdict("ignored", outcome)
        target = as_id(document.get("object"))
        if outcome in ("created", "updated") and target is not None:
            return await self._shown(target, outcome)
        return Verdict("understood", outcome)

    async def _shown(self, uri: str, outcome: str) -> Verdict:
        env = self.here.server.runtime.env

        def look(tx: Tx) -> PostView:
            post = posts.post_by_uri(tx, uri)
            assert post is not None, f"{uri} is {outcome}, and is not there"
            [view] = post_views.post_views(tx, env, [post], viewer_id=self.reader_id)
            return view

        view = await self.here.read(look)
        return Verdict("understood", outcome, render_post(view, INSTANCE), view)

    async def _person(self, uri: str) -> Actor:
        """Somebody of that identifier, whom dave follows; as they are, if that was read before."""
        if uri not in self._known:
            held = await self.here.read(lambda tx: actors.actor_by_uri(tx, uri))
            if held is None:
                view = parse_actor(_stand_in(uri))
                held = await self.here.server.context.directory.keep(view)
            self._known[uri] = held
            await self.here.write(lambda tx: self._follow(tx, self._known[uri]))
        return self._known[uri]

    def _follow(self, tx: Tx, actor: Actor) -> None:
        follow_id = self.here.server.runtime.env.new_id()
        follows.add_follow(
            tx,
            id=follow_id,
            follower_id=self.reader_id,
            followed_id=actor.id,
            uri=f"{self.here.base}/follows/{follow_id}",
            state="accepted",
            now=self.here.clock(),
        )


def _stand_in(uri: str) -> dict[str, Any]:
    scheme, host, port = origin(uri) or ("http", "nowhere.example", 80)
    base = f"{scheme}://{host}:{port}"
    return {
        "id": uri,
        "type": "Person",
        "preferredUsername": "p" + hashlib.sha256(uri.encode()).hexdigest()[:12],
        "inbox": f"{base}/inbox",
        "outbox": f"{base}/outbox",
    }
