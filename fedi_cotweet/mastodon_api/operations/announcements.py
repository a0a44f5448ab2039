"""What whoever runs the server tells everybody."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import announcements
from fedi_cotweet.mastodon_api.operations.operation import Operation

_ONE = "/api/v1/announcements/{id}"

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("GET", "/api/v1/announcements", "person", None, announcements.current),
        ("POST", f"{_ONE}/dismiss", "person", "write:accounts", announcements.dismiss),
        ("PUT", _ONE + "/reactions/{name}", "person", "write:favourites", announcements.react),
        ("DELETE", _ONE + "/reactions/{name}", "person", "write:favourites", announcements.unreact),
    )
)
