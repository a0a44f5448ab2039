"""What the server says of itself."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import instance
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/instance", "everybody", None, instance.version_1),
        ("GET", "/api/v2/instance", "everybody", None, instance.version_2),
        ("GET", "/api/v1/instance/peers", "everybody", None, instance.peers),
        (
            "GET",
            "/api/v1/instance/extended_description",
            "everybody",
            None,
            instance.extended_description,
        ),
        ("GET", "/api/v1/streaming/health", "everybody", None, instance.health),
        ("GET", "/health", "everybody", None, instance.health),
        ("GET", "/api/v1/custom_emojis", "everybody", None, instance.custom_emojis),
    )
)
