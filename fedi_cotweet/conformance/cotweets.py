"""Co-authored posts of people of the kit, as FEP-af48 wants them or with a part changed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from activitypub.coauthorship.authors import full_rendition, single_author_rendition
from activitypub.coauthorship.offers import build_offer
from activitypub.coauthorship.projection import consent_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC, note_context
from fedi_cotweet.conformance.origins import Clock, Origin
from fedi_cotweet.conformance.people import SERIAL, Person

DAY: Final = 24 * 60 * 60 * 1000
CONTENT: Final = "<p>We wrote this together.</p>"


class Named(Protocol):
    """Anybody who can stand in an author list: of the kit, or of the server under test."""

    @property
    def id(self) -> str:
        """The actor's identifier."""

    @property
    def handle(self) -> str:
        """The handle, without the first @."""

    @property
    def followers(self) -> str:
        """The followers collection."""


def addressing(primary: Named, others: Sequence[Named]) -> dict[str, Any]:
    """``to``, ``cc`` and ``tag`` of a public post: everybody's followers, every co-author named."""
    mentions = [
        {"type": "Mention", "href": person.id, "name": f"@{person.handle}"} for person in others
    ]
    return {
        "to": [PUBLIC],
        "cc": [primary.followers, *(p.followers for p in others), *(p.id for p in others)],
        "tag": mentions,
    }


def stamp_id(person: Named) -> str:
    """A stamp's identifier: 128 bits that nobody can guess."""
    return f"{person.id}/coauthor/{secrets.token_urlsafe(16)}"


@dataclass
class CoTweet:
    """A post of a primary author of the kit, before or after publication.

    ``stamps`` are URLs by co-author. What ``note`` and ``create`` give can be broken by the caller.
    """

    primary: Person
    co_authors: Sequence[Named]
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

    @property
    def co_author(self) -> Named:
        """The first co-author."""
        return self.co_authors[0]

    @property
    def signing_co_author(self) -> Person:
        """The first co-author, whose server is the kit's. Raises ``TypeError`` for others."""
        if not isinstance(self.co_authors[0], Person):
            raise TypeError(f"{self.co_authors[0].id} does not live in the kit")
        return self.co_authors[0]

    def draft(self) -> dict[str, Any]:
        """The full rendition as it stands in an Offer."""
        core = {name: value for name, value in self.core.items() if name != "published"}
        return full_rendition(core, [("Person", author) for author in self.authors])

    def note(self, **members: Any) -> dict[str, Any]:
        """The published full rendition; ``members`` change it, None takes one out."""
        rendered = full_rendition(
            self.core, [("Person", author) for author in self.authors], self._listed()
        )
        return without_none({"@context": note_context(True)} | rendered | members)

    def plain(self) -> dict[str, Any]:
        """The single-author rendition."""
        rendered = single_author_rendition(
            self.core,
            [("Person", author) for author in self.authors],
            self._listed(),
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
                id=stamp_id(person),
                issuer=person.id,
                object_id=self.id,
                authors=self.authors,
                digest=self.digest,
                published_at=person.origin.clock(),
            )
        )
        return without_none(stamp | members)

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

    def offer(self, target: Named | str, /, **members: Any) -> dict[str, Any]:
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
        return without_none(offer | members)

    def deletion(self, person: Person, **members: Any) -> dict[str, Any]:
        """The Delete of a co-author's stamp, by which they leave; without proof."""
        stamp = self.stamps[person.id]
        return person.activity(
            "Delete",
            {"type": "CoAuthorAuthorization", "id": stamp},
            **{"id": f"{stamp}#delete"} | members,
        )

    def _listed(self) -> list[str]:
        return [self.stamps[uri] for uri in self.authors if uri in self.stamps]


def without_none(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without the members that are None."""
    return {name: value for name, value in document.items() if value is not None}


@dataclass
class Scene:
    """Four servers: ``a`` (alice's), ``b`` (bob's, with a neighbour), ``c`` (carol's), ``m``
    (mallory's)."""

    a: Origin
    b: Origin
    c: Origin
    m: Origin

    @property
    def clock(self) -> Clock:
        """Milliseconds since 1970, the same for all four."""
        return self.a.clock

    @property
    def alice(self) -> Person:
        """A primary author."""
        return self.a.person("alice")

    @property
    def bob(self) -> Person:
        """A co-author."""
        return self.b.person("bob")

    @property
    def carol(self) -> Person:
        """Another co-author."""
        return self.c.person("carol")

    @property
    def mallory(self) -> Person:
        """An enemy with a server."""
        return self.m.person("mallory")

    @property
    def neighbour(self) -> Person:
        """An enemy with an account on bob's server."""
        return self.b.person("mallory")

    def cotweet(self, *co_authors: Named, primary: Person | None = None, **core: Any) -> CoTweet:
        """A post by alice (or ``primary``) with bob (or ``co_authors``); nothing is served yet."""
        author = primary or self.alice
        others = co_authors or (self.bob,)
        members = {
            "id": f"{author.origin.base}/notes/{author.origin.serial}{next(SERIAL)}",
            "type": "Note",
            **addressing(author, others),
            "content": CONTENT,
            "published": format_time(self.clock()),
        } | core
        return CoTweet(author, others, without_none(members))


@dataclass(frozen=True, slots=True)
class Received:
    """An Offer that came to somebody of the kit, and the answers to it."""

    offer: Mapping[str, Any]
    person: Person

    @property
    def object_id(self) -> str:
        """What the Offer is about."""
        return str(self.offer["object"]["id"])

    @property
    def authors(self) -> list[str]:
        """The author list in it."""
        return [author["id"] for author in self.offer["object"]["attributedTo"]]

    def stamp(self, **members: Any) -> dict[str, Any]:
        """A stamp as it ought to be, or with ``members`` changed; None takes one out."""
        stamp = self.person.proven(
            build_stamp(
                id=stamp_id(self.person),
                issuer=self.person.id,
                object_id=self.object_id,
                authors=self.authors,
                digest=consent_digest(self.offer["object"], self.authors),
                published_at=self.person.origin.clock(),
            )
        )
        return without_none(stamp | members)

    def reference(self) -> dict[str, Any]:
        """The Offer as it stands in an answer."""
        named = {name: self.offer[name] for name in ("type", "id", "actor", "target")}
        return named | {"object": self.object_id}

    def accept(self, stamp: str, **members: Any) -> dict[str, Any]:
        """The Accept of an invitation."""
        return self.person.activity(
            "Accept",
            self.reference(),
            **{"result": stamp, "to": [self.offer["actor"]]} | members,
        )

    def reject(self, **members: Any) -> dict[str, Any]:
        """The Reject of an invitation."""
        return self.person.activity(
            "Reject", self.offer["id"], **{"to": [self.offer["actor"]]} | members
        )
