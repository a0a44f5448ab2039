"""Timelines."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import timelines
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/timelines/home", "person", "read:statuses", timelines.home),
        ("GET", "/api/v1/timelines/public", "everybody", "read:statuses", timelines.public),
        ("GET", "/api/v1/timelines/tag/{id}", "everybody", "read:statuses", timelines.with_tag),
        ("GET", "/api/v1/timelines/list/{id}", "person", "read:lists", timelines.of_list),
    )
)
