"""What an account leaves behind that was nobody's but its own."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Connection, Delete, bindparam, delete, select

from storage.models import (
    AccountNote,
    Appearance,
    Archive,
    Bookmark,
    Filter,
    FilterKeyword,
    FilterPost,
    FollowedTag,
    HostBlock,
    ImportRow,
    InviteMute,
    ListMember,
    Mute,
    ReaderList,
    ScheduledPost,
)

_OF: Final = bindparam("account", type_=BigInteger)
_LISTS: Final = select(ReaderList.id).where(ReaderList.account_id == _OF)
_FILTERS: Final = select(Filter.id).where(Filter.account_id == _OF)
_FORGET: Final[tuple[Delete, ...]] = (
    delete(ListMember).where(ListMember.list_id.in_(_LISTS)),
    delete(FilterKeyword).where(FilterKeyword.filter_id.in_(_FILTERS)),
    delete(FilterPost).where(FilterPost.filter_id.in_(_FILTERS)),
    *(
        delete(model).where(model.account_id == _OF)
        for model in (
            ReaderList,
            Filter,
            Bookmark,
            FollowedTag,
            Mute,
            HostBlock,
            InviteMute,
            AccountNote,
            ImportRow,
            Appearance,
            ScheduledPost,
            Archive,
        )
    ),
)


def forget(tx: Connection, account_id: int) -> None:
    """Lists, filters, bookmarks, mutes and all else that only one person ever saw."""
    for statement in _FORGET:
        tx.execute(statement, {"account": account_id})
