"""After publication: whatever alice's server and the messages do, no name is shown without consent.

Co-authors leave, the post is deleted, and alice's server misbehaves: it changes what was agreed
to, changes it back, names people who have left, sends old versions anew. Messages are late, doubled
and overtake each other. Each run can be repeated by its number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import pytest
import pytest_asyncio
import structlog

from activitypub.activities.update import build_update
from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import try_consent_digest
from fedi_cotweet.domain.consent import ConsentState, agree
from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.federation import sending
from fedi_cotweet.federation.sending import Audience, Outgoing
from fedi_cotweet.services import documents, timelines
from fedi_cotweet.services.events import emit
from fedi_cotweet.services.posts import later_than
from storage.engine import Tx
from storage.models import HomeEntry, Post, PostAuthor
from storage.queries import consents, home, interactions, post_authors, posts
from tests.e2e.by_hand import World, follow, interrupted, open_places, sequences
from tests.e2e.one_cotweet import Invited, Run, begin
from tests.e2e.places import Place, local_id

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAST = {"a": ("alice", "ann"), "b": ("bob",), "d": ("dave", "erin", "frank")}
FOLLOWS = {"dave": ("b/bob", "a/ann"), "erin": ("a/alice", "b/bob"), "frank": ("a/alice",)}
WITH = (("b/bob",), ("b/bob", "a/ann"), ("a/ann",), ("b/bob",))
RUNS = sequences(1, 3)

Act = Callable[[], Awaitable[Any]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_places(tmp_path_factory.mktemp("published"), CAST) as world:
        for reader, followed in FOLLOWS.items():
            for whom in followed:
                await follow(world, f"d/{reader}", whom)
        yield world


@pytest.fixture(autouse=True)
def quiet_log() -> Iterator[None]:
    """Nothing fails inside, whatever happens outside."""
    with structlog.testing.capture_logs() as events:
        yield
    assert [event for event in events if event["log_level"] == "error"] == []


@dataclass
class Misbehaviour:
    """What alice's server does that it must not. ``agreed`` is the version everybody saw."""

    run: Run
    agreed: dict[str, Any]
    tampered: bool = False
    named: bool = False
    """It named people who had left, also to those who read on alice's server itself."""
    replays: int = 0

    async def change(self) -> None:
        """It changes the text."""
        text = f"<p>Not what was agreed: {self.run.world.dice.random()}</p>"
        if await self._publish({"content": text}, "alice's server changes the text"):
            self.tampered = True

    async def change_back(self) -> None:
        """It brings back the text that was agreed to, as the newest version."""
        if await self._publish({"content": self.agreed["content"]}, "alice's server changes back"):
            self.tampered = False

    async def name_again(self) -> None:
        """It names everybody again who has left, with their old stamps."""

        def name(tx: Tx) -> None:
            for row in post_authors.authors_of(tx, [self.run.post_id])[self.run.post_id]:
                post_authors.set_author(
                    tx, row.post_id, row.actor_uri, position=row.position, state="verified"
                )

        post = await self._published()
        if post is not None:
            self.named = True
            await self.run.alice_at.server.runtime.store.write(name)
            await self._publish({}, "alice's server names everybody")

    async def replay(self) -> None:
        """It sends the first version again, as if it were an Update."""
        self.replays += 1
        runtime, uri = self.run.alice_at.server.runtime, f"{self.run.uri}#again/{self.replays}"
        author = self.run.alice_at.uri("alice")
        body = await sending.proven(runtime, self.run.alice, build_update(uri, author, self.agreed))
        again = Outgoing(
            uri=uri,
            actor_id=self.run.alice,
            kind="Update",
            body=body,
            audience=Audience(followers_of=(self.run.alice,), holders_of=(self.run.uri,)),
        )
        self.run.world.tell("alice's server sends the first version again")
        await runtime.write(lambda tx: sending.enqueue(tx, runtime.env, again))

    async def _published(self) -> Post | None:
        post = await self.run.alice_at.read(lambda tx: posts.post(tx, self.run.post_id))
        return post if post is not None and post.state == "published" else None

    async def _publish(self, members: dict[str, Any], story: str) -> bool:
        post, env = await self._published(), self.run.alice_at.env
        if post is None:
            return False
        at = later_than(post, env.now())
        document = orjson.loads(post.document) | members | {"updated": documents.format_time(at)}
        text = orjson.dumps(document).decode()

        def publish(tx: Tx) -> None:
            posts.change_post(tx, post.id, document=text, updated_at=at)
            emit(tx, env, "post.updated", post_id=post.id, at=at)

        self.run.world.tell(story)
        await self.run.alice_at.write(publish)
        return True


@dataclass(frozen=True)
class Seen:
    """A post as one server has it: the co-authors it names, and the accounts that have it."""

    document: dict[str, Any]
    shown: list[PostAuthor]
    readers: set[int]
    old: bool
    """A name is not shown because its stamp was fetched too long ago."""


async def look(place: Place, uri: str) -> Seen | None:
    """None for a post that is not there, or not any more."""

    def query(tx: Tx) -> Seen | None:
        post = posts.post_by_uri(tx, uri)
        if post is None:
            return None
        entries: Sequence[HomeEntry] = home.entries_of(tx, post.id)
        if post.state != "published":
            assert entries == []
            return None
        rows = post_authors.authors_of(tx, [post.id])[post.id]
        shown = [row for row in rows if timelines.shown(row, place.env.now())]
        old = any(row.state == "verified" and row not in shown for row in rows)
        document = documents.full_note(tx, post) if post.local else orjson.loads(post.document)
        return Seen(document, shown, {entry.account_id for entry in entries}, old)

    return await place.read(query)


async def check_all_the_time(run: Run, readers: dict[str, int], wrong: Misbehaviour) -> None:
    """No server shows a name whose consent to this version it could not see, or saw end."""
    if not run.world.changed():
        return
    for name in ("b", "d"):
        place = run.world.places[name]
        seen = await look(place, run.uri)
        if seen is None:
            continue
        for row in seen.shown:
            await check_consent(place, seen, row)
    for person in run.co_authors:
        if wrong.named and person.place is run.alice_at:
            continue
        seen = await look(person.place, run.uri)
        named = seen is not None and any(row.actor_uri == person.uri for row in seen.shown)
        assert not named or await run.live_stamps(person), "shown at home after leaving"
    seen = await look(run.world.places["d"], run.uri)
    if seen is not None:
        names = {row.actor_uri for row in seen.shown}
        always = {readers["erin"], readers["frank"]}
        expected = always | ({readers["dave"]} if names else set())
        # A name that grew old goes at once, for whom it brought the post when it is looked at next.
        assert seen.readers == expected or (seen.old and seen.readers - always == {readers["dave"]})


async def check_consent(place: Place, seen: Seen, row: PostAuthor) -> None:
    """The co-author's stamp is for exactly the version that is shown, and was not deleted."""
    stamp = orjson.loads(row.stamp_document or "{}")
    assert row.actor_uri in seen.document["coAuthors"]
    assert row.stamp_uri in seen.document["coAuthorAuthorization"]
    assert stamp["id"] == row.stamp_uri
    assert stamp["attributedTo"] == row.actor_uri
    digest = try_consent_digest(seen.document, stamp["consentedAuthors"])
    assert digest == stamp["consentDigest"]
    deleted = await place.read(lambda tx: consents.deleted_stamp_owners(tx, [stamp["id"]]))
    assert (row.stamp_uri, row.actor_uri) not in deleted


async def check_in_the_end(run: Run, wrong: Misbehaviour) -> None:
    """Consent stands exactly where it was neither taken back nor abused, and everybody sees it."""
    a, d = run.alice_at, run.world.places["d"]
    post = await a.read(lambda tx: posts.post(tx, run.post_id))
    assert post is not None
    seen = await look(d, run.uri)
    assert (seen is None) == (post.state == "deleted")
    names = set() if seen is None else {row.actor_uri for row in seen.shown}
    authors = set()
    for person in run.co_authors:
        (sent,), (received,) = await run.sent(person), await run.received(person)
        assert agree(ConsentState(sent.state), ConsentState(received.state))
        live = await run.live_stamps(person)
        assert len(live) == (received.state == "published")
        await check_boosts(run, person, bool(live))
        if live and not (wrong.tampered and person.place is a):
            assert post.state == "published"
            assert not wrong.tampered
            authors.add(person.uri)
    assert names == authors
    newest = await look(a, run.uri)
    for name in ("b", "d"):
        held = await look(run.world.places[name], run.uri)
        if newest is not None and held is not None:
            assert words_of(held) == words_of(newest)
            for member in ("updated", "coAuthors"):
                assert held.document.get(member) == newest.document.get(member)


def words_of(seen: Seen) -> str:
    """The text without its inline notice, which it has where it was fetched."""
    return remove_notice(seen.document["content"], seen.document.get("coAuthors", ()))


async def check_boosts(run: Run, person: Invited, is_author: bool) -> None:
    """A co-author's server has announced the post once, and took that back with the name."""

    def query(tx: Tx) -> int:
        post = posts.post_by_uri(tx, run.uri)
        boosts = [] if post is None else interactions.boosts_of(tx, post.id)
        return sum(boost.actor_id == person.account_id for boost in boosts)

    assert await person.place.read(query) == is_author


async def recheck(world: World) -> None:
    """A day passes, and stamps are looked at again."""
    world.tell("a day passes")
    world.clock.advance(25 * HOUR)
    await world.periodic()


def plan(run: Run, wrong: Misbehaviour) -> Iterator[Act]:
    """What is done in a run, each when its turn comes."""
    world = run.world
    world.haste = world.dice.choice((0.0, 0.0, 0.5, 0.8))
    weights: dict[Act, float] = {
        world.step: world.dice.choice((3, 8)),
        world.again: 2,
        world.restart: world.dice.choice((0, 0, 0.2)),
        run.leave: world.dice.choice((0, 0.3, 1)),
        run.delete: world.dice.choice((0, 0, 0.3)),
        wrong.change: world.dice.choice((0, 0, 1)),
        wrong.change_back: world.dice.choice((0, 0.5)),
        wrong.name_again: world.dice.choice((0, 1)),
        wrong.replay: world.dice.choice((0, 1)),
        lambda: recheck(world): world.dice.choice((0, 0.5)),
    }
    for _ in range(world.dice.randint(10, 30)):
        world.tick()
        yield world.dice.choices(list(weights), list(weights.values()))[0]


@pytest.mark.parametrize("seed", range(RUNS))
async def test_nobody_is_named_without_their_consent(servers: World, seed: int) -> None:
    await servers.begin_run(seed)
    readers = {name: await local_id(servers.places["d"], name) for name in FOLLOWS}
    run = await begin(servers, WITH[seed % len(WITH)])
    await run.agreed()
    agreed = await look(run.alice_at, run.uri)
    assert agreed is not None
    wrong = Misbehaviour(run, documents.with_context(agreed.document))
    await check_all_the_time(run, readers, wrong)
    await check_in_the_end(run, wrong)
    interrupted(servers)
    try:
        for act in plan(run, wrong):
            await act()
            await check_all_the_time(run, readers, wrong)
        await servers.drain()
        await recheck(servers)
        await servers.drain()
        await check_all_the_time(run, readers, wrong)
        await check_in_the_end(run, wrong)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *servers.story])) from error
    finally:
        interrupted(servers, often=False)
