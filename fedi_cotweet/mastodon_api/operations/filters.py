"""Filters of words and posts."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import filters, first_filters
from fedi_cotweet.mastodon_api.operations.operation import Operation

READ, WRITE = "read:filters", "write:filters"

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(method, path, "person", scope, endpoint)
    for method, path, scope, endpoint in (
        ("GET", "/api/v2/filters", READ, filters.show_all),
        ("POST", "/api/v2/filters", WRITE, filters.create),
        ("GET", "/api/v2/filters/keywords/{id}", READ, filters.keyword),
        ("PUT", "/api/v2/filters/keywords/{id}", WRITE, filters.change_keyword),
        ("DELETE", "/api/v2/filters/keywords/{id}", WRITE, filters.delete_keyword),
        ("GET", "/api/v2/filters/statuses/{id}", READ, filters.status),
        ("DELETE", "/api/v2/filters/statuses/{id}", WRITE, filters.delete_status),
        ("GET", "/api/v2/filters/{id}", READ, filters.show),
        ("PUT", "/api/v2/filters/{id}", WRITE, filters.change),
        ("DELETE", "/api/v2/filters/{id}", WRITE, filters.delete),
        ("GET", "/api/v2/filters/{id}/keywords", READ, filters.keywords),
        ("POST", "/api/v2/filters/{id}/keywords", WRITE, filters.add_keyword),
        ("GET", "/api/v2/filters/{id}/statuses", READ, filters.statuses),
        ("POST", "/api/v2/filters/{id}/statuses", WRITE, filters.add_status),
        ("GET", "/api/v1/filters", READ, first_filters.show_all),
        ("POST", "/api/v1/filters", WRITE, first_filters.create),
        ("GET", "/api/v1/filters/{id}", READ, first_filters.show),
        ("PUT", "/api/v1/filters/{id}", WRITE, first_filters.change),
        ("DELETE", "/api/v1/filters/{id}", WRITE, first_filters.delete),
    )
)
