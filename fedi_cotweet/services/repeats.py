"""Edits to what is said, or asked, already. They change nothing, and nobody's answer is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from activitypub.vocab.terms import Doc
from fedi_cotweet.domain.consent import ConsentState
from fedi_cotweet.domain.limits import POLL_SHORTEST
from fedi_cotweet.services import companions
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.offers import change_offers, current_offers, has_agreed
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import Actor, Change, Offer, Post

_DATES = ("published", "updated")


def says_already(stored: str, document: Doc) -> bool:
    """Whether a stored core is this one, but for its dates."""
    held = orjson.loads(stored)
    return {k: v for k, v in held.items() if k not in _DATES} == {
        k: v for k, v in document.items() if k not in _DATES
    }


def draft_stands(
    tx: Tx, env: Env, post: Post, words: Words, document: Doc, named: Sequence[Actor]
) -> bool:
    """Whether a draft is this one, and everybody was asked about it and can still answer.

    ``words`` and ``document`` are of the new version, with the poll as it is now.
    """
    if words.poll is not None and words.poll.ends_at < env.now() + POLL_SHORTEST:
        return False  # over before it could be published: it begins anew
    offers = current_offers(tx, post)
    everyone = [*named, *companions.people(tx, post.id)]
    return says_already(post.document, document) and all(
        _counts(env, offers.get(person.id)) for person in everyone
    )


def change_stands(
    tx: Tx,
    env: Env,
    change: Change,
    document: Doc,
    authors: Sequence[Actor],
    beside: Sequence[Actor],
    roles: Mapping[str, str],
) -> bool:
    """Whether the open change is to this version, and everybody can still answer or has agreed.

    ``authors`` in order of credit, the primary one first; ``roles`` of those who are new.
    """
    if not says_already(change.document or "{}", document):
        return False
    if [person.uri for person in authors] != list(change.authors or ()):
        return False
    if [person.uri for person in beside] != list(change.words.get("beside", ())):
        return False
    if change.words.get("roles", {}) != roles:
        return False
    offers = change_offers(tx, change)
    return all(_counts(env, offers.get(person.id)) for person in (*authors[1:], *beside))


def _counts(env: Env, offer: Offer | None) -> bool:
    if offer is None:
        return False
    waits = offer.state == ConsentState.OFFERED.value and offer.expires_at > env.now()
    return waits or has_agreed(offer)
