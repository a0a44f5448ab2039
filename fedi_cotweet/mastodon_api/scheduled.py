"""Posts that wait for their time."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from aiohttp import web

from activitypub.vocab.reading import parse_time
from fedi_cotweet.mastodon_api.answers import answer, page
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import attachments
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.services import scheduling
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import ScheduledPost
from storage.queries import post_media
from storage.queries import scheduled as stored

Document = dict[str, Any]
MOST: Final = 40


class NewTime(msgspec.Struct):
    """``scheduled_at``: RFC 3339."""

    scheduled_at: str = ""


async def listed(call: Call) -> web.Response:
    """The reader's own, newest first."""
    me, env, window = call.account_id, call.env, call.window(20, MOST)

    def read(tx: Tx) -> tuple[list[Document], list[int]]:
        found = sorted(stored.of_account(tx, me, window), key=lambda one: one.id, reverse=True)
        return [shown(tx, env, one) for one in found], [one.id for one in found]

    made, places = await call.site.read(read)
    return page(call.request, env.addresses.base, made, places)


async def show(call: Call) -> web.Response:
    """One of them."""
    me, number, env = call.account_id, call.path_id(), call.env
    return answer(await call.site.read(lambda tx: shown(tx, env, scheduling.own(tx, me, number))))


async def postpone(call: Call) -> web.Response:
    """Another time for one."""
    me, number, env = call.account_id, call.path_id(), call.env
    at = time_of((await call.parameters(NewTime)).scheduled_at)

    def write(tx: Tx) -> Document:
        return shown(tx, env, scheduling.postpone(tx, env, me, number, at))

    return answer(await call.site.write(write))


async def cancel(call: Call) -> web.Response:
    """Never publish it."""
    me, number = call.account_id, call.path_id()
    await call.site.write(lambda tx: scheduling.cancel(tx, me, number))
    return answer({})


def time_of(given: str) -> int:
    """Milliseconds, or ``ApiError`` (422) that says what is wrong."""
    at = parse_time(given)
    if at is None:
        # The words are Mastodon's, which apps look for; what is wrong is said beside them.
        why = "is no time: write it as 2030-01-31T18:00:00.000Z"
        details = {"scheduled_at": [{"error": "ERR_INVALID", "description": why}]}
        raise ApiError(422, "Record invalid", details=details)
    return at


def shown(tx: Tx, env: Env, held: ScheduledPost) -> Document:
    """A ``ScheduledStatus``; ``failure`` is ours, and there where it could not be published."""
    ids = held.words["media_ids"]
    media = [one for one in (post_media.media(tx, number) for number in ids) if one is not None]
    document: Document = {
        "id": str(held.id),
        "scheduled_at": moment(held.publish_at),
        "params": held.asked,
        "media_attachments": [attachments.upload(env, one) for one in media],
    }
    return document | ({"failure": held.failure} if held.failure else {})
