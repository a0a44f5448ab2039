"""Followers collection synchronisation (FEP-8fcf): the digest and the header that carries it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from activitypub.signatures.parameters import parse_parameters
from activitypub.verdicts import Refused

HEADER: Final = "Collection-Synchronization"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def followers_digest(follower_ids: Iterable[str]) -> str:
    """The digest of a partial followers collection: 64 hexadecimal digits, lower case.

    ``follower_ids`` are the ids of those followers who live on one server. The order does not
    matter, each counts once, and none at all give 64 zeros.
    """
    combined = 0
    for follower_id in set(follower_ids):
        combined ^= int.from_bytes(hashlib.sha256(follower_id.encode()).digest())
    return f"{combined:064x}"


@dataclass(frozen=True, slots=True)
class Synchronisation:
    """What a ``Collection-Synchronization`` header says.

    ``collection_id`` is the sender's followers collection, ``url`` where the part of it that
    concerns the receiver can be read, ``digest`` that part's digest.
    """

    collection_id: str
    url: str
    digest: str


def build_header(synchronisation: Synchronisation) -> str:
    """The value of the ``Collection-Synchronization`` header."""
    return (
        f'collectionId="{synchronisation.collection_id}", '
        f'url="{synchronisation.url}", digest="{synchronisation.digest}"'
    )


def parse_header(value: str) -> Synchronisation | Refused:
    """The header's parts. Whether they are the sender's own to say, the caller checks."""
    parameters = parse_parameters(value) or {}
    collection_id, url = parameters.get("collectionId"), parameters.get("url")
    digest = parameters.get("digest", "").lower()
    if not collection_id or not url or _DIGEST.fullmatch(digest) is None:
        return Refused("bad_synchronization", "the Collection-Synchronization header is malformed")
    return Synchronisation(collection_id, url, digest)
