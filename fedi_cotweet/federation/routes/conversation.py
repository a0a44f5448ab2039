"""The answers to a post of ours, and the whole thread that began with it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from activitypub.documents.collection import build_page
from activitypub.documents.conversation import build_context, build_replies, build_replies_page
from activitypub.vocab.terms import AS2
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, missing, number
from fedi_cotweet.services import documents, threads
from fedi_cotweet.services.audiences import everybodys
from fedi_cotweet.services.conversations import context_address
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors
from storage.queries import posts as post_queries

PAGE: Final = 40
CONTEXT_PAGE: Final = 200
CACHE: Final = "public, max-age=60"


def published(tx: Tx, post_id: int | None) -> Post | None:
    """A post of ours that everybody may see."""
    post = None if post_id is None else post_queries.post(tx, post_id)
    return post if post is not None and post.local and everybodys(post) else None


def replies_member(tx: Tx, env: Env, post: Post) -> dict[str, Any]:
    """The answers to a post with their first page, as the post embeds them."""
    collection, total = f"{post.uri}/replies", documents.totals_of(tx, post).replies or 0
    items, after = threads.replies_page(tx, env, post, None, PAGE)
    return build_replies(collection, items, total=total, next=_next(collection, after))


def _next(collection: str, after: int | None) -> str | None:
    return None if after is None else f"{collection}?page=1&after={after}"


async def replies(request: web.Request) -> web.Response:
    """The answers to a post, oldest first, as far as everybody may see them."""
    context = request.app[CONTEXT]
    post_id, after = number(request.match_info["id"]), number(request.query.get("after", ""))
    paged = "page" in request.query

    def query(tx: Tx) -> dict[str, Any] | None:
        post = published(tx, post_id)
        if post is None:
            return None
        if not paged:
            return replies_member(tx, context.env, post)
        collection = f"{post.uri}/replies"
        items, following = threads.replies_page(tx, context.env, post, after, PAGE)
        here = f"{collection}?page=1" + (f"&after={after}" if after is not None else "")
        return build_replies_page(here, collection, items, next=_next(collection, following))

    found = await context.runtime.store.read(query)
    return missing() if found is None else json_answer({"@context": AS2, **found}, cache=CACHE)


async def context(request: web.Request) -> web.Response:
    """The thread that a post of ours began (FEP-7888, FEP-f228), oldest first."""
    context = request.app[CONTEXT]
    post_id, after = number(request.match_info["id"]), number(request.query.get("after", ""))
    paged = "page" in request.query

    def query(tx: Tx) -> dict[str, Any] | None:
        post = published(tx, post_id)
        author = actors.actor(tx, post.author_id) if post is not None else None
        if post is None or author is None or post.in_reply_to_uri is not None:
            return None
        collection = context_address(post)
        listed = threads.listed(tx, context.env, post)
        if not paged:
            return build_context(collection, author.uri, len(listed))
        start = after or 0
        end = start + CONTEXT_PAGE
        here = f"{collection}?page=1" + (f"&after={after}" if after is not None else "")
        following = f"{collection}?page=1&after={end}" if len(listed) > end else None
        return build_page(here, collection, listed[start:end], next=following)

    found = await context.runtime.store.read(query)
    return missing() if found is None else json_answer(found, cache=CACHE)
