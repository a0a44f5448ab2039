"""Who may follow, find, quote and invite somebody, and whose invitations they do not want."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.services import accounts, invite_mutes, own_profile, posting_defaults
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.invite_mutes import InviteMuteView
from fedi_cotweet.services.invite_subjects import subject_named
from fedi_cotweet.web.sessions import Viewer
from fedi_cotweet.web.settings.framing import framed, saved
from fedi_cotweet.web.visits import Visit
from storage.engine import Tx

SECTION = "privacy"


@dataclass(frozen=True, slots=True)
class Held:
    """What holds now."""

    locked: bool
    discoverable: bool
    indexable: bool
    hides_network: bool
    invite_policy: str
    quote_policy: str
    mutes: tuple[InviteMuteView, ...]


async def show(visit: Visit) -> web.Response:
    """What holds now."""
    return await _page(visit, visit.need_viewer())


async def change(visit: Visit) -> web.Response:
    """Settle all but the mutes."""
    viewer = visit.need_viewer()
    me, env, fields = viewer.account_id, visit.env, await visit.own_form(viewer)
    wanted = own_profile.Wanted(
        locked="locked" in fields,
        discoverable="discoverable" in fields,
        indexable="indexable" in fields,
        hides_network="hides_network" in fields,
    )
    policy, quotes = fields.get("invite_policy", ""), fields.get("quote_policy", "")

    def write(tx: Tx) -> None:
        if posting_defaults.of(tx, me).invite_policy != policy:
            accounts.set_invite_policy(tx, env, me, policy)
        posting_defaults.change(tx, me, posting_defaults.Defaults(quote_policy=quotes))
        own_profile.change(tx, env, me, wanted)

    try:
        await visit.site.write(write)
    except ServiceError as error:
        return await _page(visit, viewer, error)
    return saved(SECTION, "privacy")


async def mute_invites(visit: Visit) -> web.Response:
    """Take no invitations from a person or a server any more."""
    viewer = visit.need_viewer()
    who = (await visit.own_form(viewer)).get("who", "")
    try:
        subject = await subject_named(visit.site, who)
        await visit.site.write(
            lambda tx: invite_mutes.mute(tx, visit.env, viewer.account_id, subject)
        )
    except ServiceError as error:
        return await _page(visit, viewer, error, who)
    return saved(SECTION, "invites_muted")


async def unmute_invites(visit: Visit) -> web.Response:
    """Take them again."""
    viewer = visit.need_viewer()
    subject = (await visit.own_form(viewer)).get("subject", "")
    await visit.site.write(lambda tx: invite_mutes.unmute(tx, viewer.account_id, subject))
    return saved(SECTION, "invites_wanted")


async def _page(
    visit: Visit, viewer: Viewer, error: ServiceError | None = None, who: str = ""
) -> web.Response:
    me = viewer.account_id

    def find(tx: Tx) -> Held:
        actor, account = find_actor(tx, me), posting_defaults.of(tx, me)
        return Held(
            locked=actor.manually_approves,
            discoverable=actor.discoverable,
            indexable=actor.indexable,
            hides_network=account.hides_network,
            invite_policy=account.invite_policy,
            quote_policy=account.quote_policy,
            mutes=tuple(invite_mutes.listed(tx, me)),
        )

    return framed(visit, viewer, SECTION, error, held=await visit.site.read(find), who=who)
