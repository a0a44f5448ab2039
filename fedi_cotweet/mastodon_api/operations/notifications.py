"""What the caller should hear of, and how far they have read."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import markers, nothing, notification_groups, notifications
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/notifications", "person", "read:notifications", notifications.show_all),
        (
            "GET",
            "/api/v1/notifications/unread_count",
            "person",
            "read:notifications",
            notifications.unread_count,
        ),
        (
            "POST",
            "/api/v1/notifications/clear",
            "person",
            "write:notifications",
            notifications.clear,
        ),
        ("GET", "/api/v1/notifications/requests", "person", "read:notifications", nothing.none),
        (
            "GET",
            "/api/v1/notifications/requests/merged",
            "person",
            "read:notifications",
            notifications.merged,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/accept",
            "person",
            "write:notifications",
            notifications.nothing_done,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/dismiss",
            "person",
            "write:notifications",
            notifications.nothing_done,
        ),
        (
            "GET",
            "/api/v1/notifications/requests/{id}",
            "person",
            "read:notifications",
            notifications.no_request,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/{id}/accept",
            "person",
            "write:notifications",
            notifications.no_request,
        ),
        (
            "POST",
            "/api/v1/notifications/requests/{id}/dismiss",
            "person",
            "write:notifications",
            notifications.no_request,
        ),
        ("GET", "/api/v1/notifications/{id}", "person", "read:notifications", notifications.show),
        (
            "POST",
            "/api/v1/notifications/{id}/dismiss",
            "person",
            "write:notifications",
            notifications.dismiss,
        ),
        (
            "GET",
            "/api/v2/notifications/policy",
            "person",
            "read:notifications",
            notifications.policy,
        ),
        (
            "PATCH",
            "/api/v2/notifications/policy",
            "person",
            "write:notifications",
            notifications.policy,
        ),
        (
            "GET",
            "/api/v2/notifications",
            "person",
            "read:notifications",
            notification_groups.show_all,
        ),
        (
            "GET",
            "/api/v2/notifications/unread_count",
            "person",
            "read:notifications",
            notification_groups.unread_count,
        ),
        (
            "GET",
            "/api/v2/notifications/{group_key}",
            "person",
            "read:notifications",
            notification_groups.show,
        ),
        (
            "GET",
            "/api/v2/notifications/{group_key}/accounts",
            "person",
            "read:notifications",
            notification_groups.accounts,
        ),
        (
            "POST",
            "/api/v2/notifications/{group_key}/dismiss",
            "person",
            "write:notifications",
            notification_groups.dismiss,
        ),
        ("GET", "/api/v1/markers", "person", "read:statuses", markers.show),
        ("POST", "/api/v1/markers", "person", "write:statuses", markers.save),
    )
)
