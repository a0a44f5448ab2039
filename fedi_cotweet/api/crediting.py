"""Credit for pictures: asking artists, and answering as one."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.changing import changed
from fedi_cotweet.services import credit_answers, credit_views, crediting
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.views import CreditRequestView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class NewCredit:
    """``picture``: its position, from 0. ``handle`` is asked; ``name`` alone stays plain text."""

    picture: int
    handle: str | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class CreditTakenBack:
    """``picture``: its position, from 0."""

    picture: int


@dataclass(frozen=True, slots=True)
class CreditAcceptance:
    """``digest`` of the post that was shown."""

    digest: str


async def give(call: Call) -> web.Response:
    """Say who made a picture; with a handle they are asked."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    wanted = await call.members(NewCredit)
    artist = None if wanted.handle is None else await find_person(call.site, wanted.handle)
    env = call.site.env

    def give_it(tx: Tx) -> None:
        crediting.give(
            tx, env, account_id, post_id, wanted.picture, artist=artist, name=wanted.name
        )

    return await changed(call, account_id, post_id, give_it, status=201)


async def take_back(call: Call) -> web.Response:
    """Name nobody for a picture any more."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    picture = (await call.members(CreditTakenBack)).picture
    env = call.site.env
    return await changed(
        call,
        account_id,
        post_id,
        lambda tx: crediting.take_back(tx, env, account_id, post_id, picture),
    )


async def list_questions(call: Call) -> web.Response:
    """What the account was asked as an artist, newest first."""
    account_id = await call.account_id()
    found = await call.site.read(lambda tx: credit_views.questions(tx, call.site.env, account_id))
    return answer({"credits": found})


async def accept(call: Call) -> web.Response:
    """Agree to be named under this picture of exactly this post."""
    account_id, offer_id = await call.account_id(), call.path_id("credit")
    digest = (await call.members(CreditAcceptance)).digest
    env = call.site.env

    def write(tx: Tx) -> CreditRequestView:
        credit_answers.accept(tx, env, account_id, offer_id, digest)
        return credit_views.question(tx, env, account_id, offer_id)

    return answer(await call.site.write(write))


async def decline(call: Call) -> web.Response:
    """Say no, or take the account's name off again."""
    account_id, offer_id = await call.account_id(), call.path_id("credit")
    env = call.site.env

    def write(tx: Tx) -> CreditRequestView:
        credit_answers.decline(tx, env, account_id, offer_id)
        return credit_views.question(tx, env, account_id, offer_id)

    return answer(await call.site.write(write))
