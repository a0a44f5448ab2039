"""A published co-tweet changes: only when everybody has agreed, and for everybody at once.

``test_orders_of_changes`` does the same things in random order.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
import structlog

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import author_list, author_views, changes, drafts, timelines
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.views import InviteView
from fedi_cotweet.services.words import Words
from storage.engine import Tx
from storage.models import PostAuthor
from storage.queries import consents, home, hosts, post_authors, posts
from tests.e2e.by_hand import World, follow, open_places
from tests.e2e.one_cotweet import Invited, Run, begin
from tests.e2e.places import Place, local_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob", "ben"), "d": ("dave", "erin")}
FOLLOWS = {"d/dave": "b/bob", "d/erin": "a/alice", "b/ben": "b/bob"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_places(tmp_path_factory.mktemp("changes"), CAST) as world:
        for reader, whom in FOLLOWS.items():
            await follow(world, reader, whom)
        yield world


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Nothing fails inside, whatever happens outside."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [event for event in events if event["log_level"] == "error"] == []


async def published(servers: World, *people: str, seed: int = 0) -> Run:
    """A co-tweet of alice's with these people, on every server."""
    await servers.begin_run(seed)
    run = await begin(servers, people)
    await run.agreed()
    return run


async def change(run: Run, text: str, **more: Any) -> None:
    """Alice changes the published text."""
    env = run.alice_at.env
    words = Words(compose(text, {}, env.addresses.base))
    await run.attempt(
        "alice changes it",
        run.alice_at,
        lambda tx: changes.offer_change(tx, env, run.alice, run.post_id, words, **more),
    )


async def content(place: Place, uri: str) -> str:
    """What a server shows."""
    post = await place.read(lambda tx: posts.post_by_uri(tx, uri))
    assert post is not None
    return post.content


async def shown(place: Place, uri: str) -> set[str]:
    """The names of the co-authors that a server shows."""

    def query(tx: Tx) -> set[str]:
        post = posts.post_by_uri(tx, uri)
        rows: list[PostAuthor] = (
            [] if post is None else post_authors.authors_of(tx, [post.id])[post.id]
        )
        names = [row for row in rows if timelines.shown(row, place.env.now())]
        return {row.actor_uri.rpartition("/")[2] for row in names}

    return await place.read(query)


async def has_at_home(place: Place, name: str, uri: str) -> bool:
    """Whether somebody finds the post in their home timeline."""
    reader = await local_id(place, name)

    def query(tx: Tx) -> bool:
        post = posts.post_by_uri(tx, uri)
        entries = [] if post is None else home.entries_of(tx, post.id)
        return any(entry.account_id == reader for entry in entries)

    return await place.read(query)


async def test_who_is_an_author_already_is_told_so_and_not_asked_for_their_name(
    servers: World,
) -> None:
    run = await published(servers, "b/bob")
    ben = await local_id(servers.places["b"], "ben")
    env, alice_at = run.alice_at.env, run.alice_at
    actor = await alice_at.actor(servers.places["b"].uri("ben"))
    await alice_at.write(
        lambda tx: author_list.add(tx, env, run.alice, run.post_id, actor, again=True)
    )
    await servers.drain()
    bob_at = servers.places["b"]
    now = "an author now; this version not yet confirmed"
    for account_id, already, standings in (
        (run.co_authors[0].account_id, True, ["inviting", "you", "not yet confirmed"]),
        (ben, False, ["inviting", now, "you"]),
    ):

        def look(tx: Tx, account_id: int = account_id) -> InviteView:
            return author_views.invitations(tx, bob_at.env, account_id)[0]

        invite = await bob_at.read(look)
        assert (invite.already_published, invite.already_author) == (True, already)
        assert [entry.standing for entry in invite.authors] == standings


async def test_an_edit_is_published_once_everybody_has_agreed_and_not_before(
    servers: World,
) -> None:
    run = await published(servers, "b/bob", "a/ann")
    a, b, d = (servers.places[name] for name in "abd")
    before = await content(a, run.uri)
    await change(run, "The better version")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    for place in (a, b, d):
        assert await content(place, run.uri) == before
        assert await shown(place, run.uri) == {"bob", "ann"}
    await run.accept(1)
    await servers.drain()
    for place in (a, b, d):
        assert await content(place, run.uri) == "<p>The better version</p>"
        assert await shown(place, run.uri) == {"bob", "ann"}
    for person in run.co_authors:
        assert [offer.state for offer in await run.sent(person)] == ["superseded", "published"]
        assert [offer.state for offer in await run.received(person)] == ["superseded", "published"]
        assert len(await run.live_stamps(person)) == 1
    assert await has_at_home(d, "dave", run.uri)


async def remove(run: Run, who: int) -> None:
    """Alice takes a co-author off."""
    env, uri = run.alice_at.env, run.co_authors[who].uri
    person = await run.alice_at.actor(uri)
    await run.attempt(
        "alice removes somebody",
        run.alice_at,
        lambda tx: author_list.remove(tx, env, run.alice, run.post_id, person),
    )


async def states(run: Run, who: int) -> tuple[list[str], list[str]]:
    """What became of the Offers to somebody, on both sides."""
    person = run.co_authors[who]
    sent, received = await run.sent(person), await run.received(person)
    return [offer.state for offer in sent], [offer.state for offer in received]


async def test_a_change_that_was_called_off_leaves_everything_as_it_was(servers: World) -> None:
    run = await published(servers, "b/bob", "a/ann")
    before = await content(run.alice_at, run.uri)
    await change(run, "Worse")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    env = run.alice_at.env
    await run.alice_at.write(lambda tx: changes.cancel_change(tx, env, run.alice, run.post_id))
    await servers.drain()
    for who in (0, 1):
        assert await states(run, who) == (["published", "withdrawn"],) * 2
    assert len(await run.live_stamps(run.co_authors[0])) == 1
    for name in "abd":
        assert await content(servers.places[name], run.uri) == before
        assert await shown(servers.places[name], run.uri) == {"bob", "ann"}


async def test_whoever_leaves_during_a_change_leaves_the_post_and_the_rest_goes_on(
    servers: World,
) -> None:
    run = await published(servers, "b/bob", "a/ann")
    await change(run, "Without bob")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    await run.leave(0)
    await servers.drain()
    assert await run.live_stamps(run.co_authors[0]) == []
    for name in "abd":
        assert await shown(servers.places[name], run.uri) == {"ann"}
    await run.accept(1)
    await servers.drain()
    for name in "abd":
        assert await content(servers.places[name], run.uri) == "<p>Without bob</p>"
        assert await shown(servers.places[name], run.uri) == {"ann"}


async def test_a_change_somebody_declined_waits_for_its_author_who_may_go_on_without_them(
    servers: World,
) -> None:
    run = await published(servers, "b/bob", "a/ann")
    before = await content(run.alice_at, run.uri)
    await change(run, "Not for everybody")
    await servers.drain()
    await run.decline(0)
    await run.accept(1)
    await servers.drain()
    assert await content(servers.places["d"], run.uri) == before
    assert await shown(servers.places["d"], run.uri) == {"bob", "ann"}
    env = run.alice_at.env
    await run.alice_at.write(lambda tx: changes.publish_without(tx, env, run.alice, run.post_id))
    await servers.drain()
    assert await states(run, 0) == (["removed", "declined"],) * 2
    assert await run.live_stamps(run.co_authors[0]) == []
    for name in "abd":
        assert await content(servers.places[name], run.uri) == "<p>Not for everybody</p>"
        assert await shown(servers.places[name], run.uri) == {"ann"}
    assert not await has_at_home(servers.places["d"], "dave", run.uri)


async def test_a_co_author_who_is_removed_is_gone_everywhere_at_once(servers: World) -> None:
    run = await published(servers, "b/bob", "a/ann")
    await remove(run, 0)
    await remove(run, 1)
    await servers.drain()
    for who in (0, 1):
        assert await states(run, who) == (["removed"], ["removed"])
        assert await run.live_stamps(run.co_authors[who]) == []
    for name in "abd":
        assert await shown(servers.places[name], run.uri) == set()
    assert not await has_at_home(servers.places["d"], "dave", run.uri)
    assert await has_at_home(servers.places["d"], "erin", run.uri)


async def test_somebody_joins_a_published_post_when_everybody_has_agreed(servers: World) -> None:
    run = await published(servers, "a/ann")
    bob = await run.alice_at.actor(servers.places["b"].uri("bob"))
    env, b = run.alice_at.env, servers.places["b"]
    await run.alice_at.write(lambda tx: author_list.add(tx, env, run.alice, run.post_id, bob))
    run.co_authors = [*run.co_authors, Invited(b, "bob", bob.uri, await local_id(b, "bob"))]
    await servers.drain()
    await run.accept(1)
    await servers.drain()
    assert await shown(servers.places["d"], run.uri) == {"ann"}
    await run.accept(0)
    await servers.drain()
    for name in "abd":
        assert await shown(servers.places[name], run.uri) == {"ann", "bob"}
    assert await has_at_home(servers.places["d"], "dave", run.uri)
    assert await has_at_home(b, "ben", run.uri)


async def test_nobody_loses_the_post_for_a_moment_while_it_changes(servers: World) -> None:
    run = await published(servers, "b/bob", "a/ann")
    b, d = servers.places["b"], servers.places["d"]
    for round_ in (1, 2):
        await change(run, f"Round {round_}")
        await servers.drain()
        for who in (0, 1):
            await run.accept(who)
            while await servers.step():
                assert await has_at_home(b, "ben", run.uri)
                assert await has_at_home(b, "bob", run.uri)
                assert await shown(b, run.uri) >= {"bob"}
        await servers.drain()
        assert await content(d, run.uri) == f"<p>Round {round_}</p>"
        assert await has_at_home(d, "dave", run.uri)


async def test_of_two_edits_in_a_row_the_second_counts(servers: World) -> None:
    run = await published(servers, "b/bob", "a/ann")
    await change(run, "First")
    await change(run, "Second")
    await servers.drain()
    for who in (0, 1):
        await run.accept(who)
    await servers.drain()
    for who in (0, 1):
        sent, received = await states(run, who)
        assert sent == ["superseded", "withdrawn", "published"]
        assert (received[0], received[-1]) == ("superseded", "published")
        assert len(await run.live_stamps(run.co_authors[who])) == 1
    for name in "abd":
        assert await content(servers.places[name], run.uri) == "<p>Second</p>"


async def test_stamps_older_than_five_minutes_are_fetched_again_before_the_update(
    servers: World,
) -> None:
    run = await published(servers, "b/bob", "a/ann")
    await change(run, "Later")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    [held] = [offer for offer in await run.sent(run.co_authors[0]) if offer.state == "accepted"]
    servers.clock.advance(20 * MINUTE)
    await run.accept(1)
    await servers.drain()
    [current] = [offer for offer in await run.sent(run.co_authors[0]) if offer.state == "published"]
    post = await run.alice_at.read(lambda tx: posts.post(tx, run.post_id))
    assert post is not None
    assert current.id == held.id
    assert held.stamp_fetched_at is not None
    assert current.stamp_fetched_at is not None
    assert current.stamp_fetched_at >= held.stamp_fetched_at + 20 * MINUTE
    assert await content(servers.places["d"], run.uri) == "<p>Later</p>"


async def test_a_stamp_that_is_gone_when_it_is_fetched_again_publishes_nothing(
    servers: World,
) -> None:
    """Bob's server deleted it, and its Delete was lost."""
    run = await published(servers, "b/bob", "a/ann")
    before = await content(run.alice_at, run.uri)
    await change(run, "Never")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    [_, stamp] = await run.live_stamps(run.co_authors[0])
    now = servers.clock.at
    await servers.places["b"].write(lambda tx: consents.delete_stamp(tx, stamp.id, now, "lost"))
    servers.clock.advance(20 * MINUTE)
    await run.accept(1)
    await servers.drain()
    assert await content(run.alice_at, run.uri) == before
    assert await content(servers.places["d"], run.uri) == before
    env = run.alice_at.env
    await run.alice_at.write(lambda tx: changes.cancel_change(tx, env, run.alice, run.post_id))
    await servers.drain()


async def test_who_leaves_comes_back_and_leaves_again_is_gone_everywhere_each_time(
    servers: World,
) -> None:
    """The second Delete is of another stamp, and is forwarded as well."""
    run = await published(servers, "b/bob", "a/ann")
    a, d, env = servers.places["a"], servers.places["d"], run.alice_at.env
    seen = len(a.sent)
    bob = await run.alice_at.actor(run.co_authors[0].uri)
    for time in (1, 2):
        await run.leave(0)
        await servers.drain()
        for name in "abd":
            assert await shown(servers.places[name], run.uri) == {"ann"}, (name, time)
        if time == 1:
            await run.alice_at.write(
                lambda tx: author_list.add(tx, env, run.alice, run.post_id, bob, again=True)
            )
            await servers.drain()
            for who in (0, 1):
                await run.accept(who)
            await servers.drain()
            assert await shown(servers.places["d"], run.uri) == {"bob", "ann"}
    forwarded = [row for row in a.sent[seen:] if "#forwarded/" in row.uri]
    assert len({row.uri for row in forwarded if row.inbox.startswith(d.env.addresses.base)}) == 2


async def test_servers_that_know_no_stamps_get_the_new_version_and_no_deletion_of_one(
    servers: World,
) -> None:
    """GoToSocial answers 500 to an object of a type that it does not know."""
    run = await published(servers, "b/bob")
    a, d, seen = servers.places["a"], servers.places["d"], len(servers.places["a"].sent)
    host, now = d.env.addresses.host, run.alice_at.env.now()
    await run.alice_at.write(lambda tx: hosts.note_aware(tx, host, False, now))
    await run.leave(0)
    await servers.drain()
    there = [row for row in a.sent[seen:] if row.inbox.startswith(d.env.addresses.base)]
    assert [row.kind for row in there] == ["Update"]
    await run.alice_at.write(lambda tx: hosts.note_aware(tx, host, True, now))


async def test_all_other_authors_hear_from_whoever_leaves_while_alices_server_is_down(
    servers: World,
) -> None:
    """Nobody on bob's server follows dave, and nothing gets to alice's, which could forward it."""
    run = await published(servers, "b/bob", "d/dave")
    a, b, d = (servers.places[name] for name in "abd")
    assert await shown(b, run.uri) == {"bob", "dave"}
    await run.leave(1)
    await servers.work(d)
    told = [row for row in await d.pending() if row.kind == "Delete"]
    assert {row.host for row in told} == {place.server.settings.host for place in (a, b)}
    for row in told:
        if row.host == b.server.settings.host:
            await servers.deliver(d, row)
    await servers.work(b)
    assert await shown(b, run.uri) == {"bob"}
    assert await shown(a, run.uri) == {"bob", "dave"}
    await servers.drain()
    assert await shown(a, run.uri) == {"bob"}


async def test_an_edit_that_is_sent_again_leaves_the_answers_to_it(servers: World) -> None:
    run = await published(servers, "b/bob", "a/ann")
    await change(run, "The same, twice")
    await servers.drain()
    await run.accept(0)
    await servers.drain()
    await change(run, "The same, twice")
    await servers.drain()
    assert len(await run.sent(run.co_authors[0])) == 2  # for the post and for its change
    await run.accept(1)
    await servers.drain()
    for name in "abd":
        assert await content(servers.places[name], run.uri) == "<p>The same, twice</p>"


async def test_a_draft_that_is_saved_again_as_it_is_keeps_the_consent_to_it(
    servers: World,
) -> None:
    run = await begin(servers, ("b/bob", "a/ann"))
    env = run.alice_at.env
    words = Words(compose("As it is", {}, env.addresses.base))

    async def save() -> None:
        await run.alice_at.write(
            lambda tx: drafts.edit_draft(tx, env, run.alice, run.post_id, words)
        )
        await servers.drain()

    await save()
    await run.accept(0)
    await save()
    [*_, offer] = await run.sent(run.co_authors[0])
    assert offer.state == "accepted"
    await run.alice_at.write(lambda tx: drafts.withdraw(tx, env, run.alice, run.post_id))
    await save()  # whose invitations were taken back are asked again
    for who in (0, 1):
        await run.accept(who)
    await servers.drain()
    assert await content(servers.places["b"], run.uri) == "<p>As it is</p>"
