"""Posts that somebody here keeps for later. Nobody else hears of it."""

from __future__ import annotations

from fedi_cotweet.services import hiding
from fedi_cotweet.services.audiences import may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import not_found
from storage.engine import Tx
from storage.queries import bookmarks, posts


def keep(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Keep a post that one can read; once more changes nothing.

    Raises ``not_found`` (404) and ``hidden_by_you`` (403) as reading it would.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state != "published" or not may_see(tx, post, account_id):
        raise not_found("post")
    hiding.check_shown(tx, env.now(), account_id, post)
    bookmarks.keep(tx, env.new_id(), account_id, post_id)


def drop(tx: Tx, env: Env, account_id: int, post_id: int) -> None:
    """Keep it no longer, whether one may still read it or not."""
    del env
    bookmarks.drop(tx, account_id, post_id)
