"""Whom people show on their profiles and may know, without those kept from the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.services import distances
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor
from storage.queries import acquaintances, follows, networks

MOST_FAMILIAR: Final = 40
"""Of one person."""


def endorse(tx: Tx, env: Env, account_id: int, actor: Actor) -> None:
    """Show somebody on one's profile; twice is once. Raises ``not_followed`` (422)."""
    if not follows.follows(tx, account_id, actor.id):
        raise ServiceError(
            "not_followed",
            422,
            "Validation failed: You must be already following the person you want to endorse",
            "Follow them first.",
        )
    acquaintances.endorse(tx, env.new_id(), account_id, actor.id)


def unendorse(tx: Tx, account_id: int, actor: Actor) -> None:
    """Show them no more; it is no error if they were not."""
    acquaintances.unendorse(tx, account_id, actor.id)


def endorsed(
    tx: Tx, env: Env, viewer_id: int | None, actor_id: int, window: Window
) -> list[tuple[int, int]]:
    """A page of whom somebody shows: place and id. Nothing of who keeps the reader away."""
    now = env.now()
    if viewer_id not in (None, actor_id) and distances.shut_out(tx, now, viewer_id or 0, actor_id):
        return []

    def near(found: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        ids = [other for _, other in found]
        shown = set(ids) if viewer_id == actor_id else _near(tx, env, viewer_id, ids)
        return [one for one in found if one[1] in shown or one[1] == viewer_id]

    return filled(
        lambda asked: networks.endorsed(tx, actor_id, asked), near, lambda one: one[0], window
    )


def familiar(tx: Tx, env: Env, account_id: int, actor_ids: Sequence[int]) -> dict[int, list[int]]:
    """Who of those whom one follows follows each of these people."""
    wanted = [one for one in actor_ids if one != account_id]
    known = acquaintances.familiar(tx, account_id, wanted, MOST_FAMILIAR)
    shown = _near(tx, env, account_id, [*known, *(by for found in known.values() for by in found)])
    return {of: [by for by in found if by in shown] for of, found in known.items() if of in shown}


def suggested(tx: Tx, env: Env, account_id: int, most: int) -> list[int]:
    """Whom one might follow: those whom others follow whom one follows."""
    found = acquaintances.suggested(tx, account_id, 2 * most)
    apart = distances.distances(tx, env.now(), account_id, found)
    shown = [one for one in found if apart.of_actor(one) is None and not apart.limited(one)]
    return shown[:most]


def _near(tx: Tx, env: Env, viewer_id: int | None, actor_ids: Sequence[int]) -> set[int]:
    apart = distances.distances(tx, env.now(), viewer_id, actor_ids)
    return {one for one in actor_ids if apart.of_actor(one) is None}
