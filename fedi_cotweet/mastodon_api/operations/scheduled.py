"""Posts that wait for their time."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import scheduled
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/scheduled_statuses", "person", "read:statuses", scheduled.listed),
        ("GET", "/api/v1/scheduled_statuses/{id}", "person", "read:statuses", scheduled.show),
        ("PUT", "/api/v1/scheduled_statuses/{id}", "person", "write:statuses", scheduled.postpone),
        (
            "DELETE",
            "/api/v1/scheduled_statuses/{id}",
            "person",
            "write:statuses",
            scheduled.cancel,
        ),
    )
)
