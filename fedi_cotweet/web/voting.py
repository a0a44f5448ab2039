"""Voting in the poll of a post, on its page."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.services import polls
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.reading import one_post
from fedi_cotweet.web.visits import Visit, as_id, see
from storage.engine import Tx
from storage.queries import posts

MOST_CHOICES = 64


async def vote(visit: Visit) -> web.Response:
    """Count the choices of the form, and show the poll again."""
    viewer = visit.need_viewer()
    await visit.own_form(viewer)
    post_id = as_id(visit.request.match_info["id"])
    sent = (await visit.request.post()).getall("choice", [])[:MOST_CHOICES]
    choices = [int(str(value)) for value in sent if str(value) in _POSITIONS]

    def write(tx: Tx) -> str:
        page = one_post(tx, visit.env, posts.post(tx, post_id), viewer.account_id).page
        try:
            polls.vote(tx, visit.env, viewer.account_id, post_id, choices)
        except ServiceError as error:
            # What the page shows anyway: that it is over, or how they voted before.
            if error.status == 404:
                raise
        return page

    return see(await visit.site.write(write))


_POSITIONS = frozenset(str(position) for position in range(MOST_CHOICES))
