"""The people of the federation's tests, and what they write together.

On our server (``here``) live alice, bob, carol, dave and mallory. Servers of the tests are ``a``
(alice's), ``b`` (bob's, with a neighbour called mallory), ``c`` (carol's) and ``m`` (mallory's).
So ``cast.here`` can be the reader's, the primary author's or the co-author's server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fedi_cotweet.conformance.cotweets import CONTENT, CoTweet, Scene
from fedi_cotweet.services import post_views, reading
from fedi_cotweet.services.audiences import EVERYBODYS
from storage.engine import Tx
from storage.queries import actors, post_authors
from tests.federation.here import Here, names
from tests.federation.origins import Origin, Person, Reply

__all__ = ["CONTENT", "Cast", "CoTweet"]


@dataclass
class Cast(Scene):
    """Our server and four others, with their people.

    ``numbers``: what stands for a placeholder in a probe's path (``app_probes.NUMBERS``).
    """

    here: Here
    numbers: dict[str, str] = field(default_factory=dict)

    def local(self, name: str) -> Person:
        """Somebody of our server, for author lists of posts elsewhere. Cannot sign."""
        mirror = Origin(int(self.here.host.rpartition(":")[2]), self.here.clock)
        return Person(mirror, name, "nobody's")

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
        if post.visibility not in EVERYBODYS:
            [shown] = await self.here.read(
                lambda tx: post_views.post_views(tx, self.here.server.runtime.env, [post])
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
            claimed = [row.actor_uri for row in post_authors.authors_of(tx, [post_id])[post_id]]
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
