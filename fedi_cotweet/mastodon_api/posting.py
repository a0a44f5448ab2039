"""Posts written: published at once, or as drafts that their co-authors are asked about."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.limits import IDEMPOTENT_FOR, SECOND
from fedi_cotweet.mastodon_api import scheduled
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.cotweets import person_with
from fedi_cotweet.mastodon_api.entities import cotweets
from fedi_cotweet.mastodon_api.entities.cotweets import Document
from fedi_cotweet.mastodon_api.entities.statuses import VISIBILITIES
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.mastodon_api.statuses import readable
from fedi_cotweet.services import audiences, authoring, drafts, posts, quotable, scheduling
from fedi_cotweet.services.words import PollWords, Words
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, idempotency
from storage.queries import posts as stored_posts
from storage.queries import scheduled as stored_scheduled

MOST_CO_AUTHORS: Final = 20


class NewPoll(msgspec.Struct):
    """``expires_in`` in seconds."""

    options: tuple[str, ...] = ()
    expires_in: int = 86_400
    multiple: bool = False
    hide_totals: bool = False


class Wishes(msgspec.Struct):
    """How co-authors are asked. ``mode``: what to do when somebody declines; ``expires_in``: how
    long invites stay open, in seconds; ``by_message``: ask those by direct message whose servers
    know nothing of co-authors."""

    mode: str | None = None
    expires_in: int | None = None
    by_message: bool = False


class NewStatus(msgspec.Struct):
    """What a client sends to post. With ``co_authors`` (handles) or ``co_author_ids`` it becomes a
    draft, which is published when they agreed, and not before ``scheduled_at``."""

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
    scheduled_at: str | None = None
    co_authors: tuple[str, ...] = ()
    co_author_ids: tuple[str, ...] = ()
    cotweet: Wishes | None = None


async def create(call: Call) -> web.Response:
    """Write. A repeat with the same ``Idempotency-Key`` gets what was made first: nobody is asked
    twice."""
    me, env, wanted = call.account_id, call.env, await call.parameters(NewStatus)
    key = _key(call)
    if key is not None:
        made = await call.site.read(lambda tx: _made(tx, call, key))
        if made is not None:
            return await _shown(call, made)
    publish_at = _publish_at(wanted)
    co_authors = await _co_authors(call, wanted)
    words = await _words(call, wanted)

    def write(tx: Tx) -> int:
        if key is not None:
            held = _made(tx, call, key)
            if held is not None:
                return held
        said = _decided(tx, me, wanted, words)
        if co_authors:
            how = wanted.cotweet or Wishes()
            post_id = drafts.create_draft(
                tx,
                env,
                me,
                said,
                co_authors,
                mode=how.mode,
                expires_in=None if how.expires_in is None else how.expires_in * SECOND,
                by_message=how.by_message,
                publish_at=publish_at,
            )
        elif publish_at is not None:
            asked = _asked(tx, me, wanted, said)
            return scheduling.schedule(tx, env, me, said, publish_at, asked=asked, key=key or "")
        else:
            post_id = posts.create_post(tx, env, me, said, to_oneself=True)
        if key is not None:
            idempotency.remember(tx, me, key, post_id, env.now())
        return post_id

    return await _shown(call, await call.site.write(write))


def _made(tx: Tx, call: Call, key: str) -> int | None:
    """The id of the post that was made with this key before, or that waits for its time."""
    me, since = call.account_id, call.env.now() - IDEMPOTENT_FOR
    return idempotency.made(tx, me, key, since) or stored_scheduled.made(tx, me, key)


def _asked(tx: Tx, me: int, wanted: NewStatus, said: Words) -> dict[str, Any]:
    """The ``params`` of a ``ScheduledStatus``: what was sent, with what was left to settings."""
    poll = wanted.poll
    return {
        "text": wanted.status,
        "media_ids": list(wanted.media_ids) or None,
        "sensitive": said.sensitive,
        "spoiler_text": wanted.spoiler_text or None,
        "visibility": VISIBILITIES.get(said.visibility, said.visibility),
        "scheduled_at": None,
        "poll": None if poll is None or not poll.options else msgspec.to_builtins(poll),
        "idempotency": None,
        "with_rate_limit": False,
        "application_id": 0,
        "language": said.language,
        "in_reply_to_id": read_id(wanted.in_reply_to_id or ""),
        "quoted_status_id": wanted.quoted_status_id or None,
        "quote_approval_policy": quotable.policy_for(
            tx, me, wanted.quote_approval_policy, said.visibility
        ),
    }


def _decided(tx: Tx, me: int, wanted: NewStatus, words: Words) -> Words:
    """The words with what their author leaves to their settings."""
    account = actors.account_of(tx, me)
    given, sensitive = wanted.visibility, wanted.sensitive
    if given is None and words.in_reply_to is None and account is not None:
        given = account.posting_visibility
    if sensitive is None:
        sensitive = account is not None and account.posting_sensitive
    if wanted.local_only:
        given = "local"
    return replace(
        words,
        visibility=audiences.chosen(tx, given, words.in_reply_to),
        sensitive=sensitive,
        language=words.language or (None if account is None else account.posting_language),
    )


def _publish_at(wanted: NewStatus) -> int | None:
    if not wanted.scheduled_at:
        return None
    return scheduled.time_of(wanted.scheduled_at)


async def _co_authors(call: Call, wanted: NewStatus) -> list[Actor]:
    if len(wanted.co_authors) + len(wanted.co_author_ids) > MOST_CO_AUTHORS:
        raise invalid("co_authors", "are too many", "ERR_TOO_MANY")
    named = await asyncio.gather(
        *(authoring.find_person(call.site, handle) for handle in wanted.co_authors)
    )
    known = [await person_with(call, given) for given in wanted.co_author_ids]
    return list({person.id: person for person in (*named, *known)}.values())


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
            wanted.poll.hide_totals,
        )
    answered = await _named(call, wanted.in_reply_to_id)
    quoted = await _named(call, wanted.quoted_status_id)
    return Words(
        body=await authoring.compose_text(site, wanted.status),
        summary=wanted.spoiler_text.strip(),
        language=authoring.check_language(wanted.language or None),
        in_reply_to=await authoring.reply_target(site, answered, me),
        media_ids=tuple(media_id(given) for given in wanted.media_ids),
        poll=poll,
        quote=await authoring.quote_target(site, quoted, me),
        quote_policy=wanted.quote_approval_policy,
    )


async def _named(call: Call, given: str | None) -> str | None:
    """The identifier of the post that a client means. ``ApiError`` (404) for none."""
    if not given:
        return None
    number, me, env = read_id(given), call.account_id, call.env
    if number is None:
        raise not_found()
    return await call.site.read(lambda tx: readable(tx, env, number, me).uri)


def media_id(given: str) -> int:
    """The id of an upload, or ``ApiError`` (422)."""
    number = read_id(given)
    if number is None:
        raise invalid("media_ids", "hold something that is no id")
    return number


def _key(call: Call) -> str | None:
    given = call.request.headers.get("Idempotency-Key", "")
    return hashlib.sha256(given.encode("utf-8", "surrogateescape")).hexdigest() if given else None


async def _shown(call: Call, post_id: int) -> web.Response:
    def read(tx: Tx) -> Document:
        waiting = stored_scheduled.own(tx, call.account_id, post_id)
        if waiting is not None:
            return scheduled.shown(tx, call.env, waiting)
        post = stored_posts.post(tx, post_id)
        if post is None or post.state == "deleted":
            raise not_found()
        return cotweets.status(tx, call.env, post, call.viewer_id)

    return answer(await call.site.read(read))
