"""``Status`` out of parts that are ready: what is the same for everybody is made once.

A part is used only if the database says, in the snapshot that the page is read in, that nothing it
was made from has changed (``services.ready``). What is a reader's own is read each time: what they
did with a post, their votes. Two things are always made anew: posts that quote, as the quoted
author may keep some away, and everything for readers with filters, which look at every word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from fedi_cotweet.domain.limits import MINUTE, STAMP_SHOWN_FOR
from fedi_cotweet.mastodon_api.entities import accounts, statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document, Shown
from fedi_cotweet.services import distances, emoji, filtering, freshness
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.ready import Kept, Key
from storage.engine import Tx
from storage.models import Actor, Boost, Post, PostAuthor
from storage.queries import actors, cards, changed, post_authors, posts, timelines
from storage.queries import polls as stored_polls
from storage.queries.account_stats import Stats
from storage.queries.timelines import Entry

POST: Final = "status"
PERSON: Final = "account"
BOOST: Final = "boost"
_HEAVY: Final = ("content", "media_attachments", "mentions", "tags", "emojis", "quote_approval")
"""Kept as JSON, not to be made again each time."""
_AROUND: Final = 2_500
"""About how many octets of memory a part takes besides its texts."""

Counting = Callable[[Tx, Env, Collection[int]], dict[int, Stats]]


@dataclass(frozen=True, slots=True)
class _Person:
    """Where an ``Account`` belongs."""

    id: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A ``Status`` as a stranger would see it, without people.

    ``document`` is None for what is always made anew. ``stale``: due for another look.
    """

    post: Post
    co_authors: Sequence[PostAuthor]
    document: Document | None
    people: tuple[int, ...]
    stale: bool


@dataclass(slots=True)
class _Face:
    """Somebody, and their ``Account`` with the numbers it was made with last."""

    actor: Actor
    limited: bool
    made: tuple[Stats, orjson.Fragment] | None = None


def ready(
    tx: Tx,
    env: Env,
    found: Sequence[Shown],
    viewer_id: int | None,
    stale: Stale | None = None,
    *,
    counting: Counting = accounts.current,
) -> list[Any]:
    """The same as ``statuses.statuses`` makes, to be written as JSON and no more.

    Only for what reads: what a transaction changed itself it must not keep.
    """
    now = env.now()
    if not env.ready.octets or filtering.rules_of(tx, now, viewer_id):
        counted = accounts.beside if counting is accounts.recent else accounts.documents
        return statuses.statuses(tx, env, found, viewer_id, stale, counted=counted)
    boosters = {one.boosted_by for one in found if one.boosted_by is not None}
    parts, faces = _parts(tx, env, {one.post.id: one.post for one in found}, boosters, now)
    if stale is not None:
        stale.post_ids.update(post_id for post_id, part in parts.items() if part.stale)
    people = _people(tx, env, faces, counting)
    votes = _votes(tx, parts.values(), viewer_id)
    marks = None if viewer_id is None else timelines.marks(tx, viewer_id, parts)
    boosts = _boosts(tx, env, found, now)
    made = {}
    for post_id, part in parts.items():
        if part.document is None:
            continue
        document = made[post_id] = _with_people(part.document, people)
        if marks is not None:
            document |= statuses.marks_of({name for name, ids in marks.items() if post_id in ids})
            if document["poll"] is not None:
                chosen = votes.get(post_id, ())
                voted = bool(chosen) or part.post.author_id == viewer_id
                document["poll"] = document["poll"] | {"voted": voted, "own_votes": list(chosen)}
    anew = iter(
        _anew(tx, env, [one for one in found if one.post.id not in made], viewer_id, counting)
    )
    return [
        next(anew)
        if one.post.id not in made
        else made[one.post.id]
        if one.boosted_by is None
        else statuses.boosted(
            made[one.post.id], people[one.boosted_by], boosts.get(one.place), one.place
        )
        for one in found
    ]


def _anew(
    tx: Tx, env: Env, found: Sequence[Shown], viewer_id: int | None, counting: Counting
) -> list[Document]:
    counted = accounts.beside if counting is accounts.recent else accounts.documents
    return statuses.statuses(tx, env, found, viewer_id, counted=counted) if found else []


def _votes(tx: Tx, parts: Iterable[_Part], viewer_id: int | None) -> dict[int, tuple[int, ...]]:
    asking = [part.post.id for part in parts if part.document and part.document["poll"]]
    return stored_polls.own_votes(tx, asking, viewer_id) if asking and viewer_id else {}


def _with_people(document: Document, people: Mapping[int, Any]) -> Document:
    made = {**document, "account": people[document["account"].id]}
    if document["co_authors"]:
        made["co_authors"] = [
            {**one, "account": people[one["account"].id]} for one in document["co_authors"]
        ]
    if document["card"] is not None and document["card"]["authors"]:
        made["card"] = {
            **document["card"],
            "authors": [
                {**one, "account": None if one["account"] is None else people[one["account"].id]}
                for one in document["card"]["authors"]
            ],
        }
    return made


def posts_of(tx: Tx, env: Env, entries: Sequence[Entry]) -> dict[int, Post]:
    """The posts of entries of a timeline, by id."""
    ids = {post_id for post_id, _, _ in entries}
    if not env.ready.octets:
        return posts.posts_by_id(tx, ids)
    boosts = [(BOOST, place) for _, place, by in entries if by is not None]
    people = [(PERSON, by) for _, _, by in entries if by is not None]
    keys = [*((POST, post_id) for post_id in ids), *boosts, *people]
    held = env.ready.true(tx, keys, env.now(), _those_in)
    there = {key[1]: what.post for key, what in held.items() if key[0] == POST}
    return there | posts.posts_by_id(tx, ids - there.keys())


def authors_of(tx: Tx, env: Env, post_ids: Iterable[int]) -> dict[int, Sequence[PostAuthor]]:
    """The co-authors of those of the posts that are ready."""
    keys = [(POST, post_id) for post_id in post_ids]
    held = env.ready.true(tx, keys, env.now())
    return {key[1]: what.co_authors for key, what in held.items()}


def _those_in(what: Any) -> Iterable[Key]:
    return ((PERSON, person) for person in what.people) if isinstance(what, _Part) else ()


def _parts(
    tx: Tx, env: Env, found: Mapping[int, Post], boosters: Collection[int], now: int
) -> tuple[dict[int, _Part], dict[int, _Face]]:
    """The part of each post, and everybody who stands in one or boosted."""
    keys = [*((POST, post_id) for post_id in found), *((PERSON, one) for one in boosters)]
    held = env.ready.true(tx, keys, now, _those_in)
    parts: dict[int, _Part] = {key[1]: what for key, what in held.items() if key[0] == POST}
    faces: dict[int, _Face] = {key[1]: what for key, what in held.items() if key[0] == PERSON}
    fresh = [post for post_id, post in found.items() if post_id not in parts]
    made = _made(tx, env, fresh, now) if fresh else {}
    parts |= {key[1]: one.what for key, one in made.items()}
    wanted = {person for part in parts.values() for person in part.people} | {*boosters}
    met = actors.actors(tx, wanted - faces.keys())
    limited = distances.limited(tx, met.values())
    for actor in met.values():
        faces[actor.id] = face = _Face(actor, actor.id in limited)
        size = _AROUND + 2 * len(actor.summary)
        names = {changed.own(actor.uri), *(() if actor.local else (changed.HOST_RULES,))}
        made[PERSON, actor.id] = Kept(face, size, now, None, dict.fromkeys(names, 0))
    if made:
        env.ready.keep(tx, made)
    return parts, faces


def _boosts(tx: Tx, env: Env, found: Sequence[Shown], now: int) -> dict[int, Boost]:
    """By place."""
    posts_there = {one.place: one.post for one in found if one.boosted_by is not None}
    held = env.ready.true(tx, [(BOOST, place) for place in posts_there], now)
    boosts: dict[int, Boost] = {key[1]: what for key, what in held.items()}
    met = timelines.boosts(tx, posts_there.keys() - boosts.keys())
    made = {
        (BOOST, place): Kept(boost, _AROUND // 2, now, None, {changed.around(post.uri): 0})
        for place, boost in met.items()
        if boost.post_id == (post := posts_there[place]).id
    }
    if made:
        env.ready.keep(tx, made)
    return boosts | met


def _people(
    tx: Tx, env: Env, faces: Mapping[int, _Face], counting: Counting
) -> dict[int, orjson.Fragment]:
    """``Account`` as JSON."""
    numbers = counting(tx, env, [*faces])
    found = {}
    for person, face in faces.items():
        stats = numbers[person]
        if face.actor.moved_to is not None:
            # Rare, and the account they moved to would have to be known to be as it was.
            counted = accounts.beside if counting is accounts.recent else accounts.documents
            found[person] = _json(counted(tx, env, [face.actor])[person])
            continue
        made = face.made
        if made is None or made[0] != stats:
            document = accounts.account(env, face.actor, stats, limited=face.limited)
            made = face.made = (stats, _json(document))
        found[person] = made[1]
    return found


def _json(document: Any) -> orjson.Fragment:
    return orjson.Fragment(orjson.dumps(document))


def _made(tx: Tx, env: Env, found: Sequence[Post], now: int) -> dict[Key, Kept]:
    """Parts made now, with the names on which they depend; how often those were noted is not
    looked at yet."""
    documents = statuses.for_everybody(tx, env, found, _Person)
    names, rows = _names(tx, found)
    questions = stored_polls.polls_of(tx, [post.id for post in found if post.kind == "Question"])
    made = {}
    for post in found:
        document, co_authors = documents[post.id], rows[post.id]
        poll = questions.get(post.id)
        ends = [
            *(row.fetched_at + STAMP_SHOWN_FOR for row in co_authors if row.fetched_at),
            # When the next look at stamps and numbers is due is not known to the millisecond.
            *((now + MINUTE,) if co_authors else ()),
            *((poll.ends_at,) if poll is not None and poll.ends_at else ()),
        ]
        stale = freshness.due(post, co_authors, now)
        if document["quote"] is not None:
            part, size = _Part(post, co_authors, None, (), stale), _AROUND
        else:
            part, size = _part(post, co_authors, document, stale)
        until = min((end for end in ends if end > now), default=None)
        if post.edited_at is not None and post.edited_at > now:
            until = now  # It is shown as edited just now, whenever that is.
        made[POST, post.id] = Kept(part, size, now, until, dict.fromkeys(names[post.id], 0))
    return made


def _part(
    post: Post, co_authors: Sequence[PostAuthor], document: Document, stale: bool
) -> tuple[_Part, int]:
    """With its size."""
    heavy = {name: _json(document[name]) for name in _HEAVY}
    card = document["card"]
    people = {
        document["account"].id,
        *(one["account"].id for one in document["co_authors"]),
        *(one["account"].id for one in (card["authors"] if card else ()) if one["account"]),
    }
    size = _AROUND + len(orjson.dumps(heavy)) + len(document["spoiler_text"]) + _size_of(post)
    return _Part(post, co_authors, document | heavy, tuple(people), stale), size


def _size_of(post: Post) -> int:
    return 2 * len(post.content) + len(post.document) + len(post.carrier or "")


def _names(
    tx: Tx, found: Sequence[Post]
) -> tuple[dict[int, set[str]], Mapping[int, Sequence[PostAuthor]]]:
    """Under which names changes are noted that change how posts look; their co-authors."""
    ids = [post.id for post in found]
    rows = post_authors.authors_of(tx, ids)
    linked = cards.linked(tx, ids)
    named = {post.author_id for post in found}
    named |= {card.author_id for card in linked.values() if card.author_id is not None}
    named |= {row.actor_id for of in rows.values() for row in of if row.actor_id is not None}
    people = actors.actors(tx, named)
    names: dict[int, set[str]] = {}
    for post in found:
        card = linked.get(post.id)
        addresses = [
            post.in_reply_to_uri,
            *(str(tag.get("href")) for tag in post.tags if tag.get("type") == "Mention"),
            *(one.url for one in emoji.of_post(post, covered=False)),
            *(row.actor_uri for row in rows[post.id]),
            *(people[row.actor_id].uri for row in rows[post.id] if row.actor_id in people),
            *(people[one].uri for one in (post.author_id,) if one in people),
        ]
        if card is not None:
            addresses.append(card.url)
            if card.author_id in people:
                addresses.append(people[card.author_id].uri)
        names[post.id] = {changed.own(one) for one in addresses if one}
        names[post.id] |= {changed.own(post.uri), changed.around(post.uri)}
    return names, rows
