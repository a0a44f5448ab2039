"""The rules of the server, and the texts about it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.services import house


@dataclass(frozen=True, slots=True)
class NewRule:
    """``hint``: what the rule means, at more length."""

    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class NewText:
    """Plain text: an empty line begins a paragraph, web addresses become links."""

    text: str


async def add_rule(call: Call) -> web.Response:
    """Lay down a rule for the people of this server."""
    env, given = call.site.env, await call.members(NewRule)
    made = await call.site.write(lambda tx: house.add_rule(tx, env, given.text, given.hint))
    return answer(made, status=201)


async def list_rules(call: Call) -> web.Response:
    """All rules, the oldest first."""
    return answer({"rules": await call.site.read(house.rules)})


async def change_rule(call: Call) -> web.Response:
    """Say one anew, whole."""
    env, key, given = call.site.env, call.path_id("rule"), await call.members(NewRule)
    return answer(
        await call.site.write(lambda tx: house.change_rule(tx, env, key, given.text, given.hint))
    )


async def remove_rule(call: Call) -> web.Response:
    """Take one back."""
    key = call.path_id("rule")
    await call.site.write(lambda tx: house.remove_rule(tx, call.site.env, key))
    return nothing()


async def list_texts(call: Call) -> web.Response:
    """The texts about the server that there are."""
    return answer({"texts": await call.site.read(house.texts)})


async def set_text(call: Call) -> web.Response:
    """Say one, in place of what was said before."""
    env, kind, given = call.site.env, _kind(call), await call.members(NewText)
    return answer(await call.site.write(lambda tx: house.set_text(tx, env, kind, given.text)))


async def remove_text(call: Call) -> web.Response:
    """Say it no more."""
    kind = _kind(call)
    await call.site.write(lambda tx: house.remove_text(tx, call.site.env, kind))
    return nothing()


def _kind(call: Call) -> str:
    return call.request.match_info["kind"]
