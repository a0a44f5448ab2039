"""Co-authors as people write them on the command line."""

from __future__ import annotations

from activitypub.coauthorship.roles import ROLES
from fedi_cotweet.cli.client import UsageError, handles


def credited(text: str) -> str | dict[str, str]:
    """A co-author as the API takes them. A port is no role: ``@bob@b.example:8443``."""
    handle, _, role = text.strip().rpartition(":")
    if role in ROLES and handle:
        return {"handle": handles([handle])[0], "role": role}
    if role.isalpha() and handle:
        raise UsageError(f"“{role}” is no role.", f"There are {', '.join(ROLES)}.")
    return handles([text])[0]
