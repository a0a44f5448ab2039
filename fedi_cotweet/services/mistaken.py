"""What is said to somebody who is mistaken about a post of theirs: its state, or its authors."""

from __future__ import annotations

from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, posts


def no_such_post(post: Post | None, account_id: int, what: str = "post") -> ServiceError:
    """Why there is no published post: to its author a draft is one, to all others nothing is there.

    ``not_published`` (409) or ``not_found`` (404); ``what`` names what was looked for.
    """
    if post is None or post.state != "draft" or post.author_id != account_id:
        return not_found(what)
    return ServiceError(
        "not_published",
        409,
        "This is a draft of yours: it is not published yet.",
        f"To publish it: fedi-cotweet publish {post.id}    "
        f"To throw it away: fedi-cotweet discard {post.id}",
    )


def not_named(tx: Tx, post: Post, person: Actor) -> ServiceError:
    """``not_found`` (404): ``person`` is no author of a post of ours, and this is who is."""
    by_position = sorted(
        [*posts.authors_of(tx, [post.id])[post.id], *posts.companions_of(tx, [post.id])[post.id]],
        key=lambda row: row.position,
    )
    rows = [row for row in by_position if row.state != "revoked" and row.actor_id is not None]
    people = actors.actors(tx, [post.author_id, *(row.actor_id or 0 for row in rows)])
    order = [post.author_id, *(row.actor_id or 0 for row in rows)]
    who = ", ".join(_handle(people[actor_id]) for actor_id in order if actor_id in people)
    if person.id == post.author_id:
        end = "discard" if post.state == "draft" else "delete"
        return ServiceError(
            "not_found",
            404,
            "You are its primary author: without you there is no such post.",
            f"To take all of it away: fedi-cotweet {end} {post.id}",
        )
    asked = "invited to be one" if post.state == "draft" else "asked to be one"
    return ServiceError(
        "not_found",
        404,
        f"{_handle(person)} is not an author of this post, nor {asked}.",
        f"It names {who}." if rows else "It names nobody but you.",
    )


def _handle(actor: Actor) -> str:
    return f"@{actor.username}@{actor.host}"
