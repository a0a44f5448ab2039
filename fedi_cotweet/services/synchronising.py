"""Both ends of a follow agree about it, or come to (FEP-8fcf)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from activitypub.followers_digest import Synchronisation, followers_digest
from activitypub.vocab.reading import same_origin
from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import crawling, timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import emit
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, follows, lists

MOST_UNDONE: Final = 100
"""Followings nobody here knows of that one look takes back."""
SETTLED_AFTER: Final = MINUTE
"""A follow that was asked for later than this ago may still be on its way."""


def partial_followers(tx: Tx, actor: Actor, there: str, host: str) -> list[str]:
    """Who follows somebody of ours from the origin of the URL ``there``, which is on ``host``."""
    return [uri for uri in follows.follower_uris_on(tx, actor.id, host) if same_origin(uri, there)]


def synchronisation(tx: Tx, actor: Actor, inbox: str, host: str) -> Synchronisation | None:
    """What a delivery to the followers of somebody of ours says about them."""
    if actor.followers_uri is None:
        return None
    followers = partial_followers(tx, actor, inbox, host)
    url = f"{actor.uri}/followers_synchronization"
    return Synchronisation(actor.followers_uri, url, followers_digest(followers))


def agrees(tx: Tx, sender: Actor, said: Synchronisation) -> bool:
    """Whether both ends know the same followers, or the sender may not speak of this collection."""
    if said.collection_id != sender.followers_uri or not same_origin(said.url, sender.uri):
        return True
    known = follows.local_follows_of(tx, sender.id)
    return followers_digest(uri for row, uri in known if row.state == "accepted") == said.digest


def synchronise(tx: Tx, env: Env, followed: Actor, listed: Collection[str]) -> None:
    """Take over what the server of somebody who is followed says of followers of ours.

    Whom it does not list follows them no more; who asked and is listed, does; a following that
    nobody here knows of is taken back.
    """
    here = {uri for uri in listed if env.addresses.owns(uri)}
    known = follows.local_follows_of(tx, followed.id)
    for row, uri in known:
        if row.state == "requested" and uri in here:
            follows.set_follow(tx, row.id, state="accepted")
            crawling.begin_past(tx, env, followed)
        elif row.state == "accepted" and uri not in here:
            if row.created_at > env.now() - SETTLED_AFTER:
                continue
            follows.remove_follow(tx, row.follower_id, followed.id)
            timelines.forget_source(tx, row.follower_id, followed.id, env.now())
            lists.remove_from_all(tx, row.follower_id, followed.id)
    unknown = sorted(here - {uri for _, uri in known})[:MOST_UNDONE]
    for person in actors.actors_by_uri(tx, unknown).values():
        if person.local and person.gone_at is None:
            uri = env.addresses.activity(person.username, env.new_id())
            emit(
                tx,
                env,
                "follow.undone",
                follower_id=person.id,
                followed_id=followed.id,
                uri=uri,
            )
