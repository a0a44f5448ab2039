"""``Status``, of posts and of boosts, for one reader."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from activitypub.coauthorship.notice import build_notice
from fedi_cotweet.mastodon_api.entities import accounts, attachments, filters
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services.composing import HASHTAG
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale, post_views
from fedi_cotweet.services.views import PostView, QuoteView
from storage.engine import Tx
from storage.models import Actor, Boost, Media, Post
from storage.queries import actors, post_media, posts, quoting, timelines

Document = dict[str, Any]
Counting = Callable[[Tx, Env, Iterable[Actor]], dict[int, Document]]
"""``accounts.documents``, or ``accounts.beside`` where many read the same again and again."""

VISIBILITIES: Final[Mapping[str, str]] = {"followers": "private", "local": "public"}
"""What other words the client API has."""
_STATES: Final[Mapping[str, str]] = {
    "accepted": "accepted",
    "pending": "pending",
    "rejected": "rejected",
    "revoked": "revoked",
    "deleted": "deleted",
    "hidden": "unauthorized",
    "unauthorised": "unauthorized",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it stands in a list: by itself, or because somebody boosted it."""

    post: Post
    place: int
    boosted_by: int | None = None


def plain(found: Iterable[Post]) -> list[Shown]:
    """Posts by themselves."""
    return [Shown(post, post.sort_id) for post in found]


def statuses(
    tx: Tx,
    env: Env,
    found: Sequence[Shown],
    viewer_id: int | None,
    stale: Stale | None = None,
    *,
    counted: Counting = accounts.documents,
) -> list[Document]:
    """What may be shown of a list, in its order: the caller has left out what the reader may not
    see. The number of queries does not depend on how many there are. ``counted`` makes the people.
    """
    unique = {shown.post.id: shown.post for shown in found}
    boosters = {shown.boosted_by for shown in found if shown.boosted_by is not None}
    made, people = _documents(tx, env, list(unique.values()), boosters, viewer_id, stale, counted)
    boosts = timelines.boosts(tx, [one.place for one in found if one.boosted_by is not None])
    return [
        made[one.post.id]
        if one.boosted_by is None
        else boosted(made[one.post.id], people[one.boosted_by], boosts.get(one.place), one.place)
        for one in found
    ]


def for_everybody(
    tx: Tx, env: Env, found: Sequence[Post], person: Callable[[int], Any]
) -> dict[int, Document]:
    """What is the same for all readers, by post, with ``person`` of an actor's id in the place of
    each ``Account``. What is quoted is what a stranger may see of it."""

    def people(_tx: Tx, _env: Env, those: Iterable[Actor]) -> dict[int, Any]:
        return {actor.id: person(actor.id) for actor in those}

    return _documents(tx, env, found, (), None, None, people)[0]


def one(
    tx: Tx, env: Env, post: Post, viewer_id: int | None, stale: Stale | None = None
) -> Document:
    """One post."""
    return statuses(tx, env, plain([post]), viewer_id, stale)[0]


def one_boost(tx: Tx, env: Env, boost: Boost, post: Post, viewer_id: int | None) -> Document:
    """One boost."""
    return statuses(tx, env, [Shown(post, boost.id, boost.actor_id)], viewer_id)[0]


def boosted(status: Document, booster: Any, boost: Boost | None, place: int) -> Document:
    """A ``Status`` that is a boost of another, by somebody."""
    uri = boost.uri if boost is not None else status["uri"]
    shown_to = status["visibility"] if boost is None else boost.visibility
    return {
        **status,
        "visibility": VISIBILITIES.get(shown_to, shown_to),
        "id": str(place),
        "created_at": moment(place >> 16),
        "uri": uri,
        "url": uri,
        "account": booster,
        "reblog": status,
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "card": None,
        "poll": None,
        "quote": None,
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "co_authors": [],
    }


def _documents(
    tx: Tx,
    env: Env,
    found: Sequence[Post],
    boosters: Collection[int],
    viewer_id: int | None,
    stale: Stale | None,
    counted: Counting,
) -> tuple[dict[int, Document], dict[int, Document]]:
    """``Status`` by post, ``Account`` by booster."""
    views = post_views(tx, env, found, stale=stale, viewer_id=viewer_id)
    quoted = [view.quote.post for view in views if view.quote and view.quote.post]
    around = _around(tx, env, found, [*views, *quoted], boosters, viewer_id, counted)
    made = {int(view.id): _document(env, view, around) for view in views}
    return made, around.boosters


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands with posts besides their views, for all of a list."""

    posts: Mapping[int, Post]
    people: Mapping[str, Document]
    """``Account`` by actor id (URI)."""
    boosters: dict[int, Document]
    """``Account`` by id of ours."""
    actors: Mapping[str, Actor]
    places: Mapping[str, tuple[int, int]]
    pictures: Mapping[str, Media]
    """By id."""
    quoted: Mapping[str, int]
    """By identifier: how many posts quote it."""
    marks: Mapping[str, set[int]] | None
    viewer_id: int | None


def _around(
    tx: Tx,
    env: Env,
    found: Sequence[Post],
    views: Sequence[PostView],
    boosters: Collection[int],
    viewer_id: int | None,
    counted: Counting,
) -> _Around:
    rows = {post.id: post for post in found}
    rows |= posts.posts_by_id(tx, {int(view.id) for view in views} - rows.keys())
    uris = {author.uri for view in views for author in view.authors}
    uris |= {view.card.author.uri for view in views if view.card and view.card.author}
    mentioned = {
        str(tag["href"])
        for post in rows.values()
        for tag in post.tags
        if tag.get("type") == "Mention" and tag.get("href")
    }
    known = actors.actors_by_uri(tx, uris | mentioned)
    shown = {known[uri].id: known[uri] for uri in uris if uri in known}
    shown |= actors.actors(tx, set(boosters) - shown.keys())
    people = counted(tx, env, shown.values())
    return _Around(
        posts=rows,
        people={actor.uri: people[actor.id] for actor in known.values() if actor.id in people},
        boosters={booster: people[booster] for booster in boosters if booster in people},
        actors=known,
        places=timelines.places_of(tx, [view.in_reply_to for view in views if view.in_reply_to]),
        pictures={str(item.id): item for item in post_media.media_of(tx, post_ids=rows)},
        quoted=quoting.counts(tx, [view.uri for view in views]),
        marks=None if viewer_id is None else timelines.marks(tx, viewer_id, rows),
        viewer_id=viewer_id,
    )


def _document(env: Env, view: PostView, around: _Around, *, inner: bool = False) -> Document:
    post = around.posts[int(view.id)]
    parent, parent_author = around.places.get(view.in_reply_to or "", (None, None))
    document: Document = {
        "id": str(post.sort_id),
        "created_at": moment(view.published_at),
        "in_reply_to_id": None if parent is None else str(parent),
        "in_reply_to_account_id": None if parent_author is None else str(parent_author),
        "sensitive": view.sensitive,
        "spoiler_text": view.summary,
        "visibility": VISIBILITIES.get(view.visibility, view.visibility),
        "language": view.language,
        "uri": view.uri,
        "url": view.url,
        "replies_count": view.replies,
        "reblogs_count": view.boosts,
        "favourites_count": view.likes,
        "quotes_count": around.quoted.get(view.uri, 0),
        "edited_at": None if view.updated_at is None else moment(view.updated_at),
        "content": _credited(view),
        "reblog": None,
        "account": around.people[view.authors[0].uri],
        "application": None,
        "media_attachments": [attachments.media(env, item, around.pictures) for item in view.media],
        "mentions": _mentions(post, around),
        "tags": _tags(env, post),
        "emojis": accounts.emojis(env, view.emojis),
        "card": None if view.card is None else attachments.card(view.card, around.people),
        "poll": None
        if view.poll is None
        else attachments.poll(
            str(post.sort_id),
            view.poll,
            around.viewer_id,
            mine=post.author_id == around.viewer_id,
        ),
        "quote": _quote(env, view.quote, around, inner=inner),
        "quote_approval": _APPROVALS.get(view.quote_policy, _APPROVALS[None]),
        "co_authors": [
            {"account": around.people[one.uri], "role": one.role, "state": "accepted"}
            for one in view.authors[1:]
        ],
    }
    if view.visibility == "local":
        document["local_only"] = True
    if around.marks is not None:
        own = {name for name, ids in around.marks.items() if post.id in ids}
        filtered = filters.results(view.filtered, post.sort_id)
        document |= marks_of(own) | {"filtered": filtered}
    return document


def marks_of(own: Collection[str]) -> Document:
    """What a reader did with a post, by the names of ``timelines.marks``."""
    return {
        "favourited": "liked" in own,
        "reblogged": "boosted" in own,
        "muted": "muted" in own,
        "bookmarked": "kept" in own,
        "pinned": "pinned" in own,
        "filtered": [],
    }


def marked(status: Document, own: Collection[str]) -> Document:
    """What was made for a stranger, for a reader who did this with the post.

    They have not voted and filter nothing.

    The same as made for that reader, as long as they may see what the post quotes.
    """
    made = status | marks_of(own)
    if status["poll"] is not None:
        made["poll"] = status["poll"] | {"voted": False, "own_votes": []}
    if status["reblog"] is not None:
        made["reblog"] = marked(status["reblog"], own)
    return made


def _credited(view: PostView) -> str:
    """The text, with a line in it that names the co-authors for apps that do not know them."""
    others = view.authors[1:]
    named = [(f"@{one.handle}", one.uri) for one in others]
    notice = build_notice(named, [one.role for one in others])
    return f"{view.content}{notice}"


def _mentions(post: Post, around: _Around) -> list[Document]:
    found: dict[int, Document] = {}
    for tag in post.tags:
        actor = around.actors.get(str(tag.get("href"))) if tag.get("type") == "Mention" else None
        if actor is not None:
            found[actor.id] = {
                "id": str(actor.id),
                "username": actor.username,
                "url": actor.url,
                "acct": actor.username if actor.local else f"{actor.username}@{actor.host}",
            }
    return list(found.values())


def _tags(env: Env, post: Post) -> list[Document]:
    names = dict.fromkeys(
        str(tag.get("name") or "").removeprefix("#").lower()
        for tag in post.tags
        if tag.get("type") == "Hashtag"
    )
    return [
        {"name": name, "url": f"{env.addresses.base}/tags/{quote(name)}"}
        for name in names
        # Whatever a stranger calls a hashtag: apps put names and links into pages.
        if HASHTAG.fullmatch(f"#{name}")
    ]


def _quote(env: Env, view: QuoteView | None, around: _Around, *, inner: bool) -> Document | None:
    """``Quote``, or within a quoted post ``ShallowQuote``."""
    if view is None:
        return None
    state = _STATES.get(view.state, "unauthorized")
    if inner:
        place = around.places.get(view.uri)
        return {"state": state, "quoted_status_id": str(place[0]) if place else None}
    shown = None if view.post is None else _document(env, view.post, around, inner=True)
    return {"state": state, "quoted_status": shown}


_APPROVALS: Final[Mapping[str | None, Document]] = {
    "public": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
    "followers": {"automatic": ["followers"], "manual": [], "current_user": "unknown"},
    "ask": {"automatic": [], "manual": ["public"], "current_user": "manual"},
    "nobody": {"automatic": [], "manual": [], "current_user": "denied"},
    None: {"automatic": [], "manual": [], "current_user": "unknown"},
}
"""``QuoteApproval`` by the quote policy of a post; None: it is not ours to say."""
