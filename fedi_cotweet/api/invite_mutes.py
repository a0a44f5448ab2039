"""Whose invitations the acting account does not want, and whose there were too many of."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import invite_mutes
from fedi_cotweet.services.invite_subjects import subject_named
from storage.queries import hosts


@dataclass(frozen=True, slots=True)
class Who:
    """``bob@b.example``, an actor's address, or a server such as ``b.example``."""

    who: str


async def list_mutes(call: Call) -> web.Response:
    """Whose invitations are muted."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: invite_mutes.listed(tx, account_id))
    return answer({"invite_mutes": found})


async def mute(call: Call) -> web.Response:
    """Take no invitations from somebody, or from a server."""
    account_id = await call.account_id()
    subject = await subject_named(call.site, (await call.members(Who)).who)
    env = call.site.env
    await call.site.write(lambda tx: invite_mutes.mute(tx, env, account_id, subject))
    return answer({"subject": subject})


async def unmute(call: Call) -> web.Response:
    """Take their invitations again; it is no error if nobody was muted."""
    account_id = await call.account_id()
    given = (await call.members(Who)).who.strip()
    held = await call.site.read(lambda tx: invite_mutes.listed(tx, account_id))
    # Whoever is muted may be gone, and cannot be looked up any more.
    names = {name: view.subject for view in held for name in (view.subject, view.handle) if name}
    subject = names.get(given.removeprefix("@")) or await subject_named(call.site, given)
    await call.site.write(lambda tx: invite_mutes.unmute(tx, account_id, subject))
    return answer({"subject": subject})


async def refused_invites(call: Call) -> web.Response:
    """The servers whose invitations were dropped for being too many."""
    found = await call.site.read(lambda tx: hosts.refused_invites(tx, 1_000))
    return answer({"hosts": [{"host": host, "refused": number} for host, number in found]})
