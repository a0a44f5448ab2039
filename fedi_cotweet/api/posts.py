"""Posts of one author."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.services import audiences, history, polls, posts, reading, threads, viewing
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.site import Site
from fedi_cotweet.services.views import PostView
from fedi_cotweet.services.words import PollWords, Words
from storage.engine import Tx
from storage.models import Post
from storage.queries import posts as stored

MOST_TEXT = {"most": 100_000}


@dataclass(frozen=True, slots=True)
class NewPoll:
    """A question: two options or more, open from now on."""

    options: tuple[str, ...]
    ends_in_seconds: int
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class NewPost:
    """``in_reply_to`` and ``quote`` are an id of ours or an address; ``media`` are ids of uploads;
    ``sensitive`` hides them until they are wanted, as a ``summary`` does too.

    ``visibility``: ``public``, ``unlisted``, ``followers``, ``direct`` or ``local``; without it,
    that of the post which is answered, else ``public``.
    ``quote_policy``: who may quote it (``public``, ``followers``, ``ask``, ``nobody``).
    """

    text: str = field(metadata=MOST_TEXT)
    summary: str = ""
    language: str | None = None
    visibility: str | None = None
    in_reply_to: str | None = None
    media: tuple[str, ...] = ()
    sensitive: bool = False
    poll: NewPoll | None = None
    quote: str | None = None
    quote_policy: str | None = None


@dataclass(frozen=True, slots=True)
class Votes:
    """Positions of options, from 0."""

    choices: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is left out stays as it is."""

    text: str = field(metadata=MOST_TEXT)
    summary: str | None = None
    language: str | None = None


async def create_post(call: Call) -> web.Response:
    """Write and publish."""
    account_id = await call.account_id()
    wanted = await call.members(NewPost)
    words = Words(
        body=await texts.compose_text(call.site, wanted.text),
        summary=wanted.summary.strip(),
        language=texts.check_language(wanted.language),
        in_reply_to=await texts.reply_target(call.site, wanted.in_reply_to, account_id),
        media_ids=media_ids(wanted.media),
        poll=poll_words(call.site, wanted.poll),
        quote=await texts.quote_target(call.site, wanted.quote, account_id),
        quote_policy=wanted.quote_policy,
        sensitive=wanted.sensitive,
    )
    env = call.site.env

    def write(tx: Tx) -> PostView:
        visibility = audiences.chosen(tx, wanted.visibility, words.in_reply_to)
        said = replace(words, visibility=visibility)
        return _view(call, tx, posts.create_post(tx, env, account_id, said), account_id)

    return answer(await call.site.write(write), status=201)


async def show_post(call: Call) -> web.Response:
    """One post that the account may see."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    return await _shown(call, await _held(call, post_id), account_id)


async def show_thread(call: Call) -> web.Response:
    """One post in its thread; what is missing of it is fetched in the background."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    post, stale, env = await _held(call, post_id), Stale(), call.site.env
    view = await call.site.read(lambda tx: threads.thread(tx, env, post, account_id, stale))
    await call.rechecks.open_thread(post_id, stranger=False)
    call.rechecks.ask(stale.post_ids)
    return answer(view)


async def show_history(call: Call) -> web.Response:
    """All versions of a post, newest first."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    post, env = await _held(call, post_id), call.site.env
    return answer(await call.site.read(lambda tx: history.post_history(tx, env, post, account_id)))


async def find_post(call: Call) -> web.Response:
    """One post by its address anywhere (``?url=``); it is fetched if it is not known."""
    account_id = await call.account_id()
    url = call.request.query.get("url")
    if not url:
        raise ServiceError("bad_query", 422, "Say which post: ?url=ADDRESS")
    return await _shown(call, await texts.find_post(call.site, url, account_id), account_id)


async def delete_post(call: Call) -> web.Response:
    """Delete a published post for everybody."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    env = call.site.env
    await call.site.write(lambda tx: posts.delete_post(tx, env, account_id, post_id))
    return nothing()


async def vote(call: Call) -> web.Response:
    """Vote in the poll of a post, once."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "poll")
    choices = (await call.members(Votes)).choices
    env = call.site.env

    def write(tx: Tx) -> PostView:
        polls.vote(tx, env, account_id, post_id, choices)
        return _view(call, tx, post_id, account_id)

    return answer(await call.site.write(write))


def poll_words(site: Site, given: NewPoll | None) -> PollWords | None:
    """The poll of a request, ending so many seconds from now."""
    if given is None:
        return None
    seconds = min(given.ends_in_seconds, 366 * 86_400)
    options = tuple(option.strip() for option in given.options)
    return PollWords(options, given.multiple, site.env.now() + seconds * 1_000)


def media_ids(given: tuple[str, ...]) -> tuple[int, ...]:
    """Ids of uploads; what cannot be one does not exist."""
    found = tuple(read_id(text) for text in given)
    if None in found or len(set(found)) != len(found):
        raise ServiceError(
            "no_such_media", 422, "One of the pictures does not exist.", "Upload it again."
        )
    return tuple(number for number in found if number is not None)


async def _held(call: Call, post_id: int) -> Post | None:
    return await call.site.read(lambda tx: stored.post(tx, post_id))


async def _shown(call: Call, post: Post | None, account_id: int) -> web.Response:
    if post is None:
        raise not_found("post")
    stale, env = Stale(), call.site.env

    def find(tx: Tx) -> tuple[PostView, bool]:
        view = reading.one_post(tx, env, post, account_id, stale)
        return view, viewing.counts(tx, env, post, account_id)

    view, counts = await call.site.read(find)
    call.rechecks.ask(stale.post_ids)
    if counts:
        call.site.views.note(post.id)
    return answer(view)


def _view(call: Call, tx: Tx, post_id: int, account_id: int) -> PostView:
    return reading.one_post(tx, call.site.env, stored.post(tx, post_id), account_id)
