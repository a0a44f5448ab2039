"""Custom emoji: those of this server, and the pictures of all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from storage.dialect import insert_or_ignore, upsert
from storage.dialect import limit as literal_limit
from storage.models import CustomEmoji, EmojiPicture
from storage.queries.rows import add, change, find, many


def add_picture(tx: Connection, /, **values: Any) -> bool:
    """Insert a picture; False when there is one for this address and digest."""
    return bool(insert_or_ignore(tx, EmojiPicture, values))


def own_picture(tx: Connection, /, **values: Any) -> None:
    """Insert a picture of this server."""
    add(tx, EmojiPicture, **values)


def picture(tx: Connection, picture_id: int) -> EmojiPicture | None:
    """A picture by id."""
    return find(tx, EmojiPicture, id=picture_id)


def picture_by_token(tx: Connection, token: str) -> EmojiPicture | None:
    """A picture by the unguessable part of its address."""
    return find(tx, EmojiPicture, token=token)


def pictures_at(tx: Connection, urls: Iterable[str]) -> list[EmojiPicture]:
    """All pictures that come from these addresses."""
    wanted = sorted(set(urls))
    return many(tx, EmojiPicture, _AT, {"urls": wanted}) if wanted else []


def change_picture(tx: Connection, picture_id: int, /, **values: Any) -> None:
    """Update columns of a picture."""
    change(tx, EmojiPicture, picture_id, **values)


def set_emoji(tx: Connection, /, **values: Any) -> None:
    """Insert an emoji of this server, or give its shortcode another picture."""
    upsert(tx, CustomEmoji, values, key=["shortcode"])


def emoji(tx: Connection, shortcode: str) -> CustomEmoji | None:
    """An emoji of this server."""
    return find(tx, CustomEmoji, shortcode=shortcode)


def emoji_named(tx: Connection, shortcodes: Iterable[str]) -> list[CustomEmoji]:
    """The emoji of this server that may be used, of these."""
    wanted = sorted(set(shortcodes))
    return many(tx, CustomEmoji, _NAMED, {"shortcodes": wanted}) if wanted else []


def all_emoji(tx: Connection, limit: int) -> list[CustomEmoji]:
    """The emoji of this server that may be used, by name."""
    return many(
        tx,
        CustomEmoji,
        select(CustomEmoji)
        .where(CustomEmoji.disabled.is_(False))
        .order_by(CustomEmoji.shortcode)
        .limit(literal_limit(limit)),
    )


def disable(tx: Connection, shortcode: str) -> bool:
    """Offer an emoji no more; False when there is none."""
    gone = tx.execute(
        update(CustomEmoji)
        .where(CustomEmoji.shortcode == shortcode, CustomEmoji.disabled.is_(False))
        .values(disabled=True)
    )
    return gone.rowcount > 0


_AT = select(EmojiPicture).where(EmojiPicture.url.in_(bindparam("urls", expanding=True)))
_NAMED = select(CustomEmoji).where(
    CustomEmoji.shortcode.in_(bindparam("shortcodes", expanding=True)),
    CustomEmoji.disabled.is_(False),
)
