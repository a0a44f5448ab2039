"""QuoteRequest: an author asks whether a post may quote another's (FEP-044f)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from activitypub.activities.envelope import expect, read_object
from activitypub.errors import DocumentError
from activitypub.origins import may_create, owns
from activitypub.quotes.forms import read_quotation
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_id, as_list
from activitypub.vocab.terms import Doc, context_for

QUOTE_REQUEST: Final = "QuoteRequest"


@dataclass(frozen=True, slots=True)
class QuoteRequest:
    """``instrument`` would quote ``object_id``; ``note`` is the quoting post if it was embedded."""

    id: str
    actor: str
    object_id: str
    object: Doc | None
    instrument: str
    note: Doc | None


def parse_quote_request(document: Doc) -> QuoteRequest:
    """A request about one quoted and one quoting post; DocumentError on any other shape."""
    envelope, target = expect(document, QUOTE_REQUEST), read_object(document)
    instruments = as_list(document.get("instrument"))
    instrument = as_id(instruments[0]) if len(instruments) == 1 else None
    if instrument is None:
        raise DocumentError("a QuoteRequest needs exactly one instrument")
    embedded = instruments[0] if isinstance(instruments[0], Mapping) else None
    return QuoteRequest(
        envelope.id, envelope.actor, target.id, target.document, instrument, embedded
    )


def check_quote_request(request: QuoteRequest) -> Refused | None:
    """Whether the sender may ask this: for a post of their own, which quotes what they say.

    Consent got for somebody else's post would put words next to it that nobody asked about.
    """
    refused = owns(request.actor, request.instrument)
    if refused is not None or request.note is None:
        return refused
    refused = may_create(request.actor, request.note)
    if refused is not None:
        return refused
    return check_quoting(request.note, request.object_id)


def check_quoting(note: Doc, quoted: str) -> Refused | None:
    """Whether a note quotes this very post."""
    quotation = read_quotation(note)
    if quotation is None or quotation.quoted != quoted:
        return Refused("other_quote", "the quoting post quotes something else")
    return None


def build_quote_request(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    quoted: str,
    note: dict[str, Any],
    to: str,
) -> dict[str, Any]:
    """A request with the quoting post embedded, as it is published."""
    return {
        "@context": context_for(note),
        "id": id,
        "type": QUOTE_REQUEST,
        "actor": actor,
        "to": [to],
        "object": quoted,
        "instrument": {name: value for name, value in note.items() if name != "@context"},
    }


def quote_request_reference(
    id: str,  # noqa: A002 - the field's own name
    actor: str,
    quoted: str,
    quoting: str,
) -> dict[str, Any]:
    """A request as its answer embeds it."""
    return {
        "id": id,
        "type": QUOTE_REQUEST,
        "actor": actor,
        "object": quoted,
        "instrument": quoting,
    }
