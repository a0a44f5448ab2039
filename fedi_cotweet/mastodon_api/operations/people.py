"""People, and what one has to do with them."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import accounts, signing_up, timelines
from fedi_cotweet.mastodon_api.operations.operation import Operation

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        (
            "GET",
            "/api/v1/accounts/verify_credentials",
            "person",
            "read:accounts|profile",
            accounts.verify_credentials,
        ),
        (
            "GET",
            "/api/v1/accounts/relationships",
            "person",
            "read:follows",
            accounts.show_relationships,
        ),
        ("GET", "/api/v1/accounts/lookup", "everybody", "read:accounts", accounts.lookup),
        ("POST", "/api/v1/accounts", "app", "write:accounts", signing_up.sign_up),
        ("GET", "/api/v1/accounts", "everybody", "read:accounts", accounts.several),
        ("GET", "/api/v1/accounts/{id}", "everybody", "read:accounts", accounts.show),
        (
            "GET",
            "/api/v1/accounts/{id}/statuses",
            "everybody",
            "read:statuses",
            timelines.of_account,
        ),
        ("POST", "/api/v1/accounts/{id}/follow", "person", "write:follows", accounts.follow),
        ("POST", "/api/v1/accounts/{id}/unfollow", "person", "write:follows", accounts.unfollow),
        ("POST", "/api/v1/accounts/{id}/note", "person", "write:accounts", accounts.note),
    )
)
