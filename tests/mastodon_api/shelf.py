"""Posts with everything that can hang on one, and writes of every kind to what they are made of."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Integer, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from fedi_cotweet.mastodon_api.entities import accounts, ready_statuses, statuses
from fedi_cotweet.mastodon_api.entities.statuses import Shown
from fedi_cotweet.services.env import Addresses, Env, Limits
from fedi_cotweet.services.post_views import Stale
from storage.engine import Tx
from storage.models import (
    Account,
    Actor,
    Bookmark,
    Boost,
    Credit,
    EmojiPicture,
    Follow,
    HostRule,
    Like,
    LinkCard,
    Media,
    Poll,
    PollVote,
    Post,
    PostAuthor,
    PostCard,
    Quote,
)
from storage.models.base import Base
from storage.queries import post_authors

NOW = 1_795_168_800_000
HOUR = 3_600_000
ALICE, BOB, CAROL, DAVE, ERIN = range(101, 106)
PLAIN, RICH, JOINT, ASKING, QUOTING, LINKING = (NOW + number << 16 for number in range(6))
VIEWERS = (None, ALICE, BOB)
HERE = "http://a.example"
AWAY = "https://b.example"


class Clock:
    """Moved by hand."""

    now = NOW

    def __call__(self) -> int:
        return self.now


def env_of(clock: Clock, octets: int | None = None) -> Env:
    """What one process has."""
    made = Env(Addresses(HERE), Limits(link_previews=True), clock)
    if octets is not None:
        made.ready.octets = octets
    return made


def uri(post_id: int) -> str:
    return f"{AWAY}/notes/{post_id}"


def who(actor_id: int) -> str:
    return f"{HERE if actor_id in (ALICE, BOB) else AWAY}/users/{actor_id}"


def fill(tx: Tx) -> None:
    """One of everything, at least."""
    for model, rows in _rows().items():
        for row in rows:
            tx.execute(insert(model), row)


def empty(tx: Tx) -> None:
    """Take it all away."""
    for table in reversed(Base.metadata.sorted_tables):
        if table in {model.__table__ for model in _rows()}:
            tx.execute(table.delete())


def _actor(actor_id: int, **columns: Any) -> dict[str, Any]:
    local = actor_id in (ALICE, BOB)
    return {
        "id": actor_id,
        "uri": who(actor_id),
        "kind": "Person",
        "username": f"user{actor_id}",
        "host": "a.example" if local else "b.example",
        "local": local,
        "name": f"Number :tea: {actor_id}",
        "summary": "<p>Hello</p>",
        "url": who(actor_id),
        "inbox": f"{who(actor_id)}/inbox",
        "fields": [["Site", '<a href="https://b.example">b</a>']],
        "created_at": NOW,
        "fetched_at": NOW,
        **columns,
    }


def _post(post_id: int, author_id: int, **columns: Any) -> dict[str, Any]:
    return {
        "id": post_id,
        "sort_id": post_id,
        "uri": uri(post_id),
        "author_id": author_id,
        "local": author_id in (ALICE, BOB),
        "state": "published",
        "visibility": "public",
        "content": "<p>Tea and :tea: bread</p>",
        "language": "en",
        "url": uri(post_id),
        "document": "{}",
        "published_at": NOW,
        "fetched_at": NOW,
        **columns,
    }


def _rows() -> dict[type[Base], list[dict[str, Any]]]:
    tea = {"type": "Emoji", "href": None, "name": ":tea:", "icon": f"{AWAY}/tea.png"}
    tags = [
        {"type": "Mention", "href": who(CAROL), "name": "@carol@b.example"},
        {"type": "Hashtag", "href": f"{AWAY}/tags/bread", "name": "#Bread"},
        {**tea, "digest": "zTea"},
    ]
    author = {"via": "stamp", "state": "verified", "digest": "z1", "fetched_at": NOW}
    return {
        Actor: [
            _actor(ALICE),
            _actor(BOB, emoji=[{"shortcode": "tea", "url": "/tea", "width": 1, "height": 1}]),
            _actor(CAROL, attribution_domains=["pages.example"]),
            _actor(DAVE, moved_to=who(ERIN)),
            _actor(ERIN, also_known_as=[who(DAVE)]),
        ],
        Account: [
            {
                "id": one,
                "username": f"user{one}",
                "rsa_private": "",
                "ed25519_private": "",
                "created_at": NOW,
            }
            for one in (ALICE, BOB)
        ],
        Post: [
            _post(PLAIN, BOB, edited_at=NOW + 1_000),
            _post(RICH, BOB, in_reply_to_uri=uri(PLAIN), tags=tags, summary="Careful"),
            _post(JOINT, CAROL, co_authored=True, tags=tags, likes_total=3, replies_total=2),
            _post(ASKING, BOB, kind="Question", visibility="local"),
            _post(QUOTING, ERIN, visibility="unlisted"),
            _post(LINKING, DAVE),
        ],
        PostAuthor: [
            {
                "post_id": JOINT,
                "actor_uri": who(one),
                "actor_id": one,
                "position": at,
                **author,
                "stamp_uri": f"{AWAY}/stamps/{one}",
            }
            for at, one in enumerate((BOB, ERIN))
        ],
        Media: [
            {
                "id": post_id + 1,
                "token": f"t{post_id}",
                "post_id": post_id,
                "state": "stored",
                "media_type": kind,
                "digest": f"z{post_id}",
                "remote_url": f"{AWAY}/{post_id}",
                "alt": "Cups",
                "width": 8,
                "height": 4,
                "focal_x": 0.5,
                "focal_y": 0.5,
                "duration": 1_500,
                "frame_rate": 25.0,
                "bit_rate": 9_000,
                "preview": "p",
                "created_at": NOW,
            }
            for post_id, kind in ((RICH, "image/png"), (JOINT, "video/mp4"))
        ],
        Credit: [
            {
                "post_id": RICH,
                "position": 0,
                "actor_uri": who(ERIN),
                "actor_id": ERIN,
                "name": "Erin",
                "digest": f"z{RICH}",
                "state": "verified",
                "fetched_at": NOW,
            }
        ],
        Poll: [
            {
                "post_id": ASKING,
                "options": [{"name": "Tea", "votes": 1}, {"name": "Coffee", "votes": 0}],
                "voters": 1,
                "ends_at": NOW + 30 * HOUR,
            }
        ],
        PollVote: [
            {
                "id": 1,
                "uri": f"{HERE}/votes/1",
                "post_id": ASKING,
                "actor_id": ALICE,
                "choice": 0,
                "created_at": NOW,
            }
        ],
        EmojiPicture: [
            {
                "id": 1,
                "token": "tea",
                "url": f"{AWAY}/tea.png",
                "wanted": "",
                "state": "stored",
                "media_type": "image/png",
                "digest": "zTea",
                "asked_at": NOW,
            }
        ],
        LinkCard: [
            {
                "id": number,
                "url": f"https://pages.example/{number}",
                "page": f"https://pages.example/{number}",
                "state": state,
                "title": "Names",
                "author_id": CAROL,
                "next_at": NOW,
            }
            for number, state in ((1, "shown"), (2, "pending"))
        ],
        PostCard: [{"post_id": LINKING, "card_id": 1}, {"post_id": PLAIN, "card_id": 2}],
        Quote: [{"post_id": QUOTING, "quoted_uri": uri(RICH), "state": "accepted"}],
        Like: [
            {
                "id": 1,
                "uri": f"{AWAY}/likes/1",
                "actor_id": CAROL,
                "post_id": RICH,
                "created_at": NOW,
                "emoji": "🍵",
            },
            {
                "id": 2,
                "uri": f"{HERE}/likes/2",
                "actor_id": ALICE,
                "post_id": PLAIN,
                "created_at": NOW,
            },
        ],
        Boost: [
            {
                "id": RICH + 2,
                "uri": f"{AWAY}/boosts/1",
                "actor_id": ERIN,
                "post_id": RICH,
                "published_at": NOW,
            }
        ],
        HostRule: [{"host": "b.example", "severity": "limit", "created_at": NOW}],
        Bookmark: [{"id": 1, "account_id": ALICE, "post_id": RICH}],
        Follow: [
            {
                "id": 1,
                "follower_id": ALICE,
                "followed_id": BOB,
                "uri": f"{HERE}/follows/1",
                "state": "accepted",
                "created_at": NOW,
            }
        ],
    }


class NonsenseError(Exception):
    """Rows that no code of ours writes, and that nobody can show."""


def page_of(tx: Tx) -> list[Shown]:
    """All that is published."""
    held = [_plain(row) for row in tx.execute(select(Post).order_by(Post.id)).all()]
    there = {post.id: post for post in held if post.state == "published"}
    page = [Shown(post, post.sort_id) for post in there.values()]
    page += [
        Shown(there[row.post_id], row.id, row.actor_id)
        for row in tx.execute(select(Boost).order_by(Boost.id)).all()
        if row.post_id in there
    ]
    return page


def both(tx: Tx, env: Env, viewer_id: int | None) -> tuple[bytes, bytes]:
    """A page of all that is published: made anew, and out of ready parts."""
    page = page_of(tx)
    try:
        anew = statuses.statuses(tx, env, page, viewer_id, counted=accounts.beside)
    except (KeyError, IndexError, TypeError) as error:
        raise NonsenseError from error
    return orjson.dumps(anew), ready(tx, env, viewer_id, page)


def ready(tx: Tx, env: Env, viewer_id: int | None, page: list[Shown]) -> bytes:
    """Out of ready parts; the rows that are kept with them are those that are there."""
    entries = [(one.post.id, one.place, one.boosted_by) for one in page]
    there = ready_statuses.posts_of(tx, env, entries)
    named = post_authors.authors_of(tx, there)
    authors = ready_statuses.authors_of(tx, env, there)
    assert {post_id: _values_of(post) for post_id, post in there.items()} == {
        one.post.id: _values_of(one.post) for one in page
    }
    for post_id, rows in authors.items():
        assert [*map(_values_of, rows)] == [*map(_values_of, named[post_id])]
    made = ready_statuses.ready(tx, env, page, viewer_id, Stale(), counting=accounts.recent)
    return orjson.dumps(made)


def _values_of(row: Base) -> dict[str, Any]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_sa_")}


def _plain(row: Any) -> Post:
    return Post(**row._mapping)


def columns_of(table: Table) -> Iterator[Column[Any]]:
    """Those that a write may change by themselves."""
    for column in table.columns:
        if not column.primary_key and column.computed is None:
            yield column


def others(column: Column[Any], now: Any) -> Iterator[Any]:
    """What might stand there instead of ``now``."""
    return (value for value in _values(column, now) if value != now)


def _values(column: Column[Any], now: Any) -> Iterator[Any]:
    kind = column.type
    if column.nullable and now is not None:
        yield None
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        yield from {"actors": (DAVE, ERIN), "posts": (PLAIN, JOINT), "link_cards": (2, 1)}.get(
            target, ()
        )
    elif isinstance(kind, Boolean):
        yield not now
    elif isinstance(kind, Integer):
        yield from ((now or 0) + 70_000, NOW + 5 * HOUR)
    elif kind.python_type is float:
        yield 0.25
    elif isinstance(now, list):
        yield []
    elif kind.python_type is str:
        if column.name == "state":
            yield from ("shown", "stored", "verified", "deleted", "published", "accepted")
        if column.name == "severity":
            yield "suspend"
        yield f"{now or ''}x"
        if column.name == "uri" or column.name.endswith("_uri"):
            yield from (uri(PLAIN), who(CAROL))


def write(tx: Tx, table: Table, row: Any, values: dict[str, Any]) -> bool:
    """Change a row; False if the database does not have it so."""
    chosen = [column == getattr(row, column.name) for column in table.primary_key]
    try:
        with tx.begin_nested():
            tx.execute(update(table).where(*chosen).values(**values))
    except IntegrityError:
        return False
    return True


def rows_of(tx: Tx, table: Table) -> list[Any]:
    """All rows."""
    return list(tx.execute(select(table).order_by(*table.primary_key)).all())


def anything(tx: Tx, chance: Random, tables: list[Table]) -> None:
    """One write by chance: a changed row, one less, or one that was there in the beginning."""
    table = chance.choice(tables)
    there = rows_of(tx, table)
    what = chance.random()
    if what < 0.65 and there:
        row = chance.choice(there)
        column = chance.choice(list(columns_of(table)))
        values = list(others(column, getattr(row, column.name)))
        if values:
            write(tx, table, row, {column.name: chance.choice(values)})
        return
    try:
        with tx.begin_nested():
            if what < 0.75 and there:
                row = chance.choice(there)
                tx.execute(
                    delete(table).where(
                        *(column == getattr(row, column.name) for column in table.primary_key)
                    )
                )
            else:
                model = next(one for one in _rows() if one.__table__ is table)
                tx.execute(insert(table), chance.choice(_rows()[model]))
    except IntegrityError:
        return
