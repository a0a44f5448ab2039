"""Which documents mean the same to every reader.

Co-authors consent to JSON members; a JSON-LD reader sees what the context makes of them. An
object whose context gives a covered member another meaning would show one text to the person who
consents and another to some of the readers, so it has no digest; nor has one that JSON parsers
may read differently (FEP-af48, Profile 1; RFC 7493).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from activitypub.errors import DocumentError
from activitypub.vocab.reading import MAX_DEPTH
from activitypub.vocab.terms import AS2, Doc

_MAX_SAFE_INTEGER: Final = 2**53 - 1
# RFC 7493, 2.1: no surrogates, no noncharacters.
_NONCHARACTERS = "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_NOT_I_JSON = re.compile(f"[\ud800-\udfff\ufdd0-\ufdef{_NONCHARACTERS}]")

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
    "Public": ("@id",),
    "duration": ("xsd:duration", "http://www.w3.org/2001/XMLSchema#duration"),
}
_NAMESPACE: Final = f"{AS2}#"


class NoDigest(DocumentError):  # noqa: N818 - the specification's words
    """The object has no consent digest, so none of its co-authors can be verified."""

    code = "no_digest"


def check_one_meaning(document: Doc, inherited_context: Any) -> None:
    """Raises ``NoDigest`` if the object is not I-JSON or its context redefines a covered term.

    The rule holds for every ``@context`` in sight: the one of the activity around the object
    (``inherited_context``, None for none), the object's own, and those of all that it embeds.
    Member names that occur twice are the parser's to refuse.
    """
    if inherited_context is not None:
        _check_context(inherited_context)
    for mapping in _mappings(document):
        if "@context" in mapping:
            _check_context(mapping["@context"])


def _check_context(context: Any) -> None:
    name = redefined_term(context)
    if name is not None:
        raise NoDigest(f"@context redefines {name[:100]}")


def _mappings(document: Any) -> Iterator[Mapping[str, Any]]:
    """Every JSON object in ``document``; raises ``NoDigest`` on what is not I-JSON."""
    open_values: list[tuple[Any, int]] = [(document, 0)]
    while open_values:
        value, depth = open_values.pop()
        if depth > MAX_DEPTH:
            raise NoDigest("the object is nested too deeply")
        if isinstance(value, Mapping):
            for name, member in value.items():
                _check_scalar(name)
                open_values.append((member, depth + 1))
            yield value
        elif isinstance(value, list):
            open_values.extend((member, depth + 1) for member in value)
        else:
            _check_scalar(value)


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        if _NOT_I_JSON.search(value):
            raise NoDigest("the object is not I-JSON: surrogate or noncharacter")
    elif isinstance(value, int) and abs(value) > _MAX_SAFE_INTEGER:
        raise NoDigest("the object is not I-JSON: number beyond a double")
    elif isinstance(value, float) and not abs(value) < float("inf"):
        raise NoDigest("the object is not I-JSON: not a finite number")


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
        return _maps_to(definition, _forms(name)) and _keeps_shape(name, definition)
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
