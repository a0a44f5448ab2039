"""Right shape, wrong owner: every activity handled here has such a case, or says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import select

from activitypub.vocab.terms import PUBLIC
from fedi_cotweet.federation.handlers import HANDLERS
from storage.engine import Tx
from storage.models import Base
from tests.federation.cast import Cast
from tests.federation.here import Here
from tests.federation.origins import Person
from tests.federation.test_quotes import said, written

Doc = dict[str, Any]
Case = Callable[[Cast, "Stage", Person], Doc]
CASES: dict[str, Case] = {}

OWN = {
    "Announce": "takes an address and nothing else; what it embeds is not looked at",
    "Block": "tells of its own actor alone",
    "EmojiReact": "tells of its own actor alone",
    "Flag": "tells of its own actor alone",
    "Follow": "tells of its own actor alone",
    "Like": "tells of its own actor alone",
}
"""Nobody else's thing is in these: their owner is their actor, whom a signature proves."""

MAY_CHANGE = {"actors", "actor_keys", "hosts", "inbox_items", "jobs"}
"""The sender is looked up and remembered; that is all."""


class Stage:
    """What others could want to lay hands on: a post of bob elsewhere, one of alice here."""

    bobs: Doc
    alices: Doc
    follow: Doc
    """Dave's wish to follow carol, unanswered."""
    like: Doc
    """Bob's, of alice's post."""

    async def set(self, cast: Cast) -> None:
        """Everything as it is before anybody meddles."""
        cast.bob.serve(featured=f"{cast.bob.id}/featured")
        await cast.follow(cast.bob)
        self.bobs = said(cast.bob)
        await cast.deliver(cast.bob, cast.bob.activity("Create", self.bobs))
        self.alices = await written(cast)
        self.like = cast.bob.activity("Like", self.alices["uri"])
        await cast.deliver(cast.bob, self.like)
        path = "/api/v1/control/follow"
        await cast.here.api("POST", path, {"handle": cast.carol.handle}, account="dave")
        await cast.here.settle()
        self.follow = cast.c.received_of("Follow")[-1]


def case(kind: str) -> Callable[[Case], Case]:
    """What somebody does with a thing that is not theirs."""

    def register(make: Case) -> Case:
        CASES[kind] = make
        return make

    return register


@case("Accept")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Accept", stage.follow)


@case("Reject")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Reject", stage.follow)


@case("Add")
def _(cast: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Add", stage.bobs["id"], target=f"{cast.bob.id}/featured")


@case("Remove")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Remove", stage.like, target=f"{stage.alices['uri']}/likes")


@case("Create")
def _(cast: Cast, stage: Stage, enemy: Person) -> Doc:
    new = {**stage.bobs, "id": cast.bob.mint("notes"), "to": [PUBLIC, cast.here.actor("dave")]}
    return enemy.activity("Create", new)


@case("Update")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    changed = {"content": "<p>Buy this.</p>", "updated": "2026-11-20T09:30:00Z"}
    return enemy.activity("Update", {**stage.bobs, **changed})


@case("Delete")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Delete", {"id": stage.bobs["id"], "type": "Tombstone"})


@case("Undo")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("Undo", stage.like)


@case("Move")
def _(cast: Cast, _: Stage, enemy: Person) -> Doc:
    return enemy.activity("Move", cast.bob.id, target=enemy.id)


@case("Offer")
def _(cast: Cast, stage: Stage, enemy: Person) -> Doc:
    post = cast.cotweet(cast.local("dave"), primary=cast.bob)
    return post.offer(cast.local("dave")) | {"actor": enemy.id, "id": enemy.mint("offers")}


@case("QuoteRequest")
def _(_: Cast, stage: Stage, enemy: Person) -> Doc:
    return enemy.activity("QuoteRequest", stage.alices["uri"], instrument=stage.bobs)


async def rows(here: Here) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is stored, but what any request may leave."""

    def dump(tx: Tx) -> dict[str, list[tuple[object, ...]]]:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name not in MAY_CHANGE
        }

    return await here.read(dump)


async def _changes_nothing(cast: Cast, send: Callable[[], Awaitable[object]]) -> None:
    before = await rows(cast.here)
    await send()
    after = await rows(cast.here)
    changed = {name for name in before if before[name] != after[name]}
    assert not changed, f"{changed} are not as they were"


def test_every_activity_is_tried_by_a_wrong_owner() -> None:
    assert CASES.keys() | OWN.keys() == HANDLERS.keys()
    assert not CASES.keys() & OWN.keys()


async def test_nobody_does_anything_with_what_is_of_others(cast: Cast) -> None:
    stage = Stage()
    await stage.set(cast)
    for kind, make in CASES.items():
        for enemy in (cast.neighbour, cast.mallory):
            activity = make(cast, stage, enemy)
            assert (activity["type"], activity["actor"]) == (kind, enemy.id)

            async def send(enemy: Person = enemy, activity: Doc = activity) -> None:
                reply = await cast.deliver(enemy, activity)
                assert reply.status == 202, f"{activity['type']}: {reply}"

            try:
                await _changes_nothing(cast, send)
            except AssertionError as error:
                raise AssertionError(f"{kind} by {enemy.id}: {error}") from error


async def test_no_activity_is_taken_from_anybody_but_its_actor(cast: Cast) -> None:
    stage = Stage()
    await stage.set(cast)
    for kind in sorted(HANDLERS):
        activity = cast.bob.activity(kind, stage.alices["uri"])
        for enemy in (cast.neighbour, cast.mallory):

            async def send(enemy: Person = enemy, activity: Doc = activity) -> None:
                reply = await cast.deliver(enemy, activity)
                assert (reply.status, reply.error) == (401, "not_the_actor"), activity["type"]

            await _changes_nothing(cast, send)


async def test_an_embedded_post_is_not_believed_whoever_boosts_it(cast: Cast) -> None:
    """The boost of somebody who is followed brings what the post's own server says."""
    stage = Stage()
    await stage.set(cast)
    await cast.follow(cast.carol)
    theirs = said(cast.mallory, "<p>What mallory wrote.</p>")
    forged = {**theirs, "content": "<p>What mallory never wrote.</p>"}
    await cast.deliver(cast.carol, cast.carol.activity("Announce", forged))
    stored = await cast.here.post(theirs["id"])
    assert stored is not None
    assert "never" not in stored.content


@pytest.mark.parametrize("kind", ["Create", "Update"])
async def test_a_list_of_one_object_is_read_like_the_object(cast: Cast, kind: str) -> None:
    await cast.follow(cast.bob)
    note = said(cast.bob)
    assert (await cast.deliver(cast.bob, cast.bob.activity(kind, [note]))).status == 202
    assert await cast.shown(note["id"]) == [cast.bob.id]
