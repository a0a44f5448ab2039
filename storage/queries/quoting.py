"""The posts that quote others, as far as those agreed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, func, select

from fedi_cotweet.domain.windows import Window
from storage.models import Account, Post, PostAuthor, Quote
from storage.queries.rows import many
from storage.windows import paged, values_of


def counts(tx: Connection, uris: Iterable[str]) -> dict[str, int]:
    """How many published posts quote each of these; those that none quotes are left out."""
    wanted = sorted(set(uris))
    rows = tx.execute(_COUNTS, {"wanted": wanted}) if wanted else ()
    return {str(uri): int(number) for uri, number in rows}


def quoting(tx: Connection, uri: str, window: Window) -> list[Post]:
    """The published posts that quote one."""
    return many(tx, Post, _quoting(window), {"uri": uri, **values_of(window)})


def local_quoters(tx: Connection, uri: str) -> list[int]:
    """The authors, of those who live here, of the published posts that quote one."""
    found = {
        int(row[0])
        for statement in (_LOCAL_QUOTERS, _LOCAL_CO_QUOTERS)
        for row in tx.execute(statement, {"uri": uri})
    }
    return sorted(found)


_QUOTES_IT = (
    Quote.quoted_uri == bindparam("uri"),
    Quote.state == "accepted",
    Post.state == "published",
)
_LOCAL_QUOTERS = (
    select(Account.id)
    .join(Post, Post.author_id == Account.id)
    .join(Quote, Quote.post_id == Post.id)
    .where(*_QUOTES_IT)
)
_LOCAL_CO_QUOTERS = (
    select(Account.id)
    .join(PostAuthor, PostAuthor.actor_id == Account.id)
    .join(Post, Post.id == PostAuthor.post_id)
    .join(Quote, Quote.post_id == Post.id)
    .where(*_QUOTES_IT, PostAuthor.state == "verified")
)
_COUNTS = (
    select(Quote.quoted_uri, func.count())
    .join(Post, Post.id == Quote.post_id)
    .where(
        Quote.quoted_uri.in_(bindparam("wanted", expanding=True)),
        Quote.state == "accepted",
        Post.state == "published",
    )
    .group_by(Quote.quoted_uri)
)
_quoting = paged(
    lambda: (
        select(Post)
        .join(Quote, Quote.post_id == Post.id)
        .where(
            Quote.quoted_uri == bindparam("uri"),
            Quote.state == "accepted",
            Post.state == "published",
        ),
        Post.sort_id,
    )
)
