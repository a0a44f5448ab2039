"""Who follows whom, who is kept away, and lists."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import followers, keeping_away, lists
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        (
            "GET",
            "/api/v1/accounts/{id}/followers",
            "everybody",
            "read:accounts",
            followers.followers,
        ),
        (
            "GET",
            "/api/v1/accounts/{id}/following",
            "everybody",
            "read:accounts",
            followers.following,
        ),
        (
            "POST",
            "/api/v1/accounts/{id}/remove_from_followers",
            "person",
            "write:follows",
            followers.remove,
        ),
        ("POST", "/api/v1/accounts/{id}/block", "person", "write:blocks", keeping_away.block),
        (
            "POST",
            "/api/v1/accounts/{id}/unblock",
            "person",
            "write:blocks",
            keeping_away.unblock,
        ),
        ("POST", "/api/v1/accounts/{id}/mute", "person", "write:mutes", keeping_away.mute),
        ("POST", "/api/v1/accounts/{id}/unmute", "person", "write:mutes", keeping_away.unmute),
        ("GET", "/api/v1/accounts/{id}/lists", "person", "read:lists", lists.with_account),
        ("GET", "/api/v1/follow_requests", "person", "read:follows", followers.requests),
        (
            "POST",
            "/api/v1/follow_requests/{id}/authorize",
            "person",
            "write:follows",
            followers.authorize,
        ),
        (
            "POST",
            "/api/v1/follow_requests/{id}/reject",
            "person",
            "write:follows",
            followers.reject,
        ),
        ("GET", "/api/v1/blocks", "person", "read:blocks", keeping_away.blocks),
        ("GET", "/api/v1/mutes", "person", "read:mutes", keeping_away.mutes),
        ("GET", "/api/v1/domain_blocks", "person", "read:blocks", keeping_away.domain_blocks),
        ("POST", "/api/v1/domain_blocks", "person", "write:blocks", keeping_away.block_domain),
        (
            "DELETE",
            "/api/v1/domain_blocks",
            "person",
            "write:blocks",
            keeping_away.unblock_domain,
        ),
        ("GET", "/api/v1/lists", "person", "read:lists", lists.show_all),
        ("POST", "/api/v1/lists", "person", "write:lists", lists.create),
        ("GET", "/api/v1/lists/{id}", "person", "read:lists", lists.show),
        ("PUT", "/api/v1/lists/{id}", "person", "write:lists", lists.change),
        ("DELETE", "/api/v1/lists/{id}", "person", "write:lists", lists.delete),
        ("GET", "/api/v1/lists/{id}/accounts", "person", "read:lists", lists.members),
        ("POST", "/api/v1/lists/{id}/accounts", "person", "write:lists", lists.add),
        ("DELETE", "/api/v1/lists/{id}/accounts", "person", "write:lists", lists.remove),
    )
)
