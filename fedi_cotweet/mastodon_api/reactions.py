"""What one does with posts: favourite, boost, keep, pin, mute; and who else did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import accounts, statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document
from fedi_cotweet.mastodon_api.errors import ApiError, invalid, not_found
from fedi_cotweet.mastodon_api.statuses import check_readable, found, readable
from fedi_cotweet.mastodon_api.timelines import entries
from fedi_cotweet.services import bookmarks, hiding, notices, pinning, reactions
from fedi_cotweet.services.distances import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.queries import bookmarks as kept
from storage.queries import interactions, reacted
from storage.queries.reacted import Pair
from storage.queries.timelines import Entry

Do = Callable[[Tx, Env, int, int], None]
VISIBILITIES: Final = {"public": "public", "unlisted": "unlisted", "private": "followers"}


class NewBoost(msgspec.Struct):
    """Whom the boost is for; never more people than the post itself."""

    visibility: str = "public"


async def favourite(call: Call) -> web.Response:
    """Like a post."""
    return await _do(call, reactions.like)


async def unfavourite(call: Call) -> web.Response:
    """Take a like back."""
    return await _undo(call, reactions.unlike)


async def bookmark(call: Call) -> web.Response:
    """Keep a post."""
    return await _do(call, bookmarks.keep)


async def unbookmark(call: Call) -> web.Response:
    """Keep it no longer."""
    return await _undo(call, bookmarks.drop)


async def pin(call: Call) -> web.Response:
    """Show a post of one's own first."""
    return await _do(call, pinning.pin)


async def unpin(call: Call) -> web.Response:
    """Show it in its place."""
    return await _undo(call, pinning.unpin)


async def mute(call: Call) -> web.Response:
    """No more notifications of anything in a post's thread."""
    return await _do(call, notices.mute_post)


async def unmute(call: Call) -> web.Response:
    """Notifications of it again."""
    return await _undo(call, notices.unmute_post)


async def reblog(call: Call) -> web.Response:
    """Pass a post on to one's followers; the answer is the boost."""
    me, number, env = call.account_id, call.path_id(), call.env
    wanted = await call.parameters(NewBoost)
    if wanted.visibility not in VISIBILITIES:
        raise invalid("visibility", "is not included in the list", "ERR_INCLUSION")

    def write(tx: Tx) -> Document:
        post = readable(tx, env, number, me)
        reactions.boost(tx, env, me, post.id, VISIBILITIES[wanted.visibility])
        made = interactions.boost_between(tx, me, post.id)
        if made is None:
            raise not_found()
        return statuses.one_boost(tx, env, made, post, me)

    return answer(await call.site.write(write))


async def unreblog(call: Call) -> web.Response:
    """Take a boost back; the answer is the post."""
    return await _undo(call, reactions.unboost)


async def favourites(call: Call) -> web.Response:
    """What one likes, as far as one may still read it."""
    return await _own(call, reacted.liked)


async def bookmarked(call: Call) -> web.Response:
    """What one keeps, as far as one may still read it."""
    return await _own(call, kept.kept)


async def favourited_by(call: Call) -> web.Response:
    """Who likes a post."""
    return await _people(call, reacted.likers)


async def reblogged_by(call: Call) -> web.Response:
    """Who boosted a post."""
    return await _people(call, reacted.boosters)


async def _do(call: Call, what: Do) -> web.Response:
    me, number, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        post = readable(tx, env, number, me)
        what(tx, env, me, post.id)
        return statuses.one(tx, env, post, me)

    return answer(await call.site.write(write))


async def _undo(call: Call, what: Do) -> web.Response:
    """What one did before can be taken back even if the post is not shown any more."""
    me, number, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document | None:
        post, _ = found(tx, number)
        if post.state != "published":
            raise not_found()
        what(tx, env, me, post.id)
        try:
            check_readable(tx, env, post, me)
        except (ApiError, ServiceError):
            return None
        return statuses.one(tx, env, post, me)

    document = await call.site.write(write)
    if document is None:
        raise not_found()
    return answer(document)


async def _own(call: Call, fetch: Callable[[Tx, int, Window], Sequence[Pair]]) -> web.Response:
    me = call.account_id

    def shown(tx: Tx, window: Window) -> list[Entry]:
        return [(post_id, place, None) for post_id, place in fetch(tx, me, window)]

    return await entries(call, shown, hiding.BY_ITSELF)


@dataclass(frozen=True, slots=True)
class _Page:
    items: list[Document]
    places: list[int]


async def _people(call: Call, fetch: Callable[[Tx, int, Window], Sequence[Pair]]) -> web.Response:
    number, env, viewer_id, window = call.path_id(), call.env, call.viewer_id, call.window(40, 80)

    def read(tx: Tx) -> _Page:
        post = readable(tx, env, number, viewer_id)

        def keep(some: Sequence[Pair]) -> Sequence[Pair]:
            apart = distances(tx, env.now(), viewer_id, [actor_id for actor_id, _ in some])
            return [one for one in some if apart.of_actor(one[0]) is None]

        shown = filled(lambda asked: fetch(tx, post.id, asked), keep, lambda one: one[1], window)
        people = accounts.in_order(tx, env, [actor_id for actor_id, _ in shown])
        return _Page(people, [place for _, place in shown])

    result = await call.site.read(read)
    return page(call.request, env.addresses.base, result.items, result.places)
