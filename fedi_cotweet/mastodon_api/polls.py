"""Polls. One has the number of its post."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document
from fedi_cotweet.mastodon_api.errors import ApiError, not_found
from fedi_cotweet.mastodon_api.statuses import readable
from fedi_cotweet.services import polls
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx

_WRONG: Final = {
    "bad_vote": "The chosen vote option does not exist",
    "own_poll": "You cannot vote in your own polls",
    "poll_over": "The poll has already ended",
    "voted_before": "You have already voted on this poll",
}
"""Why a vote does not count, as clients of Mastodon read it."""


class Vote(msgspec.Struct):
    """``choices``: positions from 0."""

    choices: tuple[int, ...] = ()


async def show(call: Call) -> web.Response:
    """The poll of a post."""
    number = call.path_id()
    return answer(await call.site.read(lambda tx: _poll(call, tx, number)))


async def vote(call: Call) -> web.Response:
    """Vote, once."""
    me, number, env = call.account_id, call.path_id(), call.env
    choices = (await call.parameters(Vote)).choices

    def write(tx: Tx) -> Document:
        if len(set(choices)) > 1 and not _poll(call, tx, number)["multiple"]:
            # Mastodon takes them one by one, and so refuses the second.
            raise ApiError(422, f"Validation failed: {_WRONG['voted_before']}")
        polls.vote(tx, env, me, readable(tx, env, number, me).id, choices)
        return _poll(call, tx, number)

    try:
        return answer(await call.site.write(write))
    except ServiceError as error:
        if error.code in _WRONG:
            raise ApiError(422, f"Validation failed: {_WRONG[error.code]}") from error
        raise


def _poll(call: Call, tx: Tx, number: int) -> Document:
    post = readable(tx, call.env, number, call.viewer_id)
    poll: Document | None = statuses.one(tx, call.env, post, call.viewer_id)["poll"]
    if poll is None:
        raise not_found()
    return poll
