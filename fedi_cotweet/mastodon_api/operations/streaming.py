"""Streams. What else a WebSocket's subscriptions need is asked when they are made."""

from __future__ import annotations

from fedi_cotweet.mastodon_api.operations.operation import Operation
from fedi_cotweet.mastodon_api.streaming.endpoints import connect, listen_to

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/streaming", "app", None, connect),
        ("GET", "/api/v1/streaming/", "app", None, connect),
        ("GET", "/api/v1/streaming/user", "person", "read:statuses", listen_to("user")),
        (
            "GET",
            "/api/v1/streaming/user/notification",
            "person",
            "read:notifications",
            listen_to("user:notification"),
        ),
        ("GET", "/api/v1/streaming/public", "app", None, listen_to("public")),
        ("GET", "/api/v1/streaming/public/local", "app", None, listen_to("public:local")),
        ("GET", "/api/v1/streaming/public/remote", "app", None, listen_to("public:remote")),
        ("GET", "/api/v1/streaming/hashtag", "app", None, listen_to("hashtag")),
        ("GET", "/api/v1/streaming/hashtag/local", "app", None, listen_to("hashtag:local")),
        ("GET", "/api/v1/streaming/list", "person", "read:statuses", listen_to("list")),
        ("GET", "/api/v1/streaming/direct", "person", "read:statuses", listen_to("direct")),
    )
)
