"""What one does with posts."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import reactions
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        (
            "POST",
            "/api/v1/statuses/{id}/favourite",
            "person",
            "write:favourites",
            reactions.favourite,
        ),
        (
            "POST",
            "/api/v1/statuses/{id}/unfavourite",
            "person",
            "write:favourites",
            reactions.unfavourite,
        ),
        ("POST", "/api/v1/statuses/{id}/reblog", "person", "write:statuses", reactions.reblog),
        ("POST", "/api/v1/statuses/{id}/unreblog", "person", "write:statuses", reactions.unreblog),
        ("POST", "/api/v1/statuses/{id}/bookmark", "person", "write:bookmarks", reactions.bookmark),
        (
            "POST",
            "/api/v1/statuses/{id}/unbookmark",
            "person",
            "write:bookmarks",
            reactions.unbookmark,
        ),
        ("POST", "/api/v1/statuses/{id}/pin", "person", "write:accounts", reactions.pin),
        ("POST", "/api/v1/statuses/{id}/unpin", "person", "write:accounts", reactions.unpin),
        ("POST", "/api/v1/statuses/{id}/mute", "person", "write:mutes", reactions.mute),
        ("POST", "/api/v1/statuses/{id}/unmute", "person", "write:mutes", reactions.unmute),
        (
            "GET",
            "/api/v1/statuses/{id}/favourited_by",
            "everybody",
            "read:accounts",
            reactions.favourited_by,
        ),
        (
            "GET",
            "/api/v1/statuses/{id}/reblogged_by",
            "everybody",
            "read:accounts",
            reactions.reblogged_by,
        ),
        ("GET", "/api/v1/favourites", "person", "read:favourites", reactions.favourites),
        ("GET", "/api/v1/bookmarks", "person", "read:bookmarks", reactions.bookmarked),
    )
)
