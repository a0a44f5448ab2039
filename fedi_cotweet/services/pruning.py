"""What grows with the years and that nobody needs any more: remote posts, and deliveries long over.

All rows of a kind are looked at now and then, a window at a time. How far it came is written in the
transaction that deletes, so that it goes on there after any interruption.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import DAY, HOUR
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import deliveries_over, facts, pruning
from storage.queries.pruning import Looked

EVERY: Final = 6 * HOUR
WINDOW: Final = 50
"""How many posts one transaction looks at, and so deletes at most."""
DELIVERIES: Final = 200
DELIVERIES_KEPT_FOR: Final = 7 * DAY
"""Twice as long as one is tried: until then a repeat of what is sent is known by its row."""


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where all was looked at; not begun anew before ``rest_until``."""

    after: int = -1
    rest_until: int = 0


def prune_posts(tx: Tx, env: Env) -> bool:
    """Look at the next remote posts and delete what nothing protects after
    ``remote_posts_days``; True when there may be more."""
    place = _place(tx, "remote_posts_pruned")
    if not env.limits.remote_posts_ms or place.rest_until > env.now():
        return False
    looked = look(tx, env, place.after)
    pruning.remove(tx, [post.id for post in looked if post.free])
    last = looked[-1].sort_id if len(looked) == WINDOW else None
    return _go_on(tx, env, "remote_posts_pruned", last)


def look(tx: Tx, env: Env, after: int) -> list[Looked]:
    """The next posts that are old enough, and whether they would go."""
    before = env.now() - env.limits.remote_posts_ms
    return pruning.look(tx, after, id_at(before, 0), before, WINDOW)


def prune_deliveries(tx: Tx, env: Env) -> bool:
    """Drop the next deliveries that are over, but of each object and inbox the newest: who has a
    post must be told of its end. True when there may be more."""
    place = _place(tx, "deliveries_pruned")
    if place.rest_until > env.now():
        return False
    until = id_at(env.now() - DELIVERIES_KEPT_FOR, 0)
    looked = deliveries_over.look(tx, place.after, until, DELIVERIES)
    deliveries_over.remove(tx, [row.id for row in looked if row.free])
    last = looked[-1].id if len(looked) == DELIVERIES else None
    return _go_on(tx, env, "deliveries_pruned", last)


def _place(tx: Tx, name: str) -> Place:
    held = facts.fact(tx, name)
    return Place(**held) if held else Place()


def _go_on(tx: Tx, env: Env, name: str, last: int | None) -> bool:
    place = Place(rest_until=env.now() + EVERY) if last is None else Place(last)
    facts.remember(tx, name, asdict(place))
    return last is not None
