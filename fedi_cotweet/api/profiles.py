"""What the acting account shows of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import profiles
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Post
from storage.queries import posts


@dataclass(frozen=True, slots=True)
class Choice:
    """``yes`` or ``no``."""

    searchable: str


async def hide(call: Call) -> web.Response:
    """Take a co-tweet off the account's own profile, and stay its author."""
    return await _choose(call, profiles.hide, hidden=True)


async def unhide(call: Call) -> web.Response:
    """Show a co-tweet on the account's profile again."""
    return await _choose(call, profiles.unhide, hidden=False)


async def set_searchable(call: Call) -> web.Response:
    """Whether others find the account's public posts by their words."""
    account_id, env = await call.account_id(), call.site.env
    choice = (await call.members(Choice)).searchable
    await call.site.write(lambda tx: profiles.set_searchable(tx, env, account_id, choice))
    return answer({"searchable": choice})


async def _choose(
    call: Call, choose: Callable[[Tx, Env, int, Post | None], None], *, hidden: bool
) -> web.Response:
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id, "co-tweet")
    env = call.site.env
    await call.site.write(lambda tx: choose(tx, env, account_id, posts.post(tx, post_id)))
    return answer({"hidden": hidden})
