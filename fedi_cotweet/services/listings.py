"""Timelines besides home: a hashtag's, a list's, direct posts, what a search finds."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.domain.terms import fold_tag, query_terms
from fedi_cotweet.services import hiding, lists
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.reading import Entry, entries_page, visible_page
from fedi_cotweet.services.views import TimelinePage
from storage.engine import Tx
from storage.models import Post
from storage.queries import audiences, tags
from storage.queries import lists as list_queries
from storage.queries import search as search_queries

LONGEST_SEARCH = 500


def tag_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    name: str,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """Public posts with a hashtag, of all servers, as far as they are known here."""
    tag = fold_tag(name)
    if tag is None:
        raise not_found("hashtag")

    def fetch(older: int | None, count: int) -> list[Post]:
        return tags.page(tx, tag, older, count)

    return visible_page(tx, env, viewer_id, fetch, hiding.PUBLIC, before, limit, stale)


def direct_page(
    tx: Tx,
    env: Env,
    account_id: int,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """Direct posts by somebody here and to them, of all servers."""

    def fetch(older: int | None, count: int) -> list[Post]:
        return audiences.direct_page(tx, account_id, older, count)

    return visible_page(tx, env, account_id, fetch, hiding.BY_ITSELF, before, limit, stale)


def search_page(
    tx: Tx,
    env: Env,
    viewer_id: int | None,
    words: str,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """Public posts with all these words, by people who let themselves be found, and one's own.

    The newest here first: ``before`` is a post's id. Raises ``no_words`` (422).
    """
    terms = query_terms(words[:LONGEST_SEARCH])
    if not terms:
        raise ServiceError(
            "no_words", 422, "There is no word to search for.", "Write letters or digits."
        )

    def fetch(older: int | None, count: int) -> list[Post]:
        return search_queries.find(tx, terms, viewer_id, older, count)

    return visible_page(
        tx, env, viewer_id, fetch, hiding.SEARCH, before, limit, stale, lambda post: post.id
    )


def list_page(
    tx: Tx,
    env: Env,
    account_id: int,
    list_id: int,
    *,
    before: int | None = None,
    limit: int = 20,
    stale: Stale | None = None,
) -> TimelinePage:
    """What of a reader's home timeline is by people on a list of theirs, or boosted by them."""
    lists.own_list(tx, account_id, list_id)

    def fetch(older: int | None, count: int) -> Sequence[Entry]:
        return list_queries.page(tx, account_id, list_id, older, count)

    return entries_page(tx, env, account_id, fetch, before, limit, stale)
