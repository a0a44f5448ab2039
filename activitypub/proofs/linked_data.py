"""JSON-LD for checking LD signatures: what a document says as RDF, and nothing else.

An LD signature covers RDF statements, while the rest of this package reads members by their names.
Between the two lie the attacks: members that no context defines, terms mapped elsewhere, values
that RDF drops, and other spellings of a signed statement that a reader would overlook. So a signed
document is read only as ``read_statements`` writes it: every statement, nothing else, every term by
its usual name and every value in its usual form.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any, Final

from pyld import jsonld
from pyld.canon import URDNA2015

from activitypub.vocab.loader import CONTEXTS, document_loader
from activitypub.vocab.terms import (
    ACTOR_TERMS,
    AS2,
    COAUTHORSHIP_TERMS,
    NOTE_TERMS,
    SECURITY_V1,
)

Doc = Mapping[str, Any]

_TERMS: Final[Mapping[str, Any]] = {
    **ACTOR_TERMS,
    **NOTE_TERMS,
    **COAUTHORSHIP_TERMS,
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "votersCount": "toot:votersCount",
    "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "quoteUrl": "as:quoteUrl",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
}

USUAL_CONTEXT: Final = [AS2, SECURITY_V1, dict(_TERMS)]
"""The ``@context`` of what ``read_statements`` returns: the names this package reads."""


def _names_in_full() -> dict[str, Any]:
    """The usual context without prefixes, so that no id is ever written in short."""
    terms: dict[str, Any] = {}
    for context in (AS2, SECURITY_V1):
        terms |= json.loads(CONTEXTS[context].read_text("utf-8"))["@context"]
    terms |= _TERMS
    is_prefix = {name for name, iri in terms.items() if isinstance(iri, str) and iri[-1] in "#/:"}

    def in_full(iri: str) -> str:
        prefix, colon, name = iri.partition(":")
        return f"{terms[prefix]}{name}" if colon and prefix in is_prefix else iri

    return {
        term: in_full(definition)
        if isinstance(definition, str)
        else {
            key: in_full(value) if key in ("@id", "@type") else value
            for key, value in definition.items()
        }
        for term, definition in terms.items()
        if term not in is_prefix
    }


_NAMES_IN_FULL: Final = _names_in_full()

_PROOF: Final = "https://w3id.org/security#proof"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_RESHAPING: Final = frozenset({"@graph", "@included", "@reverse"})
_SCOPED: Final = frozenset({"@context", "@import"})
_MAX_VALUES: Final = 1_500
_MAX_DEPTH: Final = 48
_MAX_CONTEXTS: Final = 24
_MAX_WORK: Final = 4_096
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`\x7f]*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")

# pyld's caches are not made for several threads, and it never lets go of the interpreter anyway.
_PYLD: Final = Lock()


class NoStatementsError(Exception):
    """The document cannot be read as RDF safely. ``code`` and ``reason`` are those of a verdict."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def refuse_reshaping(document: Doc) -> None:
    """Raises ``NoStatementsError`` for what can re-shape signed statements, and for sheer size.

    ``@graph``, ``@included`` and ``@reverse`` are refused wherever they stand, in contexts too
    (CVE-2026-46349); other names for them show in the expanded form, see ``read_statements``.
    """
    pending: list[tuple[Any, int, bool]] = [(document, 0, False)]
    values = contexts = 0
    while pending:
        value, depth, in_context = pending.pop()
        values += 1
        # Every mention of a context costs as much as all its terms.
        contexts += isinstance(value, str) and value in CONTEXTS
        if values > _MAX_VALUES or contexts > _MAX_CONTEXTS or depth > _MAX_DEPTH:
            raise NoStatementsError("too_complex", "the document is too large for its signature")
        if isinstance(value, Mapping):
            if not _RESHAPING.isdisjoint(value):
                raise _reshaped()
            if in_context and not _SCOPED.isdisjoint(value):
                # Nobody in the fediverse sends one, and each is processed once per node.
                raise NoStatementsError("scoped_context", "the document has a scoped context")
            pending += [
                (member, depth + 1, in_context or name == "@context")
                for name, member in value.items()
            ]
        elif isinstance(value, list):
            pending += [(entry, depth + 1, in_context) for entry in value]


def _reshaped() -> NoStatementsError:
    return NoStatementsError("reshaped", "the document's statements may have been re-shaped")


def expand(document: Doc) -> dict[str, Any]:
    """The document's one node in expanded form. Raises ``NoStatementsError``."""
    expanded = _run(jsonld.expand, dict(document))
    if not isinstance(expanded, list) or len(expanded) != 1 or not isinstance(expanded[0], dict):
        raise NoStatementsError("not_one_node", "the document is not about one thing")
    node: dict[str, Any] = expanded[0]
    return node


def hash_statements(expanded: Doc) -> str:
    """SHA-256, hexadecimal, of the canonical N-Quads (URDNA2015) of an expanded node."""
    return hashlib.sha256(_run(_canonical_quads, [expanded])).hexdigest()


def read_statements(expanded: Doc) -> dict[str, Any]:
    """The document that the expanded node's statements make, in ``USUAL_CONTEXT``.

    What is no statement, and so not signed, is left out: members that no context defines, relative
    ids and types, ``@index``, empty lists; and an embedded proof. Ids are absolute and in full,
    booleans and numbers are JSON's, one-element lists have become values. The order of values is
    not signed, but within ``@list``. Raises ``NoStatementsError`` where statements may have been
    written so that a reader overlooks them (graphs, labelled blank nodes, a node in two pieces,
    RDF's own vocabulary), and for ids and languages whose characters could forge statements.
    """
    node = _stated_node(expanded)
    if not node:
        raise NoStatementsError("not_one_node", "the document is not about one thing")
    _refuse_pieces(node)
    compacted = _run(jsonld.compact, node, _NAMES_IN_FULL)
    return {**compacted, "@context": USUAL_CONTEXT}


def _stated_node(node: Doc) -> dict[str, Any] | None:
    stated: dict[str, Any] = {}
    for name, members in node.items():
        if name == "@id":
            if members.startswith("_:"):
                # A label makes two nodes one, or one of none of ours out of a signed one.
                raise _reshaped()
            if not _is_iri(members):
                return None
            stated["@id"] = members
        elif name == "@type":
            kinds = [kind for kind in members if _is_iri(kind)]
            if kinds:
                stated["@type"] = kinds
        elif name in ("@index", _PROOF):
            continue
        elif name.startswith("@"):
            raise _reshaped()
        elif _is_iri(name):
            values = [stated_value for value in members if (stated_value := _stated_value(value))]
            if values:
                stated[name] = values
    return stated


def _stated_value(value: Any) -> dict[str, Any] | None:
    if "@list" in value:
        entries = [stated for entry in value["@list"] if (stated := _stated_value(entry))]
        return {"@list": entries}
    return _stated_literal(value) if "@value" in value else _stated_node(value)


def _stated_literal(literal: Doc) -> dict[str, Any]:
    """One form for each literal: RDF has several for strings, booleans and numbers."""
    value, language, datatype = literal["@value"], literal.get("@language"), literal.get("@type")
    if language is not None and _LANGUAGE.fullmatch(language) is None:
        raise NoStatementsError("forged_statement", "the document has a language that is none")
    if datatype is not None and not _is_iri(datatype):
        raise NoStatementsError("forged_statement", "the document has a datatype that is none")
    if datatype == f"{_XSD}string":
        datatype = None
    elif datatype == f"{_XSD}boolean" and value in ("true", "false", True, False):
        value, datatype = value in ("true", True), None
    elif datatype == f"{_XSD}integer" and _INTEGER.fullmatch(str(value)):
        value, datatype = int(value), None
    elif datatype == f"{_XSD}double":
        try:
            value, datatype = float(value), None
        except (TypeError, ValueError):
            raise _reshaped() from None
        if not math.isfinite(value):
            raise _reshaped()
    stated = {"@value": value, "@type": datatype, "@language": language}
    return {name: member for name, member in stated.items() if member is not None}


def _is_iri(text: str) -> bool:
    """Whether RDF takes it; raises for what RDF does not take but pyld would."""
    if text.startswith("_:") or ":" not in text:
        return False
    if text.startswith(_RDF):
        # Types and lists, spelled out where no reader looks for them.
        raise _reshaped()
    if _IRI.fullmatch(text) is None:
        # Its characters end the id inside the canonical text, and begin another statement.
        raise NoStatementsError("forged_statement", "the document has an id that is none")
    return True


def _refuse_pieces(node: Doc) -> None:
    """A thing described in two places could show each reader a half of itself."""
    described = Counter(part["@id"] for part in _nodes(node) if "@id" in part and len(part) > 1)
    if any(times > 1 for times in described.values()):
        raise NoStatementsError("node_in_pieces", "the document describes a thing in two places")


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for entry in value:
            yield from _nodes(entry)
    elif isinstance(value, dict) and "@value" not in value:
        if "@list" not in value:
            yield value
        for member in value.values():
            yield from _nodes(member)


class _BoundedURDNA2015(URDNA2015):  # type: ignore[misc]
    """Gives up on graphs made to be expensive (RDFC-1.0, section 7.1, dataset poisoning)."""

    def __init__(self) -> None:
        super().__init__()
        self._work = 0

    def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        # Every group is tried in all its orders.
        self._work += sum(math.factorial(min(len(group), 9)) for group in related.values())
        if self._work > _MAX_WORK:
            raise NoStatementsError("too_complex", "the document is too large for its signature")
        return related


def _canonical_quads(expanded: Any, options: dict[str, Any]) -> bytes:
    dataset = jsonld.to_rdf(expanded, options)
    quads = _BoundedURDNA2015().main(dataset, {"format": "application/n-quads"})
    # Strictly: a lone surrogate replaced by a question mark would be signed as one.
    return str(quads).encode("utf-8")


def _run(function: Any, *arguments: Any) -> Any:
    # Without a base, relative ids stay what they are: no statements. pyld would invent one for "".
    options = {"documentLoader": document_loader(), "base": None}
    try:
        with _PYLD:
            return function(*arguments, options)
    except NoStatementsError:
        raise
    except jsonld.JsonLdError as error:
        raise NoStatementsError(
            "bad_json_ld", "the document is not JSON-LD that we know"
        ) from error
    except Exception as error:
        # pyld meets some hostile documents with whatever Python raises, recursion errors included.
        raise NoStatementsError(
            "bad_json_ld", "the document is not JSON-LD that we know"
        ) from error
