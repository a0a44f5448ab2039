"""Direct posts by thread and people."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import conversations
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(method, path, "person", scope, endpoint)
    for method, path, scope, endpoint in (
        ("GET", "/api/v1/conversations", "read:statuses", conversations.show_all),
        ("DELETE", "/api/v1/conversations/{id}", "write:conversations", conversations.delete),
        ("POST", "/api/v1/conversations/{id}/read", "write:conversations", conversations.read),
    )
)
