"""Hashtags, searching and reports."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import reports, searching
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v2/search", "everybody", "read:search", searching.search),
        ("GET", "/api/v1/search", "everybody", "read:search", searching.search_version_1),
        ("GET", "/api/v1/accounts/search", "person", "read:accounts", searching.people),
        ("GET", "/api/v1/followed_tags", "person", "read:follows", searching.show_followed_tags),
        ("GET", "/api/v1/tags/{id}", "everybody", None, searching.show_tag),
        ("POST", "/api/v1/tags/{id}/follow", "person", "write:follows", searching.follow_tag),
        ("POST", "/api/v1/tags/{id}/unfollow", "person", "write:follows", searching.unfollow_tag),
        ("POST", "/api/v1/reports", "person", "write:reports", reports.create),
    )
)
