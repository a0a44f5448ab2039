"""What posts say and said: their source, their versions, changes to them."""

from __future__ import annotations

from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import edits
from fedi_cotweet.mastodon_api.entities.edits import Document
from fedi_cotweet.mastodon_api.errors import not_found
from fedi_cotweet.mastodon_api.statuses import found, readable
from fedi_cotweet.services import history
from fedi_cotweet.services.reading import one_post
from storage.engine import Tx


async def source(call: Call) -> web.Response:
    """What its author typed, for them alone."""
    me, number, env = call.account_id, call.path_id(), call.env

    def read(tx: Tx) -> Document:
        post, _ = found(tx, number)
        if post.author_id != me or post.state == "deleted":
            raise not_found()
        view = one_post(tx, env, post, me)
        return {"id": str(post.sort_id), "text": view.text, "spoiler_text": post.summary}

    return answer(await call.site.read(read))


async def versions(call: Call) -> web.Response:
    """All versions that are kept, the first of them first."""
    number, env, viewer_id = call.path_id(), call.env, call.viewer_id

    def read(tx: Tx) -> list[Document]:
        post = readable(tx, env, number, viewer_id)
        return edits.versions(tx, env, post, history.post_history(tx, env, post, viewer_id))

    return answer(await call.site.read(read))
