"""Conversations: direct posts by thread and people."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from fedi_cotweet.domain.windows import Window
from storage.dialect import insert_or_ignore, one_of
from storage.models import Conversation, ConversationPost, Post
from storage.queries.rows import add, find, many, one
from storage.windows import paged, values_of


def of_account(tx: Connection, account_id: int, window: Window) -> list[Conversation]:
    """A page of somebody's conversations, by their newest posts."""
    return many(tx, Conversation, _page(window), {"account": account_id, **values_of(window)})


def by_id(tx: Connection, conversation_id: int) -> Conversation | None:
    """One, of whomever."""
    return find(tx, Conversation, id=conversation_id)


def between(
    tx: Connection, account_id: int, people_digest: str, threads: Iterable[str]
) -> Conversation | None:
    """The one with these people in a thread that goes by any of these names."""
    values = {"account": account_id, "people": people_digest, "threads": sorted(set(threads))}
    return one(tx, Conversation, _BETWEEN, values)


def begin(tx: Connection, /, **values: Any) -> None:
    """Insert a conversation without posts."""
    add(tx, Conversation, **values)


def add_post(tx: Connection, conversation_id: int, post_id: int, sort_id: int) -> None:
    """A post belongs to it."""
    row = {"conversation_id": conversation_id, "post_id": post_id, "sort_id": sort_id}
    insert_or_ignore(tx, ConversationPost, row)
    tx.execute(_GROW, {"conversation": conversation_id, "place": sort_id})


def readers(tx: Connection, post_id: int) -> set[int]:
    """Whose conversations a post is in."""
    return {int(row[0]) for row in tx.execute(_READERS, {"post": post_id})}


def mark(tx: Connection, conversation_id: int, *, unread: bool) -> None:
    """Whether there is something in it that its reader has not read."""
    tx.execute(_MARK, {"conversation": conversation_id, "is_unread": unread})


def remove(tx: Connection, conversation_id: int) -> None:
    """Forget a conversation; its posts stay."""
    tx.execute(_REMOVE, {"conversation": conversation_id})


def forget_post(tx: Connection, post_id: int) -> None:
    """A post is in no conversation any more; those without any other are gone."""
    held = [int(row[0]) for row in tx.execute(_HOLDING, {"post": post_id})]
    if not held:
        return
    tx.execute(_FORGET, {"post": post_id})
    newest = {int(key): int(place) for key, place in tx.execute(_NEWEST, {"wanted": held})}
    for conversation_id in held:
        if conversation_id in newest:
            values = {"conversation": conversation_id, "place": newest[conversation_id]}
            tx.execute(_SHRINK, values)
        else:
            remove(tx, conversation_id)


def last_posts(tx: Connection, conversation_ids: Collection[int]) -> dict[int, int]:
    """The newest post of each: conversation → post id."""
    rows = tx.execute(_LAST, {"wanted": sorted(conversation_ids)}) if conversation_ids else ()
    return {int(key): int(post_id) for key, post_id in rows}


def earlier_posts(
    tx: Connection, conversation_ids: Collection[int], most: int
) -> dict[int, list[int]]:
    """The ``most`` newest posts of each that are there, newest first."""
    found: dict[int, list[int]] = {}
    values = {"wanted": sorted(conversation_ids), "most": most}
    for key, post_id in tx.execute(_EARLIER, values) if conversation_ids else ():
        found.setdefault(int(key), []).append(int(post_id))
    return found


_page = paged(
    lambda: (
        select(Conversation).where(Conversation.account_id == bindparam("account")),
        Conversation.last_sort_id,
    )
)
_BETWEEN = (
    select(Conversation)
    .where(
        Conversation.account_id == bindparam("account"),
        Conversation.people_digest == bindparam("people"),
        Conversation.thread.in_(bindparam("threads", expanding=True)),
    )
    .order_by(Conversation.id)
)
_GROW = (
    update(Conversation)
    .where(
        Conversation.id == bindparam("conversation"),
        Conversation.last_sort_id < bindparam("place"),
    )
    .values(last_sort_id=bindparam("place"))
)
_SHRINK = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(last_sort_id=bindparam("place"))
)
_MARK = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(unread=bindparam("is_unread"))
)
_REMOVE = delete(Conversation).where(Conversation.id == bindparam("conversation"))
_HOLDING = select(ConversationPost.conversation_id).where(
    ConversationPost.post_id == bindparam("post")
)
_READERS = (
    select(Conversation.account_id)
    .join(ConversationPost, ConversationPost.conversation_id == Conversation.id)
    .where(ConversationPost.post_id == bindparam("post"))
)
_FORGET = delete(ConversationPost).where(ConversationPost.post_id == bindparam("post"))
_NEWEST = (
    select(ConversationPost.conversation_id, func.max(ConversationPost.sort_id))
    .where(one_of(ConversationPost.conversation_id, "wanted"))
    .group_by(ConversationPost.conversation_id)
)
_LAST = (
    select(Conversation.id, ConversationPost.post_id)
    .join(
        ConversationPost,
        (ConversationPost.conversation_id == Conversation.id)
        & (ConversationPost.sort_id == Conversation.last_sort_id),
    )
    .where(one_of(Conversation.id, "wanted"))
)
_RANKED = (
    select(
        ConversationPost.conversation_id.label("conversation"),
        ConversationPost.post_id.label("post"),
        func.row_number()
        .over(
            partition_by=ConversationPost.conversation_id,
            order_by=ConversationPost.sort_id.desc(),
        )
        .label("rank"),
    )
    .join(Post, Post.id == ConversationPost.post_id)
    .where(one_of(ConversationPost.conversation_id, "wanted"), Post.state == "published")
    .subquery("ranked")
)
_EARLIER = (
    select(_RANKED.c.conversation, _RANKED.c.post)
    .where(_RANKED.c.rank <= bindparam("most"))
    .order_by(_RANKED.c.conversation, _RANKED.c.rank)
)
