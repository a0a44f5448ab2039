"""Whatever order things happen in, both servers end in legal states that agree.

Acceptance, withdrawal, expiry, editing and leaving in random order, with messages late, doubled and
overtaking each other, also while somebody waits for an answer. Each run can be repeated by its
number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import orjson
import pytest
import pytest_asyncio
import structlog

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.stamps import Stamp as StampView
from activitypub.coauthorship.stamps import parse_stamp
from fedi_cotweet.domain.consent import CONSENTING, OPEN, ConsentState, Move, Moved, agree, move
from fedi_cotweet.services import documents, drafts
from storage.engine import Tx
from storage.models import ConsentLogEntry, Offer, Post, Stamp
from storage.queries import consents, post_authors, posts
from tests.e2e.by_hand import World, interrupted, open_places, sequences
from tests.e2e.one_cotweet import Invited, Run, begin
from tests.e2e.places import Place, rows_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob",)}
WITH = {"across": ("b/bob",), "same server": ("a/ann",), "both": ("b/bob", "a/ann")}
RUNS = sequences(2, 6)
MOVES = {what.value for what in Move}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_places(tmp_path_factory.mktemp("interleavings"), CAST) as world:
        for place, other in (("a", "b/bob"), ("b", "a/alice")):
            host, _, name = other.partition("/")
            await world.places[place].actor(world.places[host].uri(name))
        yield world


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Nothing fails inside, whatever happens outside."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [event for event in events if event["log_level"] == "error"] == []


async def check_all_the_time(run: Run) -> None:
    """What holds at every moment, on each server by itself."""
    if not run.world.changed():
        return
    for person in run.co_authors:
        offers = {offer.uri: offer for offer in await run.received(person)}
        live = await run.live_stamps(person)
        consenting = {uri for uri, offer in offers.items() if offer.state in CONSENTING}
        assert sorted(stamp.offer_uri for stamp in live) == sorted(consenting)
        assert sum(offer.state == "published" for offer in offers.values()) <= 1
    post = await run.alice_at.read(lambda tx: posts.post(tx, run.post_id))
    assert post is not None
    if post.state == "published":
        await check_published(run, post)


async def check_published(run: Run, post: Post) -> None:
    """A published post names only people whose consent to exactly this version was verified."""

    def query(tx: Tx) -> tuple[dict[str, Any], dict[str, str], list[Offer]]:
        rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
        stamps = {row.actor_uri: row.stamp_document or "{}" for row in rows}
        return (
            documents.full_note(tx, post),
            stamps,
            consents.offers_for_object(tx, post.uri, "sent"),
        )

    note, stamps, offers = await run.alice_at.read(query)
    authors = read_author_list(note)
    named = authors.co_authors if isinstance(authors, AuthorList) else ()
    assert set(named) == set(stamps)
    assert sum(offer.state == "published" for offer in offers) >= len(named)
    for text in stamps.values():
        stamp = parse_stamp(orjson.loads(text))
        assert isinstance(stamp, StampView)
        assert try_consent_digest(note, stamp.authors) == stamp.digest


async def check_in_the_end(run: Run) -> None:
    """What holds when every message has arrived."""
    post = await run.alice_at.read(lambda tx: posts.post(tx, run.post_id))
    assert post is not None
    newest = {}
    for person in run.co_authors:
        sent, received = await run.sent(person), await run.received(person)
        await check_agreement(sent, received)
        if sent:
            newest[person.name] = sent[-1]
        await check_standing(run, person, post, received)
    for place in run.world.places.values():
        await check_history(run, place)
    if post.state == "draft":
        rows = await run.alice_at.read(lambda tx: post_authors.authors_of(tx, [post.id])[post.id])
        declined = [offer for offer in newest.values() if offer.state not in ("accepted",)]
        assert declined or not rows, "everyone agreed, and it is not published"


async def check_agreement(sent: Sequence[Offer], received: Sequence[Offer]) -> None:
    """Both servers mean the same by every Offer."""
    theirs = {offer.uri: ConsentState(offer.state) for offer in received}
    assert theirs.keys() <= {offer.uri for offer in sent}
    for offer in sent:
        ours = ConsentState(offer.state)
        if offer.uri in theirs:
            assert agree(ours, theirs[offer.uri]), (offer.uri, ours, theirs[offer.uri])
        else:
            assert ours not in OPEN | CONSENTING, (offer.uri, ours, "never arrived")
    # Whoever is named may be asked about one change.
    assert sum(offer.state == "published" for offer in sent) <= 1
    assert sum(offer.state in ("offered", "accepted") for offer in sent) <= 1


async def check_standing(run: Run, person: Invited, post: Post, received: Sequence[Offer]) -> None:
    """A co-author's own server holds the post as theirs exactly if they are its author."""
    by_state: Mapping[str, Offer] = {offer.state: offer for offer in received}

    def query(tx: Tx) -> tuple[list[Stamp], bool]:
        here = posts.post_by_uri(tx, post.uri)
        rows = [] if here is None else post_authors.authors_of(tx, [here.id])[here.id]
        shown = any(row.actor_uri == person.uri and row.state == "verified" for row in rows)
        published = here is not None and here.state == "published"
        return consents.live_stamps(tx, post.uri, person.account_id), shown and published

    live, shown = await person.place.read(query)
    held = by_state.get("published")
    assert len(live) <= (1 if held is None else 2)
    if held is not None:
        assert post.state == "published"
        [current] = [stamp for stamp in live if stamp.offer_uri == held.uri]
        assert current.digest == post.digest
        assert shown
    else:
        assert not shown


async def check_history(run: Run, place: Place) -> None:
    """Every change was a move of the table, and the last one led to where things stand."""

    def query(tx: Tx) -> tuple[list[ConsentLogEntry], list[Offer]]:
        offers = rows_of(tx, Offer, Offer.object_uri == run.uri)
        return consents.log_of(tx, run.uri), offers

    entries, offers = await place.read(query)
    for offer in offers:
        state = ConsentState.OFFERED
        for entry in entries:
            if entry.offer_uri != offer.uri or entry.detail.get("side") != offer.side:
                continue
            if entry.move in MOVES:
                outcome = move(state, Move(entry.move))
                assert isinstance(outcome, Moved), (state, entry.move)
                state = outcome.state
        assert state.value == offer.state


Act = Callable[[], Awaitable[Any]]


def plan(run: Run) -> Iterator[Act]:
    """What is done in a run, each when its turn comes."""
    world = run.world
    world.haste = world.dice.choice((0.0, 0.0, 0.5, 0.8))
    weights: dict[Act, float] = {
        world.step: world.dice.choice((3, 8, 14)),
        run.accept: 5,
        world.again: 2,
        world.periodic: 0.5,
        world.restart: world.dice.choice((0, 0, 0.3)),
    }
    if world.dice.random() < 0.7:
        weights |= {
            run.edit: world.dice.choice((0, 1, 3)),
            run.withdraw: world.dice.choice((0, 0.5, 1)),
            run.decline: world.dice.choice((0, 1)),
            run.leave: world.dice.choice((0, 0.5, 1)),
            run.expire: world.dice.choice((0, 0.3, 1)),
            run.publish_anyway: world.dice.choice((0, 0.4)),
            run.discard: world.dice.choice((0, 0, 0.3)),
        }
    if world.dice.random() < 0.5:
        # Changed before anybody has seen it: old and new invitations are on their way together.
        yield from (partial(world.work, run.alice_at), run.edit, partial(world.work, run.alice_at))
    for _ in range(world.dice.randint(15, 60)):
        world.tick()
        yield world.dice.choices(list(weights), list(weights.values()))[0]


@pytest.mark.parametrize("seed", range(RUNS))
async def test_both_servers_agree_whatever_happens_in_whatever_order(
    servers: World, seed: int
) -> None:
    await servers.begin_run(seed)
    people = WITH[("across", "same server", "both", "across")[seed % 4]]
    run = await begin(servers, people, servers.dice.choice(drafts.MODES[:2]))
    interrupted(servers)
    try:
        for act in plan(run):
            await act()
            await check_all_the_time(run)
        await servers.drain()
        await check_all_the_time(run)
        await check_in_the_end(run)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *servers.story])) from error
    finally:
        interrupted(servers, often=False)
