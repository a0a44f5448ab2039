"""Quotes of posts."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import quotes
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/statuses/{id}/quotes", "person", "read:statuses", quotes.of_post),
        (
            "POST",
            "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke",
            "person",
            "write:statuses",
            quotes.revoke,
        ),
        (
            "PUT",
            "/api/v1/statuses/{id}/interaction_policy",
            "person",
            "write:statuses",
            quotes.set_policy,
        ),
    )
)
