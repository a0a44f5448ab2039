"""Quotes of the acting account's posts: who may, who asks, who does."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from fedi_cotweet.api import naming
from fedi_cotweet.api.calls import Call, answer
from fedi_cotweet.api.changing import changed
from fedi_cotweet.services import quotable, quote_request_views, quote_requests
from fedi_cotweet.services.views import QuoteRequestView
from storage.engine import Tx


@dataclass(frozen=True, slots=True)
class QuoteChoice:
    """``public``, ``followers``, ``ask`` or ``nobody``."""

    policy: str


async def set_default(call: Call) -> web.Response:
    """Who may quote what the account writes from now on."""
    account_id, env = await call.account_id(), call.site.env
    policy = (await call.members(QuoteChoice)).policy
    await call.site.write(lambda tx: quotable.set_default(tx, env, account_id, policy))
    return answer({"policy": policy})


async def set_policy(call: Call) -> web.Response:
    """Who may quote one post of the account's; consent that was given stands."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    policy = (await call.members(QuoteChoice)).policy
    env = call.site.env
    return await changed(
        call,
        account_id,
        post_id,
        lambda tx: quotable.set_policy(tx, env, account_id, post_id, policy),
    )


async def list_requests(call: Call) -> web.Response:
    """Who quotes posts of the account, and who asks to, newest first."""
    account_id = await call.account_id()
    found = await call.site.read(
        lambda tx: quote_request_views.requests(tx, call.site.env, account_id)
    )
    return answer({"quotes": found})


async def accept(call: Call) -> web.Response:
    """Agree to be quoted by this post."""
    return await _answer(call, accepted=True)


async def decline(call: Call) -> web.Response:
    """Say no, or take consent back: the quoted post is not shown there any more."""
    return await _answer(call, accepted=False)


async def veto(call: Call) -> web.Response:
    """Take a post that the account wrote, alone or with others, out of this one that quotes it."""
    account_id = await call.account_id()
    post_id = await naming.post_id(call, account_id)
    env = call.site.env
    return await changed(
        call, account_id, post_id, lambda tx: quote_requests.veto(tx, env, account_id, post_id)
    )


async def _answer(call: Call, *, accepted: bool) -> web.Response:
    account_id, request_id = await call.account_id(), call.path_id("quote")
    env = call.site.env

    def write(tx: Tx) -> QuoteRequestView:
        quote_requests.answer(tx, env, account_id, request_id, accept=accepted)
        return quote_request_views.request(tx, env, account_id, request_id)

    return answer(await call.site.write(write))
