"""What the server says of itself."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import house, instance
from fedi_cotweet.mastodon_api.operations.operation import Operation

_INSTANCE = "/api/v1/instance"

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/instance", "everybody", None, instance.version_1),
        ("GET", "/api/v2/instance", "everybody", None, instance.version_2),
        ("GET", "/api/v1/instance/peers", "everybody", None, instance.peers),
        ("GET", f"{_INSTANCE}/rules", "everybody", None, house.list_rules),
        (
            "GET",
            f"{_INSTANCE}/extended_description",
            "everybody",
            None,
            house.extended_description,
        ),
        ("GET", f"{_INSTANCE}/privacy_policy", "everybody", None, house.privacy_policy),
        ("GET", f"{_INSTANCE}/terms_of_service", "everybody", None, house.terms),
        ("GET", _INSTANCE + "/terms_of_service/{date}", "everybody", None, house.terms_of),
        ("GET", f"{_INSTANCE}/domain_blocks", "everybody", None, house.host_rules),
        ("GET", f"{_INSTANCE}/activity", "everybody", None, house.activity),
        ("GET", f"{_INSTANCE}/languages", "everybody", None, house.languages),
        ("GET", "/api/v1/streaming/health", "everybody", None, instance.health),
        ("GET", "/health", "everybody", None, instance.health),
        ("GET", "/api/v1/custom_emojis", "everybody", None, instance.custom_emojis),
    )
)
