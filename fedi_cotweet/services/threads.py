"""Threads: what a post answers and what answers it, as far as it is known here."""

from __future__ import annotations

from fedi_cotweet.services import hiding
from fedi_cotweet.services.conversations import ancestors, descendants
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale, post_views
from fedi_cotweet.services.reading import one_post
from fedi_cotweet.services.thread_views import ThreadView
from fedi_cotweet.services.views import PostView
from storage.engine import Tx
from storage.models import Post
from storage.queries import crawls, interactions


def around(
    tx: Tx, env: Env, post: Post, viewer_id: int | None = None
) -> tuple[tuple[PostView, ...], tuple[PostView, ...]]:
    """(ancestors, descendants) of a post, as far as they are meant to be seen by the viewer."""
    above, below = ancestors(tx, post, viewer_id), descendants(tx, post, viewer_id=viewer_id)
    kept = hiding.hidden(tx, env.now(), viewer_id, [*above, *below], looking=hiding.THREAD)
    shown = [one for one in (*above, *below) if one.id not in kept]
    views = post_views(tx, env, shown, viewer_id=viewer_id, context="thread")
    split = sum(one.id not in kept for one in above)
    return views[:split], views[split:]


def thread(
    tx: Tx, env: Env, post: Post | None, viewer_id: int | None, stale: Stale | None = None
) -> ThreadView:
    """A post in its thread for one viewer; ``ServiceError`` as for the post alone."""
    view = one_post(tx, env, post, viewer_id, stale)
    assert post is not None, "one_post raises for none"
    above, below = around(tx, env, post, viewer_id)
    return ThreadView(above, view, below, waiting(tx, post))


def waiting(tx: Tx, post: Post) -> int:
    """How many addresses are still to be asked for more of a post's thread."""
    found = crawls.crawls_of(tx, [one.uri for one in (*ancestors(tx, post), post)])
    return sum(crawls.count_waiting(tx, crawl.id) for crawl in found)


def listed(tx: Tx, env: Env, first: Post) -> list[str]:
    """All of a thread that may be shown to everybody, oldest first, its first post before all."""
    below = descendants(tx, first)
    kept = hiding.hidden(tx, env.now(), None, below)
    shown = sorted((one for one in below if one.id not in kept), key=lambda one: one.sort_id)
    return [first.uri, *(one.uri for one in shown)]


def replies_page(
    tx: Tx, env: Env, post: Post, after: int | None, limit: int
) -> tuple[list[str], int | None]:
    """A page of the answers to a post that may be shown to everybody; after which the next begins.

    Oldest first. ``None``: there are no more.
    """
    page = interactions.replies_to(tx, post.uri, limit, after=after)
    kept = hiding.hidden(tx, env.now(), None, page)
    return [one.uri for one in page if one.id not in kept], (
        page[-1].sort_id if len(page) == limit else None
    )
