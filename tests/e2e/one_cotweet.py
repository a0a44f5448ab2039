"""One co-tweet of alice's, and everything that people may do to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fedi_cotweet.domain.limits import OFFER_SHORTEST, SECOND
from fedi_cotweet.services import drafts, invitations, leaving, posts, publishing
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import Offer, Stamp
from storage.queries import consents
from tests.e2e.by_hand import World
from tests.e2e.places import Place, local_id


@dataclass
class Invited:
    """A co-author and where they live."""

    place: Place
    name: str
    uri: str
    account_id: int


@dataclass
class Run:
    """One co-tweet and what may be done to it."""

    world: World
    alice_at: Place
    alice: int
    co_authors: Sequence[Invited]
    post_id: int = 0
    edits: int = 0
    done: Counter[str] = field(default_factory=Counter)

    @property
    def uri(self) -> str:
        """The object's id."""
        return self.alice_at.env.addresses.note(self.post_id)

    def words(self) -> Words:
        """A new version."""
        text = f"Version {self.edits} of {self.world.dice.random()}"
        return Words(compose(text, {}, self.alice_at.env.addresses.base))

    async def invite(self, mode: str) -> None:
        """Alice makes the draft."""
        people = [await self.alice_at.actor(person.uri) for person in self.co_authors]
        env, words = self.alice_at.env, self.words()
        self.world.tell(f"alice invites {[person.uri for person in self.co_authors]}, {mode}")
        self.post_id = await self.alice_at.write(
            lambda tx: drafts.create_draft(
                tx, env, self.alice, words, people, expires_in=OFFER_SHORTEST, mode=mode
            )
        )

    def one_of_them(self, who: int | None) -> Invited:
        """A co-author by their place in the list, or any."""
        return self.world.dice.choice(self.co_authors) if who is None else self.co_authors[who]

    async def agreed(self) -> None:
        """Everybody accepts, and everything that follows is done."""
        await self.world.drain()
        for who in range(len(self.co_authors)):
            await self.accept(who)
        await self.world.drain()

    async def delete(self) -> None:
        """Alice deletes the published post."""
        env = self.alice_at.env
        await self.attempt(
            "alice deletes",
            self.alice_at,
            lambda tx: posts.delete_post(tx, env, self.alice, self.post_id),
        )

    async def attempt(self, what: str, place: Place, fn: Callable[[Tx], Any]) -> bool:
        """Do what a person wants, if it can be done just now."""
        try:
            await place.write(fn)
        except ServiceError as refusal:
            self.world.tell(f"{what}: {refusal.code}")
            return False
        self.world.tell(what)
        self.done[what] += 1
        return True

    async def edit(self) -> None:
        """Alice changes the draft."""
        self.edits += 1
        env, words = self.alice_at.env, self.words()
        await self.attempt(
            "alice edits",
            self.alice_at,
            lambda tx: drafts.edit_draft(tx, env, self.alice, self.post_id, words),
        )

    async def withdraw(self) -> None:
        """Alice takes back all invitations, or one."""
        env = self.alice_at.env
        person = self.world.dice.choice((None, *self.co_authors))
        whom = None if person is None else await self.alice_at.id_of(person.uri)
        await self.attempt(
            "alice withdraws",
            self.alice_at,
            lambda tx: drafts.withdraw(tx, env, self.alice, self.post_id, whom),
        )

    async def publish_anyway(self) -> None:
        """Alice publishes without those who have not agreed."""
        env = self.alice_at.env
        await self.attempt(
            "alice publishes without those who have not agreed",
            self.alice_at,
            lambda tx: publishing.publish_anyway(tx, env, self.alice, self.post_id),
        )

    async def discard(self) -> None:
        """Alice throws the draft away."""
        env = self.alice_at.env
        await self.attempt(
            "alice discards",
            self.alice_at,
            lambda tx: drafts.discard_draft(tx, env, self.alice, self.post_id),
        )

    async def accept(self, who: int | None = None) -> None:
        """A co-author agrees to what they were sent."""
        person = self.one_of_them(who)
        offers = [o for o in await self.received(person) if o.state == "offered"]
        if not offers:
            return
        offer, env = self.world.dice.choice(offers), person.place.env
        await self.attempt(
            f"{person.name} accepts",
            person.place,
            lambda tx: invitations.accept(tx, env, person.account_id, offer.id, offer.digest),
        )

    async def decline(self, who: int | None = None) -> None:
        """A co-author says no."""
        person = self.one_of_them(who)
        offers = [o for o in await self.received(person) if o.state == "offered"]
        if not offers:
            return
        offer, env = self.world.dice.choice(offers), person.place.env
        await self.attempt(
            f"{person.name} declines",
            person.place,
            lambda tx: invitations.decline(tx, env, person.account_id, offer.id, "no"),
        )

    async def leave(self, who: int | None = None) -> None:
        """A co-author takes their name off."""
        person = self.one_of_them(who)
        env = person.place.env
        await self.attempt(
            f"{person.name} leaves",
            person.place,
            lambda tx: leaving.leave(tx, env, person.account_id, self.uri),
        )

    async def expire(self) -> None:
        """The time for answers runs out."""
        self.world.tell("an hour passes")
        self.world.clock.advance(OFFER_SHORTEST + SECOND)
        await self.world.periodic()

    async def received(self, person: Invited) -> list[Offer]:
        """A co-author's copies of the invitations, oldest first."""

        def query(tx: Tx) -> list[Offer]:
            found = consents.offers_for_object(tx, self.uri, "received")
            return [offer for offer in found if offer.target_id == person.account_id]

        return await person.place.read(query)

    async def sent(self, person: Invited) -> list[Offer]:
        """Alice's copies of them."""
        whom = await self.alice_at.id_of(person.uri)

        def query(tx: Tx) -> list[Offer]:
            found = consents.offers_for_object(tx, self.uri, "sent")
            return [offer for offer in found if offer.target_id == whom]

        return await self.alice_at.read(query)

    async def live_stamps(self, person: Invited) -> list[Stamp]:
        """The stamps a co-author issued for it and did not delete."""
        return await person.place.read(
            lambda tx: consents.live_stamps(tx, self.uri, person.account_id)
        )


async def begin(world: World, people: Sequence[str], mode: str = "wait_all") -> Run:
    """Alice invites people, each given as ``place/name``; nothing is sent yet."""
    places = world.places
    invited = []
    for who in people:
        place, _, name = who.partition("/")
        home = places[place]
        invited.append(Invited(home, name, home.uri(name), await local_id(home, name)))
    run = Run(world, places["a"], await local_id(places["a"], "alice"), invited)
    await run.invite(mode)
    return run
