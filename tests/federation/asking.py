"""alice asks somebody by message whose server knows nothing of co-authors, and they answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from activitypub.html import to_text
from activitypub.vocab.terms import PUBLIC
from storage.engine import Tx
from storage.queries import actors, messages
from tests.federation.cast import Cast
from tests.federation.origins import Person

TEXT = "We baked this together."


@dataclass
class Asked:
    """A draft of alice (here) that names bob, whose server is unaware."""

    cast: Cast
    bob: Person
    draft: dict[str, Any]

    @property
    def alice(self) -> str:
        return self.cast.here.actor("alice")

    @property
    def uri(self) -> str:
        return str(self.draft["post"]["uri"])

    @property
    def id(self) -> str:
        return str(self.draft["post"]["id"])

    def messages(self) -> list[dict[str, Any]]:
        """The notes that came to bob, in order."""
        return [
            activity["object"]
            for activity in self.bob.origin.received_of("Create")
            if activity["object"]["to"] == [self.bob.id]
        ]

    def last(self) -> str:
        """What the newest one says."""
        return to_text(self.messages()[-1]["content"])

    def reply(
        self,
        content: str,
        *,
        to: dict[str, Any] | None = None,
        by: Person | None = None,
        public: bool = False,
        **members: Any,
    ) -> dict[str, Any]:
        """A note of bob's that answers a message (the newest)."""
        person = by or self.bob
        note = {
            "id": person.mint("statuses"),
            "type": "Note",
            "attributedTo": person.id,
            "inReplyTo": (to or self.messages()[-1])["id"],
            "to": [PUBLIC] if public else [self.alice],
            "cc": [self.alice] if public else [],
            "content": f'<p><a href="{self.alice}" class="u-url mention">@<span>alice</span></a>'
            f" {content}</p>",
            "tag": [{"type": "Mention", "href": self.alice, "name": "@alice"}],
            "published": "2026-11-20T10:00:00Z",
        }
        return note | members

    async def send(
        self, note: dict[str, Any], by: Person | None = None, kind: str = "Create"
    ) -> None:
        person = by or self.bob
        activity = person.activity(kind, note, to=note["to"])
        reply = await person.send(self.cast.here.actor("alice") + "/inbox", activity)
        assert reply.status == 202
        await self.cast.here.settle()

    async def say(self, content: str, **members: Any) -> dict[str, Any]:
        note = self.reply(content, **members)
        await self.send(note)
        return note

    async def state(self) -> str:
        """How far alice's server says bob's consent is."""

        def newest(tx: Tx) -> str:
            bob = actors.actor_by_uri(tx, self.bob.id)
            assert bob is not None
            return messages.offers_by_message(tx, self.uri, bob.id)[-1].state

        return await self.cast.here.read(newest)

    async def told(self) -> list[str]:
        """What alice was told."""
        found = await self.cast.here.api("GET", "/api/v1/control/notifications", account="alice")
        return [entry["text"] for entry in found["notifications"]]

    async def post(self) -> dict[str, Any]:
        found = await self.cast.here.api("GET", f"/api/v1/control/posts/{self.id}", account="dave")
        return dict(found)

    async def document(self) -> dict[str, Any]:
        return dict((await self.bob.get(self.uri)).json)


def unaware(person: Person, **members: Any) -> Person:
    """Their server publishes no policy: it knows nothing of co-authors."""
    person.serve(**({"interactionPolicy": None, "discoverable": True} | members))
    return person


async def ask(cast: Cast, **members: Any) -> Asked:
    """alice asks bob; ``members`` of the call besides."""
    return await ask_one(cast, cast.bob, **members)


async def ask_one(cast: Cast, person: Person, **members: Any) -> Asked:
    """alice asks somebody."""
    bob = unaware(person)
    wanted = {"text": TEXT, "with": [bob.handle], "by_message": True} | members
    draft = await cast.here.api("POST", "/api/v1/cotweets", wanted, account="alice")
    await cast.here.settle()
    return Asked(cast, bob, draft)
