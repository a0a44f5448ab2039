"""Relays: public posts of many small servers, for each of them (FEP-ae0c).

Two protocols are in use. Mastodon's relays are known by their inbox and are sent the activities
themselves; LitePub's are actors who are followed and follow back, and are sent an ``Announce``.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from activitypub.vocab.reading import host_of, same_origin
from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.staff_log import OPERATOR, note
from fedi_cotweet.services.views import RelayView
from storage.engine import Tx
from storage.models import Actor, RelaySubscription
from storage.queries import relay_subscriptions

MOST_RELAYS: Final = 20


def is_inbox(address: str) -> bool:
    """Whether an address is that of a relay of Mastodon's kind."""
    return urlsplit(address).path.rstrip("/").endswith("/inbox")


def subscribe_to_inbox(tx: Tx, env: Env, address: str, *, by: str = OPERATOR) -> RelayView:
    """Ask one of Mastodon's kind. Raises ``bad_relay``, ``relay_known``, ``too_many_relays``."""
    host = host_of(address)
    if (
        host is None
        or env.addresses.owns(address)
        or not address.startswith(("https://", "http://"))
    ):
        raise ServiceError(
            "bad_relay",
            422,
            say("“{address}” is not the address of a relay.", address=address[:200]),
            "It looks like https://relay.example/inbox or https://relay.example/relay.",
        )
    note(tx, env, by, "add-relay", address)
    return _subscribe(tx, env, "inbox", address, host, None)


def subscribe_to_actor(tx: Tx, env: Env, relay: Actor, *, by: str = OPERATOR) -> RelayView:
    """Ask a relay of LitePub's kind. Raises ``bad_relay``, ``relay_known``, ``too_many_relays``."""
    if relay.local or relay.kind == "Person":
        raise ServiceError(
            "bad_relay", 422, "That is a person and not a relay.", "To follow them: follow @HANDLE"
        )
    note(tx, env, by, "add-relay", relay.uri)
    return _subscribe(tx, env, "actor", relay.inbox, relay.host, relay.uri)


def _subscribe(
    tx: Tx, env: Env, kind: str, inbox: str, host: str, actor_uri: str | None
) -> RelayView:
    if relay_subscriptions.subscription_by_inbox(tx, inbox) is not None:
        raise ServiceError(
            "relay_known", 409, "This server subscribes to that relay.", "See: relays list"
        )
    if len(relay_subscriptions.subscriptions(tx)) >= MOST_RELAYS:
        raise ServiceError(
            "too_many_relays",
            409,
            say("There are {most} relays.", most=MOST_RELAYS),
            "Leave one of them first.",
        )
    key = env.new_id()
    relay_subscriptions.add_subscription(
        tx,
        id=key,
        kind=kind,
        inbox=inbox,
        host=host,
        actor_uri=actor_uri,
        state="pending",
        follow_uri=f"{env.addresses.instance_actor}#relays/{key}",
        created_at=env.now(),
    )
    emit(tx, env, "relay.asked", subscription_id=key)
    return _view(_held(tx, key))


def unsubscribe(tx: Tx, env: Env, key: int, *, by: str = OPERATOR) -> None:
    """Leave a relay: nothing goes there or is taken from there any more."""
    held = _held(tx, key)
    relay_subscriptions.remove_subscription(tx, key)
    emit(
        tx,
        env,
        "relay.left",
        follow_uri=held.follow_uri,
        inbox=held.inbox,
        host=held.host,
        asked=asked_of(held),
    )
    note(tx, env, by, "remove-relay", _view(held).address)


def relays(tx: Tx) -> list[RelayView]:
    """All relays of this server, the oldest first."""
    return [_view(row) for row in relay_subscriptions.subscriptions(tx)]


def asked_of(held: RelaySubscription) -> str:
    """What a relay is asked for: its followers, or, of Mastodon's kind, everything public."""
    return held.actor_uri if held.kind == "actor" and held.actor_uri else PUBLIC


def receive_answer(
    tx: Tx, env: Env, follow_uri: str, sender: Actor, *, accepted: bool
) -> str | None:
    """What a relay answers; None if it is about something else.

    A relay of Mastodon's kind is whoever answers from the server it was asked at.
    """
    held = relay_subscriptions.subscription_by_follow(tx, follow_uri)
    if held is None:
        return None
    if held.actor_uri not in (None, sender.uri) or not same_origin(held.inbox, sender.uri):
        return "not_the_relay"
    state = "accepted" if accepted else "rejected"
    relay_subscriptions.change_subscription(
        tx, held.id, state=state, actor_uri=sender.uri, answered_at=env.now()
    )
    return "relay_accepted" if accepted else "relay_rejected"


def is_relay(tx: Tx, actor: Actor) -> bool:
    """Whether this server takes posts from an actor because it is a relay of ours."""
    held = relay_subscriptions.subscription_of(tx, actor.uri)
    return held is not None and held.state == "accepted"


def receive_follow(tx: Tx, env: Env, relay: Actor, uri: str) -> str | None:
    """A relay of LitePub's kind follows back; None for anybody else."""
    held = relay_subscriptions.subscription_of(tx, relay.uri)
    if held is None or held.kind != "actor" or held.state == "rejected":
        return None
    emit(tx, env, "relay.follows", actor_id=relay.id, uri=uri, answer_id=env.new_id())
    return "relay_follows"


def _held(tx: Tx, key: int) -> RelaySubscription:
    held = relay_subscriptions.subscription(tx, key)
    if held is None:
        raise not_found("relay")
    return held


def _view(row: RelaySubscription) -> RelayView:
    return RelayView(
        id=str(row.id),
        address=row.actor_uri if row.kind == "actor" and row.actor_uri else row.inbox,
        kind=row.kind,
        state=row.state,
        created_at=row.created_at,
        answered_at=row.answered_at,
    )
