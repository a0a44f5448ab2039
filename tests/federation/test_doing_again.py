"""Who takes something back and does it again has done it: what is told late changes nothing."""

from __future__ import annotations

from fedi_cotweet.services import follows, reactions, relations
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, interactions
from storage.queries import follows as stored
from storage.queries import relations as kept
from tests.federation.cast import Cast


async def test_among_people_of_one_server(cast: Cast) -> None:
    here, env = cast.here, cast.here.server.runtime.env
    made = await here.api("POST", "/api/v1/control/posts", {"text": "Again"}, account="alice")
    post_id = int(made["id"])

    def people(tx: Tx) -> tuple[Actor, Actor]:
        found = actors.actors_by_uri(tx, [here.actor("dave"), here.actor("alice")])
        return found[here.actor("dave")], found[here.actor("alice")]

    dave, alice = await here.read(people)

    def do(tx: Tx) -> None:
        follows.follow(tx, env, dave.id, alice)
        reactions.like(tx, env, dave.id, post_id)
        reactions.boost(tx, env, dave.id, post_id)

    def again(tx: Tx) -> None:
        follows.unfollow(tx, env, dave.id, alice)
        reactions.unlike(tx, env, dave.id, post_id)
        reactions.unboost(tx, env, dave.id, post_id)
        do(tx)

    def held(tx: Tx) -> list[bool]:
        return [
            stored.follows(tx, dave.id, alice.id),
            interactions.like_between(tx, dave.id, post_id) is not None,
            interactions.boost_between(tx, dave.id, post_id) is not None,
        ]

    await here.write(do)
    await here.settle()
    await here.write(again)
    await here.settle()
    assert await here.read(held) == [True, True, True]

    def block(tx: Tx) -> None:
        relations.block(tx, env, dave.id, alice)

    def block_again(tx: Tx) -> None:
        relations.unblock(tx, env, dave.id, alice)
        block(tx)

    await here.write(block)
    await here.settle()
    await here.write(block_again)
    await here.settle()
    assert await here.read(lambda tx: kept.block_between(tx, dave.id, alice.id)) is not None
