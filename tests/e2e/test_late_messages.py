"""Orders of events that once went wrong, or easily could, each by itself.

``test_interleavings`` checks random ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio
from sqlalchemy import delete, update

from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from fedi_cotweet.federation import jobs, outbox
from fedi_cotweet.services import drafts, timelines
from storage.engine import Tx
from storage.models import Activity, Boost, Delivery, Job, Notification, OutboxEvent, Post
from storage.queries import interactions, post_authors, posts
from tests.e2e.by_hand import World, follow, open_places
from tests.e2e.changing import Changing
from tests.e2e.one_cotweet import Run, begin
from tests.e2e.places import Place, rows_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob",), "d": ("dave",)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Dave, on a server of his own, follows the co-authors and not alice."""
    async with open_places(tmp_path_factory.mktemp("late"), CAST) as world:
        for co_author in ("a/ann", "b/bob"):
            await follow(world, "d/dave", co_author)
        yield world


async def standing(run: Run, who: int = 0) -> tuple[str, str]:
    """Where the newest Offer stands with alice and with a co-author."""
    sent = (await run.sent(run.co_authors[who]))[-1]
    theirs = {offer.uri: offer.state for offer in await run.received(run.co_authors[who])}
    return sent.state, theirs.get(sent.uri, "unknown")


async def post_at(place: Place, uri: str) -> Post | None:
    return await place.read(lambda tx: posts.post_by_uri(tx, uri))


async def shown_at(place: Place, uri: str) -> list[str]:
    """The co-authors a server shows."""

    def query(tx: Tx) -> list[str]:
        post = posts.post_by_uri(tx, uri)
        if post is None or post.state != "published":
            return []
        rows = post_authors.authors_of(tx, [post.id])[post.id]
        return [row.actor_uri for row in rows if timelines.shown(row, place.env.now())]

    return await place.read(query)


async def forget_events(place: Place) -> None:
    """What happened is not told to anybody."""

    def forget(tx: Tx) -> None:
        tx.execute(delete(OutboxEvent))

    await place.server.runtime.store.write(forget)


async def test_an_old_invite_that_comes_late_does_not_void_the_newer_one(world: World) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob"])
    await world.work(a)
    await run.edit()
    await world.work(a)

    await world.pass_on(a, "Offer", newest=True)
    await world.pass_on(a, "Offer")
    await world.drain()

    assert await standing(run) == ("offered", "offered")
    assert [offer.state for offer in await run.received(run.co_authors[0])] == ["offered"]


async def test_a_changed_draft_is_not_one_open_invite_more(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await run.edit()
    await world.work(a)

    strict = dataclasses.replace(b.env.limits, open_invites_per_pair=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(b.server.runtime, "env", dataclasses.replace(b.env, limits=strict))
        await world.pass_on(a, "Offer")
    await world.drain()

    assert await standing(run) == ("offered", "offered")


async def test_consent_taken_back_before_it_arrived_is_an_answer(world: World) -> None:
    b = world.places["b"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await run.accept()
    await run.leave()
    await world.work(b)

    await world.pass_on(b, "Delete")
    await world.drain()

    assert await standing(run) == ("declined", "left")
    draft = await post_at(world.places["a"], run.uri)
    assert draft is not None
    assert draft.state == "draft"


async def test_a_post_deleted_before_it_arrived_leaves_no_stamp(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await run.accept()
    await world.work(b)
    await world.pass_on(b, "Accept")
    await world.work(a)
    await run.delete()
    await world.work(a)

    await world.pass_on(a, "Delete")
    await world.drain()

    assert await standing(run) == ("deleted", "deleted")
    assert await run.live_stamps(run.co_authors[0]) == []
    assert await post_at(b, run.uri) is None


@pytest.mark.parametrize("who", ["b/bob", "a/ann"])
async def test_deleting_a_post_ends_everybodys_consent(world: World, who: str) -> None:
    run = await begin(world, [who])
    await run.agreed()
    assert await standing(run) == ("published", "published")
    assert await shown_at(world.places["d"], run.uri) == [run.co_authors[0].uri]

    await run.delete()
    await world.drain()

    assert await standing(run) == ("deleted", "deleted")
    assert await run.live_stamps(run.co_authors[0]) == []
    assert await shown_at(world.places["d"], run.uri) == []


async def test_a_post_found_deleted_at_its_origin_is_deleted_here(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await run.agreed()
    await run.delete()
    await forget_events(a)
    held = await post_at(b, run.uri)
    assert held is not None
    await jobs.KINDS["guard_post"](b.server.context, {"post_id": held.id})

    gone = await post_at(b, run.uri)
    assert gone is not None
    assert gone.state == "deleted"
    assert await run.live_stamps(run.co_authors[0]) == []


@pytest.mark.parametrize("who", ["b/bob", "a/ann"])
async def test_leaving_a_draft_tells_nobody_but_its_author(world: World, who: str) -> None:
    run = await begin(world, [who, "b/bob" if who == "a/ann" else "a/ann"])
    await world.drain()
    await run.accept(0)
    await world.drain()
    stamp = (await run.live_stamps(run.co_authors[0]))[0]
    await run.leave(0)
    await world.drain()

    def told(tx: Tx) -> list[str]:
        made = [row.id for row in rows_of(tx, Activity, Activity.uri == f"{stamp.uri}#delete")]
        return [row.host for row in rows_of(tx, Delivery, Delivery.activity_id.in_(made))]

    outside = {"b/bob": [world.places["a"].env.addresses.host], "a/ann": []}
    assert await run.co_authors[0].place.read(told) == outside[who]


async def test_who_leaves_a_draft_holds_it_like_who_declines(world: World) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob", "a/ann"], "wait_all")
    await world.drain()
    await run.accept(0)
    await world.drain()
    await run.leave(0)
    await world.drain()
    await run.accept(1)
    await world.drain()

    held = await post_at(a, run.uri)
    assert held is not None
    assert held.state == "draft"
    await run.publish_anyway()
    await world.drain()
    assert await standing(run, 1) == ("published", "published")


async def test_with_the_others_it_is_published_when_the_last_open_one_leaves(
    world: World,
) -> None:
    run = await begin(world, ["b/bob", "a/ann"], "publish_without_decliners")
    await world.drain()
    for who in (1, 0):
        await run.accept(who)
        if who == 0:
            await run.leave(0)
        await world.drain()

    assert await standing(run, 1) == ("published", "published")
    assert await standing(run, 0) in {("declined", "left"), ("left", "left")}


async def test_publishing_after_taking_all_invites_back_leaves_everybody_out(
    world: World,
) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await a.write(lambda tx: drafts.withdraw(tx, a.env, run.alice, run.post_id))
    await run.publish_anyway()
    await world.drain()

    post = await post_at(a, run.uri)
    assert post is not None
    assert post.state == "published"
    assert not post.co_authored


async def test_consent_that_lapsed_is_gone_on_both_sides(world: World) -> None:
    run = await begin(world, ["b/bob", "a/ann"])
    await world.drain()
    await run.accept(0)
    await world.drain()
    world.clock.advance(30 * DAY + HOUR)
    await world.drain()

    assert await standing(run, 0) == ("lapsed", "lapsed")
    assert await run.live_stamps(run.co_authors[0]) == []


async def test_a_stamp_that_is_gone_when_it_is_needed_frees_the_draft(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob", "a/ann"])
    await world.drain()
    await run.accept(0)
    await world.drain()
    await run.leave(0)
    await forget_events(b)  # nobody hears of it
    world.clock.advance(10 * MINUTE)
    await run.accept(1)
    await world.drain()

    assert (await standing(run, 0))[0] not in ("offered", "accepted", "published")

    def told(tx: Tx) -> list[str]:
        mine = Notification.account_id == run.alice
        return [row.kind for row in rows_of(tx, Notification, mine)]

    assert "cotweet.left" in await a.read(told)


async def test_a_name_does_not_come_back_with_a_stamp_fetched_before_its_deletion(
    world: World,
) -> None:
    b, d = world.places["b"], world.places["d"]
    run = await begin(world, ["b/bob"])
    await run.agreed()
    held = await post_at(d, run.uri)
    assert held is not None
    assert await shown_at(d, run.uri) == [run.co_authors[0].uri]

    async def bob_leaves() -> None:
        d.client.meanwhile = None
        await run.leave()
        await world.work(b)
        for row in await b.pending():
            await world.deliver(b, row)

    d.client.meanwhile = bob_leaves
    world.clock.advance(25 * HOUR)
    await jobs.KINDS["verify_post"](d.server.context, {"post_id": held.id})

    assert await shown_at(d, run.uri) == []
    await world.drain()
    assert await shown_at(d, run.uri) == []


async def test_a_reader_sees_a_co_author_soon_after_the_co_authors_server_is_back(
    world: World,
) -> None:
    b, d = world.places["b"], world.places["d"]
    run = await begin(world, ["b/bob"])
    d.client.silent = b.env.addresses.base
    await run.agreed()
    assert await shown_at(d, run.uri) == []

    d.client.silent = None
    world.clock.advance(30 * MINUTE)
    await world.drain()

    assert await shown_at(d, run.uri) == [run.co_authors[0].uri]


async def test_a_published_version_nobody_agreed_to_ends_consent_to_the_agreed_one(
    world: World,
) -> None:
    a = world.places["a"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await run.accept()
    await world.work(world.places["b"])
    await world.pass_on(world.places["b"], "Accept")

    def tamper(tx: Tx) -> None:
        post = posts.post(tx, run.post_id)
        assert post is not None
        document = orjson.loads(post.document) | {"content": "<p>Bob is a fool.</p>"}
        posts.change_post(tx, post.id, document=orjson.dumps(document).decode())

    await a.write(tamper)
    await world.drain()

    assert await run.live_stamps(run.co_authors[0]) == []
    assert await shown_at(world.places["d"], run.uri) == []
    assert (await standing(run))[1] == "left"


@pytest.mark.parametrize("who", ["b/bob", "a/ann"])
async def test_who_left_has_not_boosted_the_post_either(world: World, who: str) -> None:
    run = await begin(world, [who])
    await run.agreed()
    await run.leave()
    await world.drain()

    def boosts(tx: Tx) -> list[Boost]:
        post = posts.post_by_uri(tx, run.uri)
        return [] if post is None else interactions.boosts_of(tx, post.id)

    for place in world.places.values():
        assert await place.read(boosts) == []


async def lose(world: World, place: Place, kind: str) -> None:
    """Deliveries of one kind never arrive: their receiver was away for too long."""
    lost = [row.id for row in await place.pending() if row.kind == kind]
    assert lost
    world.tell(f"{place.name} gives up {kind}")
    given_up = update(Delivery).where(Delivery.id.in_(lost)).values(state="given_up")
    await place.server.runtime.store.write(lambda tx: tx.execute(given_up).rowcount)


async def test_a_publication_nobody_heard_of_is_found_within_a_day(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await world.drain()
    await run.accept()
    while not [row for row in await a.pending() if row.kind == "Create"]:
        await world.step()
    await lose(world, a, "Create")
    await world.drain()
    assert await post_at(b, run.uri) is None

    world.clock.advance(DAY + HOUR)
    await world.drain()

    assert await standing(run) == ("published", "published")
    assert await shown_at(b, run.uri) == [run.co_authors[0].uri]
    assert await shown_at(world.places["d"], run.uri) == [run.co_authors[0].uri]


async def test_a_draft_that_stays_one_is_looked_for_until_consent_lapses(world: World) -> None:
    b = world.places["b"]
    run = await begin(world, ["b/bob", "a/ann"])
    await world.drain()
    await run.accept(0)
    await world.drain()
    for _ in range(29):
        world.clock.advance(DAY)
        await world.drain()
    assert await standing(run) == ("accepted", "accepted")
    assert await post_at(b, run.uri) is None

    world.clock.advance(2 * DAY)
    await world.drain()

    assert await standing(run) == ("lapsed", "lapsed")
    world.clock.advance(DAY)
    await world.drain()
    (offer,) = await run.received(run.co_authors[0])
    looking = await b.read(lambda tx: rows_of(tx, Job, Job.kind == "seek_publication"))
    assert offer.id not in [job.payload["offer_id"] for job in looking]


async def test_a_leaving_that_nobody_heard_of_is_found_at_the_next_recheck(world: World) -> None:
    a, b, d = (world.places[name] for name in "abd")
    run = await begin(world, ["b/bob"])
    await run.agreed()
    await run.leave()
    await world.work(b)
    await lose(world, b, "Delete")
    await world.drain()
    assert await standing(run) == ("published", "left")

    world.clock.advance(DAY + HOUR)
    await world.drain()

    assert await standing(run) == ("left", "left")
    for place in (a, d):
        assert await shown_at(place, run.uri) == [], place.name
    updates = await a.read(lambda tx: rows_of(tx, Activity, Activity.object_uri == run.uri))
    assert "Update" in [activity.kind for activity in updates]
    told = await a.read(lambda tx: rows_of(tx, Notification, Notification.account_id == run.alice))
    assert [
        row.text for row in told if row.kind == "cotweet.left" and row.subject.startswith(run.uri)
    ]


async def test_a_deletion_nobody_heard_of_is_found_by_the_co_authors_server(world: World) -> None:
    a, b = world.places["a"], world.places["b"]
    run = await begin(world, ["b/bob"])
    await run.agreed()
    await run.delete()
    await world.work(a)
    await lose(world, a, "Delete")
    await world.drain()
    assert await standing(run) == ("deleted", "published")

    world.clock.advance(8 * DAY)
    await world.drain()

    assert await standing(run) == ("deleted", "deleted")
    held = await post_at(b, run.uri)
    assert held is not None
    assert held.state == "deleted"
    assert await run.live_stamps(run.co_authors[0]) == []


@pytest.mark.parametrize("who", ["b/bob", "a/ann"])
async def test_a_change_that_comes_after_the_post_was_deleted_asks_nobody(
    world: World, who: str
) -> None:
    run = await begin(world, [who])
    await run.agreed()
    await Changing(run, run.co_authors).change()
    if who.startswith("b/"):
        await world.work(world.places["a"])
        await run.delete()
        await world.work(world.places["a"])
        await world.pass_on(world.places["a"], "Delete")
    else:  # the Offer is on its way between two accounts of one server
        await outbox.work_off(world.places["a"].server.runtime)
        await run.delete()
    await world.drain()
    assert [offer.state for offer in await run.received(run.co_authors[0])] == ["deleted"]


async def test_who_is_asked_to_join_hears_that_the_post_was_deleted(world: World) -> None:
    run = await begin(world, ["a/ann"])
    await run.agreed()
    bob = (await begin(world, ["b/bob"])).co_authors[0]
    await Changing(run, [bob]).add()
    await world.drain()
    assert [offer.state for offer in await run.received(bob)] == ["offered"]
    await run.delete()
    await world.drain()
    assert [offer.state for offer in await run.sent(bob)] == ["withdrawn"]
    assert [offer.state for offer in await run.received(bob)] == ["withdrawn"]
