"""What OAuth refuses, in the words of Doorkeeper, which Mastodon speaks with (RFC 6749, 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_STATUS: Final[Mapping[str, int]] = {
    "access_denied": 403,
    "invalid_client": 401,
    "invalid_code_challenge_method": 400,
    "invalid_grant": 400,
    "invalid_redirect_uri": 400,
    "invalid_request": 400,
    "invalid_scope": 400,
    "unauthorized_client": 403,
    "unsupported_grant_type": 400,
    "unsupported_response_type": 400,
}
_SAID: Final[Mapping[str, str]] = {
    "access_denied": "The resource owner or authorization server denied the request.",
    "invalid_client": "Client authentication failed due to unknown client, no client "
    "authentication included, or unsupported authentication method.",
    "invalid_code_challenge_method": "The code challenge method must be S256.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not "
    "match the redirection URI used in the authorization request, or was issued to another client.",
    "invalid_redirect_uri": "The requested redirect uri is malformed or doesn't match client "
    "redirect URI.",
    "invalid_request": "The request is missing a required parameter, includes an unsupported "
    "parameter value, or is otherwise malformed.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unauthorized_client": "You are not authorized to revoke this token",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization "
    "server.",
    "unsupported_response_type": "The authorization server does not support this response type.",
}


class OAuthError(Exception):
    """A request that OAuth refuses; nothing was changed. ``code`` and ``description`` are for the
    app, ``status`` is the HTTP status that fits."""

    def __init__(self, code: str, description: str | None = None) -> None:
        self.code = code
        self.status = _STATUS[code]
        self.description = _SAID[code] if description is None else description
        super().__init__(f"{code}: {self.description}")


def missing(parameter: str) -> OAuthError:
    """A parameter that has to be there is not."""
    return OAuthError("invalid_request", f"Missing required parameter: {parameter}.")
