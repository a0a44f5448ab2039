"""What a case works with: the scene, the target, the driver, and ways to wait."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from activitypub.coauthorship.publication import build_announce
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON
from fedi_cotweet.conformance.cotweets import CoTweet, Received
from fedi_cotweet.conformance.drivers import Driver, Hands, Refusal
from fedi_cotweet.conformance.origins import Letter, Origin, Reply
from fedi_cotweet.conformance.outcomes import Failed, NotRun
from fedi_cotweet.conformance.people import SERIAL, Person
from fedi_cotweet.conformance.target import Target, find_target
from fedi_cotweet.conformance.unreachable import why_unreachable
from fedi_cotweet.conformance.waiting import Offset, Waits, Watched


@dataclass
class Kit(Watched):
    """The scene and the target. Every case has people of its own: servers remember."""

    target: Target
    hands: Hands
    time: Offset
    chosen: frozenset[str]
    """The cases of this run."""
    known: dict[str, Any] = field(default_factory=dict)
    """What several cases need and one of them has found out."""

    def somebody(self, origin: Origin, name: str, **document: Any) -> Person:
        """A new person; ``document`` changes their actor document, None takes a member out."""
        fresh = f"{name}-{origin.serial}{next(SERIAL)}"
        person = origin.people[fresh] = Person(origin, fresh, f"{name} of the kit")
        person.serve(**document)
        return person

    def new_alice(self) -> Person:
        """A primary author nobody knows yet."""
        return self.somebody(self.a, "alice")

    def new_bob(self) -> Person:
        """A co-author nobody knows yet."""
        return self.somebody(self.b, "bob")

    def new_carol(self) -> Person:
        """Another, on another server."""
        return self.somebody(self.c, "carol")

    def unaware(self) -> Person:
        """Somebody whose server knows no co-authors."""
        return self.somebody(self.u, "erin", interactionPolicy=None, generator=None)

    async def advance(self, seconds: float) -> None:
        """Let time pass, here and at the target. ``NotRun`` where its clock cannot be moved."""
        await self.hands.advance(seconds)
        self.time.ahead += int(seconds * 1000)
        await self.quiet()

    # Talking to the target.

    async def send(self, sender: Person, activity: Mapping[str, Any] | bytes) -> Reply:
        """Deliver to the target's own inbox."""
        try:
            return await sender.send(self.target.inbox, activity)
        except OSError as error:
            raise NotRun(
                f"{self.target.inbox} cannot be reached: {why_unreachable(error)}"
            ) from error

    async def deliver(self, sender: Person, activity: Mapping[str, Any] | bytes) -> None:
        """Deliver something right. Raises ``Failed`` if it is not taken."""
        reply = await self.send(sender, activity)
        if not 200 <= reply.status < 300:
            raise Failed(f"the inbox answered {reply.status} to a valid activity: {reply.body!r}")

    async def look(self, url: str, *, by: Person | None = None) -> Reply:
        """GET a URL of the target's, signed by somebody or not at all."""
        if by is not None:
            return await by.get(url)
        return await self.a.request("GET", url, {"Accept": ACTIVITY_JSON}, None)

    async def read(self, url: str) -> dict[str, Any]:
        """The object at a URL of the target's, which everybody may read."""
        reply = await self.look(url)
        if reply.status != 200:
            raise Failed(f"{url} answers {reply.status}, not 200")
        found = reply.json
        if not isinstance(found, dict):
            raise Failed(f"{url} is not a JSON object")
        return found

    async def gone(self, url: str) -> bool:
        """Whether a URL of the target's answers 404 or 410."""
        return (await self.look(url)).status in (404, 410)

    def letter(
        self, person: Person, kind: str, of: Callable[[Mapping[str, Any]], bool] | None = None
    ) -> Letter | None:
        """The newest activity of a type that came to somebody, or to their server."""
        inboxes = (person.inbox, f"{person.origin.base}/inbox")
        for letter in reversed(person.origin.letters):
            right_place = f"{person.origin.base}{letter.path}" in inboxes
            if right_place and letter.activity["type"] == kind and (not of or of(letter.activity)):
                return letter
        return None

    # What happens again and again.

    async def shown(self, thing: str) -> list[str]:
        """The authors of an object as the target shows them; none where it is not there."""
        return await self.hands.authors(thing) or []

    def with_target(self, alice: Person | None = None, **core: Any) -> CoTweet:
        """A draft by somebody of the kit with the target as co-author."""
        return self.cotweet(self.target, primary=alice or self.new_alice(), **core)

    async def invited(self, post: CoTweet, **members: Any) -> dict[str, Any]:
        """Invite the target and see that its user is told; the Offer."""
        offer = post.offer(self.target, **members)
        await self.deliver(post.primary, offer)
        await self.until_async("a valid invitation is shown to the user", self._waits_for(offer))
        return offer

    def _waits_for(self, offer: Mapping[str, Any]) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            return offer["id"] in await self.hands.invitations()

        return look

    async def is_invited(self, offer: Mapping[str, Any]) -> bool:
        """Whether an Offer waits for the user's answer."""
        return await self._waits_for(offer)()

    async def accepted(self, post: CoTweet) -> dict[str, Any]:
        """Invite the target, whose user agrees; the Accept. Its stamp is put on the post."""
        offer = await self.invited(post)
        return await self.agreed(post, offer)

    async def agreed(self, post: CoTweet, offer: Mapping[str, Any]) -> dict[str, Any]:
        """The target's user agrees; the Accept. Its stamp is put on the post."""
        await self.hands.accept(str(offer["id"]))
        letter = await self.until(
            "an Accept arrives", lambda: self.letter(post.primary, "Accept", answers(offer))
        )
        result = letter.activity.get("result")
        if not isinstance(result, str):
            raise Failed(f"the Accept's result is {result!r}, not the id of a stamp")
        post.stamps[self.target.id] = result
        return letter.activity

    async def published(self, post: CoTweet | None = None) -> CoTweet:
        """A post by somebody of the kit and the target, agreed to, published and delivered."""
        made = post or self.with_target()
        await self.accepted(made)
        made.publish()
        await self.deliver(made.primary, made.primary.proven(made.create()))
        await self.until_async("the published post is shown with both authors", self._both(made))
        return made

    def _both(self, post: CoTweet) -> Callable[[], Awaitable[bool]]:
        async def look() -> bool:
            return await self.shown(post.id) == post.authors

        return look

    async def until_shown(self, post: CoTweet, *authors: str) -> None:
        """Wait until exactly these authors are shown."""

        async def look() -> bool:
            return await self.shown(post.id) == list(authors)

        what = f"{post.id} is shown as by {' and '.join(authors)}"
        await self.until_async(what, look)
        # A verdict may still be on its way.
        await self.quiet()
        await self.until_async(f"{what} still", look)

    def later(self, seconds: float = 2.0) -> str:
        """A time a little after now, for ``updated``."""
        return format_time(self.clock() + int(seconds * 1000))

    async def arrived(self, *people: Person, text: str = "") -> list[Received]:
        """The target's user invites people of the kit; what came to each."""
        said = text or f"Words of the kit, number {self.a.serial}{next(SERIAL)}."
        await self.hands.invite([f"@{person.handle}" for person in people], said)
        found = []
        for person in people:
            letter = await self.until("an Offer arrives", partial(self.letter, person, "Offer"))
            found.append(Received(letter.activity, person))
        return found

    async def answer(self, got: Received, **members: Any) -> str:
        """Somebody of the kit agrees, with a right stamp; its URL."""
        url = got.person.origin.serve(got.stamp(**members))
        await self.deliver(got.person, got.accept(url))
        return url

    async def until_published(self, *everyone: Received) -> dict[str, Any]:
        """Wait until the target published what everybody agreed to; the object as it is read."""
        got = everyone[0]
        await self.until(
            "the target publishes after everybody agreed",
            lambda: self.letter(got.person, "Create", about(got.object_id)),
        )
        return await self.read(got.object_id)

    async def is_published(self, got: Received) -> bool:
        """Whether a draft of the target's can be read by a stranger."""
        return (await self.look(got.object_id)).status == 200

    async def followed_by(self, person: Person) -> Person:
        """Somebody follows the target and is accepted. ``NotRun`` where that does not happen."""
        follow = person.activity("Follow", self.target.id, to=[self.target.id])
        await self.send(person, follow)
        try:
            await self.until("the Follow is accepted", lambda: self.letter(person, "Accept"))
        except Failed as late:
            raise NotRun(f"it has to accept followers by itself: {late}") from late
        return person

    def announce(self, post: CoTweet, by: Person) -> dict[str, Any]:
        """The Announce of a co-author."""
        return build_announce(
            id=by.mint("announces"),
            actor=by.id,
            followers=by.followers,
            primary=post.primary.id,
            object_id=post.id,
            visibility="public",
            published_at=self.clock(),
        )

    async def refused_or_silent(self, post: CoTweet, offer: Mapping[str, Any], why: str) -> None:
        """The user tries to accept, and no Accept leaves the server."""
        try:
            await self.hands.accept(str(offer["id"]))
        except Refusal:
            return
        await self.watch(lambda: self.letter(post.primary, "Accept", answers(offer)), why)


def about(object_id: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an activity's object is this one, embedded or by its id."""

    def check(activity: Mapping[str, Any]) -> bool:
        thing = activity.get("object")
        return (thing.get("id") if isinstance(thing, Mapping) else thing) == object_id

    return check


def answers(offer: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether an activity is about this Offer."""
    return about(str(offer["id"]))


@asynccontextmanager
async def open_kit(
    url: str,
    driver: Driver,
    origins: Sequence[Origin],
    time: Offset,
    waits: Waits,
    chosen: frozenset[str],
) -> AsyncIterator[Kit]:
    """The kit's five servers, and the target read. Raises ``TargetError``, ``OSError``."""
    async with AsyncExitStack() as stack:
        a, b, c, m, u = [await stack.enter_async_context(origin) for origin in origins]
        target = await find_target(url, a.person("alice"))
        yield Kit(a, b, c, m, u, waits, target, Hands(driver), time, chosen)
