"""Posts of other servers go after ``remote_posts_days``, unless somebody here has to do with them.

All of them are looked at once in ``EVERY``, a window at a time. How far it came is written in the
transaction that deletes, so that it goes on there after any interruption.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import facts, pruning
from storage.queries.pruning import Looked

EVERY: Final = 6 * HOUR
WINDOW: Final = 50
"""How many posts one transaction looks at, and so deletes at most."""
_FACT: Final = "remote_posts_pruned"


@dataclass(frozen=True, slots=True)
class Place:
    """Up to which ``sort_id`` all was looked at; not begun anew before ``rest_until``."""

    after: int = -1
    rest_until: int = 0


def prune_posts(tx: Tx, env: Env) -> bool:
    """Look at the next posts and delete what nothing protects; True when there may be more."""
    held = facts.fact(tx, _FACT)
    place = Place(**held) if held else Place()
    if not env.limits.remote_posts_ms or place.rest_until > env.now():
        return False
    looked = look(tx, env, place.after)
    pruning.remove(tx, [post.id for post in looked if post.free])
    more = len(looked) == WINDOW
    place = Place(looked[-1].sort_id) if more else Place(rest_until=env.now() + EVERY)
    facts.remember(tx, _FACT, asdict(place))
    return more


def look(tx: Tx, env: Env, after: int) -> list[Looked]:
    """The next posts that are old enough, and whether they would go."""
    before = env.now() - env.limits.remote_posts_ms
    return pruning.look(tx, after, id_at(before, 0), before, WINDOW)
