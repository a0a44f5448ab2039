"""How many × where × what happens: every co-tweet ends as it should, on every server.

Two to five authors; their co-authors live on alice's server, on peers, on servers that know nothing
of co-authors, or in all kinds of places. Everything people do goes through the API or is a signed
activity, everything between servers goes over HTTP.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

import pytest
import pytest_asyncio

from fedi_cotweet.domain.limits import DAY
from storage.queries import posts
from tests.matrix.looking import Expected, check
from tests.matrix.play import CONTROL, COTWEETS, Play
from tests.matrix.stage import (
    BY_MESSAGE,
    CAST,
    PEERS,
    SAME,
    Person,
    Stage,
    a_moment,
    open_stage,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = {
    "same server": SAME,
    "peers": PEERS,
    "unaware": BY_MESSAGE,
    "mixed": (PEERS[0], BY_MESSAGE[0], PEERS[1], SAME[1]),
}
WHOLE = bool(os.environ.get("COTWEET_MATRIX"))


Script = Callable[[Play], Awaitable[Expected]]


def ending(play: Play, cast: Sequence[Person], text: str = "first", **others: str) -> Expected:
    """These people are named and their consent is published; ``others`` had another end."""
    return Expected(
        tuple(person for person in cast if not person.by_message),
        {person.where: "published" for person in cast} | others,
        f"{play.word} {text}",
        absent=tuple(person for person in play.cast if person not in cast),
        companions=tuple(person for person in cast if person.by_message),
    )


def without_the_odd_one(play: Play, state: str) -> Expected:
    """The last one is not to be found anywhere near it."""
    return ending(play, play.rest, **{play.odd.where: state})


async def unpublished(play: Play, state: str) -> None:
    """Nobody sees anything of it."""
    await check(play.stage, play.uri, play.cast, Expected(None, {play.odd.where: state}))


async def publish_without(play: Play) -> None:
    """alice goes on without whoever did not agree; those whose text changes by it agree again."""
    await play.alice("POST", "/publish")
    await play.stage.pass_time(a_moment())
    await agree_again(play)


async def agree_again(play: Play) -> None:
    """Where a name stood in the text, the text is another one without it."""
    if play.odd.by_message and play.rest:
        await play.accept(*play.rest)


async def all_accept(play: Play) -> Expected:
    """Everybody agrees."""
    await play.publish()
    return ending(play, play.cast)


async def one_declines(play: Play) -> Expected:
    """Nothing is published until alice says: without them, then."""
    await play.invite()
    await play.accept(*play.rest)
    await play.decline(play.odd)
    await unpublished(play, "declined")
    await publish_without(play)
    return without_the_odd_one(play, "declined")


async def one_expires(play: Play) -> Expected:
    """A week later the draft is alice's again; she publishes it with those who agreed."""
    await play.invite()
    await play.accept(*play.rest)
    await play.stage.pass_time(8 * DAY)
    await unpublished(play, "expired")
    await publish_without(play)
    return without_the_odd_one(play, "expired")


async def one_is_withdrawn(play: Play) -> Expected:
    """alice takes an invitation back, and publishes with the others."""
    await play.invite()
    await play.accept(*play.rest)
    await play.alice("POST", "/withdraw", {"co_author": play.odd.handle})
    await play.stage.settle()
    await unpublished(play, "withdrawn")
    await publish_without(play)
    return without_the_odd_one(play, "withdrawn")


async def one_leaves(play: Play) -> Expected:
    """Somebody takes their name off what is published."""
    await play.publish()
    await play.leave(play.odd)
    await agree_again(play)
    return without_the_odd_one(play, "left")


async def one_is_removed(play: Play) -> Expected:
    """alice takes somebody's name off what is published."""
    await play.publish()
    await play.alice("DELETE", f"/authors/{play.odd.handle}")
    await play.stage.pass_time(a_moment())
    await agree_again(play)
    return without_the_odd_one(play, "removed")


async def primary_deletes(play: Play) -> Expected:
    """alice deletes it for all."""
    await play.publish()
    await play.stage.api("a/alice", "DELETE", f"{CONTROL}/posts/{play.post_id}")
    await play.stage.settle()
    return Expected(None, {person.where: "deleted" for person in play.cast}, gone=True)


async def primary_edits(play: Play) -> Expected:
    """The old version stands until everybody agreed to the new one."""
    await play.publish()
    await play.alice("PUT", "", {"text": f"{play.word} second"})
    await play.stage.settle()
    await play.accept(*play.rest)
    await check(play.stage, play.uri, (), ending(play, play.cast))
    await play.accept(play.odd)
    return ending(play, play.cast, "second")


async def one_proposes_an_edit(play: Play) -> Expected:
    """Somebody proposes another text, alice takes it over, and everybody agrees."""
    await play.publish()
    text = f"{play.word} third"
    if play.odd.by_message:
        await play.answer(play.odd, f"yes, but say “{text}”")
        await check(play.stage, play.uri, play.cast, ending(play, play.cast))
        await play.alice("PUT", "", {"text": text})
    else:
        here = await play.at_home_of(play.odd)
        path = f"{COTWEETS}/{here}/proposals"
        await play.stage.api(play.odd.where, "POST", path, {"text": text})
        await play.stage.settle()
        found = await play.alice("GET", "/proposals")
        (proposal,) = [one for one in found["proposals"] if one["state"] == "proposed"]
        path = f"{COTWEETS}/proposals/{proposal['id']}/take"
        await play.stage.api("a/alice", "POST", path, {})
    await play.stage.settle()
    await play.accept(*play.cast)
    return ending(play, play.cast, "third")


async def one_is_suspended(play: Play) -> Expected:
    """Somebody's own server shuts them out: their name goes, the post stays."""
    newcomer = await play.stage.newcomer(play.odd.place, f"guest{play.number}")
    play.cast = (*play.rest, newcomer)
    await play.publish()
    if newcomer.actor is not None:
        newcomer.actor.origin.fail(newcomer.uri, 410)
        await play.send(newcomer.actor, newcomer.actor.activity("Delete", newcomer.uri))
    else:
        neighbour = f"{newcomer.place}/{CAST[newcomer.place][0]}"
        handle = {"handle": f"@{newcomer.handle}"}
        await play.stage.api(neighbour, "POST", f"{CONTROL}/actors/suspend", handle)
    await play.stage.pass_time(a_moment())
    await agree_again(play)
    return without_the_odd_one(play, "left")


async def one_moves(play: Play) -> Expected:
    """Somebody goes on under another account: their name stays and leads there."""
    place = "v" if play.odd.by_message else "k"
    newcomer = await play.stage.newcomer(place, f"old{play.number}")
    play.cast = (*play.rest, newcomer)
    await play.publish()
    new = await play.stage.newcomer("k", f"new{play.number}")
    play.stage.serve("k", f"new{play.number}", alsoKnownAs=[newcomer.uri])
    actor = newcomer.actor
    assert actor is not None
    play.stage.serve(place, actor.name, movedTo=new.uri)
    await play.send(actor, actor.activity("Move", actor.id, target=new.uri))
    await play.stage.settle()
    if not newcomer.by_message:
        home = play.stage.world.places["d"]
        post = await home.read(lambda tx: posts.post_by_uri(tx, play.uri))
        assert post is not None
        view = await play.stage.api("d/dave", "GET", f"{CONTROL}/posts/{post.id}")
        assert view["authors"][-1]["moved_to"] == new.handle
    return ending(play, play.cast)


async def one_is_of_a_blocked_domain(play: Play) -> Expected:
    """greta's server shuts somebody's server out: there their name is not shown.

    With alice's own domain the post itself goes.
    """
    stage = play.stage
    for person in (stage.person("a/alice"), *play.cast):
        handle = {"handle": f"@{person.handle}"}
        await stage.api("g/greta", "POST", f"{CONTROL}/follow", handle)
        await stage.settle()
        if person.actor is not None:
            asked = person.actor.origin.received_of("Follow")[-1]
            await play.send(person.actor, person.actor.activity("Accept", asked))
    await play.publish()
    assert [post["uri"] for post in await stage.home("g/greta")].count(play.uri) == 1
    host = {"host": play.odd.handle.partition("@")[2]}
    await stage.api("g/greta", "POST", f"{CONTROL}/domains", host | {"severity": "suspend"})
    await stage.settle()
    seen = [post for post in await stage.home("g/greta") if post["uri"] == play.uri]
    if play.odd.place == "a":
        assert seen == []
    else:
        hidden = [] if play.odd.by_message else [play.odd.uri]
        (post,) = seen
        named = [author["uri"] for author in post["authors"]]
        aware = [person.uri for person in play.cast if not person.by_message]
        expected = [stage.person("a/alice").uri, *(uri for uri in aware if uri not in hidden)]
        assert [uri for uri in named if "://127.0.0.1" in uri] == expected
    await stage.api("g/greta", "POST", f"{CONTROL}/domains/remove", host)
    await stage.settle()
    return replace(ending(play, play.cast), hidden_from=("g",))


SCRIPTS: Sequence[Script] = (
    all_accept,
    one_declines,
    one_expires,
    one_is_withdrawn,
    one_leaves,
    one_is_removed,
    primary_deletes,
    primary_edits,
    one_proposes_an_edit,
    one_is_suspended,
    one_moves,
    one_is_of_a_blocked_domain,
)
IN_THE_PLAIN_RUN = (all_accept, one_leaves)
CASES = [
    pytest.param(script, where, count, id=f"{script.__name__}-{where}-{count + 1}_authors")
    for script, where, count in itertools.product(SCRIPTS, PLACES, range(1, 5))
    if WHOLE or (script in IN_THE_PLAIN_RUN and where == "mixed" and count == 2)
]
"""In the plain run the ends that are met most, with three authors in all kinds of places; ``make
matrix`` has them all."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


_numbers = itertools.count(1)


@pytest.mark.parametrize(("script", "where", "count"), CASES)
async def test_it_ends_as_it_should(stage: Stage, script: Script, where: str, count: int) -> None:
    cast = tuple(stage.person(who) for who in PLACES[where][:count])
    play = Play(stage, cast, next(_numbers))
    stage.world.story.clear()
    try:
        end = await script(play)
        await check(stage, play.uri, play.cast, end)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *stage.world.story])) from error
