"""Pushes: what apps of a person hear of while they are closed.

A subscription belongs to an access token and ends with it. What is to be pushed is written down in
the transaction that tells the person (``events.tell``), and sent by one job per subscription
(``federation.jobs.pushing``), so that a push service which is away keeps nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import orjson

from activitypub.html import to_text
from fedi_cotweet.domain.limits import DAY, HOUR, SECOND
from fedi_cotweet.domain.notification_types import ALERTS, pushed_as
from fedi_cotweet.languages.reader import speaking
from fedi_cotweet.languages.wording import mark, said, say
from fedi_cotweet.services import (
    appearances,
    client_notices,
    notifications,
    push_secrets,
    tokens,
    vapid,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.push_encryption import Recipient, Sealed, encode, read_recipient
from fedi_cotweet.services.tokens import Bearer
from fedi_cotweet.services.vapid import Vapid
from storage.engine import Tx
from storage.models import Actor, Notification, PushSubscription
from storage.queries import actors, follows, pushes

POLICIES: Final = ("all", "followed", "follower", "none")
MOST_SUBSCRIPTIONS: Final = 20
"""Of one account; of more the oldest end."""
LONGEST_ENDPOINT: Final = 2_000
EXPIRES_AFTER: Final = 48 * HOUR
"""What could not be pushed by then is not news any more."""
AT_ONCE: Final = 20
MOST_WAITING: Final = 100
"""So many pushes are kept for an app whose push service fails."""
FIRST_WAIT: Final = 10 * SECOND
LONGEST_WAIT: Final = 1 * HOUR
FAILS_FOR: Final = 7 * DAY
"""A subscription that fails for so long ends."""
MOST_REFUSALS: Final = 5
"""And one of which the push service refuses so many pushes in a row."""
TITLE_CHARACTERS: Final = 120
BODY_CHARACTERS: Final = 140
NO_PICTURE: Final = "/avatars/original/missing.png"
TITLES: Final = {
    "mention": mark("{name} mentioned you"),
    "reply": mark("{name} replied to you"),
    "status": mark("{name} posted"),
    "boost": mark("{name} boosted your post"),
    "follow": mark("{name} follows you"),
    "follow_request": mark("{name} asks to follow you"),
    "like": mark("{name} likes your post"),
    "poll": mark("A poll of {name} is over"),
    "quote": mark("{name} quoted your post"),
    "update": mark("{name} changed a post that you boosted"),
    "quoted_update": mark("{name} changed a post that you quoted"),
    "cotweet.invite": mark("{name} asks you to write a post together"),
    "cotweet.reminder": mark("{name} waits for your answer: write a post together?"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an app wants pushed: these types, of these people."""

    alerts: Collection[str]
    policy: str = "all"


@dataclass(frozen=True, slots=True)
class Push:
    """One push, ready to be encrypted and sent."""

    notification_id: int
    endpoint: str
    recipient: Recipient
    standard: bool
    text: bytes
    pair: Vapid


def subscribe(
    tx: Tx,
    env: Env,
    bearer: Bearer,
    sealed_token: str,
    *,
    endpoint: str,
    p256dh: str,
    auth: str,
    standard: bool,
    wanted: Wanted,
) -> PushSubscription:
    """What this token had pushed, it has pushed there from now on.

    Raises ``bad_policy``; ``endpoint`` and keys are checked (``read_recipient``). The address is
    a stranger's: it is checked again whenever something is sent.
    """
    account_id = bearer.account_id
    if account_id is None:
        raise not_found("account")
    _check(wanted)
    recipient = read_recipient(p256dh, auth)
    before = pushes.subscription_of_token(tx, bearer.token_id)
    held = [one.id for one in pushes.subscriptions_of(tx, account_id)]
    others = [one for one in held if before is None or one != before.id]
    over = others[: max(0, len(others) - MOST_SUBSCRIPTIONS + 1)]
    pushes.remove(tx, over if before is None else [*over, before.id])
    subscription_id = env.new_id()
    pushes.add_subscription(
        tx,
        id=subscription_id,
        token_id=bearer.token_id,
        account_id=account_id,
        endpoint=endpoint,
        public_key=encode(recipient.point),
        auth=encode(recipient.auth),
        standard=standard,
        policy=wanted.policy,
        alerts=_types(wanted),
        sealed_token=sealed_token,
        created_at=env.now(),
    )
    return subscription(tx, bearer)


def change(tx: Tx, bearer: Bearer, wanted: Wanted) -> PushSubscription:
    """Other types, of other people. ``not_found`` without a subscription, ``bad_policy``."""
    _check(wanted)
    held = subscription(tx, bearer)
    pushes.change_subscription(tx, held.id, alerts=_types(wanted), policy=wanted.policy)
    return subscription(tx, bearer)


def subscription(tx: Tx, bearer: Bearer) -> PushSubscription:
    """What a token has pushed; ``not_found`` for nothing."""
    held = pushes.subscription_of_token(tx, bearer.token_id)
    if held is None:
        raise not_found("subscription")
    return held


def unsubscribe(tx: Tx, bearer: Bearer) -> None:
    """Nothing is pushed to this token's app any more; it is no error if nothing was."""
    held = pushes.subscription_of_token(tx, bearer.token_id)
    if held is not None:
        pushes.remove(tx, [held.id])


def next_push(
    tx: Tx, env: Env, subscription_id: int, key: bytes, *, done: int | None = None
) -> Push | int | None:
    """What is to be pushed next; milliseconds until then; None: nothing.

    ``done`` was pushed, or will never be. What the person would not find among their notifications
    (by now), or what the app did not ask for, is left out here. A subscription whose token is over
    ends.
    """
    if done is not None:
        pushes.take_out(tx, subscription_id, [done])
    held = pushes.subscription(tx, subscription_id)
    if held is None:
        return None
    token = _token(tx, env, held, key)
    if token is None:
        pushes.remove(tx, [held.id])
        return None
    if held.next_at > env.now():
        return held.next_at - env.now()
    while found := pushes.waiting(tx, held.id, AT_ONCE):
        for item in found:
            made = _payload(tx, env, held, item, token)
            if made is not None:
                recipient = read_recipient(held.public_key, held.auth)
                pair = vapid.ensure(tx)
                return Push(item.id, held.endpoint, recipient, held.standard, made, pair)
            pushes.take_out(tx, held.id, [item.id])
    return None


def worked(tx: Tx, subscription_id: int) -> None:
    """The push service takes pushes (again)."""
    held = pushes.subscription(tx, subscription_id)
    if held is not None and held.failures:
        pushes.change_subscription(tx, held.id, failures=0, failing_since=None, next_at=0)


def end(tx: Tx, subscription_id: int) -> None:
    """The push service knows the subscription no more."""
    pushes.remove(tx, [subscription_id])


def failed(tx: Tx, env: Env, subscription_id: int, wait: int | None) -> None:
    """The push service cannot take one now; ``wait``: for so long it wants to be left alone."""
    held = pushes.subscription(tx, subscription_id)
    if held is None:
        return
    now = env.now()
    since = now if held.failing_since is None else held.failing_since
    if now - since >= FAILS_FOR:
        pushes.remove(tx, [held.id])
        return
    usual = min(FIRST_WAIT * 3 ** min(held.failures, 12), LONGEST_WAIT)
    pushes.change_subscription(
        tx,
        held.id,
        failures=held.failures + 1,
        failing_since=since,
        next_at=now + max(usual, min(wait or 0, EXPIRES_AFTER)),
    )
    pushes.keep_newest(tx, held.id, MOST_WAITING)


def refused(tx: Tx, subscription_id: int) -> None:
    """The push service does not want this one: after some in a row, it gets no more."""
    held = pushes.subscription(tx, subscription_id)
    if held is None:
        return
    if held.failures + 1 >= MOST_REFUSALS:
        pushes.remove(tx, [held.id])
    else:
        pushes.change_subscription(tx, held.id, failures=held.failures + 1)


def headers_of(push: Push, sealed: Sealed, subject: str, now: int) -> dict[str, str]:
    """What goes with a push (RFC 8030, RFC 8292 or the draft before it)."""
    signed = vapid.sign(push.pair, push.endpoint, subject, now)
    headers = {
        **sealed.headers,
        "Content-Type": "application/octet-stream",
        "TTL": str(EXPIRES_AFTER // SECOND),
        "Urgency": "normal",
    }
    if sealed.crypto_key is None:
        return headers | {"Authorization": f"vapid t={signed},k={push.pair.public}"}
    return headers | {
        "Authorization": f"WebPush {signed}",
        "Crypto-Key": f"{sealed.crypto_key};p256ecdsa={push.pair.public}",
    }


def _check(wanted: Wanted) -> None:
    if wanted.policy not in POLICIES:
        raise ServiceError(
            "bad_policy",
            422,
            "There is no such policy.",
            say("One of: {choices}.", choices=", ".join(POLICIES)),
        )


def _types(wanted: Wanted) -> list[str]:
    return [name for name in ALERTS if name in wanted.alerts]


def _token(tx: Tx, env: Env, held: PushSubscription, key: bytes) -> str | None:
    found = push_secrets.unseal(key, held.sealed_token, held.token_id)
    bearer = None if found is None else tokens.bearer_of(tx, found, env.now())
    if bearer is None or bearer.token_id != held.token_id:
        return None
    return found if tokens.allows(bearer.scopes, "push") else None


def _payload(
    tx: Tx, env: Env, held: PushSubscription, item: Notification, token: str
) -> bytes | None:
    kind = pushed_as(item.kind)
    if kind not in held.alerts or item.created_at <= env.now() - EXPIRES_AFTER:
        return None
    told = client_notices.told(tx, env, held.account_id, [item], fallback=False)
    actor = actors.actor(tx, item.actor_id) if item.actor_id is not None else None
    if not told.items or actor is None or not _concerns(tx, held, actor):
        return None
    post, offer = told.posts.get(item.post_id or 0), told.offers.get(item.offer_id or 0)
    if offer is not None:
        body = notifications.about(None, offer)
    elif post is not None:
        body = post.summary or to_text(post.content)
    else:
        body = to_text(actor.summary)
    account = actors.account_of(tx, held.account_id)
    language = appearances.of(tx, held.account_id).language
    with speaking(language):
        title = said(say(TITLES[item.kind], name=actor.name or actor.username))
    picture = actor.avatar or NO_PICTURE
    document = {
        "access_token": token,
        "preferred_locale": language
        or (account.posting_language if account is not None else None)
        or "en",
        # As a number: there are apps that read nothing else.
        "notification_id": item.id,
        "notification_type": kind,
        "icon": env.addresses.base + (picture if len(picture) < 500 else NO_PICTURE),
        "title": _cut(title, TITLE_CHARACTERS),
        "body": _cut(body, BODY_CHARACTERS),
    }
    return orjson.dumps(document)


def _concerns(tx: Tx, held: PushSubscription, actor: Actor) -> bool:
    """Whether the app wants to hear of what this person does."""
    if held.policy in ("all", "none"):
        return held.policy == "all"
    me, other = held.account_id, actor.id
    pair = (me, other) if held.policy == "followed" else (other, me)
    found = follows.follow_between(tx, *pair)
    return found is not None and found.state == "accepted"


def _cut(text: str, most: int) -> str:
    whole = " ".join(text.split())
    return whole if len(whole) <= most else f"{whole[: most - 1].rstrip()}…"
