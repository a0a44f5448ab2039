"""The posts that quote others, as far as those agreed."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, func, select

from fedi_cotweet.domain.windows import Window
from storage.models import Post, Quote
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
