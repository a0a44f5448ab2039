"""Passwords and codes of accounts, in the operator's hands."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.people import Username
from fedi_cotweet.services import accounts, passwords, second_factor, security, staff_log
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewPassword:
    """``password`` is made if left out."""

    username: str
    password: str | None = field(default=None, metadata={"most": passwords.LONGEST})


async def set_password(call: Call) -> web.Response:
    """Give an account a new password; all its browsers and apps have to sign in again."""
    wanted, env = await call.members(NewPassword), call.site.env
    password = wanted.password or passwords.make_password()
    passwords.check_new_password(password)
    async with call.site.hashing:
        hashed = await asyncio.to_thread(passwords.hash_password, password)

    def write(tx: Tx) -> str:
        account = accounts.account_named(tx, wanted.username.removeprefix("@"))
        security.set_password(tx, env, account.id, hashed)
        _noted(tx, call, "password", account.username)
        return account.username

    username = await call.site.write(write)
    made = None if wanted.password else password
    return answer({"username": username, "password": made})


async def turn_off_two_factor(call: Call) -> web.Response:
    """Ask an account for no codes any more, for whoever lost phone and recovery codes."""
    username = (await call.members(Username)).username.removeprefix("@")

    def write(tx: Tx) -> str:
        account = accounts.account_named(tx, username)
        second_factor.turn_off(tx, account.id)
        _noted(tx, call, "two-factor-off", account.username)
        return account.username

    return answer({"username": await call.site.write(write), "two_factor": False})


def _noted(tx: Tx, call: Call, act: str, username: str) -> None:
    person = staff_log.name_of(accounts.person_here(tx, username))
    staff_log.note(tx, call.site.env, staff_log.OPERATOR, act, person)
