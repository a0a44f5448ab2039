"""The end of co-tweets on a server: back to posts of one author, and boosts (C45).

As Twitter did it: each published co-tweet of this server becomes an ordinary post of its primary
author, for everybody who has it; people here who are co-authors of posts elsewhere leave them. The
boost of a co-author who lives here stays, as an ordinary one. Drafts and open invitations are left
alone. Every batch is a transaction, and what is done is not found again: it can be stopped and
begun anew at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from fedi_cotweet.domain.consent import ConsentState, Move
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import documents, timelines
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.invitations import drop_stamp
from fedi_cotweet.services.offers import apply_move, take_back, take_off
from fedi_cotweet.services.posts import rewrite
from fedi_cotweet.services.verification import mark_revoked
from storage.engine import Tx
from storage.models import Offer, Post, Stamp
from storage.queries import actors, changes, consents, degrading, interactions, post_authors, posts

BATCH = 25
_ASKED = frozenset({ConsentState.OFFERED.value, ConsentState.ACCEPTED.value})


@dataclass(frozen=True, slots=True)
class DegradeView:
    """``own``: co-tweets whose primary author lives here; ``others``: co-authorships of people
    here in posts of other servers. In the answer to a step: how many were dealt with."""

    own: int
    others: int
    own_left: int
    others_left: int


def outlook(tx: Tx) -> DegradeView:
    """What there is to do. Changes nothing."""
    return DegradeView(0, 0, degrading.count_own(tx), degrading.count_others(tx))


def step(tx: Tx, env: Env, limit: int = BATCH) -> DegradeView:
    """Deal with up to ``limit`` co-tweets."""
    own = degrading.own_cotweets(tx, limit)
    for post in own:
        _single(tx, env, post)
    others = degrading.co_authorships(tx, limit - len(own))
    for stamp, post in others:
        _leave(tx, env, stamp, post)
    return DegradeView(len(own), len(others), degrading.count_own(tx), degrading.count_others(tx))


def _single(tx: Tx, env: Env, post: Post) -> None:
    """A co-tweet of ours becomes its primary author's alone."""
    author = find_actor(tx, post.author_id)
    document: dict[str, Any] = orjson.loads(post.document)
    for row in post_authors.authors_of(tx, [post.id])[post.id]:
        document = documents.without_mention(document, row.actor_uri)
        post_authors.remove_author(tx, post.id, row.actor_uri)
    for offer in consents.offers_for_object(tx, post.uri, "sent"):
        if offer.channel != "offer" and offer.state not in _ASKED:
            continue  # whoever agreed by message is no co-author, and stays named in the text
        if offer.state == ConsentState.PUBLISHED.value:
            take_off(tx, env, offer, author.uri, why="degraded")
        else:
            take_back(tx, env, offer, author.uri)
    for offer in consents.offers_for_object(tx, post.uri, "received"):
        if offer.state == ConsentState.PUBLISHED.value:
            _released(tx, env, offer, post, author.uri)
    change = changes.open_change(tx, post.uri)
    if change is not None:
        changes.set_change(tx, change.id, state="cancelled", decided_at=env.now())
    posts.change_post(tx, post.id, co_authored=False)
    _boosts_are_boosts(tx, post.id)
    timelines.refresh(tx, post.id, env.now())
    rewrite(tx, env, posts.post(tx, post.id) or post, document)


def _released(tx: Tx, env: Env, offer: Offer, post: Post, by: str) -> None:
    """A co-author here of a co-tweet of ours: their boost of it stays."""
    apply_move(tx, env, offer, Move.REMOVE, by, why="degraded")
    drop_stamp(tx, env, offer, "removed")
    _tell(tx, env, offer.target_id, post)


def _leave(tx: Tx, env: Env, stamp: Stamp, post: Post) -> None:
    """Somebody here leaves a post elsewhere; their boost of it stays."""
    me = actors.actor(tx, stamp.account_id)
    offer = consents.offer_by_uri(tx, stamp.offer_uri, "received")
    if me is None or offer is None:
        return
    apply_move(tx, env, offer, Move.LEAVE, me.uri, why="degraded")
    drop_stamp(tx, env, offer, "left")
    emit(
        tx,
        env,
        "stamp.deleted",
        stamp_id=stamp.id,
        post_id=post.id,
        account_id=stamp.account_id,
        keep_boost=True,
    )
    boost = interactions.boost_between(tx, stamp.account_id, post.id)
    if boost is not None:
        interactions.set_boost_delivery(tx, boost.id, False)
    mark_revoked(tx, env, post, me.uri)
    _tell(tx, env, stamp.account_id, post)


def _boosts_are_boosts(tx: Tx, post_id: int) -> None:
    for boost in interactions.boosts_of(tx, post_id):
        if boost.delivery:
            interactions.set_boost_delivery(tx, boost.id, False)


def _tell(tx: Tx, env: Env, account_id: int, post: Post) -> None:
    tell(
        tx,
        env,
        account_id,
        "cotweet.degraded",
        post.uri,
        actor_id=post.author_id,
        post_id=post.id,
        text=say(
            "This server has ended posts with several authors. You are no longer an author of"
            " one of them; your boost of it stays."
        ),
    )
