"""Polls."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import polls
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/polls/{id}", "everybody", "read:statuses", polls.show),
        ("POST", "/api/v1/polls/{id}/votes", "person", "write:statuses", polls.vote),
    )
)
