"""Co-tweets for apps that know them: invites answered, taken back, and names taken off."""

from __future__ import annotations

from typing import Final

import msgspec
from aiohttp import web

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call
from fedi_cotweet.mastodon_api.entities import cotweets
from fedi_cotweet.mastodon_api.entities.cotweets import Document
from fedi_cotweet.mastodon_api.errors import invalid, not_found
from fedi_cotweet.mastodon_api.statuses import found
from fedi_cotweet.services import authoring, invitations, leaving, publishing
from fedi_cotweet.services.drafts import own_draft
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors
from storage.queries import posts as stored

LONGEST_REASON: Final = 500


class Acceptance(msgspec.Struct):
    """``digest`` of the version that was shown: consent is to that one alone."""

    digest: str = ""


class Refusal(msgspec.Struct):
    """``reason`` is sent to the inviter."""

    reason: str = ""


class Withdrawal(msgspec.Struct):
    """Whom not to ask any more, by handle or id; without either nobody."""

    co_author: str = ""
    co_author_id: str = ""


async def invites(call: Call) -> web.Response:
    """Invites that wait for an answer or for publication."""
    me, env = call.account_id, call.env
    return answer(await call.site.read(lambda tx: cotweets.invites(tx, env, me)))


async def invite(call: Call) -> web.Response:
    """One invite, in whatever state."""
    me, number, env = call.account_id, call.path_id(), call.env
    return answer(await call.site.read(lambda tx: cotweets.invite(tx, env, me, number)))


async def accept(call: Call) -> web.Response:
    """Consent to exactly what was shown."""
    me, number, env = call.account_id, call.path_id(), call.env
    digest = (await call.parameters(Acceptance)).digest
    await call.site.read(lambda tx: invitations.own_invitation(tx, me, number))
    if not digest:
        raise invalid("digest", "can't be blank", "ERR_BLANK")

    def write(tx: Tx) -> Document:
        invitations.accept(tx, env, me, number, digest)
        return cotweets.invite(tx, env, me, number)

    return answer(await call.site.write(write))


async def decline(call: Call) -> web.Response:
    """Say no."""
    me, number, env = call.account_id, call.path_id(), call.env
    reason = (await call.parameters(Refusal)).reason.strip()[:LONGEST_REASON]

    def write(tx: Tx) -> Document:
        invitations.decline(tx, env, me, number, reason)
        return cotweets.invite(tx, env, me, number)

    return answer(await call.site.write(write))


async def withdraw(call: Call) -> web.Response:
    """Take invites back; the draft stays."""
    me, number, env = call.account_id, call.path_id(), call.env
    wanted = await call.parameters(Withdrawal)
    post_id = await call.site.read(lambda tx: own_draft(tx, me, found(tx, number)[0].id).id)
    person = None
    if wanted.co_author_id:
        person = await person_with(call, wanted.co_author_id)
    elif wanted.co_author:
        person = await authoring.find_person(call.site, wanted.co_author)

    def write(tx: Tx) -> Document:
        publishing.withdraw(tx, env, me, post_id, None if person is None else person.id)
        post = stored.post(tx, post_id)
        if post is None:
            raise not_found()
        return cotweets.status(tx, env, post, me)

    return answer(await call.site.write(write))


async def leave(call: Call) -> web.Response:
    """Take one's name off a co-tweet of somebody else; ``stamp`` names the consent that is gone."""
    me, number, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> str:
        return leaving.leave(tx, env, me, found(tx, number)[0].uri)

    return answer({"stamp": await call.site.write(write)})


async def leave_invite(call: Call) -> web.Response:
    """The same by the invite: of a draft elsewhere there is nothing else here."""
    me, number, env = call.account_id, call.path_id(), call.env

    def write(tx: Tx) -> str:
        return leaving.leave(tx, env, me, invitations.own_invitation(tx, me, number).object_uri)

    return answer({"stamp": await call.site.write(write)})


async def person_with(call: Call, given: str) -> Actor:
    """The person with an id. ``ApiError`` (422) for nobody."""
    number = read_id(given)
    held = None if number is None else await call.site.read(lambda tx: actors.actor(tx, number))
    if held is None or held.gone_at is not None:
        raise invalid("co_author_ids", "hold somebody who is not there")
    return held
