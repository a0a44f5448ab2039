"""People who go on under another account take their followers along."""

from __future__ import annotations

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import follows as following
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import tell
from fedi_cotweet.services.homes import is_alias
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, follows

COOL_DOWN = 30 * DAY
"""Between two moves, so that nobody sends the same followers hither and thither (Mastodon)."""


def receive_move(tx: Tx, env: Env, old: Actor, new: Actor) -> str:
    """``old`` said that it is ``new`` now. Whoever follows it here follows the new one instead.

    Authorship is not moved (FEP-af48): posts keep the old name, which leads to the new account.
    """
    if old.local or not is_alias(old, new):
        return "not_an_alias"
    if old.moved_at is not None and old.moved_at > env.now() - COOL_DOWN:
        return "moved_lately"
    actors.set_moved(tx, old.id, new.uri, env.now())
    carry_followers(tx, env, old, new)
    return "moved"


def carry_followers(tx: Tx, env: Env, old: Actor, new: Actor) -> None:
    """Whoever follows ``old`` here follows ``new`` instead, and is told."""
    for account_id in follows.local_followers(tx, [old.id]):
        try:
            following.follow(tx, env, account_id, new)
        except ServiceError:  # themselves, or somebody they keep away
            continue
        following.unfollow(tx, env, account_id, old)
        tell(
            tx,
            env,
            account_id,
            "moved",
            f"{old.uri} {new.uri}",
            actor_id=new.id,
            text=say(
                "{old} is {new} now. You follow the new account.",
                old=f"@{old.username}@{old.host}",
                new=f"@{new.username}@{new.host}",
            ),
        )
