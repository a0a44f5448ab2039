"""Invites that the acting account received, and its answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.services import author_views, invitations
from fedi_cotweet.services.views import InviteView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class Acceptance:
    """``digest`` of the version that was shown: consent is to that one alone."""

    digest: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """``reason`` is sent to the inviter."""

    reason: str = field(default="", metadata={"most": 500})


async def list_invites(call: Call) -> web.Response:
    """Invites that wait for an answer or for publication."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: author_views.invitations(tx, call.site.env, account_id))
    return answer({"invites": found})


async def show_invite(call: Call) -> web.Response:
    """One invite, in whatever state."""
    account_id = await call.account_id()
    invite_id = await naming.invite_id(call, account_id)
    return answer(
        await call.site.read(
            lambda tx: author_views.invitation(tx, call.site.env, account_id, invite_id)
        )
    )


async def accept(call: Call) -> web.Response:
    """Consent to exactly what was shown."""
    account_id = await call.account_id()
    invite_id = await naming.invite_id(call, account_id)
    digest = (await call.members(Acceptance)).digest
    env = call.site.env

    def write(tx: Tx) -> InviteView:
        invitations.accept(tx, env, account_id, invite_id, digest)
        return author_views.invitation(tx, env, account_id, invite_id)

    return answer(await call.site.write(write))


async def decline(call: Call) -> web.Response:
    """Say no."""
    account_id = await call.account_id()
    invite_id = await naming.invite_id(call, account_id)
    reason = (await call.members(Refusal)).reason.strip()
    env = call.site.env

    def write(tx: Tx) -> InviteView:
        invitations.decline(tx, env, account_id, invite_id, reason)
        return author_views.invitation(tx, env, account_id, invite_id)

    return answer(await call.site.write(write))
