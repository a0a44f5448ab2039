"""Saying what happened and what is to be done, in the transaction that makes it true.

Events become activities (``federation.outbox``), jobs need the network or time (``worker``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Literal, TypeVar

from fedi_cotweet.domain.notification_types import pushed_as
from fedi_cotweet.languages.wording import parts
from fedi_cotweet.services import distances, held_back
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.queries import consents, jobs, outbox, pushes, threads
from storage.queries import streams as stored_streams

T = TypeVar("T")
Queue = Literal["outbox", "jobs", "deliveries", "streams"]

StreamEventKind = Literal[
    "posted",
    "brought",
    "boosted",
    "edited",
    "deleted",
    "unboosted",
    "notified",
    "filters_changed",
    "notifications_merged",
    "conversed",
    "announced",
    "announcement_answered",
    "announcement_removed",
]

_signed_with: ContextVar[str | None] = ContextVar("signed_with", default=None)
_new_work: ContextVar[set[Queue] | None] = ContextVar("new_work", default=None)


def noticing(fn: Callable[[Tx], T]) -> Callable[[Tx], tuple[T, frozenset[Queue]]]:
    """``fn`` with the queues it put something into, so that only their workers are woken."""

    def run(tx: Tx) -> tuple[T, frozenset[Queue]]:
        queues: set[Queue] = set()
        token = _new_work.set(queues)
        try:
            result = fn(tx)
            return result, frozenset(queues)
        finally:
            _new_work.reset(token)

    return run


def brought_by(key_id: str | None, fn: Callable[[Tx], T]) -> Callable[[Tx], T]:
    """``fn``, run because of an activity that was signed with this key: the consent log says so."""

    def run(tx: Tx) -> T:
        token = _signed_with.set(key_id)
        try:
            return fn(tx)
        finally:
            _signed_with.reset(token)

    return run


def signed_with() -> str | None:
    """The key that signed the activity which brought this about, if one did."""
    return _signed_with.get()


def notice(queue: Queue) -> None:
    """Something was put into ``queue``."""
    queues = _new_work.get()
    if queues is not None:
        queues.add(queue)


def emit(tx: Tx, env: Env, kind: str, **payload: Any) -> None:
    """Write a domain event."""
    notice("outbox")
    outbox.add(tx, id=env.new_id(), kind=kind, payload=payload, now=env.now())


def later(
    tx: Tx, env: Env, kind: str, key: str | None = None, *, delay: int = 0, **payload: Any
) -> None:
    """Write a job to run after ``delay`` milliseconds; ``key`` keeps one of a kind."""
    now = env.now()
    notice("jobs")
    full_key = None if key is None else f"{kind}:{key}"
    jobs.put(
        tx,
        id=env.new_id(),
        kind=kind,
        payload=payload,
        key=full_key,
        run_at=now + delay,
        now=now,
    )


def stream(tx: Tx, env: Env, kind: StreamEventKind, **values: Any) -> None:
    """Write what those who listen at the moment are to be told (see ``services.streams``)."""
    notice("streams")
    nothing = dict.fromkeys(("post_id", "subject", "account_id", "readers", "name"))
    stored_streams.add(tx, id=env.new_id(), kind=kind, **(nothing | values))


def record(
    tx: Tx,
    env: Env,
    *,
    object_uri: str,
    actor_uri: str,
    move: str,
    offer_uri: str | None = None,
    digest: str | None = None,
    **detail: Any,
) -> None:
    """Append to the consent log of an object, with the key that signed what brought it about."""
    if signed_with() is not None:
        detail.setdefault("key", signed_with())
    consents.log(
        tx,
        id=env.new_id(),
        object_uri=object_uri,
        offer_uri=offer_uri,
        actor_uri=actor_uri,
        move=move,
        digest=digest,
        detail=detail,
        at=env.now(),
    )


def tell(
    tx: Tx,
    env: Env,
    account_id: int,
    kind: str,
    subject: str,
    *,
    actor_id: int | None = None,
    post_id: int | None = None,
    offer_id: int | None = None,
    thread_of: int | None = None,
    text: str = "",
    may_wait: bool = True,
) -> bool:
    """Notify a local person, once per kind and subject; not of whom they do not want to hear.

    Nor of what is in a thread that they muted: that of the post, or of ``thread_of``. What they
    want to be held back (``held_back``) is kept, and told if they ask for it, unless it may not
    wait. ``text`` is made with ``say``, so that they can read it in their language.
    """
    around = thread_of or post_id
    if (
        around is not None
        and not kind.startswith("cotweet.")
        and threads.is_muted(tx, account_id, around)
    ):
        return False
    heard = actor_id is None or distances.about_consent(kind)
    if (
        actor_id is not None
        and not heard
        and distances.quiet(tx, env.now(), account_id, [actor_id])
    ):
        return False
    verdict = "accept"
    if may_wait:
        verdict = held_back.verdict(tx, env, account_id, kind, actor_id, post_id, offer_id)
    if verdict == "drop":
        return False
    notification_id = env.new_id()
    new = consents.notify(
        tx,
        id=notification_id,
        account_id=account_id,
        kind=kind,
        subject=subject,
        actor_id=actor_id,
        post_id=post_id,
        offer_id=offer_id,
        text=str(text),
        made_of=parts(text),
        created_at=env.now(),
        held_back=verdict == "filter",
    )
    if new and verdict == "accept":
        stream(tx, env, "notified", account_id=account_id, subject=notification_id)
        _push(tx, env, account_id, kind, notification_id)
    return new


def _push(tx: Tx, env: Env, account_id: int, kind: str, notification_id: int) -> None:
    """Let the person's apps that want it hear of it: by a job for each, so that none waits for
    another."""
    as_type = pushed_as(kind)
    if as_type is None:
        return
    wanting = [one.id for one in pushes.subscriptions_of(tx, account_id) if as_type in one.alerts]
    pushes.put(tx, wanting, notification_id, env.now())
    for subscription_id in wanting:
        later(tx, env, "push", str(subscription_id), subscription_id=subscription_id)
