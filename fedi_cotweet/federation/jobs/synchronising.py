"""Asking who of ours follows somebody elsewhere (FEP-8fcf)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from activitypub.documents.collection import parse_collection
from activitypub.errors import ActivityPubError
from activitypub.origins import check_fetched
from activitypub.verdicts import Refused
from activitypub.vocab.reading import same_origin
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again
from fedi_cotweet.federation.runtime import log
from fedi_cotweet.services import synchronising
from storage.queries import actors


async def synchronise(context: Context, payload: Mapping[str, Any]) -> None:
    """Ask who of ours follows somebody, and make what is known here agree."""
    runtime, url = context.runtime, str(payload["url"])
    followed = await runtime.store.read(lambda tx: actors.actor(tx, int(payload["actor_id"])))
    if followed is None or not same_origin(url, followed.uri):
        return
    checked = check_fetched(await runtime.client.get(url, key=await runtime.keys.instance()))
    if isinstance(checked, Refused):
        if checked.code == "not_fetched":
            raise Again(checked.reason)
        log.info("followers_not_fetched", actor=followed.uri, code=checked.code)
        return
    try:
        view = parse_collection(checked)
    except ActivityPubError as error:
        log.info("followers_not_fetched", actor=followed.uri, code=error.code)
        return
    if view.first or view.first_page or view.next:
        # A part must not pass for the whole: everybody on the rest would follow no more.
        log.info("followers_not_fetched", actor=followed.uri, code="paged")
        return
    person, listed = followed, view.item_ids
    await runtime.write(
        lambda tx: synchronising.synchronise(tx, context.env, person, frozenset(listed))
    )
