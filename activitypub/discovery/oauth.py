"""The metadata of our OAuth server (RFC 8414), where Mastodon clients look since 4.3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def build_oauth_metadata(
    issuer: str,
    *,
    authorization_endpoint: str,
    token_endpoint: str,
    scopes: Sequence[str],
    revocation_endpoint: str | None = None,
    userinfo_endpoint: str | None = None,
    registration_endpoint: str | None = None,
    app_registration_endpoint: str | None = None,
    service_documentation: str | None = None,
    grant_types: Sequence[str] = ("authorization_code", "client_credentials"),
    auth_methods: Sequence[str] = ("client_secret_basic", "client_secret_post"),
) -> dict[str, Any]:
    """The document at ``/.well-known/oauth-authorization-server``.

    It lists the endpoints that are passed and no others. ``registration_endpoint`` is RFC 7591's,
    ``app_registration_endpoint`` Mastodon's ``/api/v1/apps``. PKCE is ``S256`` only: ``plain``
    protects nothing.
    """
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": authorization_endpoint,
        "token_endpoint": token_endpoint,
        "scopes_supported": list(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(grant_types),
        "token_endpoint_auth_methods_supported": list(auth_methods),
        "code_challenge_methods_supported": ["S256"],
    }
    optional = {
        "revocation_endpoint": revocation_endpoint,
        "userinfo_endpoint": userinfo_endpoint,
        "registration_endpoint": registration_endpoint,
        "app_registration_endpoint": app_registration_endpoint,
        "service_documentation": service_documentation,
    }
    return document | {member: value for member, value in optional.items() if value is not None}
