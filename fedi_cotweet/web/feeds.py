"""Feeds of profiles and hashtags: the same for everybody, so nobody's session is looked at."""

from __future__ import annotations

import hashlib
from email.utils import formatdate

from aiohttp import web

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.languages.wording import said, say
from fedi_cotweet.services import listings, reading
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.web.paths import PATHS
from fedi_cotweet.web.reading import person_named
from fedi_cotweet.web.syndication import FORMATS, MEDIA_TYPES, Feed
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

HEADERS = {
    "Cache-Control": "public, max-age=180",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    # Stops markup in a feed from acting as a page of ours, should a browser ever show it as one.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


async def profile(visit: Visit) -> web.Response:
    """The posts of somebody here, co-authored ones among them, but not those they hide."""
    name, window, stale = visit.request.match_info["name"], visit.window(), Stale()

    def find(tx: Tx) -> tuple[Feed, bool]:
        actor = person_named(tx, visit, name)
        view = reading.profile(tx, visit.env, actor, window=window, stale=stale)
        feed = Feed(
            title=f"{view.author.name} (@{view.author.handle})",
            description=view.summary or said(say("Posts by {who}", who=f"@{view.author.handle}")),
            page=view.author.url,
            path=view.author.url,
            posts=view.page.posts,
            next_before=view.page.next_before,
            authors=(view.author,),
        )
        return feed, actor.indexable

    feed, indexable = await visit.site.read(find)
    visit.pages.rechecks.ask(stale.post_ids)
    return _answer(visit, feed, indexable=indexable)


async def tag(visit: Visit) -> web.Response:
    """Public posts with a hashtag."""
    name, window, stale = fold_tag(visit.request.match_info["tag"]), visit.window(), Stale()
    if name is None:
        raise not_found("hashtag")
    page = await visit.site.read(
        lambda tx: listings.tag_page(tx, visit.env, None, name, window=window, stale=stale)
    )
    visit.pages.rechecks.ask(stale.post_ids)
    feed = Feed(
        title=f"#{name} · {visit.instance.name}",
        description=said(say("Public posts with {tag}", tag=f"#{name}")),
        page=PATHS.tag(name),
        path=PATHS.tag(name),
        posts=page.posts,
        next_before=page.next_before,
    )
    return _answer(visit, feed, indexable=False)


def _answer(visit: Visit, feed: Feed, *, indexable: bool) -> web.Response:
    form = visit.request.match_info["format"]
    body = FORMATS[form](feed, visit.instance)
    tag = hashlib.sha256(body).hexdigest()[:32]
    headers = {**HEADERS, "ETag": f'"{tag}"'}
    if feed.updated_at:
        headers["Last-Modified"] = formatdate(feed.updated_at // 1_000, usegmt=True)
    if not indexable:
        headers["X-Robots-Tag"] = "noindex, noarchive"
    known = visit.request.if_none_match or ()
    # If-Modified-Since does not count: a name that was withdrawn makes nothing newer, and must go
    # from the copies that readers hold.
    if any(held.value in (tag, "*") for held in known):
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=body,
        headers={**headers, "Content-Type": f"{MEDIA_TYPES[form]}; charset=utf-8"},
    )
