"""All operations of the client API, by what they are about.

Order matters: of two paths that fit, the first is taken.
"""

from fedi_cotweet.mastodon_api.operations import (
    announcements,
    conversations,
    cotweets,
    edits,
    endorsements,
    filters,
    instance,
    media,
    networks,
    nothing,
    notifications,
    oneself,
    people,
    polls,
    posts,
    pushing,
    quotes,
    reactions,
    scheduled,
    searching,
    streaming,
    timelines,
)
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *instance.OPERATIONS,
    *announcements.OPERATIONS,
    *nothing.OPERATIONS,
    *endorsements.OPERATIONS,
    *oneself.OPERATIONS,
    *networks.OPERATIONS,
    *searching.OPERATIONS,
    *people.OPERATIONS,
    *timelines.OPERATIONS,
    *scheduled.OPERATIONS,
    *posts.OPERATIONS,
    *reactions.OPERATIONS,
    *quotes.OPERATIONS,
    *media.OPERATIONS,
    *polls.OPERATIONS,
    *edits.OPERATIONS,
    *cotweets.OPERATIONS,
    *notifications.OPERATIONS,
    *conversations.OPERATIONS,
    *pushing.OPERATIONS,
    *filters.OPERATIONS,
    *streaming.OPERATIONS,
)

__all__ = ["OPERATIONS", "Operation"]
