"""People who ask for an account, and the operator's answer."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.people import Username
from fedi_cotweet.services import accounts, sign_ups
from storage.engine import Tx


async def list_waiting(call: Call) -> web.Response:
    """Who waits for an account, the longest first."""

    def read(tx: Tx) -> list[dict[str, Any]]:
        return [
            {"username": one.username, "reason": one.reason, "created_at": one.created_at}
            for one in sign_ups.waiting(tx)
        ]

    return answer({"sign_ups": await call.site.read(read)})


async def approve(call: Call) -> web.Response:
    """Let somebody in. Their app may act for them from now on."""
    wanted, env = await call.members(Username), call.site.env
    username = _name(wanted)
    keys = await asyncio.to_thread(accounts.make_keys)
    await call.site.write(lambda tx: sign_ups.approve(tx, env, username, keys))
    return answer({"username": username, "handle": f"@{username}@{env.addresses.host}"})


async def reject(call: Call) -> web.Response:
    """Let somebody not in; their request is forgotten, and the name is free."""
    username = _name(await call.members(Username))
    await call.site.write(lambda tx: sign_ups.reject(tx, call.site.env, username))
    return answer({"username": username})


def _name(wanted: Username) -> str:
    return wanted.username.removeprefix("@").strip().lower()
