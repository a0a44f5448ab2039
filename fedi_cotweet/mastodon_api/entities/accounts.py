"""``Account`` and ``CredentialAccount``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from html import escape
from typing import Any, Final

from activitypub.html import sanitise
from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.domain.names import one_line
from fedi_cotweet.mastodon_api.entities.times import day, midnight, moment
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.views import EmojiView
from storage.engine import Tx
from storage.models import Actor
from storage.queries import account_stats, actors
from storage.queries.account_stats import Stats

Document = dict[str, Any]

NO_AVATAR: Final = "/avatars/original/missing.png"
NO_HEADER: Final = "/headers/original/missing.png"
"""Paths that some apps know, and then draw a picture of their own."""


def accounts(tx: Tx, env: Env, actor_ids: Iterable[int]) -> dict[int, Document]:
    """People by id of ours, with a handful of queries for any number of them."""
    found = actors.actors(tx, actor_ids)
    return documents(tx, env, found.values())


def in_order(tx: Tx, env: Env, actor_ids: Sequence[int]) -> list[Document]:
    """People in the order of these ids; unknown ones are left out."""
    made = accounts(tx, env, actor_ids)
    return [made[actor_id] for actor_id in actor_ids if actor_id in made]


def one(tx: Tx, env: Env, actor: Actor) -> Document:
    """One person."""
    return documents(tx, env, [actor])[actor.id]


def documents(tx: Tx, env: Env, people: Iterable[Actor]) -> dict[int, Document]:
    """The same for actors that were read already."""
    return _documents(tx, env, list(people), current)


def beside(tx: Tx, env: Env, people: Iterable[Actor]) -> dict[int, Document]:
    """The same as they stand in timelines, with numbers that are ``recent``."""
    return _documents(tx, env, list(people), recent)


def current(tx: Tx, env: Env, ids: Collection[int]) -> dict[int, Stats]:
    """How many posts, followers and followed people have."""
    found = account_stats.stats_of(tx, ids, env.now() - STAMP_SHOWN_FOR)
    env.counted.keep(found, env.now())
    return found


def recent(tx: Tx, env: Env, ids: Collection[int]) -> dict[int, Stats]:
    """The same, up to ``counted.FOR`` old."""
    found = env.counted.held(ids, env.now())
    missing = [one for one in ids if one not in found]
    return found | current(tx, env, missing) if missing else found


def _documents(
    tx: Tx,
    env: Env,
    people: Sequence[Actor],
    counted: Callable[[Tx, Env, Collection[int]], dict[int, Stats]],
) -> dict[int, Document]:
    stats = counted(tx, env, [actor.id for actor in people])
    moved = actors.actors_by_uri(tx, [actor.moved_to for actor in people if actor.moved_to])
    homes = [actor for actor in moved.values() if actor.id not in stats]
    stats |= counted(tx, env, [actor.id for actor in homes])
    limited = distances.limited(tx, [*people, *homes])
    found = {}
    for actor in people:
        document = account(env, actor, stats[actor.id], limited=actor.id in limited)
        home = moved.get(actor.moved_to or "")
        if home is not None and home.id != actor.id:
            document["moved"] = account(env, home, stats[home.id], limited=home.id in limited)
        found[actor.id] = document
    return found


def account(env: Env, actor: Actor, stats: Stats, *, limited: bool) -> Document:
    """An ``Account``, without ``moved``. ``limited``: as ``distances.limited`` has it."""
    base = env.addresses.base
    avatar = base + (actor.avatar or NO_AVATAR)
    header = base + (actor.header or NO_HEADER)
    suspended = actor.suspended_at is not None or actor.gone_at is not None
    document: Document = {
        "id": str(actor.id),
        "username": actor.username,
        "acct": actor.username if actor.local else f"{actor.username}@{actor.host}",
        "display_name": "" if suspended else display_name(actor),
        "locked": actor.manually_approves,
        "bot": actor.kind in ("Service", "Application"),
        "discoverable": actor.discoverable,
        "indexable": actor.indexable,
        "group": actor.kind == "Group",
        "created_at": midnight(actor.published_at or actor.created_at),
        "note": "" if suspended else sanitise(actor.summary),
        "url": actor.url,
        "uri": actor.uri,
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": actor.icon_alt,
        "header": header,
        "header_static": header,
        "header_description": actor.image_alt,
        "followers_count": stats.followers,
        "following_count": stats.following,
        "statuses_count": stats.posts,
        "last_status_at": None if stats.last_at is None else day(stats.last_at),
        "hide_collections": stats.hides_network,
        "noindex": not actor.indexable,
        "emojis": emojis(env, tuple(_own_emoji(actor))),
        "roles": [],
        "fields": [] if suspended else _fields(actor),
    }
    if suspended:
        document["suspended"] = True
    if limited:
        document["limited"] = True
    return document


def display_name(actor: Actor) -> str:
    """The name, empty for somebody here who chose none: apps show the username then."""
    return "" if actor.local and actor.name == actor.username else one_line(actor.name or "")


def emojis(env: Env, found: Iterable[EmojiView]) -> list[Document]:
    """``CustomEmoji`` of a text."""
    return [
        {
            "shortcode": one.shortcode,
            "url": env.addresses.base + one.url,
            "static_url": env.addresses.base + one.url,
            "visible_in_picker": True,
            "category": None,
        }
        for one in found
    ]


def _own_emoji(actor: Actor) -> Iterable[EmojiView]:
    for one in actor.emoji or ():
        yield EmojiView(one["shortcode"], one["url"], one["width"], one["height"])


def _fields(actor: Actor) -> list[Document]:
    verified = actor.verified_links or {}
    found = []
    for name, value in actor.fields or []:
        html = sanitise(str(value))
        at = next((at for link, at in verified.items() if escape(link) in html), None)
        found.append(
            {
                "name": str(name),
                "value": html,
                "verified_at": moment(at) if isinstance(at, int) else None,
            }
        )
    return found
