"""Whom people show on their profiles, and how one finds people to follow."""

from __future__ import annotations

from fedi_cotweet.mastodon_api import endorsements
from fedi_cotweet.mastodon_api.operations.operation import Operation

_ONE = "/api/v1/accounts/{id}"

OPERATIONS: tuple[Operation, ...] = tuple(
    Operation(*row)
    for row in (
        (
            "GET",
            "/api/v1/accounts/familiar_followers",
            "person",
            "read:follows",
            endorsements.familiar_followers,
        ),
        ("GET", "/api/v1/endorsements", "person", "read:accounts", endorsements.own),
        ("GET", f"{_ONE}/endorsements", "everybody", "read:accounts", endorsements.of_account),
        ("POST", f"{_ONE}/endorse", "person", "write:accounts", endorsements.endorse),
        ("POST", f"{_ONE}/unendorse", "person", "write:accounts", endorsements.unendorse),
        ("POST", f"{_ONE}/pin", "person", "write:accounts", endorsements.endorse),
        ("POST", f"{_ONE}/unpin", "person", "write:accounts", endorsements.unendorse),
        ("GET", "/api/v1/directory", "everybody", None, endorsements.directory),
        ("GET", "/api/v1/suggestions", "person", "read:accounts", endorsements.first_suggestions),
        ("GET", "/api/v2/suggestions", "person", "read:accounts", endorsements.suggestions),
        (
            "DELETE",
            "/api/v1/suggestions/{id}",
            "person",
            "write:accounts",
            endorsements.dismiss_suggestion,
        ),
    )
)
