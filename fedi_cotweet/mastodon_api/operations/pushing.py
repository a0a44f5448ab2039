"""What apps have pushed to them."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import push_subscriptions
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(method, "/api/v1/push/subscription", "person", "push", endpoint)
    for method, endpoint in (
        ("GET", push_subscriptions.show),
        ("POST", push_subscriptions.subscribe),
        ("PUT", push_subscriptions.change),
        ("DELETE", push_subscriptions.unsubscribe),
    )
)
