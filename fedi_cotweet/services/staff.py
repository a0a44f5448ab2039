"""Those who look after the server, and what they may do."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.accounts import account_named
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.staff_log import OPERATOR, note
from storage.engine import Tx
from storage.queries import staff

MODERATOR: Final = "moderator"
ADMINISTRATOR: Final = "administrator"
ROLES: Final = (MODERATOR, ADMINISTRATOR)
NOBODY: Final = "nobody"


def role_of(tx: Tx, account_id: int) -> str:
    """One of ``ROLES``, or "" of everybody else."""
    return staff.role(tx, account_id) or ""


def check(tx: Tx, account_id: int, least: str) -> str:
    """The role of somebody who may do what ``least`` may. To others there is no such page (404)."""
    role = role_of(tx, account_id)
    if role not in ROLES or ROLES.index(role) < ROLES.index(least):
        raise not_found("page")
    return role


def appoint(tx: Tx, env: Env, username: str, role: str, *, by: str = OPERATOR) -> str:
    """Make somebody a moderator or an administrator, or (``nobody``) neither; their name.

    Raises ``no_such_account`` (404) and ``bad_role`` (422).
    """
    if role not in (*ROLES, NOBODY):
        raise ServiceError(
            "bad_role",
            422,
            say("A role is one of: {choices}.", choices=", ".join((*ROLES, NOBODY))),
        )
    account = account_named(tx, username)
    if role == NOBODY:
        staff.dismiss(tx, account.id)
    else:
        staff.appoint(tx, account.id, role, env.now())
    note(tx, env, by, f"role:{role}", f"{account.username}@{env.addresses.host}")
    return account.username
