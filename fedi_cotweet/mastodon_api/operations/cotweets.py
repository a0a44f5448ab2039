"""Co-tweets, which are ours."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import cotweets
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/fedi_cotweet/invites", "person", "read:statuses", cotweets.invites),
        ("GET", "/api/v1/fedi_cotweet/invites/{id}", "person", "read:statuses", cotweets.invite),
        (
            "POST",
            "/api/v1/fedi_cotweet/invites/{id}/accept",
            "person",
            "write:statuses",
            cotweets.accept,
        ),
        (
            "POST",
            "/api/v1/fedi_cotweet/invites/{id}/decline",
            "person",
            "write:statuses",
            cotweets.decline,
        ),
        (
            "POST",
            "/api/v1/fedi_cotweet/invites/{id}/leave",
            "person",
            "write:statuses",
            cotweets.leave_invite,
        ),
        (
            "POST",
            "/api/v1/statuses/{id}/cotweet/withdraw",
            "person",
            "write:statuses",
            cotweets.withdraw,
        ),
        ("POST", "/api/v1/statuses/{id}/cotweet/leave", "person", "write:statuses", cotweets.leave),
    )
)
