"""Telling the authors of a post what readers do with it: each author who lives here, once."""

from __future__ import annotations

from collections.abc import Sequence

from fedi_cotweet.services import timelines
from fedi_cotweet.services.audiences import may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import tell
from fedi_cotweet.services.mistaken import no_such_post
from storage.engine import Tx
from storage.models import Actor, Post, PostAuthor
from storage.queries import actors, follows, post_authors, posts, threads


def author_rows(tx: Tx, post: Post) -> list[PostAuthor]:
    """The co-author rows of a post; most posts have none, and are not asked for them."""
    return post_authors.authors_of(tx, [post.id])[post.id] if post.co_authored else []


def tell_authors(
    tx: Tx,
    env: Env,
    post: Post,
    rows: Sequence[PostAuthor],
    kind: str,
    subject: str,
    *,
    by: Actor,
    post_id: int,
    text: str,
) -> list[int]:
    """Notify the authors who live here; the accounts that now know or do not want to (C38).

    Nobody is told of what they did themselves, nor of what is in a thread that they muted.
    ``post_id`` is the post that the notification leads to: of a reply, the reply.
    """
    authors = follows.local_among(tx, timelines.shown_author_ids(post, rows, env.now()))
    for account_id in authors:
        if account_id != by.id:
            tell(
                tx,
                env,
                account_id,
                kind,
                subject,
                actor_id=by.id,
                post_id=post_id,
                thread_of=post.id,
                text=text,
            )
    return authors


def authors_answered(tx: Tx, env: Env, target_uri: str | None) -> list[Actor]:
    """Whoever is shown as an author of what a reply answers, as far as it is known here."""
    target = posts.post_by_uri(tx, target_uri) if target_uri is not None else None
    if target is None or target.state != "published":
        return []
    wanted = timelines.shown_author_ids(target, author_rows(tx, target), env.now())
    found = actors.actors(tx, wanted)
    return [found[actor_id] for actor_id in wanted if actor_id in found]


def mute_post(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """No more notifications of anything in the thread of a post, for one reader of it.

    Of what arrives later too, and of what is above what is known of the thread now.
    """
    _check_seen(tx, account_id, post_id)
    found = threads.above(tx, post_id)
    threads.unmute(tx, account_id, [one.id for one in found[:-1]])
    threads.mute(tx, account_id, found[-1].id, env.now())


def unmute_post(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Notifications again; it is no error if they were never unwanted."""
    del env
    _check_seen(tx, account_id, post_id)
    threads.unmute(tx, account_id, [one.id for one in threads.above(tx, post_id)])


def keep_muted(tx: Tx, env: Env, post_id: int, uri: str) -> None:
    """What some answers here answer, arrived: mutes of them are mutes of its thread."""
    held = threads.muted_answers(tx, uri)
    if held:
        first = threads.above(tx, post_id)[-1].id
        for account_id, answer_id in held:
            threads.unmute(tx, account_id, [answer_id])
            threads.mute(tx, account_id, first, env.now())


def _check_seen(tx: Tx, account_id: int, post_id: int) -> None:
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or not may_see(tx, post, account_id):
        raise no_such_post(tx, post, account_id)
