"""Posts."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import posting, statuses
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/statuses", "everybody", "read:statuses", statuses.several),
        ("POST", "/api/v1/statuses", "person", "write:statuses", posting.create),
        ("GET", "/api/v1/statuses/{id}", "everybody", "read:statuses", statuses.show),
        ("DELETE", "/api/v1/statuses/{id}", "person", "write:statuses", statuses.delete),
        ("GET", "/api/v1/statuses/{id}/context", "everybody", "read:statuses", statuses.context),
    )
)
