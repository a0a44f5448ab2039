"""Whom an author of a post keeps away: what they do with it changes nothing.

Any author's block is enough, as where posts are hidden (``hiding``): whoever is blocked by one must
not come near them in a post that bears their name. A block of a person or of their server counts, a
mute does not. Whom the operator keeps away is kept from everybody's posts. What was done before a
block is ``clearing``'s.
"""

from __future__ import annotations

from collections.abc import Collection

from fedi_cotweet.domain.hosts import covering
from fedi_cotweet.services import distances, timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.notices import author_rows
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import keeping_away


def unwelcome(tx: Tx, env: Env, post: Post, actor: Actor) -> bool:
    """Whether an author of a post, or the operator, keeps somebody away, who is none of them."""
    authors = timelines.shown_author_ids(post, author_rows(tx, post), env.now())
    if actor.id in authors:
        return False
    return distances.unavailable(tx, actor) or kept_away(tx, authors, actor)


def kept_away(tx: Tx, people: Collection[int], actor: Actor) -> bool:
    """Whether any of these people blocks an actor or, from elsewhere, their server."""
    hosts = () if actor.local else covering(actor.host)
    return keeping_away.kept_away(tx, people, actor.id, hosts)
