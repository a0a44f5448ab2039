"""Sign-up links, for whoever runs the server."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer, nothing
from fedi_cotweet.services import sign_up_links


@dataclass(frozen=True, slots=True)
class NewSignUpLink:
    """``uses``: how often it lets somebody in; null: without limit. ``for_whom``: a note."""

    uses: int | None = 1
    days: int = 7
    for_whom: str = ""


async def make_link(call: Call) -> web.Response:
    """A link of the operator's; its address is shown this once."""
    env, given = call.site.env, await call.members(NewSignUpLink)
    wanted = sign_up_links.Wanted(given.uses, given.days, given.for_whom)
    address, made = await call.site.write(lambda tx: sign_up_links.make(tx, env, None, wanted))
    return answer({"url": address, "link": made}, status=201)


async def list_links(call: Call) -> web.Response:
    """Everybody's links, the newest first."""
    env = call.site.env
    found = await call.site.read(lambda tx: sign_up_links.all_of_them(tx, env))
    return answer({"sign_up_links": found})


async def end_link(call: Call) -> web.Response:
    """End anybody's."""
    env, key = call.site.env, call.path_id("sign-up link")
    await call.site.write(lambda tx: sign_up_links.end(tx, env, None, key))
    return nothing()
