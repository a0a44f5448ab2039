"""Activities that are known and passed over, each for a reason that its sender could look up."""

from __future__ import annotations

from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.incoming import Incoming


async def counted_elsewhere(_: Context, __: Incoming) -> str:
    """Views (PeerTube), listens (Funkwhale), downvotes (Lemmy): posts here have no such count."""
    return "not_counted"


async def moderated_elsewhere(_: Context, __: Incoming) -> str:
    """A group's moderators at work among themselves (Lemmy): it concerns its own server."""
    return "group_business"


async def no_events(_: Context, __: Incoming) -> str:
    """Who is invited to an event and who comes (Mobilizon): people here have no events."""
    return "no_events"
