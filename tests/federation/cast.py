"""The people of the federation's tests, and what they write together.

On our server (``here``) live alice, bob, carol, dave and mallory. Servers of the tests are ``a``
(alice's), ``b`` (bob's, with a neighbour called mallory), ``c`` (carol's) and ``m`` (mallory's).
So ``cast.here`` can be the reader's, the primary author's or the co-author's server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from activitypub.coauthorship.authors import full_rendition, single_author_rendition
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC, note_context
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import reading
from storage.engine import Tx
from storage.queries import actors
from storage.queries import posts as post_queries
from tests.federation.here import Here, names
from tests.federation.origins import SERIAL, Origin, Person, Reply

CONTENT = "<p>We wrote this together.</p>"


@dataclass
class CoTweet:
    """A post of a remote primary author, before or after publication.

    ``stamps`` are URLs by co-author. What ``note`` and ``create`` give can be broken by the test.
    """

    primary: Person
    co_authors: Sequence[Person]
    core: dict[str, Any]
    stamps: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The object's identifier."""
        return str(self.core["id"])

    @property
    def authors(self) -> list[str]:
        """All authors' identifiers in order."""
        return [self.primary.id, *(person.id for person in self.co_authors)]

    @property
    def digest(self) -> str:
        """What the co-authors agree to."""
        return consent_digest(self.draft(), self.authors)

    def draft(self) -> dict[str, Any]:
        """The full rendition as it stands in an Offer."""
        core = {name: value for name, value in self.core.items() if name != "published"}
        return full_rendition(core, [("Person", author) for author in self.authors])

    def note(self, **members: Any) -> dict[str, Any]:
        """The published full rendition; ``members`` change it, None takes one out."""
        listed = [self.stamps[uri] for uri in self.authors if uri in self.stamps]
        rendered = full_rendition(
            self.core, [("Person", author) for author in self.authors], listed
        )
        changed = {"@context": note_context(True)} | rendered | members
        return {name: value for name, value in changed.items() if value is not None}

    def plain(self) -> dict[str, Any]:
        """The single-author rendition."""
        listed = [self.stamps[uri] for uri in self.authors if uri in self.stamps]
        rendered = single_author_rendition(
            self.core,
            [("Person", author) for author in self.authors],
            listed,
            followers_of={person.followers for person in self.co_authors},
        )
        return {"@context": note_context(True)} | rendered

    def create(self, note: Mapping[str, Any] | None = None, /, **members: Any) -> dict[str, Any]:
        """The Create that carries it."""
        carried = dict(self.note() if note is None else note)
        context = carried.pop("@context", note_context(True))
        return self.primary.activity(
            "Create",
            carried,
            **{"@context": context, "to": carried.get("to"), "cc": carried.get("cc", [])} | members,
        )

    def update(self, note: Mapping[str, Any], **members: Any) -> dict[str, Any]:
        """An Update to another version."""
        return self.create(note, type="Update", **members)

    def stamp(self, person: Person, **members: Any) -> dict[str, Any]:
        """The stamp of a co-author as it ought to be, or with ``members`` changed; not served."""
        stamp = person.proven(
            build_stamp(
                id=f"{person.id}/coauthor/{next(SERIAL):022}",
                issuer=person.id,
                object_id=self.id,
                authors=self.authors,
                digest=self.digest,
                published_at=person.origin.clock(),
            )
        )
        changed = stamp | members
        return {name: value for name, value in changed.items() if value is not None}

    def consent(self, person: Person, **members: Any) -> str:
        """A co-author's stamp, served and listed on the post; its URL."""
        stamp = self.stamp(person, **members)
        self.stamps[person.id] = str(stamp["id"])
        return person.origin.serve(stamp)

    def publish(self, **members: Any) -> dict[str, Any]:
        """Serve the post at its id; the note as served."""
        note = self.note(**members)
        self.primary.origin.serve(note, at=self.id)
        return note

    def offer(self, target: Person | str, /, **members: Any) -> dict[str, Any]:
        """The invitation of one co-author, ``members`` changed."""
        now = self.primary.origin.clock()
        offer = build_offer(
            id=self.primary.mint("offers"),
            actor=self.primary.id,
            target=target if isinstance(target, str) else target.id,
            object=self.draft(),
            published_at=now,
            expires_at=now + 7 * DAY,
        )
        changed = offer | members
        return {name: value for name, value in changed.items() if value is not None}


@dataclass
class Cast:
    """Our server and four others, with their people."""

    here: Here
    a: Origin
    b: Origin
    c: Origin
    m: Origin

    @property
    def alice(self) -> Person:
        """A primary author elsewhere."""
        return self.a.person("alice")

    @property
    def bob(self) -> Person:
        """A co-author elsewhere."""
        return self.b.person("bob")

    @property
    def carol(self) -> Person:
        """Another co-author elsewhere."""
        return self.c.person("carol")

    @property
    def mallory(self) -> Person:
        """An enemy with a server."""
        return self.m.person("mallory")

    @property
    def neighbour(self) -> Person:
        """An enemy with an account on bob's server."""
        return self.b.person("mallory")

    def local(self, name: str) -> Person:
        """Somebody of our server, for author lists of posts elsewhere. Cannot sign."""
        mirror = Origin(int(self.here.host.rpartition(":")[2]), self.here.clock)
        return Person(mirror, name, "nobody's")

    def cotweet(self, *co_authors: Person, primary: Person | None = None, **core: Any) -> CoTweet:
        """A post by alice (or ``primary``) with bob (or ``co_authors``); nothing is served yet."""
        author = primary or self.alice
        others = co_authors or (self.bob,)
        now = self.here.clock()
        members = {
            "id": f"{author.origin.base}/notes/{next(SERIAL)}",
            "type": "Note",
            "to": [PUBLIC],
            "cc": [author.followers, *(p.followers for p in others), *(p.id for p in others)],
            "content": CONTENT,
            "tag": [
                {"type": "Mention", "href": person.id, "name": f"@{person.handle}"}
                for person in others
            ],
            "published": format_time(now),
        } | core
        kept = {name: value for name, value in members.items() if value is not None}
        return CoTweet(author, others, kept)

    async def follow(self, *people: Person, account: str = "dave") -> None:
        """Somebody here follows people elsewhere, who accept."""
        for person in people:
            await self.here.api(
                "POST", "/api/v1/control/follow", {"handle": person.handle}, account=account
            )
            await self.here.settle()
            asked = person.origin.received_of("Follow")[-1]
            reply = await person.send(self.here.inbox, person.activity("Accept", asked))
            assert reply.status == 202, reply
        await self.here.settle()

    async def deliver(self, sender: Person, activity: Mapping[str, Any] | bytes) -> Reply:
        """Send to the shared inbox, and let our server do all that follows from it."""
        reply = await sender.send(self.here.inbox, activity)
        await self.here.settle()
        return reply

    async def shown(self, uri: str) -> list[str] | None:
        """Who stands over a post here, None for no such post. On every surface the same."""
        post = await self.here.post(uri)
        if post is None or post.state != "published":
            return None
        if post.visibility not in ("public", "unlisted"):
            [shown] = await self.here.read(
                lambda tx: reading.post_views(tx, self.here.server.runtime.env, [post])
            )
            return [author.uri for author in shown.authors]
        view = await self.here.api("GET", f"/api/v1/control/posts/{post.id}")
        found = names(view["authors"])
        await self._agrees(uri, post.id, found)
        return found

    async def _agrees(self, uri: str, post_id: int, authors: Sequence[str]) -> None:
        """Profiles and home timelines name the same authors, and nobody else has the post."""
        now = self.here.clock()

        def look(tx: Tx) -> tuple[list[str], list[str]]:
            claimed = [row.actor_uri for row in post_queries.authors_of(tx, [post_id])[post_id]]
            on_profile = [
                actor.uri
                for actor in actors.actors_by_uri(tx, claimed).values()
                if any(
                    view.uri == uri
                    for view in reading.profile(tx, self.here.server.runtime.env, actor).page.posts
                )
            ]
            return claimed, on_profile

        _, on_profile = await self.here.read(look)
        wrong = set(on_profile) - set(authors)
        assert not wrong, f"on the profile of {wrong} at {now}, who are not shown as authors"
        page = await self.here.api("GET", "/api/v1/control/timeline")
        for view in page["posts"]:
            if view["uri"] == uri:
                assert names(view["authors"]) == list(authors), "the timeline says something else"

    async def timeline(self, account: str = "dave") -> list[str]:
        """The posts in somebody's home timeline."""
        page = await self.here.api("GET", "/api/v1/control/timeline", account=account)
        return [str(view["uri"]) for view in page["posts"]]

    async def told(self, account: str) -> list[str]:
        """What somebody here was notified of."""
        found = await self.here.api("GET", "/api/v1/control/notifications", account=account)
        return [str(item["kind"]) for item in found["notifications"]]

    async def invite(self, account: str = "bob") -> dict[str, Any] | None:
        """The newest invitation of somebody here."""
        found = await self.here.api("GET", "/api/v1/cotweets/invites", account=account)
        return dict(found["invites"][0]) if found["invites"] else None
