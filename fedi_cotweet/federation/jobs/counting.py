"""Jobs that tell others how the votes stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.services import polls


async def count_poll(context: Context, payload: Mapping[str, Any]) -> None:
    """Votes came in a few minutes ago, and more may have come since."""
    post_id = int(payload["post_id"])
    await context.runtime.write(lambda tx: polls.tell_the_count(tx, context.env, post_id))
