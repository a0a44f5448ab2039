"""What clients of Mastodon's API call the kinds of things that somebody is told of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from fedi_cotweet.domain.limits import HOUR

OF_LIMITED_UNLESS_CHOSEN: Final = "filter"
"""What becomes of what limited people do, for whoever never chose (``services.held_back``)."""
TYPES: Final[Mapping[str, str]] = {
    "mention": "mention",
    "reply": "mention",
    "boost": "reblog",
    "follow": "follow",
    "follow_request": "follow_request",
    "like": "favourite",
    "poll": "poll",
    "quote": "quote",
    "status": "status",
    "update": "update",
    "quoted_update": "quoted_update",
    "moderation_warning": "moderation_warning",
}
"""What Mastodon calls our kinds. A reaction with an emoji is a like."""
WITH_INVITE: Final = frozenset({"cotweet.invite", "cotweet.reminder"})
"""Kinds of an invitation that waits for an answer: a mention to apps that know no invitations."""
WITH_STATUS: Final = frozenset(
    {"mention", "reblog", "favourite", "poll", "quote", "status", "update", "quoted_update"}
)
"""Types of what happened to a post, which is told with them."""
BY_NOBODY: Final = frozenset({"moderation_warning"})
"""Types of what no other person brought about."""
GROUPED: Final = frozenset({"favourite", "follow", "reblog"})
"""Types of which several are one to apps that group them."""
GROUPED_WITHIN: Final = 12 * HOUR
"""Milliseconds in which the same happening to the same post is one group."""
ALERTS: Final = (
    "mention",
    "quote",
    "status",
    "reblog",
    "follow",
    "follow_request",
    "favourite",
    "poll",
    "update",
    "quoted_update",
    "admin.sign_up",
    "admin.report",
)
"""All types that an app can want pushed. Nobody here is told of the last two: nobody signs up, and
reports are on the operator's command line."""


def kinds_of(types: Collection[str]) -> set[str]:
    """Our kinds that clients call by one of these types; a kind of ours is called by itself."""
    found = {ours for ours, theirs in TYPES.items() if theirs in types}
    if "mention" in types:
        found |= WITH_INVITE
    return found | {one for one in types if one not in TYPES.values()}


def pushed_as(kind: str) -> str | None:
    """The type under which an app hears of this kind by push; None: not at all."""
    theirs = "mention" if kind in WITH_INVITE else TYPES.get(kind)
    return theirs if theirs in ALERTS else None
