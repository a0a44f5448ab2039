"""Posts that their authors show first on their profiles (``featured``)."""

from __future__ import annotations

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import hiding
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.audiences import EVERYBODYS, may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.mistaken import no_such_post
from storage.engine import Tx
from storage.models import Post
from storage.queries import pins, posts

MOST_PINS = 5


def pin(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Show an own post first. Raises ``not_yours`` (403), ``too_many_pins`` (409).

    Only the primary author's: on other servers a post belongs to whom its address belongs to.
    """
    me, post = find_actor(tx, account_id), _own(tx, env, account_id, post_id)
    if pins.count_pins(tx, me.id) >= MOST_PINS:
        raise ServiceError(
            "too_many_pins",
            409,
            say("You have {most} pinned posts.", most=MOST_PINS),
            "Unpin one of them first.",
        )
    if pins.pin(tx, me.id, post.id, env.now()):
        emit(tx, env, "post.pinned", actor_id=me.id, post_id=post.id, version=env.new_id())


def unpin(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Show it in its place again; it is no error if it was."""
    post = posts.post(tx, post_id)
    if post is not None and pins.unpin(tx, account_id, post.id):
        emit(tx, env, "post.unpinned", actor_id=account_id, post_id=post.id, version=env.new_id())


def _own(tx: Tx, env: Env, account_id: int, post_id: int) -> Post:
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or not may_see(tx, post, account_id):
        raise no_such_post(tx, post, account_id)
    if post.author_id != account_id:
        if hiding.kept_from(tx, env.now(), account_id, post):
            raise no_such_post(tx, post, account_id)
        raise ServiceError("not_yours", 403, "Only posts of your own can be pinned.")
    if post.visibility not in EVERYBODYS:
        raise ServiceError("not_public", 422, "Only public and unlisted posts can be pinned.")
    return post
