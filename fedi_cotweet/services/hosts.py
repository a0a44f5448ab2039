"""Servers as people name them."""

from __future__ import annotations

from activitypub.vocab.reading import host_of
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError


def host_named(text: str) -> str:
    """A server's name as it is compared: lower case, ASCII, with its port if not 443.

    An address of the server will do. Raises ``bad_host`` (422).
    """
    given = text.strip().removeprefix("@")
    host = host_of(given if "://" in given else f"https://{given}")
    if host is None:
        raise ServiceError(
            "bad_host",
            422,
            say("“{given}” is no server.", given=given[:100]),
            "Write it like b.example.",
        )
    return host
