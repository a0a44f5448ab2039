"""Following hashtags: public posts with them come into the home timeline."""

from __future__ import annotations

from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from storage.engine import Tx
from storage.queries import followed_tags

MOST = 200
LOOKED_THROUGH = 400
"""How many posts are taken out of the home timeline again, at most."""


def tag_named(name: str) -> str:
    """A hashtag as it is compared. Raises ``not_found`` for what is none."""
    tag = fold_tag(name)
    if tag is None:
        raise not_found("hashtag")
    return tag


def follow(tx: Tx, env: Env, account_id: int, name: str) -> str:
    """Follow a hashtag, from the next post on; the hashtag. Raises ``too_many_tags`` (422)."""
    tag = tag_named(name)
    if tag not in followed_tags.among(tx, account_id, [tag]):
        if followed_tags.count(tx, account_id) >= MOST:
            raise ServiceError(
                "too_many_tags",
                422,
                say("You follow {most} hashtags.", most=MOST),
                "Unfollow one of them first.",
            )
        followed_tags.follow(tx, row_id=env.new_id(), account_id=account_id, tag=tag)
    return tag


def unfollow(tx: Tx, env: Env, account_id: int, name: str) -> str:
    """Follow it no more: what nobody else brought goes out of the home timeline."""
    tag = tag_named(name)
    if followed_tags.unfollow(tx, account_id, tag):
        for post_id in followed_tags.in_home(tx, account_id, tag, LOOKED_THROUGH):
            timelines.refresh(tx, post_id, env.now())
    return tag
