"""Pages that posts link to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, select

from storage.dialect import insert_or_ignore, one_of, upsert
from storage.dialect import limit as literal_limit
from storage.models import LinkCard, PostCard
from storage.queries.rows import among, change, find


def card(tx: Connection, card_id: int) -> LinkCard | None:
    """A card by id."""
    return find(tx, LinkCard, id=card_id)


def card_at(tx: Connection, url: str) -> LinkCard | None:
    """The card of an address."""
    return find(tx, LinkCard, url=url)


def add_card(tx: Connection, /, **values: Any) -> bool:
    """Insert a card; False when there is one of this address."""
    return bool(insert_or_ignore(tx, LinkCard, values))


def change_card(tx: Connection, card_id: int, /, **values: Any) -> None:
    """Update columns of a card."""
    change(tx, LinkCard, card_id, **values)


def set_card(tx: Connection, post_id: int, card_id: int) -> None:
    """Say which page a post links to."""
    upsert(tx, PostCard, {"post_id": post_id, "card_id": card_id}, key=["post_id"])


def remove_card(tx: Connection, post_id: int) -> None:
    """A post links to no page any more."""
    tx.execute(_REMOVE, {"post": post_id})


def cards_of(tx: Connection, post_ids: Iterable[int]) -> dict[int, LinkCard]:
    """The cards that can be shown with posts."""
    return {post: card for post, card in linked(tx, post_ids).items() if card.state == "shown"}


def linked(tx: Connection, post_ids: Iterable[int]) -> dict[int, LinkCard]:
    """The pages that posts link to, whatever is known of them."""
    wanted = sorted(set(post_ids))
    if not wanted:
        return {}
    pairs = [(int(row[0]), int(row[1])) for row in tx.execute(_OF_POSTS, {"wanted": wanted})]
    found = {one.id: one for one in among(tx, LinkCard, "id", {number for _, number in pairs})}
    return {post: found[number] for post, number in pairs}


def forget(tx: Connection, before: int, limit: int) -> int:
    """Drop cards that no post has and that were due again so long ago; how many."""
    old = tx.execute(_OLD.limit(literal_limit(limit)), {"before": before}).all()
    if old:
        tx.execute(delete(LinkCard).where(LinkCard.id.in_([row[0] for row in old])))
    return len(old)


_REMOVE = delete(PostCard).where(PostCard.post_id == bindparam("post"))
_OF_POSTS = select(PostCard.post_id, PostCard.card_id).where(one_of(PostCard.post_id, "wanted"))
_OLD = (
    select(LinkCard.id)
    .where(
        LinkCard.next_at < bindparam("before"),
        ~exists(select(PostCard.post_id).where(PostCard.card_id == LinkCard.id)),
    )
    .order_by(LinkCard.next_at)
)
