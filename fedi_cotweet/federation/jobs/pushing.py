"""The job that pushes to one app what its person should hear of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from activitypub.shell.client import PostResult
from activitypub.vocab.reading import host_of
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import More
from fedi_cotweet.federation.push_lanes import NoTurnError
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import push_encryption, push_secrets, pushing
from fedi_cotweet.services.pushing import Push
from storage.engine import Tx

ANSWERS_WITHIN_S: Final = 10.0
IN_A_ROW: Final = 5
"""So many pushes, each with its wait and its time, are over before the job's lease is."""
GONE: Final = frozenset({404, 410})
LATER: Final = frozenset({408, 429})


async def push(context: Context, payload: Mapping[str, Any]) -> None:
    """Send what waits, the oldest first. A killed process sends at most one push twice."""
    runtime, env = context.runtime, context.env
    subscription_id = int(payload["subscription_id"])
    key = await asyncio.to_thread(push_secrets.sealing_key, runtime.settings.data)
    found = await runtime.store.write(lambda tx: pushing.next_push(tx, env, subscription_id, key))
    ends = asyncio.get_running_loop().time() + IN_A_ROW * ANSWERS_WITHIN_S
    while isinstance(found, Push):
        if asyncio.get_running_loop().time() > ends:
            raise More(0)
        current, result = found, await _send(context, found)

        def note(tx: Tx, current: Push = current, result: PostResult = result) -> Push | int | None:
            done = _note(context, tx, subscription_id, current, result)
            return pushing.next_push(tx, env, subscription_id, key, done=done)

        found = await runtime.store.write(note)
    if found is not None:
        raise More(found)


async def _send(context: Context, found: Push) -> PostResult:
    runtime = context.runtime
    host = host_of(found.endpoint)
    if host is None or runtime.is_own(found.endpoint):
        return PostResult(0, error="host_refused")
    sealed = push_encryption.seal(found.text, found.recipient, standard=found.standard)
    contact = runtime.settings.contact_email
    subject = f"mailto:{contact}" if "@" in contact else runtime.settings.base_url
    headers = pushing.headers_of(found, sealed, subject, context.env.now())
    try:
        async with context.pushes.turn(host, context.env.now()):
            result = await runtime.client.push(
                found.endpoint, sealed.body, headers, total_s=ANSWERS_WITHIN_S
            )
            if not result.status and result.error not in _REFUSED:
                context.pushes.rest(host, context.env.now())
    except NoTurnError as error:
        raise More(error.after) from None
    log.info("pushed", host=host, status=result.status, error=result.error)
    return result


def _note(
    context: Context, tx: Tx, subscription_id: int, current: Push, result: PostResult
) -> int | None:
    """What came of a push; its notification, if it is done with."""
    status = result.status
    if 200 <= status < 300:
        pushing.worked(tx, subscription_id)
    elif status in GONE:
        pushing.end(tx, subscription_id)
    elif status in LATER or status >= 500 or (not status and result.error not in _REFUSED):
        pushing.failed(tx, context.env, subscription_id, result.retry_after_ms)
        return None
    else:
        pushing.refused(tx, subscription_id)
    return current.notification_id


_REFUSED: Final = frozenset(
    {"bad_url", "scheme_refused", "host_refused", "port_refused", "address_refused"}
)
"""Where this server sends nothing, whoever asks for it."""
