"""Pictures for posts."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import media
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        ("POST", "/api/v2/media", "person", "write:media", media.upload_for_later),
        ("POST", "/api/v1/media", "person", "write:media", media.upload),
        ("GET", "/api/v1/media/{id}", "person", "write:media", media.show),
        ("PUT", "/api/v1/media/{id}", "person", "write:media", media.describe),
        ("DELETE", "/api/v1/media/{id}", "person", "write:media", media.discard),
    )
)
