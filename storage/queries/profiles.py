"""What does not stand on a profile although its owner wrote it."""

from __future__ import annotations

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, delete, exists, select

from storage.dialect import insert_or_ignore
from storage.models import Activity, Boost, Post, ProfileHide


def hide(tx: Connection, account_id: int, post_id: int) -> None:
    """Take a post off its author's profile."""
    insert_or_ignore(tx, ProfileHide, {"account_id": account_id, "post_id": post_id})


def unhide(tx: Connection, account_id: int, post_id: int) -> None:
    """Put it back."""
    tx.execute(
        delete(ProfileHide).where(
            ProfileHide.account_id == account_id, ProfileHide.post_id == post_id
        )
    )


def shown_on(actor_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """A condition on ``Post``: its author did not hide it."""
    return ~exists().where(ProfileHide.account_id == actor_id, ProfileHide.post_id == Post.id)


def not_about_hidden(actor_id: int) -> ColumnElement[bool]:
    """The same for ``Activity``: it is not about a post that its actor hides, nor its Announce."""
    said = exists().where(
        ProfileHide.account_id == actor_id,
        ProfileHide.post_id == Post.id,
        Post.uri == Activity.object_uri,
    )
    carried = exists().where(
        ProfileHide.account_id == actor_id,
        ProfileHide.post_id == Boost.post_id,
        Boost.uri == Activity.uri,
    )
    return and_(~said, ~carried)


def is_hidden(tx: Connection, account_id: int, post_id: int) -> bool:
    """Whether its author hid it."""
    held = select(ProfileHide.post_id).where(
        ProfileHide.account_id == account_id, ProfileHide.post_id == post_id
    )
    return tx.scalar(held) is not None
