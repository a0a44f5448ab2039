"""Doing something with one's own account about what stands on another server (FEP-3b86).

A server says in the WebFinger answers of its people where they begin: URI templates by ``rel``.
The older ``subscribe`` of OStatus, which Mastodon answers with whatever it is given, is one more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlsplit

from activitypub.discovery.webfinger import MOST_LINKS, SUBSCRIBE
from activitypub.vocab.reading import as_list, host_of, text
from activitypub.vocab.terms import Doc

INTENTS: Final = "https://w3id.org/fep/3b86/"
FOLLOW: Final = f"{INTENTS}Follow"
LIKE: Final = f"{INTENTS}Like"
ANNOUNCE: Final = f"{INTENTS}Announce"
CREATE: Final = f"{INTENTS}Create"
OBJECT: Final = f"{INTENTS}Object"

_PLACE = re.compile(r"\{[^{}]*\}")
_LONGEST = 2_000


def build_templates(base_url: str) -> dict[str, str]:
    """Where people of a server of ours begin, by ``rel``: each is a page that asks them."""
    interaction = f"{base_url}/authorize_interaction?uri="
    return {
        SUBSCRIBE: f"{interaction}{{uri}}",
        FOLLOW: f"{interaction}{{object}}",
        LIKE: f"{interaction}{{object}}",
        ANNOUNCE: f"{interaction}{{object}}",
        OBJECT: f"{interaction}{{object}}",
        CREATE: f"{base_url}/share?text={{content}}&title={{name}}&reply_to={{inReplyTo}}",
    }


def read_templates(document: Doc) -> dict[str, str]:
    """The templates of a WebFinger answer, by ``rel``; the first of each counts."""
    found: dict[str, str] = {}
    for link in as_list(document.get("links"))[:MOST_LINKS]:
        if not isinstance(link, Mapping):
            continue
        relation, template = text(link.get("rel")), text(link.get("template"))
        known = relation == SUBSCRIBE or relation.startswith(INTENTS)
        if known and template and len(template) <= _LONGEST:
            found.setdefault(relation, template)
    return found


def fill(template: str, values: Mapping[str, str], *, insecure: bool = False) -> str | None:
    """The address that a template makes of values; what it asks for else is left empty.

    None for what is no address to send somebody to: only https with a host, ``insecure`` also
    http (development). What is filled in cannot change the host.
    """
    address = _PLACE.sub(lambda place: quote(values.get(place[0][1:-1], ""), safe=""), template)
    try:
        parts, bare = urlsplit(address), urlsplit(_PLACE.sub("", template))
    except ValueError:
        return None
    schemes = ("https", "http") if insecure else ("https",)
    host = host_of(address)
    if parts.scheme not in schemes or host is None or parts.netloc != bare.netloc:
        return None
    printable = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\')
    return address if printable and "@" not in parts.netloc else None
