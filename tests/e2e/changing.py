"""What people may do to a co-tweet of alice's that is published, besides leaving and deleting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fedi_cotweet.services import author_list, changes, proposals, trusting
from storage.engine import Tx
from storage.queries import posts
from storage.queries.changes import changes_of
from tests.e2e.one_cotweet import Invited, Run

Act = Callable[[], Awaitable[Any]]


@dataclass
class Changing:
    """The published co-tweet of a run. ``people`` are its authors and who may become one."""

    run: Run
    people: Sequence[Invited]

    def moves(self) -> dict[Act, float]:
        """Everything below, each with how often it happens."""
        dice = self.run.world.dice
        return {
            self.change: dice.choice((1, 2, 4)),
            self.cancel: dice.choice((0, 0.5)),
            self.publish_without: dice.choice((0, 0.5, 1)),
            self.remove: dice.choice((0, 0.3, 0.6)),
            self.add: dice.choice((0, 0.5, 1)),
            self.propose: dice.choice((0, 0.5)),
            self.take: dice.choice((0, 0.5)),
            self.trust: dice.choice((0, 0.2)),
        }

    async def change(self) -> None:
        """Alice edits the published post."""
        self.run.edits += 1
        env, words = self.run.alice_at.env, self.run.words()
        await self._alice(
            "alice changes it",
            lambda tx: changes.offer_change(tx, env, self.run.alice, self.run.post_id, words),
        )

    async def cancel(self) -> None:
        """Alice calls the change off."""
        env = self.run.alice_at.env
        await self._alice(
            "alice calls the change off",
            lambda tx: changes.cancel_change(tx, env, self.run.alice, self.run.post_id),
        )

    async def publish_without(self) -> None:
        """Alice publishes the change with those who agreed."""
        env = self.run.alice_at.env
        await self._alice(
            "alice publishes the change without the others",
            lambda tx: changes.publish_without(tx, env, self.run.alice, self.run.post_id),
        )

    async def remove(self) -> None:
        """Alice takes somebody off."""
        env, person = self.run.alice_at.env, self._somebody()
        actor = await self.run.alice_at.actor(person.uri)
        await self._alice(
            f"alice removes {person.name}",
            lambda tx: author_list.remove(tx, env, self.run.alice, self.run.post_id, actor),
        )

    async def add(self) -> None:
        """Alice asks for one more author, also somebody who said no before."""
        env, person = self.run.alice_at.env, self._somebody()
        actor = await self.run.alice_at.actor(person.uri)
        await self._alice(
            f"alice adds {person.name}",
            lambda tx: author_list.add(
                tx, env, self.run.alice, self.run.post_id, actor, again=True
            ),
        )

    async def propose(self) -> None:
        """A co-author proposes another text."""
        person = self._somebody()
        post = await person.place.read(lambda tx: posts.post_by_uri(tx, self.run.uri))
        if post is not None:
            self.run.edits += 1
            env, words = person.place.env, self.run.words()
            await self.run.attempt(
                f"{person.name} proposes",
                person.place,
                lambda tx: proposals.propose(tx, env, person.account_id, post.id, words),
            )

    async def take(self) -> None:
        """Alice takes over what was proposed."""
        found = await self.run.alice_at.read(lambda tx: changes_of(tx, self.run.uri))
        wishes = [change for change in found if change.state == "proposed"]
        if wishes:
            wish, env = self.run.world.dice.choice(wishes), self.run.alice_at.env
            await self._alice(
                "alice takes a proposal over",
                lambda tx: proposals.take(tx, env, self.run.alice, wish.id),
            )

    async def trust(self) -> None:
        """A co-author agrees in advance to what alice changes."""
        person = self._somebody()
        env, alice = person.place.env, await person.place.actor(self.run.alice_at.uri("alice"))
        await self.run.attempt(
            f"{person.name} trusts alice",
            person.place,
            lambda tx: trusting.trust(tx, env, person.account_id, alice),
        )

    async def distrust(self) -> None:
        """Nobody does any more."""
        for person in self.people:
            alice = await person.place.actor(self.run.alice_at.uri("alice"))
            account = person.account_id
            await person.place.write(
                lambda tx, a=account, who=alice: trusting.distrust(tx, a, who)  # type: ignore[misc]
            )

    def _somebody(self) -> Invited:
        return self.run.world.dice.choice(self.people)

    async def _alice(self, what: str, fn: Callable[[Tx], Any]) -> None:
        await self.run.attempt(what, self.run.alice_at, fn)
