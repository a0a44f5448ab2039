"""What is held back of somebody's notifications (``held_back``), answered: by person."""

from __future__ import annotations

from fedi_cotweet.services import streams
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import held_back as stored


def accept(tx: Tx, env: Env, account_id: int, actor_id: int) -> None:
    """What was held back of somebody is told, and nothing of theirs is held back any more."""
    stored.permit(tx, account_id, actor_id)
    stored.release(tx, account_id, actor_id)
    streams.notifications_merged(tx, env, account_id)


def dismiss(tx: Tx, account_id: int, actor_id: int) -> None:
    """What was held back of somebody is forgotten; what they do next is held back again."""
    stored.drop(tx, account_id, actor_id)
