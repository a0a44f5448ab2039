"""What the builders of activities share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from fedi_cotweet.federation.runtime import Runtime
from storage.models import Actor
from storage.queries import actors

Payload = Mapping[str, Any]


class GoneError(LookupError):
    """What the event was about is not there any more."""


class NotYetError(LookupError):
    """Another event has to be told first: this one is tried again soon."""


async def find_actor(runtime: Runtime, actor_id: int) -> Actor:
    actor = await runtime.store.read(lambda tx: actors.actor(tx, actor_id))
    if actor is None:
        raise GoneError("actor")
    return actor


def as_text(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()
