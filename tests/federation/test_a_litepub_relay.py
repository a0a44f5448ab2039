"""A relay of LitePub's kind to the letter of ActivityRelay, which Pleroma's people use.

``TheRelay`` does what its processors do, as they were read: who may follow it, the words of its
Accept and its Follow, to whom its Announce is addressed, and what it passes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from activitypub.vocab.terms import AS2, PUBLIC
from tests.federation.cast import Cast
from tests.federation.origins import SERIAL, Person
from tests.federation.test_relays import POSTS, RELAYS, note_of, publish, states

Doc = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RelayActor(Person):
    """The one actor of such a relay."""

    @property
    def id(self) -> str:
        """Its fixed address."""
        return f"{self.origin.base}/actor"

    @property
    def inbox(self) -> str:
        """One for everything."""
        return f"{self.origin.base}/inbox"

    @property
    def followers(self) -> str:
        """Nobody can read it."""
        return f"{self.origin.base}/followers"

    def document(self, **members: Any) -> Doc:
        """Without any of the collections that other actors have."""
        found = Person.document(self, type="Application", preferredUsername="relay")
        kept = ("@context", "id", "type", "preferredUsername", "inbox", "followers", "publicKey")
        brief = {name: found[name] for name in kept}
        shared = {"endpoints": {"sharedInbox": self.inbox}, "name": "ActivityRelay"}
        return brief | {"following": f"{self.origin.base}/following"} | shared | members


@dataclass
class TheRelay:
    """``subscribed``: the actor and the Follow of who may use it."""

    cast: Cast
    actor: RelayActor
    subscribed: dict[str, str] = field(default_factory=dict)
    relayed: list[str] = field(default_factory=list)
    _read: int = 0

    def message(self, kind: str, thing: Any, to: str) -> Doc:
        """As it words them: no ``cc``, no ``published``, a single context."""
        number = f"{self.actor.origin.base}/activities/{next(SERIAL)}"
        me = self.actor.id
        return {
            "@context": AS2,
            "id": number,
            "type": kind,
            "to": [to],
            "actor": me,
            "object": thing,
        }

    async def work(self) -> None:
        """Everything that came in meanwhile, and what it makes of it."""
        letters = self.actor.origin.received
        while self._read < len(letters):
            self._read += 1
            await self._process(letters[self._read - 1])
        await self.cast.here.settle()

    async def _process(self, message: Doc) -> None:
        sender, kind = message["actor"], message["type"]
        if kind != "Follow" and sender not in self.subscribed:
            raise AssertionError(f"401: {sender} does not follow this relay")
        thing = message["object"]
        about = thing if isinstance(thing, str) else thing["id"]
        match kind:
            case "Follow":
                await self._followed(message, sender)
            case "Announce" | "Create":
                if about not in self.relayed:
                    self.relayed.append(about)
                    await self.announce(about)
            case "Undo" if thing["type"] == "Follow" and self.subscribed[sender] == about:
                del self.subscribed[sender]

    async def _followed(self, message: Doc, sender: str) -> None:
        assert message["object"] == self.actor.id
        actor = (await self.actor.get(sender)).json
        assert actor["type"] == "Application", "people may not use it"
        _, found = await self.cast.here.get("/nodeinfo/2.0")
        assert '"name":"fedi-cotweet"' in found.replace(" ", "")
        self.subscribed[sender] = message["id"]
        follow = {"id": message["id"], "type": "Follow", "object": self.actor.id, "actor": sender}
        await self.send(self.message("Accept", follow, sender), actor)
        await self.send(self.message("Follow", sender, sender), actor)

    async def announce(self, uri: str) -> None:
        """To its followers, and not to everybody."""
        await self.send(self.message("Announce", uri, self.actor.followers))

    async def send(self, message: Doc, to: Doc | None = None) -> None:
        """To shared inboxes alone."""
        inbox = self.cast.here.inbox if to is None else to["endpoints"]["sharedInbox"]
        reply = await self.actor.send(inbox, message)
        assert reply.status == 202, (message["type"], reply)


async def test_it_works_as_pleromas_people_know_it(cast: Cast) -> None:
    actor = RelayActor(cast.m, "relay", "the relay's")
    actor.serve()
    relay = TheRelay(cast, actor)
    await cast.here.api("POST", RELAYS, {"address": actor.id})
    await cast.here.settle()
    await relay.work()
    assert await states(cast) == ["accepted"]
    assert list(relay.subscribed) == [f"{cast.here.base}/actor"]
    [accept] = cast.m.received_of("Accept")
    assert accept["object"]["actor"] == actor.id

    made = await publish(cast, "For everybody")
    await publish(cast, "For some", visibility="followers")
    await publish(cast, "Not for lists", visibility="unlisted")
    await relay.work()
    assert relay.relayed == [made["uri"]]

    far = note_of(cast.bob, cc=[cast.bob.followers])
    cast.b.serve(far)
    await relay.announce(far["id"])
    await cast.here.settle()
    post = await cast.here.post(far["id"])
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}")
    assert (view["boosts"], view["authors"][0]["uri"]) == (0, cast.bob.id)
    assert cast.b.times_asked(far["id"]) == 1

    # What changed and what is gone it passes on as it came, by the author's signature.
    changed = far | {"content": "<p>Now.</p>", "updated": "2026-11-20T09:30:00Z"}
    update = cast.bob.activity("Update", changed, to=[PUBLIC])
    await relay.send(cast.bob.ld_signed(update))
    await cast.here.settle()
    again = await cast.here.post(far["id"])
    assert again is not None
    assert again.content == "<p>Now.</p>"
    gone = {"id": far["id"], "type": "Tombstone"}
    await relay.send(cast.bob.ld_signed(cast.bob.activity("Delete", gone)))
    await cast.here.settle()
    assert await cast.shown(far["id"]) is None

    [held] = (await cast.here.api("GET", RELAYS))["relays"]
    await cast.here.api("DELETE", f"{RELAYS}/{held['id']}")
    await cast.here.settle()
    await relay.work()
    assert relay.subscribed == {}
