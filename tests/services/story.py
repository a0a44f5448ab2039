"""One story of use cases, without network, on whatever store it is given.

Here live alice, bob, carol and dave; remote zoe writes from ``z.example``. The clock, the ids and
the tokens are the same each time, so two stores hold the same rows afterwards.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import orjson

from activitypub.coauthorship.verification import CoAuthorState, CoAuthorVerdict
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.domain.ids import IdSequence
from fedi_cotweet.domain.limits import DAY, SECOND
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.federation.arrivals import read_arrival
from fedi_cotweet.services import (
    answers,
    arrivals,
    author_views,
    drafts,
    follows,
    invitations,
    leaving,
    notifications,
    reading,
    verification,
)
from fedi_cotweet.services.arrivals import Arrival
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import InviteView, PostView
from fedi_cotweet.services.words import Words
from fedi_cotweet.settings import Settings
from storage.engine import Store, Tx
from storage.models import Actor, Offer, Post
from storage.queries import actors, consents
from storage.queries import posts as post_queries
from tests.sites import BASE, HOST, Clock, People, World

T = TypeVar("T")

ZOE = "https://z.example/users/zoe"
NAMES = ("alice", "bob", "carol", "dave")


@dataclass
class Story:
    """The use cases, called by people's names."""

    world: World
    ids: dict[str, int] = field(default_factory=dict)

    @property
    def env(self) -> Env:
        """What all use cases get."""
        return self.world.site.env

    @property
    def clock(self) -> Clock:
        """Stands still unless moved."""
        return self.world.clock

    async def do(self, use_case: Callable[[Tx], T]) -> T:
        """One transaction; a second passes first."""
        self.clock.now += SECOND
        return await self.world.site.write(use_case)

    async def look(self, view: Callable[[Tx], T]) -> T:
        """What somebody sees."""
        return await self.world.site.read(view)

    async def person(self, name: str) -> Actor:
        """One of the cast."""
        found = await self.look(lambda tx: actors.actor(tx, self.ids[name]))
        assert found is not None
        return found

    async def people_move_in(self) -> None:
        """Four accounts, two days old."""
        for name in NAMES:
            self.ids[name] = await self.world.account(name, name=name.title())
        self.clock.now += 2 * DAY

    async def follow(self, follower: str, followed: str) -> str:
        """Between two people of this server; the state at last."""
        me, other = await self.person(follower), await self.person(followed)
        assert await self.do(lambda tx: follows.follow(tx, self.env, me.id, other)) == "accepted"
        return await self.do(lambda tx: follows.follow(tx, self.env, me.id, other))

    async def draft(self, author: str, *co_authors: str, text: str, **more: Any) -> int:
        """A co-tweet, offered."""
        people = [await self.person(name) for name in co_authors]
        words = Words(compose(text, {}, BASE), summary="Tea", language="en")
        return await self.do(
            lambda tx: drafts.create_draft(tx, self.env, self.ids[author], words, people, **more)
        )

    async def offers(self, post_id: int) -> list[Offer]:
        """What was sent for a post, oldest first."""
        return await self.look(
            lambda tx: consents.offers_for_object(tx, self.env.addresses.note(post_id), "sent")
        )

    async def invite(self, name: str) -> InviteView:
        """The newest invitation of somebody."""
        return (await self.look(lambda tx: author_views.invitations(tx, self.env, self.ids[name])))[
            0
        ]

    async def accept(self, name: str, digest: str | None = None) -> str:
        """Say yes to the newest invitation; the stamp."""
        shown = await self.invite(name)
        return await self.do(
            lambda tx: invitations.accept(
                tx, self.env, self.ids[name], int(shown.id), digest or shown.digest
            )
        )

    async def stamp_arrives(self, post_id: int, name: str) -> str:
        """The Accept reached the primary author, and the stamp was fetched and found good."""
        target = await self.person(name)

        def transaction(tx: Tx) -> str:
            uri = self.env.addresses.note(post_id)
            [offer] = (
                row
                for row in consents.offers_for_object(tx, uri, "sent")
                if row.target_id == target.id
            )
            stamp = consents.stamp_for_offer(tx, offer.uri)
            assert stamp is not None
            came = answers.receive_acceptance(tx, self.env, offer.uri, target, stamp.uri)
            assert came == "verifying"
            return answers.stamp_verified(
                tx, self.env, offer.id, stamp.uri, stamp.document, self.env.now()
            )

        return await self.do(transaction)

    async def verify(self, post_id: int) -> None:
        """Every stamp of a published post is found good once more."""
        subject = await self.look(lambda tx: verification.to_verify(tx, post_id))
        assert subject is not None
        verdicts = [
            CoAuthorVerdict(
                actor=before.actor,
                state=CoAuthorState.VERIFIED,
                object_id=before.object_id,
                stamp_uri=before.stamp_uri,
                digest=before.digest,
                consented_authors=before.consented_authors,
                fetched_at=self.clock.now,
            )
            for before in subject.previous.values()
        ]
        await self.do(
            lambda tx: verification.apply_verdicts(
                tx, self.env, post_id, subject.post, verdicts, {}
            )
        )

    async def publish_together(self, *co_authors: str, text: str) -> int:
        """A post by alice with others, from the draft to the verified publication."""
        post_id = await self.draft("alice", *co_authors, text=text)
        assert set(await self.world.deliver_offers(post_id)) == {"invited"}
        for name in co_authors:
            await self.accept(name)
            assert await self.stamp_arrives(post_id, name) == "accepted"
        await self.verify(post_id)
        return post_id

    async def leave(self, post_id: int, name: str) -> str:
        """A co-author leaves, and the primary author's server hears of it; the stamp."""
        uri = self.env.addresses.note(post_id)
        person = await self.person(name)
        stamp = await self.do(lambda tx: leaving.leave(tx, self.env, person.id, uri))
        heard = await self.do(
            lambda tx: leaving.receive_stamp_deletion(tx, self.env, stamp, person, "{}")
        )
        assert heard == "revoked"
        return stamp

    async def stored(self, post_id: int) -> Post:
        """The row of a post."""
        found = await self.look(lambda tx: post_queries.post(tx, post_id))
        assert found is not None
        return found

    async def home(self, name: str, before: int | None = None, limit: int = 20) -> list[PostView]:
        """Somebody's home timeline."""
        window = Window(limit, before=before)
        page = await self.look(
            lambda tx: reading.home_page(tx, self.env, self.ids[name], window=window)
        )
        return list(page.posts)

    async def profile(self, name: str) -> list[str]:
        """The posts on somebody's page; their number is right."""
        person = await self.person(name)
        view = await self.look(lambda tx: reading.profile(tx, self.env, person))
        assert view.posts_count == len(view.page.posts)
        return [post.text for post in view.page.posts]

    async def told(self, name: str) -> list[str]:
        """What somebody heard of, newest first."""
        found = await self.look(
            lambda tx: notifications.notifications(tx, self.env, self.ids[name])
        )
        return [item.kind for item in found]

    async def zoe_is_met(self) -> None:
        """A remote actor is fetched."""
        values: dict[str, Any] = {
            "id": self.env.new_id(),
            "uri": ZOE,
            "kind": "Person",
            "username": "Zoe",
            "host": "z.example",
            "local": False,
            "url": ZOE,
            "inbox": f"{ZOE}/inbox",
            "can_co_author": None,
            "created_at": self.clock.now,
            "fetched_at": self.clock.now,
        }
        self.ids["zoe"] = await self.do(
            lambda tx: actors.save_actor(tx, values, [(f"{ZOE}#key", "rsa", "PEM")], self.clock.now)
        )

    async def arrives(self, document: Mapping[str, Any], *, update: bool = False) -> str:
        """A note of zoe's comes in."""
        arrival = read_arrival(document, await self.person("zoe"))
        assert isinstance(arrival, Arrival)
        _, outcome = await self.do(
            lambda tx: arrivals.store_arrival(tx, self.env, arrival, update=update)
        )
        return outcome

    def note(self, number: int, **members: Any) -> dict[str, Any]:
        """A note of zoe's, with a picture and a co-author whom nobody has verified."""
        return {
            "id": f"https://z.example/notes/{number}",
            "type": "Note",
            "attributedTo": ZOE,
            "to": [PUBLIC],
            "content": "<p>From afar.</p>",
            "sensitive": True,
            "published": format_time(self.clock.now),
            "attachment": [
                {"type": "Image", "url": "https://z.example/1.png", "mediaType": "image/png"}
            ],
        } | members


def names(post: PostView) -> list[str]:
    """Who stands over a post."""
    return [author.handle.removesuffix(f"@{HOST}") for author in post.authors]


def begin(store: Store, folder: Path) -> Story:
    """A site on this store, with nobody in it."""
    numbers = itertools.count(1)
    clock = Clock()
    env = Env(
        Addresses(BASE),
        clock=clock,
        token=lambda: f"token-{next(numbers):016}",
        _ids=IdSequence(0),
    )

    async def nobody(_name: str) -> Any:
        raise AssertionError("the story needs no network")

    settings = Settings(data=folder, development=True, base_url=BASE)
    site = Site(settings, env, store, nobody, nobody, lambda _queues: None)
    return Story(World(site, clock, People(), []))


def document_of(post: Post) -> dict[str, Any]:
    """The stored core of a post."""
    found: dict[str, Any] = orjson.loads(post.document)
    return found
