"""Who likes and shares what: numbers for everybody, and more for those whose it is.

What a stranger likes is not ours to list: a post's authors read here what they are told anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from aiohttp import web

from activitypub.documents.collection import build_collection, build_page
from activitypub.documents.interactions import build_collections
from activitypub.vocab.terms import AS2
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.federation.routes.answering import CONTEXT, json_answer, missing, number
from fedi_cotweet.federation.routes.bearers import owner_or_none, reader
from fedi_cotweet.services import distances, documents, hiding
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, post_authors, posts, reacted

PAGE: Final = 40
PRIVATE: Final = "private, no-store"
VARY: Final = "Accept, Authorization"
_OF: Final[dict[str, Callable[[Tx, int, Window], list[reacted.Said]]]] = {
    "likes": reacted.likes_of,
    "shares": reacted.boosts_of,
}


async def counted(request: web.Request) -> web.Response:
    """How often a published note was liked or shared; to its authors also by which activities."""
    context = request.app[CONTEXT]
    post_id, name = number(request.match_info["id"]), request.match_info["collection"]
    me, before = await reader(request), number(request.query.get("before", ""))
    pages = "page" in request.query

    def query(tx: Tx) -> dict[str, Any] | None:
        post = None if post_id is None else posts.post(tx, post_id)
        if post is None or not post.local or post.state != "published":
            return None
        if post.visibility not in EVERYBODYS:
            return None
        whole: dict[str, Any] = build_collections(post.uri, documents.totals_of(tx, post))[name]
        mine = me is not None and _is_author(tx, post, me)
        if me is None or not mine or not pages:
            return {"@context": AS2, **whole} | ({"first": f"{whole['id']}?page=1"} if mine else {})
        rows = _OF[name](tx, post.id, Window(PAGE, before=before))
        apart = distances.quiet(tx, context.env.now(), me.id, [row.actor_id for row in rows])
        shown = [row.uri for row in rows if row.actor_id not in apart]
        return _page(whole["id"], before, shown, rows[-1].place if len(rows) == PAGE else None)

    document = await context.runtime.store.read(query)
    if document is None:
        return missing()
    if me is None:
        return json_answer(document, cache="public, max-age=60", vary=VARY)
    return json_answer(document, cache=PRIVATE, vary=VARY)


async def liked(request: web.Request) -> web.Response:
    """The posts that somebody likes, for nobody but themselves."""
    context, name = request.app[CONTEXT], request.match_info["name"]
    me = await owner_or_none(request, "read:favourites")
    collection = context.env.addresses.base + request.path
    before, pages = number(request.query.get("before", "")), "page" in request.query

    def query(tx: Tx) -> dict[str, Any] | None:
        actor = actors.actor_by_uri(tx, context.env.addresses.actor(name))
        gone = actor is None or actor.gone_at is not None or actor.suspended_at is not None
        if actor is None or gone or not actor.local:
            return None
        if me is None or not pages:
            first = None if me is None else f"{collection}?page=1"
            return build_collection(collection, None, first=first)
        return _liked(tx, context.env, me, collection, before)

    document = await context.runtime.store.read(query)
    if document is None:
        return missing()
    cache = "public, max-age=30" if me is None else PRIVATE
    return json_answer(document, cache=cache, vary=VARY)


def _liked(tx: Tx, env: Env, me: Actor, collection: str, before: int | None) -> dict[str, Any]:
    rows = reacted.liked(tx, me.id, Window(PAGE, before=before))
    found = posts.posts_by_id(tx, [post_id for post_id, _ in rows])
    there = [post for post in found.values() if post.state == "published"]
    shown = {
        post.id for post in hiding.visible(tx, env.now(), me.id, there, looking=hiding.BY_ITSELF)
    }
    uris = [found[post_id].uri for post_id, _ in rows if post_id in shown]
    return _page(collection, before, uris, rows[-1][1] if len(rows) == PAGE else None)


def _is_author(tx: Tx, post: Post, me: Actor) -> bool:
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    agreed = [row.actor_id for row in rows if row.state == "verified"]
    return me.id in (post.author_id, *agreed)


def _page(
    collection: str, before: int | None, items: Sequence[str], last: int | None
) -> dict[str, Any]:
    here = f"{collection}?page=1" + (f"&before={before}" if before is not None else "")
    following = f"{collection}?page=1&before={last}" if last is not None else None
    document = build_page(here, collection, items, next=following)
    if not items:
        document.pop("orderedItems")  # an array without items is left out (AS2, section 2)
    return document
