"""What is held back of somebody's notifications (``held_back``), by person, and answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fedi_cotweet.domain.windows import Window, filled
from fedi_cotweet.services import distances, streams
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.views import AuthorView
from storage.engine import Tx
from storage.queries import actors
from storage.queries import held_back as stored
from storage.queries.held_back import Request


@dataclass(frozen=True, slots=True)
class HeldBackView:
    """Of how many things that somebody did one has not heard. ``id`` is that of the person."""

    id: str
    by: AuthorView
    count: int
    last_at: int


def found(tx: Tx, env: Env, account_id: int, window: Window) -> list[Request]:
    """By whom something is held back; not by those whom somebody keeps away since."""

    def fit(page: Sequence[Request]) -> Sequence[Request]:
        quiet = distances.quiet(tx, env.now(), account_id, [one.actor_id for one in page])
        return [one for one in page if one.actor_id not in quiet]

    return filled(
        lambda asked: stored.requests(tx, account_id, asked), fit, lambda one: one.actor_id, window
    )


def views(tx: Tx, env: Env, account_id: int, window: Window) -> list[HeldBackView]:
    """The same as pages show it."""
    page = found(tx, env, account_id, window)
    people = actors.actors(tx, [one.actor_id for one in page])
    return [
        HeldBackView(
            str(one.actor_id), author_view(env, people[one.actor_id]), one.count, one.last_at
        )
        for one in page
        if one.actor_id in people
    ]


def accept(tx: Tx, env: Env, account_id: int, actor_id: int) -> None:
    """What was held back of somebody is told, and nothing of theirs is held back any more."""
    stored.permit(tx, account_id, actor_id)
    stored.release(tx, account_id, actor_id)
    streams.notifications_merged(tx, env, account_id)


def dismiss(tx: Tx, account_id: int, actor_id: int) -> None:
    """What was held back of somebody is forgotten; what they do next is held back again."""
    stored.drop(tx, account_id, actor_id)
