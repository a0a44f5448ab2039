"""Timelines: home, list, public, hashtag, and what stands on a profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.limits import STAMP_SHOWN_FOR
from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.mastodon_api.accounts import person
from fedi_cotweet.mastodon_api.answers import page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, ready_statuses, statuses
from fedi_cotweet.mastodon_api.entities.statuses import Shown
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.services import hiding
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.hiding import Looking
from fedi_cotweet.services.post_views import Stale
from storage.engine import Tx
from storage.models import Post
from storage.queries import lists, pins, post_media, posts
from storage.queries import timelines as stored
from storage.queries.timelines import Entry

MOST_PINNED = 20


MOST_TAGS: Final = 4
"""Of each kind, besides the one in the path, as on Mastodon."""


class PublicQuery(msgspec.Struct):
    """Whose posts; both left out: everybody's."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class TagQuery(PublicQuery):
    """Hashtags besides: with ``any`` of them too, only with ``all``, only without ``none``."""

    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class AccountQuery(msgspec.Struct):
    """Which of somebody's posts."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str = ""


async def home(call: Call) -> web.Response:
    """What the people one follows wrote and boosted."""
    me = call.account_id
    return await entries(call, lambda tx, window: stored.home(tx, me, window))


async def of_list(call: Call) -> web.Response:
    """The same of those on a list."""
    me, list_id = call.account_id, call.path_id()
    held = await call.site.read(lambda tx: lists.reader_list(tx, list_id))
    if held is None or held.account_id != me:
        raise not_found()
    return await entries(call, lambda tx, window: stored.of_list(tx, me, list_id, window))


async def public(call: Call) -> web.Response:
    """Public posts known here."""
    wanted, here = call.query(PublicQuery), call.viewer_id is not None
    sides = [True] if wanted.local else [False] if wanted.remote else [True, False]

    def fetch(tx: Tx, window: Window) -> list[Post]:
        found = [
            post for side in sides for post in stored.public(tx, window, local=side, here=here)
        ]
        return merged(found, window)

    return await found_posts(call, fetch, hiding.PUBLIC, wanted.only_media)


async def with_tag(call: Call) -> web.Response:
    """Public posts with a hashtag."""
    tag, wanted = _folded(call.request.match_info["id"]), call.query(TagQuery)
    either = list(dict.fromkeys([tag, *map(_folded, wanted.any[:MOST_TAGS])]))
    needed = {_folded(one) for one in wanted.all[:MOST_TAGS]}
    unwanted = {_folded(one) for one in wanted.none[:MOST_TAGS]}

    def fetch(tx: Tx, window: Window) -> list[Post]:
        found = [post for one in either for post in stored.with_tag(tx, one, window)]
        return merged(list({post.id: post for post in found}.values()), window)

    def keep(found: Sequence[Post]) -> list[Post]:
        return [
            post
            for post in found
            if not (wanted.local and not post.local)
            and not (wanted.remote and post.local)
            and needed <= (tags := _tags_of(post))
            and tags.isdisjoint(unwanted)
        ]

    return await found_posts(call, fetch, hiding.PUBLIC, wanted.only_media, keep)


def _folded(tag: str) -> str:
    return tag.removeprefix("#").lower()


def _tags_of(post: Post) -> set[str]:
    return {
        _folded(str(tag.get("name") or "")) for tag in post.tags if tag.get("type") == "Hashtag"
    }


async def of_account(call: Call) -> web.Response:
    """What stands on somebody's profile: posts, co-authored ones, boosts."""
    actor_id, wanted, viewer_id = call.path_id(), call.query(AccountQuery), call.viewer_id
    since = call.env.now() - STAMP_SHOWN_FOR
    looking = hiding.on_page_of(actor_id)
    if wanted.pinned:
        return await _pinned(call, actor_id, looking)
    tag = wanted.tagged.removeprefix("#").lower()

    def fetch(tx: Tx, window: Window) -> list[Shown]:
        person(tx, actor_id)
        found = statuses.plain(stored.of_profile(tx, actor_id, viewer_id, since, window))
        if not wanted.exclude_reblogs:
            boosts = stored.boosted(tx, actor_id, viewer_id, window)
            there = posts.posts_by_id(tx, [boost.post_id for boost in boosts])
            found += [
                Shown(there[boost.post_id], boost.id, actor_id)
                for boost in boosts
                if boost.post_id in there
            ]
        unique = {shown.place: shown for shown in found}
        ordered = sorted(unique.values(), key=lambda shown: shown.place, reverse=not window.upwards)
        return ordered[: window.limit]

    def keep(tx: Tx, found: Sequence[Shown]) -> list[Shown]:
        own = [shown.post for shown in found if shown.boosted_by is None]
        replies = _replies(tx, own) if wanted.exclude_replies else set()
        fit = [
            shown
            for shown in found
            if not (shown.boosted_by is None and shown.post.id in replies)
            and not (tag and not _tagged(shown.post, tag))
        ]
        return _seen(tx, call.env, viewer_id, fit, looking)

    return await found_shown(call, fetch, keep, wanted.only_media)


async def entries(
    call: Call, fetch: Callable[[Tx, Window], Sequence[Entry]], looking: Looking = hiding.HOME
) -> web.Response:
    """A page of those entries of a timeline of the caller's that ``fetch`` finds."""
    me, env = call.account_id, call.env

    def shown(tx: Tx, window: Window) -> list[Shown]:
        found = fetch(tx, window)
        there = ready_statuses.posts_of(tx, env, found)
        return [
            # Of what is gone a place stays, so that the next page is asked for from there.
            Shown(there[post_id], place, booster)
            for post_id, place, booster in found
            if post_id in there
        ]

    return await found_shown(
        call, shown, lambda tx, found: _seen(tx, env, me, found, looking), only_media=False
    )


async def found_posts(
    call: Call,
    fetch: Callable[[Tx, Window], Sequence[Post]],
    looking: Looking,
    only_media: bool = False,
    keep: Callable[[Sequence[Post]], Sequence[Post]] = lambda found: found,
) -> web.Response:
    """A page of posts by themselves, without what is kept from the caller."""

    def kept(tx: Tx, found: Sequence[Shown]) -> list[Shown]:
        fit = {post.id for post in keep([shown.post for shown in found])}
        return _seen(
            tx, call.env, call.viewer_id, [one for one in found if one.post.id in fit], looking
        )

    return await found_shown(
        call, lambda tx, window: statuses.plain(fetch(tx, window)), kept, only_media
    )


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[statuses.Document]
    places: list[int]


async def found_shown(
    call: Call,
    fetch: Callable[[Tx, Window], list[Shown]],
    keep: Callable[[Tx, Sequence[Shown]], list[Shown]],
    only_media: bool,
) -> web.Response:
    """A page of a list of posts and boosts."""
    window, stale, env = call.window(), Stale(), call.env

    def read(tx: Tx) -> _Page:
        def fit(found: Sequence[Shown]) -> list[Shown]:
            kept = keep(tx, found)
            return _with_media(tx, kept) if only_media else kept

        found = filled(lambda asked: fetch(tx, asked), fit, lambda shown: shown.place, window)
        made = ready_statuses.ready(tx, env, found, call.viewer_id, stale, counting=accounts.recent)
        return _Page(made, [shown.place for shown in found])

    result = await call.site.read(read)
    call.rechecks.ask(stale.post_ids)
    return page(call.request, env.addresses.base, result.items, result.places)


def merged(found: list[Post], window: Window) -> list[Post]:
    """Posts of several lists as the window has them."""
    ordered = sorted(found, key=lambda post: post.sort_id, reverse=not window.upwards)
    return ordered[: window.limit]


async def _pinned(call: Call, actor_id: int, looking: Looking) -> web.Response:
    env, window = call.env, call.window()

    def read(tx: Tx) -> list[statuses.Document]:
        person(tx, actor_id)
        found = statuses.plain(pins.pinned_posts(tx, actor_id, MOST_PINNED))
        shown = _seen(tx, env, call.viewer_id, found, looking)[: window.limit]
        return ready_statuses.ready(tx, env, shown, call.viewer_id)

    return page(call.request, env.addresses.base, await call.site.read(read), [])


def _seen(
    tx: Tx, env: Env, viewer_id: int | None, found: Sequence[Shown], looking: Looking
) -> list[Shown]:
    there = [shown for shown in found if shown.post.state == "published"]
    by = {shown.post.id: shown.boosted_by for shown in there if shown.boosted_by is not None}
    kept = hiding.hidden(
        tx,
        env.now(),
        viewer_id,
        [shown.post for shown in there],
        looking=looking,
        boosted_by=by,
        co_authors=ready_statuses.authors_of(tx, env, [shown.post.id for shown in there]),
    )
    return [shown for shown in there if shown.post.id not in kept]


def _with_media(tx: Tx, found: Sequence[Shown]) -> list[Shown]:
    having = {item.post_id for item in post_media.media_of(tx, post_ids=[s.post.id for s in found])}
    return [shown for shown in found if shown.post.id in having]


def _replies(tx: Tx, found: Sequence[Post]) -> set[int]:
    """Those that answer somebody else: who goes on with a thread of their own answers nobody."""
    answering = {post.id: post.in_reply_to_uri for post in found if post.in_reply_to_uri}
    answered = stored.places_of(tx, answering.values())
    authors = {post.id: post.author_id for post in found}
    return {
        post_id
        for post_id, uri in answering.items()
        if uri not in answered or answered[uri][1] != authors[post_id]
    }


def _tagged(post: Post, tag: str) -> bool:
    return any(
        str(one.get("name") or "").removeprefix("#").lower() == tag
        for one in post.tags
        if one.get("type") == "Hashtag"
    )
