"""What a client says of a post beyond what a post here says: a name, further types.

Nothing of it is looked at, only said to others: so what others may take for something else than a
post, or for words of ours, is not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from activitypub.vocab.reading import as_list, origin, text, types
from activitypub.vocab.terms import AS2, context_for
from fedi_cotweet.federation.client.reach import Reach
from fedi_cotweet.services.besides import Besides
from fedi_cotweet.services.errors import ServiceError

MOST_NAME: Final = 500
MOST_TYPES: Final = 4
MOST_TYPE: Final = 300
_PREFIX: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_TERM: Final = re.compile(r"[A-Za-z0-9_#/.-]{1,100}")
_TAKEN: Final = frozenset({"as", "ldp", "vcard", "xsd", "http", "https", "toot", "sec", "schema"})

Object = Mapping[str, Any]


def read_besides(made: Object, reach: Reach, activity: Object) -> Besides:
    """``too_long`` (422) for a name that is no name any more."""
    name = " ".join(text(made.get("name")).split())
    if len(name) > MOST_NAME:
        raise ServiceError(
            "too_long", 422, "The name is too long.", f"Keep it under {MOST_NAME} characters."
        )
    of_object = _prefixes(made) or _prefixes(activity)
    whole = [_expanded(kind, of_object) for kind in _further(made, of_object)]
    of_activity = _prefixes(activity)
    named = _further(activity, of_activity)
    used = {kind.partition(":")[0] for kind in named}
    prefixes = {prefix: uri for prefix, uri in of_activity.items() if prefix in used}
    return Besides(name, reach.addressed, tuple(whole), tuple(named), prefixes)


def _prefixes(document: Object) -> dict[str, str]:
    """What a document's own ``@context`` says its prefixes stand for; none of ours."""
    taken = {*_TAKEN, *context_for({})[1]}
    found: dict[str, str] = {}
    for context in as_list(document.get("@context")):
        for prefix, uri in context.items() if isinstance(context, Mapping) else ():
            ours = prefix in taken or uri == AS2 or not _PREFIX.fullmatch(prefix)
            if not ours and _is_iri(uri):
                found[prefix] = uri
    return found


def _further(document: Object, prefixes: Mapping[str, str]) -> list[str]:
    """The types that are of another vocabulary than ActivityStreams."""
    found = []
    for kind in dict.fromkeys(types(document)):
        prefix, _, term = kind.partition(":")
        known = prefix in prefixes and _TERM.fullmatch(term)
        if known or (_is_iri(kind) and not kind.startswith(AS2)):
            found.append(kind)
    return found[:MOST_TYPES]


def _expanded(kind: str, prefixes: Mapping[str, str]) -> str:
    prefix, _, term = kind.partition(":")
    return prefixes[prefix] + term if prefix in prefixes else kind


def _is_iri(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MOST_TYPE and origin(value) is not None
