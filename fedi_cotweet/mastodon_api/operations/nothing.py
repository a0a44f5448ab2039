"""What is not offered, in the shape of there being none."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import nothing
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/trends", "everybody", None, nothing.none),
        ("GET", "/api/v1/trends/tags", "everybody", None, nothing.none),
        ("GET", "/api/v1/trends/statuses", "everybody", None, nothing.none),
        ("GET", "/api/v1/trends/links", "everybody", None, nothing.none),
        ("GET", "/api/v1/timelines/link", "everybody", "read:statuses", nothing.none),
        (
            "GET",
            "/api/v1/instance/translation_languages",
            "everybody",
            None,
            nothing.no_translations,
        ),
    )
)
