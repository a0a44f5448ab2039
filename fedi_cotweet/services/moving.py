"""People who go on under another account: who follows them, and where their names lead."""

from __future__ import annotations

from collections.abc import Iterable

from fedi_cotweet.services import follows as following
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import tell
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, follows


def receive_move(tx: Tx, env: Env, old: Actor, new: Actor) -> str:
    """``old`` said that it is ``new`` now. Whoever follows it here follows the new one instead.

    Authorship is not moved (FEP-af48): posts keep the old name, which leads to the new account.
    """
    if old.local or not is_alias(old, new):
        return "not_an_alias"
    actors.set_moved(tx, old.id, new.uri)
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
            text=(
                f"@{old.username}@{old.host} is @{new.username}@{new.host} now."
                " You follow the new account."
            ),
        )


def is_alias(old: Actor, new: Actor) -> bool:
    """Whether the new account says so too: else anybody could claim to be anybody."""
    return new.gone_at is None and new.id != old.id and old.uri in (new.also_known_as or [])


def new_homes(tx: Tx, people: Iterable[Actor]) -> dict[int, str]:
    """The handles of the accounts to which people have moved, as far as both sides say so."""
    moved = [actor for actor in people if actor.moved_to is not None]
    if not moved:
        return {}
    known = actors.actors_by_uri(tx, {str(actor.moved_to) for actor in moved})
    return {
        actor.id: f"{new.username}@{new.host}"
        for actor in moved
        if (new := known.get(str(actor.moved_to))) is not None and is_alias(actor, new)
    }
