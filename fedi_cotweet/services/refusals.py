"""Whether somebody who once said no may be asked again (FEP-af48, Reject; C15)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from activitypub.vocab.reading import ids
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.errors import ServiceError
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import consents

_SAID_NO = frozenset({ConsentState.DECLINED.value, ConsentState.EXPIRED.value})


def check_not_refused(
    tx: Tx,
    post: Post,
    note: dict[str, Any],
    asked: Sequence[Actor],
    *,
    again: bool,
    new: Collection[Actor],
) -> None:
    """``ServiceError`` if one of these people said no to just this, or may not be asked unasked.

    ``note`` is the full rendition to be offered to ``asked``. Nobody is asked twice for the same
    content (``content_unchanged``, 409). Of them those in ``new`` are not authors at present: who
    declined before is asked for another content only if the author says so with ``again``
    (``declined_before``, 409). An author of the published post has to be asked about every edit.
    """
    refused: dict[int, list[Offer]] = {}
    for offer in consents.offers_for_object(tx, post.uri, "sent"):
        if offer.state in _SAID_NO:
            refused.setdefault(offer.target_id, []).append(offer)
    unasked = {actor.id for actor in new}
    for actor in asked:
        who = f"@{actor.username}@{actor.host}"
        offers = refused.get(actor.id, [])
        if any(_same_content(offer, note) for offer in offers):
            raise ServiceError(
                "content_unchanged",
                409,
                say("{who} was asked about exactly this text, and did not agree.", who=who),
                "Change it before you ask again.",
            )
        if offers and actor.id in unasked and not again:
            raise ServiceError(
                "declined_before",
                409,
                say("{who} did not agree to be an author of this post.", who=who),
                "If you want to ask once more, now that it has changed, say so (again).",
            )


def _same_content(offer: Offer, note: dict[str, Any]) -> bool:
    """Whether an Offer was for the same content, whoever its authors were to be."""
    offered = orjson.loads(offer.document)["object"]
    everyone = {str(uri) for uri in offer.authors}
    everyone |= set(ids(note["attributedTo"]))
    both = sorted(everyone)
    return try_consent_digest(offered, both) == try_consent_digest(note, both)
