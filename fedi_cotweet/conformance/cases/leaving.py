"""Somebody leaves a published post: the target itself, or a co-author of the target's post."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from activitypub.documents.tombstone import build_tombstone
from activitypub.vocab.reading import as_list, parse_time, same_origin
from fedi_cotweet.conformance.cases.publication import not_shown, undone, until_gone, with_follower
from fedi_cotweet.conformance.cases.registry import Part, case
from fedi_cotweet.conformance.cotweets import Received
from fedi_cotweet.conformance.kit import Kit, about
from fedi_cotweet.conformance.outcomes import Failed
from fedi_cotweet.conformance.people import Person

LEAVING = "Leaving and removal"


@case("leave.delete", LEAVING, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Leaving sends a Delete of the stamp, with a proof, to the primary author"""
    post = await kit.published()
    url = post.stamps[kit.target.id]
    await kit.hands.leave(post.id)
    letter = await kit.until(
        "the primary author gets a Delete", lambda: kit.letter(post.primary, "Delete", about(url))
    )
    delete = letter.activity
    if delete.get("actor") != kit.target.id:
        raise Failed(f"its actor is {delete.get('actor')!r}")
    proof = next((p for p in as_list(delete.get("proof")) if isinstance(p, Mapping)), None)
    if proof is None:
        raise Failed("it carries no proof")
    if not same_origin(proof.get("verificationMethod"), kit.target.id):
        raise Failed("its proof is somebody else's")


@case("leave.stamp-gone", LEAVING, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """After leaving the stamp answers 404 or 410, and the name is gone"""
    post = await kit.published()
    await kit.hands.leave(post.id)
    await until_gone(kit, post.stamps[kit.target.id], "when its issuer leaves")
    await not_shown(kit, post, "when they leave")


@case("leave.undo-announce", LEAVING, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Leaving takes the Announce back"""
    post, erin = await with_follower(kit)
    await kit.hands.leave(post.id)
    await kit.until("the Announce is undone", lambda: undone(kit, erin, post))


@case("leave.for-good", LEAVING, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Who has left does not come back with whatever the primary author's server sends"""
    post = await kit.published()
    await kit.hands.leave(post.id)
    await until_gone(kit, post.stamps[kit.target.id], "when its issuer leaves")
    again = post.publish(updated=kit.later())
    await kit.deliver(post.primary, post.primary.proven(post.update(again)))
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if kit.target.id in await kit.shown(post.id) or not await kit.gone(post.stamps[kit.target.id]):
        raise Failed("the name is back")


async def _out(kit: Kit, *more: Person) -> tuple[Received, str, list[Received]]:
    """The target's published post with somebody of the kit (and ``more``), and their stamp."""
    everyone = await kit.arrived(kit.new_bob(), *more)
    stamps = [await kit.answer(got) for got in everyone]
    await kit.until_published(*everyone)
    return everyone[0], stamps[0], everyone


async def leaves(kit: Kit, got: Received, stamp: str) -> dict[str, Any]:
    """Somebody of the kit leaves the target's post; the Delete."""
    gone = build_tombstone(stamp, kit.clock(), "CoAuthorAuthorization")
    got.person.origin.serve(gone, at=stamp, status=410)
    delete = got.person.proven(
        got.person.activity(
            "Delete", {"type": "CoAuthorAuthorization", "id": stamp}, id=f"{stamp}#delete"
        )
    )
    await kit.deliver(got.person, delete)
    return delete


async def _until_without(kit: Kit, got: Received) -> dict[str, Any]:
    found: dict[str, Any] = {}

    async def check() -> bool:
        found.update(note := await kit.read(got.object_id))
        for name in found.keys() - note.keys():
            del found[name]
        named = [*as_list(note.get("coAuthors")), *as_list(note.get("attributedTo"))]
        return all(
            got.person.id not in (entry, entry.get("id") if isinstance(entry, Mapping) else "")
            for entry in named
        )

    await kit.until_async("the co-author is taken off the author list", check)
    return found


@case("left.author-list", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Takes a co-author who left off the author list, with their stamp"""
    got, stamp, _ = await _out(kit)
    await leaves(kit, got, stamp)
    note = await _until_without(kit, got)
    if stamp in as_list(note.get("coAuthorAuthorization")):
        raise Failed("the stamp is still listed")


@case("left.traces", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Takes a co-author who left out of mentions, addressing and inline notice too"""
    got, stamp, _ = await _out(kit)
    await leaves(kit, got, stamp)
    note = await _until_without(kit, got)
    for name in ("tag", "to", "cc", "content"):
        kit.never(got.person.id in str(note.get(name)), f"{name} still names the co-author")


@case("left.updated", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Sets a later “updated” when a co-author left"""
    got, stamp, _ = await _out(kit)
    before = await kit.read(got.object_id)
    await leaves(kit, got, stamp)
    note = await _until_without(kit, got)
    first = parse_time(before.get("updated")) or parse_time(before.get("published")) or 0
    second = parse_time(note.get("updated"))
    if second is None or second <= first:
        raise Failed(f"updated is {note.get('updated')!r}, which is not later")


@case("left.told", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Sends an Update to everyone who has the post, and forwards the Delete to who can check it"""
    erin = await kit.followed_by(kit.unaware())
    frank = await kit.followed_by(kit.somebody(kit.m, "frank"))
    got, stamp, _ = await _out(kit)
    for reader in (erin, frank):
        await _gets(kit, reader, "Create", got.object_id)
    delete = await leaves(kit, got, stamp)
    for reader in (erin, frank):
        await _gets(kit, reader, "Update", got.object_id)
    letter = await kit.until(
        "a follower whose server implements FEP-af48 gets the Delete",
        lambda: kit.letter(frank, "Delete", about(stamp)),
    )
    if letter.activity != delete:
        raise Failed("the forwarded Delete is not the one that was sent")


async def _gets(kit: Kit, reader: Person, kind: str, object_id: str) -> None:
    await kit.until(
        f"a follower gets the {kind}", lambda: kit.letter(reader, kind, about(object_id))
    )


@case("left.others-stay", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Leaves the other authors and their stamps as they are"""
    got, stamp, everyone = await _out(kit, kit.new_carol())
    await leaves(kit, got, stamp)
    note = await _until_without(kit, got)
    if note.get("coAuthors") != [everyone[1].person.id]:
        raise Failed(f"the co-authors are {note.get('coAuthors')!r}")
    if len(as_list(note.get("coAuthorAuthorization"))) != 1:
        raise Failed("there is not exactly one stamp for the one co-author")


@case("left.by-others", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Takes nobody off for a Delete that is not by the stamp's issuer"""
    got, stamp, _ = await _out(kit)
    thing = {"type": "CoAuthorAuthorization", "id": stamp}
    for enemy in (kit.mallory, kit.neighbour, kit.carol):
        await kit.send(enemy, enemy.proven(enemy.activity("Delete", thing)))
        await kit.send(enemy, enemy.proven(enemy.activity("Delete", stamp)))
    forged = got.person.activity("Delete", thing)
    await kit.send(kit.neighbour, kit.neighbour.proven(forged))
    await _still_named(kit, got, "a Delete by somebody else took the co-author off")


@case("left.without-proof", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Only looks at the stamp again after a Delete without proof"""
    got, stamp, _ = await _out(kit)
    thing = {"type": "CoAuthorAuthorization", "id": stamp}
    await kit.send(got.person, got.person.activity("Delete", thing))
    await _still_named(kit, got, "a Delete without proof, of a stamp that is there, was believed")


@case("left.not-current", LEAVING, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Does not change the author list for a Delete of a stamp that is not current"""
    got, _, _ = await _out(kit)
    old = got.person.origin.serve(got.stamp())
    thing = {"type": "CoAuthorAuthorization", "id": old}
    await kit.send(got.person, got.person.proven(got.person.activity("Delete", thing)))
    await _still_named(kit, got, "the Delete of a stamp of no meaning took the co-author off")


async def _still_named(kit: Kit, got: Received, what: str) -> None:
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    note = await kit.read(got.object_id)
    if got.person.id not in as_list(note.get("coAuthors")):
        raise Failed(what)
