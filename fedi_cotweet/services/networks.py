"""Who follows whom, as far as a reader may know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.follows import reject
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, follows, networks

Find = Callable[[Tx, int, Window], list[tuple[int, int]]]


def page(
    tx: Tx, env: Env, viewer_id: int | None, actor: Actor, find: Find, window: Window
) -> list[tuple[int, int]]:
    """A page of somebody's followers or of whom they follow, as ``find`` gives them.

    Nothing of who keeps their network to themselves, or keeps the reader away; and nobody who and
    the reader have nothing to do with each other. In one's own, everybody is.
    """
    if viewer_id == actor.id:
        return filled(lambda asked: find(tx, actor.id, asked), list, _place, window)
    account = actors.account_of(tx, actor.id)
    now = env.now()
    if account is not None and account.hides_network:
        return []
    if viewer_id is not None and distances.shut_out(tx, now, viewer_id, actor.id):
        return []

    def near(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        apart = distances.distances(tx, now, viewer_id, [actor_id for _, actor_id in found])
        return [one for one in found if one[1] == viewer_id or apart.of_actor(one[1]) is None]

    return filled(lambda asked: find(tx, actor.id, asked), near, _place, window)


def requests(tx: Tx, env: Env, account_id: int, window: Window) -> list[tuple[int, int]]:
    """Who waits to follow a locked account, without those whom it keeps away by now."""

    def near(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        apart = distances.distances(tx, env.now(), account_id, [one[1] for one in found])
        away = (None, distances.Why.MUTED)
        return [one for one in found if apart.of_actor(one[1]) in away]

    return filled(lambda asked: networks.requests(tx, account_id, asked), near, _place, window)


def remove_follower(tx: Tx, env: Env, account_id: int, follower: Actor) -> bool:
    """Somebody follows no more, because the one they followed wants it so; they may ask again."""
    held, me = follows.follow_between(tx, follower.id, account_id), actors.actor(tx, account_id)
    if held is None or me is None:
        return False
    reject(tx, env, follower, me, held)
    return True


def _place(found: tuple[int, int]) -> int:
    return found[0]
