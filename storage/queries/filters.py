"""What readers filter."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select

from storage.dialect import one_of
from storage.models import Filter, FilterKeyword, FilterPost, Post
from storage.queries.rows import add, change, find, many


def filters_of(tx: Connection, account_id: int) -> list[Filter]:
    """A reader's filters, oldest first, those that are over too."""
    return many(tx, Filter, _OF_ACCOUNT, {"account": account_id})


def filter_by_id(tx: Connection, filter_id: int) -> Filter | None:
    """One filter, of whomever."""
    return find(tx, Filter, id=filter_id)


def add_filter(tx: Connection, /, **values: Any) -> None:
    """Insert a filter that is about nothing yet."""
    add(tx, Filter, **values)


def change_filter(tx: Connection, filter_id: int, /, **values: Any) -> None:
    """Change columns of a filter."""
    change(tx, Filter, filter_id, **values)


def remove_filter(tx: Connection, filter_id: int) -> None:
    """Delete a filter with all that it is about."""
    tx.execute(_REMOVE, {"filter": filter_id})


def keywords_of(tx: Connection, filter_ids: Collection[int]) -> list[FilterKeyword]:
    """The keywords of filters, oldest first."""
    return many(tx, FilterKeyword, _KEYWORDS, {"wanted": sorted(filter_ids)}) if filter_ids else []


def keyword_by_id(tx: Connection, keyword_id: int) -> FilterKeyword | None:
    """One keyword, of whomever."""
    return find(tx, FilterKeyword, id=keyword_id)


def add_keyword(tx: Connection, /, **values: Any) -> None:
    """Insert a keyword."""
    add(tx, FilterKeyword, **values)


def change_keyword(tx: Connection, keyword_id: int, /, **values: Any) -> None:
    """Change columns of a keyword."""
    change(tx, FilterKeyword, keyword_id, **values)


def remove_keyword(tx: Connection, keyword_id: int) -> None:
    """Delete a keyword."""
    tx.execute(_REMOVE_KEYWORD, {"keyword": keyword_id})


def posts_of(tx: Connection, filter_ids: Collection[int]) -> list[tuple[FilterPost, int]]:
    """The posts that filters are about, oldest entry first, each with its number for clients."""
    wanted = sorted(filter_ids)
    if not wanted:
        return []
    places = {int(entry): int(place) for entry, place in tx.execute(_PLACES, {"wanted": wanted})}
    held = many(tx, FilterPost, _POSTS, {"wanted": wanted})
    return [(one, places[one.id]) for one in held if one.id in places]


def post_entry(tx: Connection, entry_id: int) -> FilterPost | None:
    """One post that a filter is about, of whomever."""
    return find(tx, FilterPost, id=entry_id)


def add_post(tx: Connection, /, **values: Any) -> None:
    """A filter is about a post too."""
    add(tx, FilterPost, **values)


def remove_post(tx: Connection, entry_id: int) -> None:
    """It is not any more."""
    tx.execute(_REMOVE_POST, {"entry": entry_id})


def count_keywords(tx: Connection, account_id: int) -> int:
    """How many keywords all filters of a reader have together."""
    return int(tx.execute(_COUNT, {"account": account_id}).scalar_one())


_OF_ACCOUNT = select(Filter).where(Filter.account_id == bindparam("account")).order_by(Filter.id)
_REMOVE = delete(Filter).where(Filter.id == bindparam("filter"))
_KEYWORDS = (
    select(FilterKeyword)
    .where(one_of(FilterKeyword.filter_id, "wanted"))
    .order_by(FilterKeyword.id)
)
_REMOVE_KEYWORD = delete(FilterKeyword).where(FilterKeyword.id == bindparam("keyword"))
_POSTS = select(FilterPost).where(one_of(FilterPost.filter_id, "wanted")).order_by(FilterPost.id)
_PLACES = (
    select(FilterPost.id, Post.sort_id)
    .join(Post, Post.id == FilterPost.post_id)
    .where(one_of(FilterPost.filter_id, "wanted"))
)
_REMOVE_POST = delete(FilterPost).where(FilterPost.id == bindparam("entry"))
_COUNT = (
    select(func.count())
    .select_from(FilterKeyword)
    .join(Filter, Filter.id == FilterKeyword.filter_id)
    .where(Filter.account_id == bindparam("account"))
)
