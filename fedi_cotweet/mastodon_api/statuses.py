"""Posts: shown, deleted."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import cotweets, ready_statuses, statuses
from fedi_cotweet.mastodon_api.entities import notifications as entities
from fedi_cotweet.mastodon_api.entities.statuses import Document
from fedi_cotweet.mastodon_api.errors import ApiError, not_found
from fedi_cotweet.services import audiences, drafts, hiding, notifications, posts, reactions
from fedi_cotweet.services.conversations import ancestors, descendants
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.reading import one_post
from storage.engine import Tx
from storage.models import Boost, Post
from storage.queries import post_media, timelines
from storage.queries import posts as stored_posts

MOST_AT_ONCE: Final = 40


class Several(msgspec.Struct):
    """Ids of posts."""

    id: tuple[str, ...] = ()


async def show(call: Call) -> web.Response:
    """One post or boost."""
    number, stale, env = call.path_id(), Stale(), call.env

    def read(tx: Tx) -> Document:
        asked = notifications.open_invitation(tx, env, call.viewer_id, number)
        if asked is not None:
            return entities.one_invitation(tx, env, asked)
        post, boost = found(tx, number)
        one_post(tx, env, post, call.viewer_id, stale)
        if boost is not None:
            if not timelines.may_see_boost(tx, boost, call.viewer_id):
                raise not_found()
            return statuses.one_boost(tx, env, boost, post, call.viewer_id)
        return cotweets.status(tx, env, post, call.viewer_id, stale)

    document = await call.site.read(read)
    call.rechecks.ask(stale.post_ids)
    return answer(document)


async def several(call: Call) -> web.Response:
    """Some posts at once; what the caller may not see is left out."""
    numbers = [read_id(given) for given in call.query(Several).id[:MOST_AT_ONCE]]
    env = call.env

    def read(tx: Tx) -> list[Document]:
        there = [_meant(tx, number) for number in numbers if number is not None]
        posts_there = [post for post in there if post is not None and post.state == "published"]
        kept = hiding.hidden(tx, env.now(), call.viewer_id, posts_there)
        shown = [post for post in posts_there if post.id not in kept]
        return ready_statuses.ready(tx, env, statuses.plain(shown), call.viewer_id)

    return answer(await call.site.read(read))


async def context(call: Call) -> web.Response:
    """What a post answers, and what answers it; what is missing is fetched in the background."""
    number, env, viewer_id = call.path_id(), call.env, call.viewer_id

    def read(tx: Tx) -> tuple[int | None, Document]:
        if notifications.open_invitation(tx, env, viewer_id, number) is not None:
            return None, {"ancestors": [], "descendants": []}
        post, _ = found(tx, number)
        one_post(tx, env, post, viewer_id)
        above, below = ancestors(tx, post, viewer_id), descendants(tx, post, viewer_id=viewer_id)
        kept = hiding.hidden(tx, env.now(), viewer_id, [*above, *below], looking=hiding.THREAD)
        shown = [one for one in (*above, *below) if one.id not in kept]
        made = ready_statuses.ready(tx, env, statuses.plain(shown), viewer_id)
        split = sum(one.id not in kept for one in above)
        return post.id, {"ancestors": made[:split], "descendants": made[split:]}

    post_id, document = await call.site.read(read)
    if post_id is not None:
        await call.rechecks.open_thread(post_id, stranger=viewer_id is None)
    return answer(document)


async def delete(call: Call) -> web.Response:
    """Delete a post of one's own; what it said is given back, so that it can be written anew."""
    me, number, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> Document:
        post, boost = found(tx, number)
        if boost is not None:
            if boost.actor_id != me:
                raise not_found()
            document = statuses.one_boost(tx, env, boost, post, me)
            reactions.unboost(tx, env, me, post.id)
            return document
        if post.author_id != me or post.state not in ("draft", "published"):
            raise not_found()
        view = one_post(tx, env, post, me)
        document = cotweets.status(tx, env, post, me)
        document["text"] = view.text
        for item in post_media.media_of(tx, post_ids=[post.id]):
            post_media.change_media(tx, item.id, post_id=None)
        if post.state == "draft":
            drafts.discard_draft(tx, env, me, post.id)
        else:
            posts.delete_post(tx, env, me, post.id)
        return document

    return answer(await call.site.write(write))


def found(tx: Tx, number: int) -> tuple[Post, Boost | None]:
    """The post that clients know by a number, or the boost and its post.

    ``ApiError`` (404) for none. Whether the caller may see it is asked elsewhere.
    """
    post = timelines.status(tx, number)
    boost = timelines.boost(tx, number) if post is None else None
    if boost is not None:
        post = stored_posts.post(tx, boost.post_id)
    if post is None:
        raise not_found()
    return post, boost


def readable(tx: Tx, env: Env, number: int, viewer_id: int | None) -> Post:
    """The published post that clients know by a number, as far as the viewer may read it.

    Raises ``ApiError`` and ``ServiceError`` that answer 404: a draft's id could be guessed; 422 for
    an invitation, which apps that know none show as a post.
    """
    asked = notifications.open_invitation(tx, env, viewer_id, number)
    if asked is not None:
        page = entities.invitation_page(env, asked)
        raise ApiError(422, f"This is an invite, no post. Accept or decline it: {page}")
    post, _ = found(tx, number)
    check_readable(tx, env, post, viewer_id)
    return post


def check_readable(tx: Tx, env: Env, post: Post, viewer_id: int | None) -> None:
    """Raise as ``readable`` does for what the viewer may not read."""
    if post.state != "published" or not audiences.may_see(tx, post, viewer_id):
        raise not_found()
    hiding.check_shown(tx, env.now(), viewer_id, post)


def _meant(tx: Tx, number: int) -> Post | None:
    try:
        return found(tx, number)[0]
    except ApiError:
        return None
