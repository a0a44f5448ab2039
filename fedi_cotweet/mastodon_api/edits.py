"""What posts say and said: their source, their versions, changes to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.limits import SECOND
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import cotweets, edits
from fedi_cotweet.mastodon_api.entities.edits import Document
from fedi_cotweet.mastodon_api.errors import ApiError, invalid, not_found
from fedi_cotweet.mastodon_api.posting import NewPoll, media_id
from fedi_cotweet.mastodon_api.statuses import found, readable
from fedi_cotweet.services import (
    authoring,
    changes,
    drafts,
    editing,
    history,
    quotable,
    source_texts,
)
from fedi_cotweet.services.describing import check_alt, read_focus
from fedi_cotweet.services.editing import Described
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.words import PollWords, Words, present_words
from storage.engine import Tx
from storage.models import Post
from storage.queries import posts


class Picture(msgspec.Struct):
    """What is said anew of a picture; what is left out stays."""

    id: str = ""
    description: str | None = None
    focus: str | None = None


class Edit(msgspec.Struct):
    """``status``, ``media_ids``, ``language`` and ``poll``: left out, they stay as they are.

    ``spoiler_text`` and ``sensitive`` left out are taken away, as by Mastodon: apps that mean that
    send nothing.
    """

    status: str | None = None
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    media_ids: tuple[str, ...] | None = None
    media_attributes: tuple[Picture, ...] = ()
    poll: NewPoll | None = None
    quote_approval_policy: str | None = None


_ALONE: Final = "of a post with co-authors cannot be changed"


async def update(call: Call) -> web.Response:
    """Change a post. Of a draft everybody is asked anew; a published co-tweet stays as it is until
    all its authors agreed to the change."""
    me, number, env = call.account_id, call.path_id(), call.env
    wanted = await call.parameters(Edit)
    await call.site.read(lambda tx: _own(tx, me, number))
    if wanted.status is not None and not wanted.status.strip() and not wanted.media_ids:
        raise invalid("text", "can't be blank", "ERR_BLANK")
    body = None if wanted.status is None else await authoring.compose_text(call.site, wanted.status)
    language = authoring.check_language(wanted.language or None)
    described = [
        Described(
            media_id(item.id),
            alt=None if item.description is None else check_alt(item.description.strip()),
            focal=read_focus(item.focus) if item.focus else None,
        )
        for item in wanted.media_attributes
    ]

    def write(tx: Tx) -> Document:
        post = _own(tx, me, number)
        held = present_words(tx, post, drafts.named_on(tx, post))
        words = replace(
            held,
            body=held.body if body is None else body,
            summary=wanted.spoiler_text.strip(),
            sensitive=wanted.sensitive,
            language=language or post.language,
            media_ids=held.media_ids
            if wanted.media_ids is None
            else tuple(media_id(given) for given in wanted.media_ids),
            poll=_poll(wanted.poll, env.now()),
        )
        if post.state == "draft":
            _alone(held, words, described)
            drafts.edit_draft(tx, env, me, post.id, words)
        else:
            try:
                editing.edit_post(tx, env, me, post.id, words, described)
            except ServiceError as error:
                if error.code != "needs_consent":
                    raise
                _alone(held, words, described)
                changes.offer_change(tx, env, me, post.id, words)
        if wanted.quote_approval_policy is not None:
            quotable.set_policy(tx, env, me, post.id, wanted.quote_approval_policy)
        return cotweets.status(tx, env, posts.post(tx, post.id) or post, me)

    return answer(await call.site.write(write))


def _own(tx: Tx, me: int, number: int) -> Post:
    post, boost = found(tx, number)
    if boost is not None or post.author_id != me or post.state == "deleted":
        raise not_found()
    return post


def _poll(given: NewPoll | None, now: int) -> PollWords | None:
    if given is None or not given.options:
        return None
    options = tuple(option.strip() for option in given.options if option.strip())
    return PollWords(options, given.multiple, now + given.expires_in * SECOND, given.hide_totals)


def _alone(held: Words, words: Words, described: list[Described]) -> None:
    """What only posts of one author can change."""
    if described or held.media_ids != words.media_ids:
        raise ApiError(422, f"Validation failed: Media attachments {_ALONE}")
    if words.poll is not None:
        raise ApiError(422, f"Validation failed: Poll {_ALONE}")


async def source(call: Call) -> web.Response:
    """What its author typed, for them alone."""
    me, number, env = call.account_id, call.path_id(), call.env

    def read(tx: Tx) -> Document:
        post = _own(tx, me, number)
        text = source_texts.of(tx, env, post)
        return {"id": str(post.sort_id), "text": text, "spoiler_text": post.summary}

    return answer(await call.site.read(read))


async def versions(call: Call) -> web.Response:
    """All versions that are kept, the first of them first."""
    number, env, viewer_id = call.path_id(), call.env, call.viewer_id

    def read(tx: Tx) -> list[Document]:
        post = readable(tx, env, number, viewer_id)
        return edits.versions(tx, env, post, history.post_history(tx, env, post, viewer_id))

    return answer(await call.site.read(read))
