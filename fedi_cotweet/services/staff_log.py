"""What those who look after the server did, for all of them to read; nobody can change it.

Whoever does one of these things, on a page, through the API or from the command line, does it
through a service, which writes it down in the same transaction: no road can forget to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Actor
from storage.queries import staff

OPERATOR: Final = "operator"
"""Who did what is done from the command line."""
LONGEST_WHY: Final = 500
ACTS: Final = (
    *("limit", "unlimit", "warn", "note", "remove-note"),
    *("suspend", "unsuspend", "delete-account", "sign-in-link"),
    *("password", "two-factor-off", "approve", "reject"),
    *("make-sign-up-link", "end-sign-up-link"),
    *("role:moderator", "role:administrator", "role:nobody"),
    *("server:suspend", "server:limit", "server:none"),
    *("resolve", "add-rule", "change-rule", "remove-rule", "set-text", "remove-text"),
    *("announce", "change-announcement", "unannounce"),
    *("add-emoji", "remove-emoji", "add-relay", "remove-relay"),
)


@dataclass(frozen=True, slots=True)
class ActView:
    """Something that one of them did: ``by`` a handle, to ``subject``."""

    id: str
    at: int
    by: str
    act: str
    subject: str
    why: str


def note(tx: Tx, env: Env, by: str, act: str, subject: str, why: str = "") -> None:
    """Write down what ``by`` (a handle, or ``OPERATOR``) did, one of ``ACTS``, in the transaction
    in which it is done."""
    assert act in ACTS, act
    staff.note(
        tx,
        id=env.new_id(),
        at=env.now(),
        by=by,
        act=act,
        subject=subject[:500],
        why=why.strip()[:LONGEST_WHY],
    )


def name_of(actor: Actor) -> str:
    """A person as the log names them."""
    return f"{actor.username}@{actor.host}"


def acts(tx: Tx, window: Window) -> list[ActView]:
    """What was done, the last first."""
    return [
        ActView(str(one.id), one.at, one.by, one.act, one.subject, one.why)
        for one in staff.acts(tx, window)
    ]
