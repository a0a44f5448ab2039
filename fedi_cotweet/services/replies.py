"""Replies: who hears of one, and that the servers of all who are answered count it."""

from __future__ import annotations

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.audiences import EVERYBODYS
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.notices import author_rows, tell_authors
from fedi_cotweet.services.relays import relay, relay_removal
from fedi_cotweet.services.unwelcome import unwelcome
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, keeping_away, posts, reactions


def replied(
    tx: Tx,
    env: Env,
    target_uri: str,
    by: Actor,
    *,
    post_id: int,
    uri: str,
    visibility: str,
    quiet: bool = False,
    counted: bool = False,
) -> list[int]:
    """A reply was published, here or elsewhere. The accounts that need no word of a mention in it.

    ``post_id`` and ``uri`` are the reply's. Only what everybody may read is counted and told to
    other servers, by its address. ``quiet``: nobody here is notified. ``counted``: in what the
    server of the post that it answers has said already.
    """
    target = posts.post_by_uri(tx, target_uri)
    if target is None or target.state != "published":
        return []
    kept_out_at = kept_out(tx, env, target_uri, by)
    if kept_out_at is not None:
        keeping_away.set_kept_out(tx, post_id, kept_out_at)
        return []
    rows = author_rows(tx, target)
    if visibility in EVERYBODYS:
        if not counted:
            reactions.count_one(tx, target, "replies", 1)
        relay(tx, env, target, rows, "replies", uri, by=by)
    if quiet:
        return []
    return tell_authors(
        tx,
        env,
        target,
        rows,
        "reply",
        str(post_id),
        by=by,
        post_id=post_id,
        text=say("{who} replied.", who=f"@{by.username}@{by.host}"),
    )


def kept_out(tx: Tx, env: Env, target_uri: str | None, by: Actor) -> int | None:
    """Now, if a reply by somebody does not stand under what it answers; None: it does."""
    target = posts.post_by_uri(tx, target_uri) if target_uri is not None else None
    return env.now() if target is not None and unwelcome(tx, env, target, by) else None


def reply_removed(tx: Tx, env: Env, reply: Post) -> None:
    """A published post was deleted: if it was a reply, it is not counted any more."""
    if reply.in_reply_to_uri is None or reply.visibility not in EVERYBODYS:
        return
    if reply.kept_out_at is not None:
        return
    target = posts.post_by_uri(tx, reply.in_reply_to_uri)
    author = actors.actor(tx, reply.author_id)
    if target is None or target.state != "published" or author is None:
        return
    reactions.count_one(tx, target, "replies", -1)
    relay_removal(tx, env, target, author_rows(tx, target), "replies", reply.uri, author.uri)
