"""The streams there are: how clients name them, and what a token must allow for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from fedi_cotweet.domain.ids import read_id
from fedi_cotweet.domain.terms import fold_tag
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.services.broadcasting import Channel
from fedi_cotweet.services.tokens import Bearer, allows
from storage.engine import Tx
from storage.queries import lists

OF_PERSONS: Final[Mapping[str, str]] = {
    "user": "read:statuses",
    "user:notification": "read:notifications",
    "list": "read:statuses",
    "direct": "read:statuses",
}
"""Streams for which a token of a person is needed, with the scope."""
TAGGED: Final = ("hashtag", "hashtag:local")
PUBLIC: Final = (
    "public",
    "public:media",
    "public:local",
    "public:local:media",
    "public:remote",
    "public:remote:media",
)
NAMES: Final = (*OF_PERSONS, *PUBLIC, *TAGGED)


def channel_of(
    tx: Tx, bearer: Bearer, name: str, *, tag: str = "", list_id: str = ""
) -> tuple[Channel, tuple[str, ...]]:
    """The channel that a client asks for, and what its events name it.

    ``ApiError`` (400, 401) as Mastodon's streaming server words it.
    """
    if name in OF_PERSONS:
        if bearer.account_id is None or not allows(bearer.scopes, OF_PERSONS[name]):
            raise ApiError(401, "Access token does not have the required scopes")
        if name == "list":
            return _list(tx, bearer.account_id, list_id)
        return (name, bearer.account_id), (name,)
    if name in TAGGED:
        if not tag:
            raise ApiError(400, "Missing tag name parameter")
        folded = fold_tag(tag)
        if folded is None:
            raise ApiError(400, "That is no hashtag")
        return (name, folded), (name, tag)
    if name not in PUBLIC:
        raise ApiError(400, "Unknown stream type")
    return (name, ""), (name,)


def _list(tx: Tx, account_id: int, given: str) -> tuple[Channel, tuple[str, ...]]:
    if not given:
        raise ApiError(400, "Missing list name parameter")
    number = read_id(given)
    held = None if number is None else lists.reader_list(tx, number)
    if held is None or held.account_id != account_id:
        raise ApiError(401, "Not authorized to stream this list")
    return ("list", held.id), ("list", given)


def hears_notifications(scopes: Collection[str]) -> bool:
    """Whether the stream of a person brings notifications to a token with these scopes."""
    return allows(scopes, OF_PERSONS["user:notification"])
