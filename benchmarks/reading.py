"""A server's worth of posts for its readers: who follows whom, what they wrote, boosted, liked.

The same for every run: chance comes from a fixed seed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, Final

from sqlalchemy import insert

from benchmarks.instance import add_stranger
from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import (
    Addressee,
    Boost,
    Follow,
    HomeEntry,
    Like,
    LinkCard,
    Media,
    Poll,
    Post,
    PostAuthor,
    PostCard,
)
from storage.models.base import Base

STRANGERS: Final = 480
HOSTS: Final = 48
FOLLOWS: Final = 150
"""Of each person of this server."""
EVERY_MS: Final = 5_000
"""Between two posts."""
_AT_ONCE: Final = 5_000
_TEXT: Final = (
    "the morning tea was cold again so we walked along the river and talked about bread trains "
    "old maps a garden nobody waters code that compiles at last and what to write together next"
)
_WORDS: Final = _TEXT.split()

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Author:
    actor_id: int
    uri: str
    host: str
    name: str
    local: bool


class Library:
    """Writes posts and everything around them, and puts them into home timelines."""

    def __init__(self, tx: Tx, env: Env, people: Mapping[str, int], posts: int) -> None:
        self._tx, self._env, self._posts = tx, env, posts
        self._chance = Random(4)
        self._now = time.time_ns() // 1_000_000
        base, host = env.addresses.base, env.addresses.host
        self._readers = list(people.values())
        self._authors = [
            _Author(actor_id, f"{base}/users/{name}", host, name, local=True)
            for name, actor_id in people.items()
        ]
        for number in range(STRANGERS):
            host = f"s{number % HOSTS}.example"
            name = f"writer{number}"
            uri = f"https://{host}/users/{name}"
            made = add_stranger(tx, env, uri, host, inbox=f"{uri}/inbox")
            self._authors.append(_Author(made, uri, host, name, local=False))
        self._following: dict[int, set[int]] = {}
        self._rows: dict[type[Base], list[Row]] = {}
        self._uris: list[str] = []
        self._reached: set[tuple[int, int]] = set()
        """(reader, post): who has what."""

    def write(self) -> None:
        """Everything."""
        self._follow()
        made = [self._post(number) for number in range(self._posts)]
        self._boost_and_like(made)
        first: list[type[Base]] = [Post, LinkCard]
        for model in [*first, *(one for one in self._rows if one not in first)]:
            rows = iter(self._rows.get(model, ()))
            while batch := list(islice(rows, _AT_ONCE)):
                self._tx.execute(insert(model), batch)

    def _add(self, model: type[Base], **row: Any) -> None:
        self._rows.setdefault(model, []).append(row)

    def _follow(self) -> None:
        for reader in self._readers:
            others = [one for one in self._authors if one.actor_id != reader]
            for one in self._chance.sample(others, FOLLOWS):
                self._following.setdefault(one.actor_id, set()).add(reader)
                made = self._env.new_id()
                self._add(
                    Follow,
                    id=made,
                    follower_id=reader,
                    followed_id=one.actor_id,
                    uri=f"{self._env.addresses.base}/follows/{made}",
                    state="accepted",
                    created_at=self._now,
                )

    def _post(self, number: int) -> tuple[int, _Author, bool]:
        chance = self._chance
        author = chance.choice(self._authors)
        at = self._now - (self._posts - number) * EVERY_MS
        made = id_at(at, number)
        uri = f"{author.uri}/statuses/{number}"
        seldom = chance.random()
        visibility = "followers" if seldom < 0.05 else "unlisted" if seldom < 0.2 else "public"
        co_authors = chance.sample(self._authors, 2) if chance.random() < 0.05 else []
        co_authors = [one for one in co_authors if one != author]
        asks = not co_authors and chance.random() < 0.02
        tags = list(self._tags())
        self._add(
            Post,
            id=made,
            sort_id=made,
            uri=uri,
            author_id=author.actor_id,
            local=author.local,
            state="published",
            kind="Question" if asks else "Note",
            visibility=visibility,
            content=self._text(tags),
            summary="A warning" if chance.random() < 0.1 else "",
            language=chance.choice(("en", "de", "ja")),
            in_reply_to_uri=self._parent(),
            url=uri,
            tags=tags,
            document="{}",
            co_authored=bool(co_authors),
            likes_total=None if author.local else chance.randrange(40),
            boosts_total=None if author.local else chance.randrange(10),
            counts_at=self._now,
            published_at=at,
            fetched_at=at,
        )
        self._uris.append(uri)
        for position, one in enumerate(co_authors):
            self._add(
                PostAuthor,
                post_id=made,
                actor_uri=one.uri,
                actor_id=one.actor_id,
                position=position,
                state="verified",
                stamp_uri=f"{one.uri}/stamps/{number}",
                fetched_at=self._now,
            )
        if visibility == "followers":
            self._add(Addressee, post_id=made, actor_id=author.actor_id, sort_id=made)
        self._hang_on(made, author, asks=asks, linked=visibility != "followers")
        brought = [author, *co_authors]
        readers: dict[int, int] = {}
        for one in reversed(brought):
            readers |= dict.fromkeys(self._following.get(one.actor_id, ()), one.actor_id)
        if visibility == "followers":
            readers = {r: v for r, v in readers.items() if v == author.actor_id}
        for reader, via in readers.items():
            self._enter(reader, made, made, via)
        return made, author, visibility != "followers"

    def _parent(self) -> str | None:
        if not self._uris or self._chance.random() >= 0.3:
            return None
        return self._chance.choice(self._uris[-200:])

    def _tags(self) -> Iterator[Row]:
        for one in self._chance.sample(self._authors, self._chance.choice((0, 0, 1, 2))):
            yield {"type": "Mention", "href": one.uri, "name": f"@{one.name}@{one.host}"}
        if self._chance.random() < 0.3:
            yield {"type": "Hashtag", "href": "https://s0.example/tags/bread", "name": "#Bread"}

    def _text(self, tags: Sequence[Row]) -> str:
        words = " ".join(self._chance.choices(_WORDS, k=self._chance.randrange(10, 70)))
        links = " ".join(
            f'<a href="{tag["href"]}" class="mention">{tag["name"]}</a>' for tag in tags
        )
        return f"<p>{links} {words}</p>"

    def _hang_on(self, post_id: int, author: _Author, *, asks: bool, linked: bool) -> None:
        chance = self._chance
        for position in range(chance.choice((1, 1, 2, 4)) if chance.random() < 0.25 else 0):
            made = self._env.new_id()
            self._add(
                Media,
                id=made,
                token=f"t{made}",
                account_id=author.actor_id if author.local else None,
                post_id=post_id,
                position=position,
                remote_url=None if author.local else f"https://{author.host}/media/{made}.jpg",
                state="stored",
                media_type="image/jpeg",
                digest=f"z{made}",
                size=200_000,
                width=1600,
                height=1200,
                alt="A table with two cups, seen from above",
                blurhash="UeKUpFxuo~R%0nW;WCnhF6RjaJt757oJodS$",
                created_at=self._now,
            )
        if asks:
            self._add(
                Poll,
                post_id=post_id,
                options=[{"name": "Tea", "votes": 3}, {"name": "Coffee", "votes": 1}],
                voters=4,
                ends_at=self._now + 86_400_000,
            )
        elif linked and chance.random() < 0.05:
            page = self._env.new_id()
            url = f"https://pages.example/{page}"
            self._add(
                LinkCard,
                id=page,
                url=url,
                state="shown",
                page=url,
                title="What the river was called",
                description="A page about names that nobody uses any more.",
                site="Pages",
                fetched_at=self._now,
                next_at=self._now + 86_400_000,
            )
            self._add(PostCard, post_id=post_id, card_id=page)

    def _boost_and_like(self, made: Sequence[tuple[int, _Author, bool]]) -> None:
        pairs = {
            (self._chance.randrange(len(made)), self._chance.choice(self._authors))
            for _ in range(len(made) // 5)
        }
        for number, (place, someone) in enumerate(sorted(pairs, key=lambda one: one[0])):
            post_id, author, shared = made[place]
            self._add(
                Like,
                id=self._env.new_id(),
                uri=f"{someone.uri}/likes/{number}",
                actor_id=someone.actor_id,
                post_id=post_id,
                created_at=self._now,
            )
            if not shared or someone == author:
                continue
            at = min((post_id >> 16) + 60_000, self._now)
            boost_id = id_at(at, number)
            self._add(
                Boost,
                id=boost_id,
                uri=f"{someone.uri}/boosts/{number}",
                actor_id=someone.actor_id,
                post_id=post_id,
                published_at=at,
            )
            for reader in self._following.get(someone.actor_id, ()):
                self._enter(reader, post_id, boost_id, someone.actor_id, someone.actor_id)

    def _enter(
        self, reader: int, post_id: int, place: int, via: int, booster: int | None = None
    ) -> None:
        if (reader, post_id) in self._reached:
            return
        self._reached.add((reader, post_id))
        self._add(
            HomeEntry,
            account_id=reader,
            post_id=post_id,
            sort_id=place,
            boosted_by_id=booster,
            via_id=via,
        )
