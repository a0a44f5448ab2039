"""What holds for somebody's new posts unless they say otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services import audiences
from fedi_cotweet.services.authoring import check_language
from fedi_cotweet.services.errors import not_found
from fedi_cotweet.services.quotable import check_policy
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors, own_profiles


@dataclass(frozen=True, slots=True)
class Defaults:
    """What is to be changed; None stays as it is. An empty language: none."""

    visibility: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None


def change(tx: Tx, account_id: int, wanted: Defaults) -> None:
    """Change them. Raises ``visibility_not_allowed``, ``bad_language``, ``bad_quote_policy``."""
    found: dict[str, object] = {}
    if wanted.visibility is not None:
        found["posting_visibility"] = audiences.chosen(tx, wanted.visibility, None)
    if wanted.sensitive is not None:
        found["posting_sensitive"] = wanted.sensitive
    if wanted.language is not None:
        found["posting_language"] = check_language(wanted.language or None)
    if wanted.quote_policy is not None:
        found["quote_policy"] = check_policy(wanted.quote_policy)
    own_profiles.change(tx, account_id, account=found, actor={})


def of(tx: Tx, account_id: int) -> Account:
    """The account that holds them."""
    account = actors.account_of(tx, account_id)
    if account is None:
        raise not_found("account")
    return account
