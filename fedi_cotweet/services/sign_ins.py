"""Whether a name and a password belong together, asked from anywhere: a page, or an app.

Unknown names take as long as known ones and are answered alike.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.services import accounts, moderating, passwords
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.site import Site
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors

LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class TooOften:
    """Nothing was checked. ``wait``: milliseconds until something is again."""

    wait: int


async def check_password(
    site: Site, address: str, typed: str, password: str
) -> Account | TooOften | None:
    """Whose name and password these are, None if they are wrong. ``address``: who is to be counted
    (``attempts.caller_address``)."""
    name = account_name(site.env, typed.strip()[:LONGEST_NAME])
    wait = site.attempts.begin(address, name, site.env.now())
    if wait:
        return TooOften(wait)

    def find(tx: Tx) -> Account | None:
        return actors.present_account(tx, name)

    account = await site.read(find) if accounts.USERNAME.match(name) else None
    held = account.password_hash if account is not None and not account.service else None
    async with site.hashing:
        right = await asyncio.to_thread(passwords.is_password, held, password[: passwords.LONGEST])
    if account is None or not right:
        return None
    site.attempts.succeeded(address, name)
    return account


async def shut_out_with(site: Site, username: str, password: str) -> str | None:
    """What whoever is shut out and has this name and password was told then; None: nobody is."""

    def find(tx: Tx) -> tuple[str | None, str] | None:
        account = actors.account_by_name(tx, username)
        actor = None if account is None else actors.actor(tx, account.id)
        if account is None or actor is None or actor.suspended_at is None or actor.gone_at:
            return None
        return account.password_hash, moderating.why_out(tx, account.id)

    held = await site.read(find)
    if held is None:
        return None
    async with site.hashing:
        right = await asyncio.to_thread(
            passwords.is_password, held[0], password[: passwords.LONGEST]
        )
    return held[1] if right else None


def account_name(env: Env, typed: str) -> str:
    """The name behind ``alice``, ``@alice`` or ``alice@`` this server; else one that nobody has."""
    name, _, host = typed.removeprefix("@").partition("@")
    if host and host.lower() != env.addresses.host.lower():
        return typed.lower()
    return name.lower()
