"""``Filter`` and what belongs to it, in both versions, and why a Status is filtered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services.views import FilteredView
from storage.engine import Tx
from storage.models import Filter, FilterKeyword, FilterPost
from storage.queries import filters as stored

Document = dict[str, Any]


def documents(tx: Tx, held: Sequence[Filter]) -> list[Document]:
    """``Filter`` of each, with all that it is about."""
    ids = [one.id for one in held]
    keywords: dict[int, list[Document]] = {key: [] for key in ids}
    for row in stored.keywords_of(tx, ids):
        keywords[row.filter_id].append(keyword(row))
    posts: dict[int, list[Document]] = {key: [] for key in ids}
    for entry, place in stored.posts_of(tx, ids):
        posts[entry.filter_id].append(post(entry, place))
    return [
        {
            **_head(str(one.id), one.title, one.contexts, one.expires_at, one.action),
            "keywords": keywords[one.id],
            "statuses": posts[one.id],
        }
        for one in held
    ]


def keyword(held: FilterKeyword) -> Document:
    """``FilterKeyword``."""
    return {"id": str(held.id), "keyword": held.keyword, "whole_word": held.whole_word}


def post(held: FilterPost, place: int) -> Document:
    """``FilterStatus``; ``place``: the number of the post for clients."""
    return {"id": str(held.id), "status_id": str(place)}


def first_version(held: Filter, word: FilterKeyword) -> Document:
    """``V1::Filter``: there each keyword is a filter."""
    return {
        "id": str(word.id),
        "phrase": word.keyword,
        "context": held.contexts,
        "whole_word": word.whole_word,
        "expires_at": None if held.expires_at is None else moment(held.expires_at),
        "irreversible": held.action == "hide",
    }


def results(found: Sequence[FilteredView], place: int) -> list[Document]:
    """``FilterResult`` of each filter that is about a post of this number."""
    return [
        {
            "filter": _head(one.id, one.title, one.contexts, one.expires_at, one.action),
            "keyword_matches": list(one.keywords) or None,
            "status_matches": [str(place)] if one.itself else None,
        }
        for one in found
    ]


def _head(
    number: str, title: str, contexts: Sequence[str], expires_at: int | None, action: str
) -> Document:
    return {
        "id": number,
        "title": title,
        "context": list(contexts),
        "expires_at": None if expires_at is None else moment(expires_at),
        "filter_action": action,
    }
