"""The JSON-LD contexts we carry. Whatever else a document names is refused, never fetched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pyld.documentloader.frozen import FrozenDocumentLoader

from activitypub.vocab.terms import (
    AS2,
    DATA_INTEGRITY_V1,
    DATA_INTEGRITY_V2,
    IDENTITY_V1,
    MULTIKEY_V1,
    SECURITY_V1,
)

_FOLDER: Final = Path(__file__).parent / "contexts"

CONTEXTS: Final[Mapping[str, Path]] = {
    AS2: _FOLDER / "activitystreams.jsonld",
    SECURITY_V1: _FOLDER / "security-v1.jsonld",
    "https://w3id.org/security/v2": _FOLDER / "security-v2.jsonld",
    DATA_INTEGRITY_V1: _FOLDER / "data-integrity-v1.jsonld",
    DATA_INTEGRITY_V2: _FOLDER / "data-integrity-v2.jsonld",
    MULTIKEY_V1: _FOLDER / "multikey-v1.jsonld",
    IDENTITY_V1: _FOLDER / "identity-v1.jsonld",
    "https://www.w3.org/ns/cid/v1": _FOLDER / "cid-v1.jsonld",
    "https://www.w3.org/ns/did/v1": _FOLDER / "did-v1.jsonld",
    "https://gotosocial.org/ns": _FOLDER / "gotosocial.jsonld",
}
"""Context URL to the file that holds it; sources and licences are in ``contexts/SOURCE.md``."""


DocumentLoader = Callable[[str, dict[str, Any]], dict[str, Any]]


@cache
def document_loader() -> DocumentLoader:
    """The loader to hand to every call of pyld, as ``documentLoader``.

    It serves ``CONTEXTS`` from disk, each read once. Any other URL raises pyld's ``JsonLdError``
    with the code ``loading document failed``: no document decides what we fetch.
    """
    frozen = FrozenDocumentLoader(CONTEXTS)

    def load(url: str, options: dict[str, Any]) -> dict[str, Any]:
        # The tag tells pyld that these never change, so that it processes each context once.
        return {**frozen(url, options), "tag": "static"}

    return load
