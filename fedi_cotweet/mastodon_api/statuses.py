"""Posts: written, shown, deleted."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import IDEMPOTENT_FOR, SECOND
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document
from fedi_cotweet.mastodon_api.errors import ApiError, invalid, not_found
from fedi_cotweet.services import audiences, authoring, hiding, posts, reactions
from fedi_cotweet.services.conversations import ancestors, descendants
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.reading import one_post
from fedi_cotweet.services.words import PollWords, Words
from storage.engine import Tx
from storage.models import Boost, Post
from storage.queries import actors, idempotency, post_media, timelines
from storage.queries import posts as stored_posts

MOST_AT_ONCE: Final = 40


class NewPoll(msgspec.Struct):
    """``expires_in`` in seconds."""

    options: tuple[str, ...] = ()
    expires_in: int = 86_400
    multiple: bool = False
    hide_totals: bool = False


class NewStatus(msgspec.Struct):
    """What a client sends to post."""

    status: str = ""
    media_ids: tuple[str, ...] = ()
    poll: NewPoll | None = None
    in_reply_to_id: str | None = None
    sensitive: bool | None = None
    spoiler_text: str = ""
    visibility: str | None = None
    local_only: bool = False
    language: str | None = None
    quoted_status_id: str | None = None
    quote_approval_policy: str | None = None


class Several(msgspec.Struct):
    """Ids of posts."""

    id: tuple[str, ...] = ()


async def create(call: Call) -> web.Response:
    """Write and publish. A repeat with the same ``Idempotency-Key`` gets what was made first."""
    me, env, wanted = call.account_id, call.env, await call.parameters(NewStatus)
    key = _key(call)
    if key is not None:
        made = await call.site.read(
            lambda tx: idempotency.made(tx, me, key, env.now() - IDEMPOTENT_FOR)
        )
        if made is not None:
            return await _shown(call, made)
    words = await _words(call, wanted)

    def write(tx: Tx) -> int:
        if key is not None:
            held = idempotency.made(tx, me, key, env.now() - IDEMPOTENT_FOR)
            if held is not None:
                return held
        given = wanted.visibility
        if given is None and words.in_reply_to is None:
            account = actors.account_of(tx, me)
            given = None if account is None else account.posting_visibility
        if wanted.local_only:
            given = "local"
        said = replace(words, visibility=audiences.chosen(tx, given, words.in_reply_to))
        post_id = posts.create_post(tx, env, me, said)
        if key is not None:
            idempotency.remember(tx, me, key, post_id, env.now())
        return post_id

    return await _shown(call, await call.site.write(write))


async def _words(call: Call, wanted: NewStatus) -> Words:
    site, me, now = call.site, call.account_id, call.env.now()
    if not wanted.status.strip() and not wanted.media_ids and wanted.quoted_status_id is None:
        raise invalid("text", "can't be blank", "ERR_BLANK")
    poll = None
    if wanted.poll is not None and wanted.poll.options:
        poll = PollWords(
            tuple(option.strip() for option in wanted.poll.options if option.strip()),
            wanted.poll.multiple,
            now + wanted.poll.expires_in * SECOND,
        )
    answered = await _named(call, wanted.in_reply_to_id)
    quoted = await _named(call, wanted.quoted_status_id)
    return Words(
        body=await authoring.compose_text(site, wanted.status),
        summary=wanted.spoiler_text.strip(),
        language=authoring.check_language(wanted.language or None),
        in_reply_to=await authoring.reply_target(site, answered, me),
        media_ids=tuple(_media_id(given) for given in wanted.media_ids),
        poll=poll,
        quote=await authoring.quote_target(site, quoted, me),
        quote_policy=wanted.quote_approval_policy,
    )


async def _named(call: Call, given: str | None) -> str | None:
    """The identifier of the post that a client means. ``ApiError`` (404) for none."""
    if not given:
        return None
    number, me, env = read_id(given), call.account_id, call.env

    def read(tx: Tx) -> str:
        post = None if number is None else _meant(tx, number)
        # One answer for what is not there and what is not theirs: a draft's id could be guessed.
        if post is None or post.state != "published":
            raise not_found()
        one_post(tx, env, post, me)
        return post.uri

    return await call.site.read(read)


def _media_id(given: str) -> int:
    number = read_id(given)
    if number is None:
        raise invalid("media_ids", "hold something that is no id")
    return number


def _key(call: Call) -> str | None:
    given = call.request.headers.get("Idempotency-Key", "")
    return hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest() if given else None


async def show(call: Call) -> web.Response:
    """One post or boost."""
    number, stale, env = call.path_id(), Stale(), call.env

    def read(tx: Tx) -> Document:
        post, boost = found(tx, number)
        one_post(tx, env, post, call.viewer_id, stale)
        if boost is not None:
            return statuses.one_boost(tx, env, boost, post, call.viewer_id)
        return statuses.one(tx, env, post, call.viewer_id, stale)

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
        return statuses.statuses(tx, env, statuses.plain(shown), call.viewer_id)

    return answer(await call.site.read(read))


async def context(call: Call) -> web.Response:
    """What a post answers, and what answers it; what is missing is fetched in the background."""
    number, env, viewer_id = call.path_id(), call.env, call.viewer_id

    def read(tx: Tx) -> tuple[int, Document]:
        post, _ = found(tx, number)
        one_post(tx, env, post, viewer_id)
        above, below = ancestors(tx, post, viewer_id), descendants(tx, post, viewer_id=viewer_id)
        kept = hiding.hidden(tx, env.now(), viewer_id, [*above, *below])
        shown = [one for one in (*above, *below) if one.id not in kept]
        made = statuses.statuses(tx, env, statuses.plain(shown), viewer_id)
        split = sum(one.id not in kept for one in above)
        return post.id, {"ancestors": made[:split], "descendants": made[split:]}

    post_id, document = await call.site.read(read)
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
        if post.author_id != me or post.state != "published":
            raise not_found()
        view = one_post(tx, env, post, me)
        document = statuses.one(tx, env, post, me)
        document["text"] = view.text
        for item in post_media.media_of(tx, post_ids=[post.id]):
            post_media.change_media(tx, item.id, post_id=None)
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

    Raises ``ApiError`` and ``ServiceError`` that answer 404: a draft's id could be guessed.
    """
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


async def _shown(call: Call, post_id: int) -> web.Response:
    def read(tx: Tx) -> Document:
        post = stored_posts.post(tx, post_id)
        if post is None or post.state == "deleted":
            raise not_found()
        return statuses.one(tx, call.env, post, call.viewer_id)

    return answer(await call.site.read(read))
