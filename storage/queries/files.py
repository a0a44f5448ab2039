"""Which files of the media folder are still somebody's."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, select

from storage.models import EmojiPicture, Media


def tokens_in_use(tx: Connection, tokens: Collection[str]) -> set[str]:
    """Those that a picture or an emoji is kept under."""
    found: set[str] = set()
    for statement in (_MEDIA, _EMOJI) if tokens else ():
        found |= {str(row[0]) for row in tx.execute(statement, {"wanted": sorted(tokens)})}
    return found


_MEDIA = select(Media.token).where(Media.token.in_(bindparam("wanted", expanding=True)))
_EMOJI = select(EmojiPicture.token).where(
    EmojiPicture.token.in_(bindparam("wanted", expanding=True))
)
