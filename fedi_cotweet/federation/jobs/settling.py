"""A job that ends proposals whose authors are none any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.services import proposal_endings


async def settle_proposals(context: Context, payload: Mapping[str, Any]) -> None:
    """An author left, or was asked anew: which of the two is known once all of it is stored."""
    uri, env = str(payload["object_uri"]), context.env
    await context.runtime.write(lambda tx: proposal_endings.settle(tx, env, uri))
