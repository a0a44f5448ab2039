"""One co-tweet of the matrix, and what alice and its co-authors do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.conformance.cotweets import Received
from storage.queries import posts
from tests.matrix.stage import Person, Stage, a_moment, handles

COTWEETS = "/api/v1/cotweets"
CONTROL = "/api/v1/control"


@dataclass
class Play:
    """``cast`` are the co-authors in order; the last one is ``odd``: it happens to them."""

    stage: Stage
    cast: tuple[Person, ...]
    number: int
    uri: str = ""
    post_id: str = ""
    seen: dict[str, int] = field(default_factory=dict)
    """How many letters of each kind a person of another server has looked at."""

    @property
    def odd(self) -> Person:
        """Whoever does something else than the others."""
        return self.cast[-1]

    @property
    def rest(self) -> tuple[Person, ...]:
        """The others."""
        return self.cast[:-1]

    @property
    def word(self) -> str:
        """What only this co-tweet says."""
        return f"matrix{self.number}"

    async def alice(self, method: str, path: str, document: Any = None) -> Any:
        """alice does something with her co-tweet."""
        return await self.stage.api("a/alice", method, f"{COTWEETS}/{self.post_id}{path}", document)

    async def invite(self) -> None:
        """alice invites everybody, and the invitations arrive."""
        made = await self.stage.api(
            "a/alice",
            "POST",
            COTWEETS,
            {
                "text": f"{self.word} first",
                "with": handles(self.cast),
                "by_message": any(person.by_message for person in self.cast),
            },
        )
        self.post_id, self.uri = made["post"]["id"], made["post"]["uri"]
        await self.stage.settle()

    async def invitation(self, person: Person) -> dict[str, Any]:
        """The newest invitation of somebody on a server of ours, for this co-tweet."""
        found = await self.stage.api(person.where, "GET", f"{COTWEETS}/invites")
        mine = [
            invite
            for invite in found["invites"]
            if re.search(rf"\b{self.word}\b", invite["text"]) and invite["state"] == "offered"
        ]
        newest: dict[str, Any] = max(mine, key=lambda invite: int(invite["id"]))
        return newest

    async def accept(self, *people: Person) -> None:
        """People agree to what they are shown, and what follows from it happens."""
        for person in people:
            if person.by_message:
                await self.answer(person, "accept")
            elif person.actor is not None:
                await self._accept_elsewhere(person)
            else:
                invite = await self.invitation(person)
                path = f"{COTWEETS}/invites/{invite['id']}/accept"
                await self.stage.api(person.where, "POST", path, {"digest": invite["digest"]})
        await self.stage.pass_time(a_moment())

    async def decline(self, person: Person) -> None:
        """Somebody says no."""
        if person.by_message:
            await self.answer(person, "decline")
        else:
            invite = await self.invitation(person)
            path = f"{COTWEETS}/invites/{invite['id']}/decline"
            await self.stage.api(person.where, "POST", path, {"reason": "no"})
        await self.stage.settle()

    async def leave(self, person: Person) -> None:
        """Somebody takes their name off."""
        if person.by_message:
            await self.answer(person, "leave")
        else:
            path = f"{COTWEETS}/0/leave"
            await self.stage.api(person.where, "POST", path, {"uri": self.uri})
        await self.stage.pass_time(a_moment())

    async def answer(self, person: Person, words: str) -> None:
        """Somebody answers the newest message that they got, in their own app."""
        actor = person.actor
        assert actor is not None
        alice = self.stage.person("a/alice")
        messages = [
            create["object"]
            for create in actor.origin.received_of("Create")
            if create["object"]["to"] == [actor.id]
        ]
        mention = f'<a href="{alice.uri}" class="u-url mention">@<span>alice</span></a>'
        note = {
            "id": actor.mint("statuses"),
            "type": "Note",
            "attributedTo": actor.id,
            "inReplyTo": messages[-1]["id"],
            "to": [alice.uri],
            "content": f"<p>{mention} {words}</p>",
            "tag": [{"type": "Mention", "href": alice.uri, "name": f"@{alice.handle}"}],
        }
        await self.send(actor, actor.activity("Create", note, to=[alice.uri]))

    async def send(self, actor: Any, activity: Any) -> None:
        """Somebody of another server sends something to everybody here."""
        for place in self.stage.world.places.values():
            inbox = place.env.addresses.shared_inbox
            if activity["to"] == [PUBLIC] or inbox.startswith(self.stage.alice_base):
                reply = await actor.send(inbox, activity)
                assert reply.status == 202, reply
        await self.stage.settle()

    async def _accept_elsewhere(self, person: Person) -> None:
        actor = person.actor
        assert actor is not None
        got = Received(actor.origin.received_of("Offer")[-1], actor)
        await self.send(actor, got.accept(actor.origin.serve(got.stamp())))

    async def publish(self) -> None:
        """Everybody agrees, and it is published."""
        await self.invite()
        await self.accept(*self.cast)

    async def at_home_of(self, person: Person) -> int:
        """The id of the post on a co-author's own server."""
        home = self.stage.world.places[person.place]
        post = await home.read(lambda tx: posts.post_by_uri(tx, self.uri))
        assert post is not None
        return post.id
