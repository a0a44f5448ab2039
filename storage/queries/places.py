"""Numbers under which clients know posts and boosts: one space for both, ordered by time."""

from __future__ import annotations

from sqlalchemy import BigInteger, Connection, bindparam, exists, or_, select

from storage.models import Boost, Post

_WANTED = bindparam("wanted", type_=BigInteger)
_TAKEN = select(
    or_(
        exists(select(Post.id).where(Post.sort_id == _WANTED)),
        exists(select(Post.id).where(Post.id == _WANTED)),
        exists(select(Boost.id).where(Boost.id == _WANTED)),
    )
)


def free(tx: Connection, wanted: int) -> int:
    """The first number from ``wanted`` on that no post and no boost has.

    What comes with its date is dated to the second by most servers, so that a few meet.
    """
    while tx.execute(_TAKEN, {"wanted": wanted}).scalar_one():
        wanted += 1
    return wanted
