"""Timelines besides home: a hashtag's, a list's, direct posts, what a search finds."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.domain.terms import fold_tag, query_terms
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import hiding, lists
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.reading import NEWEST, entries_page, visible_page
from fedi_cotweet.services.views import TimelinePage
from storage.engine import Tx
from storage.models import Post
from storage.queries import audiences, bookmarks, reacted, timelines
from storage.queries import search as search_queries
from storage.queries.timelines import Entry

LONGEST_SEARCH = 500


def tag_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    name: str,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """Public posts with a hashtag, of all servers, as far as they are known here."""
    tag = fold_tag(name)
    if tag is None:
        raise not_found("hashtag")

    def fetch(asked: Window) -> list[Post]:
        return timelines.with_tag(tx, tag, asked)

    return visible_page(tx, env, viewer_id, fetch, hiding.PUBLIC, window, stale)


def direct_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """Direct posts by somebody here and to them, of all servers."""

    def fetch(asked: Window) -> list[Post]:
        return audiences.direct_posts(tx, account_id, asked)

    return visible_page(tx, env, account_id, fetch, hiding.BY_ITSELF, window, stale)


def kept_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """What somebody bookmarked, the last first, as far as they may still read it."""

    def fetch(asked: Window) -> list[Entry]:
        found = bookmarks.kept(tx, account_id, asked)
        return [(post_id, place, None) for post_id, place in found]

    return entries_page(tx, env, account_id, fetch, window, stale, hiding.BY_ITSELF)


def liked_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """What somebody likes, the last first, as far as they may still read it."""

    def fetch(asked: Window) -> list[Entry]:
        return [(post_id, place, None) for post_id, place in reacted.liked(tx, account_id, asked)]

    return entries_page(tx, env, account_id, fetch, window, stale, hiding.BY_ITSELF)


def search_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    words: str,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """Public posts with all these words, by people who let themselves be found, and one's own.

    The newest here first: the window counts in their ids. Raises ``no_words`` (422).
    """
    terms = query_terms(words[:LONGEST_SEARCH])
    if not terms:
        raise ServiceError(
            "no_words", 422, "There is no word to search for.", "Write letters or digits."
        )

    def fetch(asked: Window) -> list[Post]:
        return search_queries.find(tx, terms, viewer_id, asked)

    return visible_page(
        tx, env, viewer_id, fetch, hiding.SEARCH, window, stale, lambda post: post.id
    )


def list_page(
    tx: Tx,
    env: Env,
    account_id: int,
    list_id: int,
    *,
    window: Window = NEWEST,
    stale: Stale | None = None,
) -> TimelinePage:
    """What of a reader's home timeline is by people on a list of theirs, or boosted by them."""
    lists.own_list(tx, account_id, list_id)

    def fetch(asked: Window) -> Sequence[Entry]:
        return timelines.of_list(tx, account_id, list_id, asked)

    return entries_page(tx, env, account_id, fetch, window, stale)
