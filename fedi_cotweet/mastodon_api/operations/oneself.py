"""One's own profile and defaults."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import credentials, featured_tags
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        (
            "PATCH",
            "/api/v1/accounts/update_credentials",
            "person",
            "write:accounts",
            credentials.update_credentials,
        ),
        ("GET", "/api/v1/profile", "person", "read:accounts|profile", credentials.profile),
        ("PATCH", "/api/v1/profile", "person", "write:accounts", credentials.update_profile),
        ("DELETE", "/api/v1/profile/avatar", "person", "write:accounts", credentials.remove_avatar),
        ("DELETE", "/api/v1/profile/header", "person", "write:accounts", credentials.remove_header),
        ("GET", "/api/v1/preferences", "person", "read:accounts", credentials.preferences),
        (
            "GET",
            "/api/v1/featured_tags/suggestions",
            "person",
            "read:accounts",
            featured_tags.suggestions,
        ),
        ("POST", "/api/v1/featured_tags", "person", "write:accounts", featured_tags.add),
        ("DELETE", "/api/v1/featured_tags/{id}", "person", "write:accounts", featured_tags.remove),
        ("POST", "/api/v1/tags/{id}/feature", "person", "write:accounts", featured_tags.feature),
        (
            "POST",
            "/api/v1/tags/{id}/unfeature",
            "person",
            "write:accounts",
            featured_tags.unfeature,
        ),
        ("GET", "/api/v1/featured_tags", "person", "read:accounts", featured_tags.own),
        (
            "GET",
            "/api/v1/accounts/{id}/featured_tags",
            "everybody",
            "read:accounts",
            featured_tags.of_account,
        ),
    )
)
