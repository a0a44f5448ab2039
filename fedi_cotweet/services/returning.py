"""Coming back after days in which nobody could reach this server.

Others stop sending to a server that did not answer on several days, and begin again when it sends
them something signed (Mastodon, Misskey, and we ourselves). Of people here, only those with
followers there would do that sooner or later; who merely reads would hear nothing any more.
"""

from __future__ import annotations

from fedi_cotweet.domain.limits import AWAY_LONG, HOUR
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.queries import facts

_RUNNING_AT = "running_at"
_NOTED_EVERY = HOUR


def begin(tx: Tx, env: Env) -> bool:
    """A process begins to work: tell every server we know if none worked for days; whether so."""
    last, now = facts.fact(tx, _RUNNING_AT), env.now()
    facts.remember(tx, _RUNNING_AT, now)
    if last is None or now - last < AWAY_LONG:
        return False
    emit(tx, env, "server.returned", version=env.new_id())
    return True


def note_running(tx: Tx, env: Env) -> bool:
    """Remember that this server works, about once an hour. Never more to do: False."""
    last, now = facts.fact(tx, _RUNNING_AT), env.now()
    if last is None or now - last >= _NOTED_EVERY:
        facts.remember(tx, _RUNNING_AT, now)
    return False
