"""What posts say and said."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import edits
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("PUT", "/api/v1/statuses/{id}", "person", "write:statuses", edits.update),
        ("GET", "/api/v1/statuses/{id}/source", "person", "read:statuses", edits.source),
        ("GET", "/api/v1/statuses/{id}/history", "everybody", "read:statuses", edits.versions),
    )
)
