"""The target invited, and people of the kit answer, rightly and wrongly."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final

from activitypub.documents.tombstone import build_tombstone
from fedi_cotweet.conformance.attacks.answers import ANSWERS
from fedi_cotweet.conformance.attacks.registry import Attack
from fedi_cotweet.conformance.cases.inviting import unpublished
from fedi_cotweet.conformance.cases.leaving import leaves
from fedi_cotweet.conformance.cases.registry import Case, Part, Severity, add, case
from fedi_cotweet.conformance.cotweets import Received
from fedi_cotweet.conformance.drivers import Refusal
from fedi_cotweet.conformance.kit import Kit, about, answers
from fedi_cotweet.conformance.outcomes import Failed

ACCEPT: Final = "Accept"


async def _those_that_counted(kit: Kit) -> frozenset[str]:
    """The attacks after which the target published; all are made at once and looked at once."""
    if "answers" in kit.known:
        found: frozenset[str] = kit.known["answers"]
        return found
    drafts: dict[str, Received] = {}
    for key in sorted(ANSWERS.keys() & kit.chosen):
        attack = ANSWERS[key]
        [got] = await kit.arrived(kit.new_bob())
        drafts[key] = got
        sender, activity = attack.build(kit, got)
        await kit.send(sender, activity)
    # When the right answer to this later one has counted, all of those before could have.
    [control] = await kit.arrived(kit.new_bob())
    await kit.answer(control)
    await kit.until_published(control)
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    counted = {
        key
        for key, got in drafts.items()
        if await kit.is_published(got) or kit.letter(got.person, "Create", about(got.object_id))
    }
    kit.known["answers"] = frozenset(counted)
    for got in drafts.values():
        await _discard(kit, got)
    return frozenset(counted)


async def _discard(kit: Kit, got: Received) -> None:
    """So that the target does not run into its own limits."""
    with contextlib.suppress(Refusal):
        await kit.hands.delete(got.object_id)


def _broken(attack: Attack[Any]) -> Case:
    async def run(kit: Kit) -> None:
        if attack.id in await _those_that_counted(kit):
            raise Failed(f"it published after {attack.what}")

    title = f"Does not publish after {attack.what}"
    return Case(attack.id, attack.section, title, Part.PRIMARY, Severity.MUST, run)


for _attack in ANSWERS.values():
    add(_broken(_attack))


@case("answer.stamp-order", ACCEPT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Takes no stamp that has the author list in another order"""
    one, other = await kit.arrived(kit.new_bob(), kit.new_carol())
    first, second, third = one.authors
    await kit.answer(one, consentedAuthors=[first, third, second])
    await kit.answer(other)
    await unpublished(kit, one, "it was published with the authors in another order than agreed")


@case("answer.after-undo", ACCEPT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Ignores an Accept that follows the Undo"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.hands.withdraw(got.object_id)
    await kit.until("an Undo arrives", lambda: kit.letter(got.person, "Undo", answers(got.offer)))
    await kit.answer(got)
    await unpublished(kit, got, "it was published after the invitation was withdrawn")


@case("answer.late-undo", ACCEPT, Part.PRIMARY, Severity.SHOULD)
async def _(kit: Kit) -> None:
    """Answers an Accept that is too late with the Undo of the Offer"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.hands.withdraw(got.object_id)
    await kit.until("an Undo arrives", lambda: kit.letter(got.person, "Undo", answers(got.offer)))
    letters = got.person.origin.letters
    before = len(letters)
    await kit.answer(got)
    await kit.until(
        "a second Undo arrives",
        lambda: [
            letter
            for letter in letters[before:]
            if letter.activity["type"] == "Undo" and answers(got.offer)(letter.activity)
        ],
    )


@case("answer.after-newer-offer", ACCEPT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Ignores an Accept of an Offer that a newer one has replaced"""
    bob = kit.new_bob()
    [old] = await kit.arrived(bob)
    await kit.hands.edit(old.object_id, "Other words than those that were offered first.")
    await kit.until("a new Offer arrives", lambda: _newer(kit, old))
    await kit.answer(old)
    await unpublished(kit, old, "consent to the old words was taken for the new ones")


def _newer(kit: Kit, old: Received) -> bool:
    letter = kit.letter(old.person, "Offer")
    return letter is not None and letter.activity["id"] != old.offer["id"]


@case("answer.voids-consent", "Changes", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """An edit of the draft voids the consent that was given before"""
    bob, carol = kit.new_bob(), kit.new_carol()
    one, other = await kit.arrived(bob, carol)
    await kit.answer(one)
    await kit.quiet()
    await kit.hands.edit(one.object_id, "Other words than those that bob agreed to.")
    await kit.until("a new Offer arrives", lambda: _newer(kit, other))
    letter = kit.letter(carol, "Offer")
    if letter is not None:
        await kit.answer(Received(letter.activity, carol))
    await unpublished(kit, one, "it was published with consent to the old words")


@case("answer.late", ACCEPT, Part.PRIMARY, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Ignores an Accept that arrives after endTime"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.advance(31 * 24 * 3600)
    await kit.answer(got)
    await unpublished(kit, got, "it was published after the invitation had expired")


@case("answer.of-other-offer", ACCEPT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Takes no Accept of one Offer for the answer to another"""
    bob = kit.new_bob()
    [first] = await kit.arrived(bob)
    await kit.hands.invite([f"@{bob.handle}"], "Something else altogether.")
    await kit.until("a second Offer arrives", lambda: _newer(kit, first))
    letter = kit.letter(bob, "Offer")
    second = Received(letter.activity, bob) if letter else first
    url = kit.b.serve(second.stamp())
    await kit.deliver(bob, second.accept(url, object=first.offer["id"]))
    # Of an embedded copy only the id counts.
    await kit.deliver(bob, second.accept(url, object={**second.offer, "id": first.offer["id"]}))
    await unpublished(kit, first, "the first was published with the second one's stamp")
    await unpublished(kit, second, "the second was published although the first was accepted")


@case("answer.declined", "Reject", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Never names an actor who declined"""
    bob, carol = kit.new_bob(), kit.new_carol()
    one, other = await kit.arrived(bob, carol)
    await kit.deliver(bob, one.reject(content="<p>No.</p>"))
    await kit.quiet()
    # New Offers with the final author list may come.
    letter = kit.letter(carol, "Offer")
    await kit.answer(Received(letter.activity, carol) if letter else other)
    await kit.quiet()
    with contextlib.suppress(Refusal):
        await kit.hands.publish(one.object_id)
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    reply = await kit.look(one.object_id)
    kit.never(reply.status == 200 and bob.id.encode() in reply.body, "who declined is named")


@case("answer.accept-after-reject", ACCEPT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """The first answer counts: an Accept after the Reject does not"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.deliver(got.person, got.reject())
    await kit.quiet()
    await kit.answer(got)
    await unpublished(kit, got, "it was published after it was declined")


@case("answer.rejected-by-others", "Reject", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Nobody declines for somebody else"""
    [got] = await kit.arrived(kit.new_bob())
    for enemy in (kit.mallory, kit.neighbour):
        await kit.send(enemy, enemy.activity("Reject", got.offer["id"]))
        await kit.send(enemy, enemy.proven(got.reject()))
    await kit.quiet()
    await kit.answer(got)
    await kit.until_published(got)


@case("answer.stamp-deleted-before", "Publication", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Publishes nothing with an author whose stamp was deleted before"""
    one, other = await kit.arrived(kit.new_bob(), kit.new_carol())
    url = await kit.answer(one)
    await kit.quiet()
    await leaves(kit, one, url)
    await kit.quiet()
    await kit.answer(other)
    await _not_named(kit, one, "it was published with an author who had taken consent back")


@case("answer.stamp-fetched-again", "Publication", Part.PRIMARY, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Fetches stamps older than five minutes again before it publishes"""
    one, other = await kit.arrived(kit.new_bob(), kit.new_carol())
    url = await kit.answer(one)
    await kit.quiet()
    gone = build_tombstone(url, kit.clock(), "CoAuthorAuthorization")
    kit.b.serve(gone, at=url, status=410)
    await kit.advance(6 * 60)
    await kit.answer(other)
    await _not_named(kit, one, "it was published with a stamp that had been gone for six minutes")


@case("answer.deleted", "Leaving and removal", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Tells the co-authors' servers when the post is deleted"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.answer(got)
    await kit.until_published(got)
    await kit.hands.delete(got.object_id)
    await kit.until(
        "a co-author gets the Delete",
        lambda: kit.letter(got.person, "Delete", about(got.object_id)),
    )
    if not await kit.gone(got.object_id):
        raise Failed("the deleted object is still there")


async def _not_named(kit: Kit, got: Received, what: str) -> None:
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    reply = await kit.look(got.object_id)
    kit.never(reply.status == 200 and got.person.id.encode() in reply.body, what)
    # A name that is soon taken off again was there for whoever got the Create.
    published = [
        letter.activity
        for origin in (kit.b, kit.c)
        for letter in origin.letters
        if letter.activity["type"] == "Create" and about(got.object_id)(letter.activity)
    ]
    kit.never(got.person.id in str(published), what)
