"""Which inline ``@context`` entries leave a document with one meaning.

Co-authors consent to JSON members; a JSON-LD reader sees what the context makes of them. An
object whose context gives a covered member another meaning would show one text to the person who
consents and another to some of the readers, so it has no digest (FEP-af48, Profile 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activitypub.vocab.terms import AS2

_LITERALS: Final = frozenset({"mediaType", "content", "name", "summary", "rel", "duration"})
_REFERENCES: Final = frozenset(
    {
        "inReplyTo",
        "image",
        "attachment",
        "icon",
        "tag",
        "href",
        "url",
        "oneOf",
        "anyOf",
        "to",
        "cc",
        "audience",
        "attributedTo",
        "location",
    }
)
_MAPS: Final = {"contentMap": "content", "nameMap": "name", "summaryMap": "summary"}
_TIMES: Final = frozenset({"startTime", "endTime"})
_KEYWORDS: Final = {"id": "@id", "type": "@type"}

_HARMLESS_KEYWORDS: Final = frozenset({"@language", "@direction", "@version", "@protected"})
_TYPES: Final = {
    **dict.fromkeys(_REFERENCES, ("@id",)),
    **dict.fromkeys(_TIMES, ("xsd:dateTime", "http://www.w3.org/2001/XMLSchema#dateTime")),
    "duration": ("xsd:duration", "http://www.w3.org/2001/XMLSchema#duration"),
}
_NAMESPACE: Final = f"{AS2}#"


def redefined_term(context: Any) -> str | None:
    """The first name in an ``@context`` value that may change what a covered member means.

    References to other contexts pass: which of them to trust is the JSON-LD reader's decision.
    None when everything is harmless.
    """
    for entry in context if isinstance(context, list) else [context]:
        if isinstance(entry, str):
            continue
        # A null context forgets ActivityStreams itself.
        if not isinstance(entry, Mapping):
            return "@context"
        for name, definition in entry.items():
            if not _is_harmless(name, definition):
                return str(name)
    return None


def _is_harmless(name: str, definition: Any) -> bool:
    if name.startswith("@"):
        # @vocab, @base and @import change the meaning of names that are not in sight here.
        return name in _HARMLESS_KEYWORDS or (name == "@vocab" and definition == "_:")
    if name == "as":
        return definition in (_NAMESPACE, {"@id": _NAMESPACE, "@prefix": True})
    if name == "Public":
        return _maps_to(definition, ("as:Public", f"{_NAMESPACE}Public"))
    if name in _KEYWORDS:
        return definition in (_KEYWORDS[name], {"@id": _KEYWORDS[name]})
    if name in _MAPS:
        return isinstance(definition, Mapping) and (
            definition.get("@container") == "@language"
            and set(definition) == {"@id", "@container"}
            and _maps_to(definition, _forms(_MAPS[name]))
        )
    if name in _LITERALS or name in _REFERENCES or name in _TIMES:
        return _maps_to(definition, _forms(name)) and _keeps_shape(name, definition)
    return True


def _forms(name: str) -> tuple[str, str]:
    return f"as:{name}", f"{_NAMESPACE}{name}"


def _maps_to(definition: Any, forms: tuple[str, ...]) -> bool:
    target = definition.get("@id") if isinstance(definition, Mapping) else definition
    return isinstance(target, str) and target in forms


def _keeps_shape(name: str, definition: Any) -> bool:
    if isinstance(definition, str):
        return True
    # Anything else in a definition (@reverse, @nest, a scoped @context) moves or hides values.
    if not set(definition) <= {"@id", "@type", "@container"}:
        return False
    if "@type" in definition and definition["@type"] not in _TYPES.get(name, ()):
        return False
    if "@container" in definition:
        return name in _REFERENCES and definition["@container"] in ("@set", "@list")
    return True
