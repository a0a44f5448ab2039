"""What the caller's app has pushed to it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from fedi_cotweet.domain.notification_types import ALERTS
from fedi_cotweet.mastodon_api.answers import answer
from fedi_cotweet.mastodon_api.calls import Call, token_of
from fedi_cotweet.mastodon_api.entities.accounts import Document
from fedi_cotweet.mastodon_api.errors import ApiError, invalid
from fedi_cotweet.mastodon_api.parameters import truth
from fedi_cotweet.services import push_secrets, pushing, vapid
from fedi_cotweet.services.push_encryption import BadKeysError
from fedi_cotweet.services.pushing import LONGEST_ENDPOINT, Wanted
from fedi_cotweet.services.tokens import Bearer
from storage.engine import Tx
from storage.models import PushSubscription


class Keys(msgspec.Struct):
    """The app's, in base64."""

    p256dh: str = ""
    auth: str = ""


class Subscription(msgspec.Struct):
    """Where to push. ``standard``: as RFC 8291 says, else as its draft did."""

    endpoint: str = ""
    keys: Keys = msgspec.field(default_factory=Keys)
    standard: bool = False


class Data(msgspec.Struct):
    """What to push."""

    alerts: dict[str, Any] = msgspec.field(default_factory=dict)
    policy: str | None = None


class Given(msgspec.Struct):
    """All of it. ``policy`` stands here too in what some apps send."""

    subscription: Subscription = msgspec.field(default_factory=Subscription)
    data: Data = msgspec.field(default_factory=Data)
    policy: str | None = None


async def subscribe(call: Call) -> web.Response:
    """Push to this app, there, and nowhere else any more."""
    given, bearer, env = await call.parameters(Given), _bearer(call), call.env
    endpoint = _endpoint(call, given.subscription.endpoint.strip())
    key = await asyncio.to_thread(push_secrets.sealing_key, call.site.settings.data)
    sealed = push_secrets.seal(key, token_of(call.request) or "", bearer.token_id)

    def write(tx: Tx) -> PushSubscription:
        return pushing.subscribe(
            tx,
            env,
            bearer,
            sealed,
            endpoint=endpoint,
            p256dh=given.subscription.keys.p256dh,
            auth=given.subscription.keys.auth,
            standard=given.subscription.standard,
            wanted=_wanted(given),
        )

    try:
        made = await call.site.write(write)
    except BadKeysError as error:
        raise invalid("keys", f"are {error}") from None
    return await _answer(call, made)


async def show(call: Call) -> web.Response:
    """What it has pushed."""
    bearer = _bearer(call)
    return await _answer(call, await call.site.read(lambda tx: pushing.subscription(tx, bearer)))


async def change(call: Call) -> web.Response:
    """Push something else. What is left out is not pushed, as with Mastodon."""
    given, bearer = await call.parameters(Given), _bearer(call)
    wanted = _wanted(given)
    return await _answer(call, await call.site.write(lambda tx: pushing.change(tx, bearer, wanted)))


async def unsubscribe(call: Call) -> web.Response:
    """Push nothing any more."""
    bearer = _bearer(call)
    await call.site.write(lambda tx: pushing.unsubscribe(tx, bearer))
    return answer({})


def _bearer(call: Call) -> Bearer:
    if call.bearer is None:
        raise ApiError(401, "The access token is invalid")
    return call.bearer


def _wanted(given: Given) -> Wanted:
    alerts = {name for name, value in given.data.alerts.items() if truth(value)}
    return Wanted(alerts, given.data.policy or given.policy or "all")


def _endpoint(call: Call, text: str) -> str:
    """An address that may be pushed to, as far as can be seen of it. Where it leads is looked at
    whenever something is sent."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise invalid("endpoint", "is no address") from None
    development = call.site.settings.development
    if (
        not 0 < len(text) <= LONGEST_ENDPOINT
        or not text.isascii()
        or parts.scheme not in (("https", "http") if development else ("https",))
        or not host
        or (not development and "." not in host)
    ):
        raise invalid("endpoint", "is no https address")
    if call.env.addresses.owns(text) or call.site.rules.suspended(host):
        raise invalid("endpoint", "is not pushed to")
    return text


async def _answer(call: Call, held: PushSubscription) -> web.Response:
    document: Document = {
        # A number, as Mastodon has it and some apps need it, though its documentation says text.
        "id": held.id,
        "endpoint": held.endpoint,
        "standard": held.standard,
        "alerts": {name: name in held.alerts for name in ALERTS},
        "policy": held.policy,
        "server_key": await vapid.server_key(call.site),
    }
    return answer(document)
