"""Changes of posts of one author."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.posts import MOST_TEXT, media_ids
from fedi_cotweet.services import authoring as texts
from fedi_cotweet.services import editing, polls, posts, reading
from fedi_cotweet.services.describing import check_alt, read_focus
from fedi_cotweet.services.editing import Described
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.views import PostView
from fedi_cotweet.services.words import PollWords, present_words
from storage.engine import Tx
from storage.queries import posts as stored


@dataclass(frozen=True, slots=True)
class EditedPicture:
    """``id`` of an upload, or of a picture of the post, which keeps what is left out here."""

    id: str
    alt: str | None = None
    focus: str | None = None


@dataclass(frozen=True, slots=True)
class EditedPoll:
    """With other ``options``, or another ``multiple``, all votes are void."""

    options: tuple[str, ...] | None = None
    ends_in_seconds: int | None = None
    multiple: bool | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What is left out stays as it is. ``media``: all pictures that it will have, in order."""

    text: str | None = field(default=None, metadata=MOST_TEXT)
    summary: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    media: tuple[EditedPicture, ...] | None = None
    poll: EditedPoll | None = None


async def edit_post(call: Call) -> web.Response:
    """Change a published post that has one author."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    wanted = await call.members(Edit)
    await call.site.read(lambda tx: posts.own_post(tx, account_id, post_id))
    body = None if wanted.text is None else await texts.compose_text(call.site, wanted.text)
    language = texts.check_language(wanted.language)
    pictures = None if wanted.media is None else media_ids(tuple(item.id for item in wanted.media))
    described = _described(wanted.media or (), pictures or ())
    env = call.site.env

    def write(tx: Tx) -> PostView:
        post = posts.own_post(tx, account_id, post_id)
        held = present_words(tx, post, ())
        words = replace(
            held,
            body=held.body if body is None else body,
            summary=post.summary if wanted.summary is None else wanted.summary.strip(),
            sensitive=held.sensitive if wanted.sensitive is None else wanted.sensitive,
            language=language or post.language,
            media_ids=held.media_ids if pictures is None else pictures,
            poll=_poll(tx, env, post_id, wanted.poll),
        )
        editing.edit_post(tx, env, account_id, post_id, words, described)
        return reading.one_post(tx, env, stored.post(tx, post_id), account_id)

    return answer(await call.site.write(write))


def _described(given: tuple[EditedPicture, ...], numbers: tuple[int, ...]) -> list[Described]:
    return [
        Described(
            number,
            alt=None if item.alt is None else check_alt(item.alt.strip()),
            focal=None if item.focus is None else read_focus(item.focus),
        )
        for item, number in zip(given, numbers, strict=True)
    ]


def _poll(tx: Tx, env: Env, post_id: int, given: EditedPoll | None) -> PollWords | None:
    """The poll that is wanted: what is not said of it as it is. None: nothing is said."""
    if given is None:
        return None
    held = polls.words_of(tx, post_id) or PollWords(())
    seconds = given.ends_in_seconds
    return PollWords(
        options=held.options
        if given.options is None
        else tuple(option.strip() for option in given.options),
        multiple=held.multiple if given.multiple is None else given.multiple,
        ends_at=held.ends_at if seconds is None else env.now() + min(seconds, 366 * 86_400) * 1_000,
    )
