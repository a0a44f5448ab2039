"""Whom somebody means whose invitations they do not want: a person, or a whole server."""

from __future__ import annotations

import re

from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.authoring import find_person
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.site import Site

_HOST = re.compile(r"(?=.{1,253}(?::|$))[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,5})?")


async def subject_named(site: Site, given: str) -> str:
    """The identifier of ``bob@b.example``, or the name of a server such as ``b.example``.

    Raises ``bad_host`` (422), and as ``find_person`` does.
    """
    text = given.strip()
    if "@" in text or "://" in text or not re.search(r"[.:]", text):
        return (await find_person(site, text)).uri
    host = text.lower().rstrip(".")
    if _HOST.fullmatch(host) is None:
        raise ServiceError(
            "bad_host", 422, say("“{given}” is no server.", given=text[:100]), "Like b.example."
        )
    return host
