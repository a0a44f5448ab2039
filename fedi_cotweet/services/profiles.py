"""What somebody shows on their own profile."""

from __future__ import annotations

from fedi_cotweet.services import timelines
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.mistaken import no_such_post
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors, post_authors, profiles


def hide(tx: Tx, env: Env, account_id: int, post: Post | None) -> None:
    """Do not show a co-tweet on one's own profile, feeds and outbox, and stay its author (C23)."""
    profiles.hide(tx, account_id, _co_tweet(tx, env, account_id, post).id)


def unhide(tx: Tx, env: Env, account_id: int, post: Post | None) -> None:
    """Show it there again."""
    profiles.unhide(tx, account_id, _co_tweet(tx, env, account_id, post).id)


def set_searchable(tx: Tx, env: Env, account_id: int, searchable: str) -> None:
    """Whether others find this account's public posts by their words: ``yes`` or ``no``."""
    if searchable not in ("yes", "no"):
        raise ServiceError("bad_choice", 422, "Say yes or no.")
    wanted = searchable == "yes"
    if find_actor(tx, account_id).indexable != wanted:
        actors.set_indexable(tx, account_id, wanted)
        emit(tx, env, "actor.updated", actor_id=account_id, version=env.new_id())


def _co_tweet(tx: Tx, env: Env, account_id: int, post: Post | None) -> Post:
    if post is None or post.state != "published":
        raise no_such_post(tx, post, account_id, "co-tweet")
    authors = timelines.shown_author_ids(
        post, post_authors.authors_of(tx, [post.id])[post.id], env.now()
    )
    if account_id not in authors:
        raise not_found("co-tweet")
    if len(authors) == 1:
        raise ServiceError(
            "not_co_authored",
            409,
            "This post has no other author.",
            "Only a co-tweet can stand on others' profiles and not on yours.",
        )
    return post
