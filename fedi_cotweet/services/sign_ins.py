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
from storage.queries import actors, sign_ups

LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class TooOften:
    """Nothing was checked. ``wait``: milliseconds until something is again."""

    wait: int


@dataclass(frozen=True, slots=True)
class ShutOut:
    """They are right, and shut out. ``text``: what they were told then, or ""."""

    text: str


class Waiting:
    """They are right, of an account that whoever looks after the server has not decided on."""


async def check_password(
    site: Site, address: str, typed: str, password: str
) -> Account | TooOften | ShutOut | Waiting | None:
    """Whose name and password these are, None if they are wrong. ``address``: who is to be counted
    (``attempts.caller_address``)."""
    name = account_name(site.env, typed.strip()[:LONGEST_NAME])
    wait = site.attempts.begin(address, name, site.env.now())
    if wait:
        return TooOften(wait)
    held, password_hash = None, None
    if accounts.USERNAME.match(name):
        held, password_hash = await site.read(lambda tx: _held(tx, name))
    async with site.hashing:
        right = await asyncio.to_thread(
            passwords.is_password, password_hash, password[: passwords.LONGEST]
        )
    if held is None or not right:
        return None
    site.attempts.succeeded(address, name)
    return held


def _held(tx: Tx, name: str) -> tuple[Account | ShutOut | Waiting | None, str | None]:
    """What a right password leads to, and the hash of that password."""
    account = actors.account_by_name(tx, name)
    actor = None if account is None else actors.actor(tx, account.id)
    if account is None or actor is None:
        asked = sign_ups.sign_up_of(tx, name)
        return (None, None) if asked is None else (Waiting(), asked.password_hash)
    if account.service or actor.gone_at is not None:
        return None, None
    if actor.suspended_at is not None:
        return ShutOut(moderating.why_out(tx, account.id)), account.password_hash
    return account, account.password_hash


def account_name(env: Env, typed: str) -> str:
    """The name behind ``alice``, ``@alice`` or ``alice@`` this server; else one that nobody has."""
    name, _, host = typed.removeprefix("@").partition("@")
    if host and host.lower() != env.addresses.host.lower():
        return typed.lower()
    return name.lower()
