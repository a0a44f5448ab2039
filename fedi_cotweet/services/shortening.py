"""A change of a published co-tweet that is out for consent names fewer than it did."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import orjson

from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, OFFER_SHORTEST
from fedi_cotweet.services import companions, documents
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.messages import is_named
from fedi_cotweet.services.offers import (
    agreed_to_longer,
    apply_move,
    change_offers,
    offer_to,
    offerable,
    take_back,
)
from storage.engine import Tx
from storage.models import Actor, Change, Offer, Post
from storage.queries import actors, changes, posts

_ASKED = frozenset({ConsentState.OFFERED.value, ConsentState.ACCEPTED.value})


def beside_in(tx: Tx, change: Change) -> list[Actor]:
    """Whom a change names with its authors, by message, in order."""
    uris = [str(uri) for uri in change.words.get("beside", [])]
    people = actors.actors_by_uri(tx, uris)
    return [people[uri] for uri in uris if uri in people]


def shorten(tx: Tx, env: Env, change: Change, gone: Sequence[Actor], *, why: str) -> None:
    """The new version will not name some: they have left, were removed, or did not agree.

    The others' consent stays good for a shorter author list. Who is named in the text is part of
    it: without them it is another one, and co-authors are asked anew. Who agreed by message is not
    asked again: consent to be named with more people is consent to fewer.
    """
    held = changes.change_by_id(tx, change.id) or change
    post = posts.post(tx, held.post_id) if held.post_id is not None else None
    if held.document is None or post is None:
        return
    beside = beside_in(tx, held)
    off = {actor.uri for actor in gone}
    leaving = [person for person in beside if person.uri in off]
    rest = [person for person in beside if person.uri not in off]
    document = orjson.loads(held.document)
    for actor in gone:
        if actor.uri in held.authors:
            document = documents.without_mention(document, actor.uri)
    if leaving:
        document = companions.without_all(document, leaving, rest, held.words["language"])
    offers = change_offers(tx, held)
    for actor in gone:
        if actor.id in offers:
            _take_back(tx, env, post, offers[actor.id], actor, str(held.authors[0]), why)
    changes.set_change(
        tx,
        held.id,
        authors=[uri for uri in held.authors if uri not in off],
        words={**held.words, "beside": [person.uri for person in rest]},
        document=orjson.dumps(document).decode(),
    )
    if leaving:
        _ask_again(tx, env, post, held.id, offers)


def _take_back(tx: Tx, env: Env, post: Post, offer: Offer, actor: Actor, by: str, why: str) -> None:
    if is_named(tx, post, actor):
        # Not that the post stays as it is: they are told when their name goes off.
        apply_move(tx, env, offer, Move.WITHDRAW, by, why=why)
    else:
        take_back(tx, env, offer, by, why=why)


def _ask_again(tx: Tx, env: Env, post: Post, change_id: int, offers: dict[int, Offer]) -> None:
    """New Offers for the shorter text to those co-authors who have not said no."""
    change = changes.change_by_id(tx, change_id)
    author = find_actor(tx, post.author_id)
    if change is None or change.document is None:
        return
    people = actors.actors_by_uri(tx, [str(uri) for uri in change.authors])
    named = [people[uri] for uri in change.authors[1:] if uri in people]
    if not named:
        return
    roles = documents.roles_of(tx, post, change)
    note = documents.offered_note(orjson.loads(change.document), author, named, roles)
    version = offerable(note, [str(uri) for uri in change.authors], roles)
    agreed = agreed_to_longer(offers)
    for actor in named:
        old = offers.get(actor.id)
        if old is None or old.state not in _ASKED:
            continue
        lasts = max(old.expires_at - old.published_at, OFFER_SHORTEST + CLOCK_DIFFERENCE)
        before = agreed.get(actor.id)
        offer_to(tx, env, post, actor, version, lasts, change_id=change_id, agreed_before_at=before)
        take_back(tx, env, old, author.uri, why="shorter text")


def named_in(change: Change) -> Collection[str]:
    """Everybody whom a change names, by identifier."""
    return {str(uri) for uri in (*change.authors, *change.words.get("beside", []))}
