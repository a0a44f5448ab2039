"""Quotes of posts: who made them, taken out again, who may."""

from __future__ import annotations

import msgspec
from aiohttp import web

from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.mastodon_api.statuses import found, readable
from fedi_cotweet.mastodon_api.timelines import found_posts
from fedi_cotweet.services import hiding, quotable, quote_requests
from storage.engine import Tx
from storage.queries import posts as stored
from storage.queries import quotes, quoting


class Policy(msgspec.Struct):
    """Who may quote: ``public``, ``followers``, ``nobody``, or ``ask``, which is ours."""

    quote_approval_policy: str = ""


async def of_post(call: Call) -> web.Response:
    """The posts that quote one, as far as the caller may read them."""
    number, env, viewer_id = call.path_id(), call.env, call.viewer_id
    uri = await call.site.read(lambda tx: readable(tx, env, number, viewer_id).uri)
    return await found_posts(
        call, lambda tx, window: quoting.quoting(tx, uri, window), hiding.BY_ITSELF
    )


async def revoke(call: Call) -> web.Response:
    """Take a post of one's own out of one that quotes it; the answer is that."""
    me, env = call.account_id, call.env
    number, other = call.path_id(), call.path_id("quoting_status_id")

    def write(tx: Tx) -> Document:
        quoted, post = readable(tx, env, number, me), readable(tx, env, other, me)
        held = quotes.quote(tx, post.id)
        if held is None or held.quoted_uri != quoted.uri:
            raise not_found()
        quote_requests.veto(tx, env, me, post.id)
        return statuses.one(tx, env, stored.post(tx, post.id) or post, me)

    return answer(await call.site.write(write))


async def set_policy(call: Call) -> web.Response:
    """Who may quote a post of one's own from now on."""
    me, number, env = call.account_id, call.path_id(), call.env
    policy = (await call.parameters(Policy)).quote_approval_policy

    def write(tx: Tx) -> Document:
        post, _ = found(tx, number)
        if post.author_id != me or post.state != "published":
            raise not_found()
        if not policy:
            raise invalid("quote_approval_policy", "can't be blank", "ERR_BLANK")
        quotable.set_policy(tx, env, me, post.id, policy)
        return statuses.one(tx, env, stored.post(tx, post.id) or post, me)

    return answer(await call.site.write(write))
