"""The target reads: what takes a name off a post again, and how soon."""

from __future__ import annotations

from typing import Final

from fedi_cotweet.conformance.cases.reading import mentioning, steady, verified
from fedi_cotweet.conformance.cases.registry import Part, Severity, case
from fedi_cotweet.conformance.kit import Kit

VERIFICATION: Final = "Verification"
LEAVING: Final = "Leaving and removal"


@case("read.left", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Stops showing a co-author as soon as their Delete was processed"""
    post = await verified(kit)
    bob = post.signing_co_author
    # The stamp is served still: the Delete alone decides.
    await kit.deliver(bob, bob.proven(post.deletion(bob)))
    await kit.until_shown(post, post.primary.id)


@case("read.left-through-primary", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Believes a Delete with proof that somebody else forwards"""
    post = await verified(kit)
    bob = post.signing_co_author
    await kit.deliver(post.primary, bob.proven(post.deletion(bob)))
    await kit.until_shown(post, post.primary.id)


@case("read.left-before", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Remembers a deleted stamp that it did not know"""
    post = mentioning(kit)
    bob = post.signing_co_author
    post.consent(bob)
    post.publish()
    await kit.send(bob, bob.proven(post.deletion(bob)))
    await kit.quiet()
    await kit.deliver(post.primary, post.create())
    await verified(kit)
    await kit.quiet()
    kit.never(bob.id in await kit.shown(post.id), "a deleted stamp was accepted")


@case("read.left-for-good", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Never accepts a deleted stamp again from the actor who deleted it"""
    post = await verified(kit)
    bob = post.signing_co_author
    await kit.deliver(bob, bob.proven(post.deletion(bob)))
    await kit.until_shown(post, post.primary.id)
    await kit.deliver(post.primary, post.update(post.publish(updated=kit.later(0))))
    await verified(kit)
    await kit.quiet()
    kit.never(bob.id in await kit.shown(post.id), "the deleted stamp counts again")


@case("read.left-by-others", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Nobody deletes somebody else's stamp"""
    post = await verified(kit)
    bob = post.signing_co_author
    thing = {"type": "CoAuthorAuthorization", "id": post.stamps[bob.id]}
    for enemy in (kit.mallory, kit.neighbour, post.primary):
        await kit.send(enemy, enemy.proven(enemy.activity("Delete", thing)))
    await kit.send(kit.neighbour, kit.neighbour.proven(post.deletion(bob)))
    await steady(kit, post, "somebody else has deleted the stamp")


@case("read.left-without-proof", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Only fetches the stamp again after a Delete without proof"""
    post = await verified(kit)
    bob = post.signing_co_author
    await kit.deliver(bob, post.deletion(bob))
    await steady(kit, post, "a Delete without proof was believed")


@case("read.left-other-stamp", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Does not change the author list for the Delete of a stamp that is not current"""
    post = await verified(kit)
    bob = post.signing_co_author
    old = bob.origin.serve(post.stamp(bob))
    thing = {"type": "CoAuthorAuthorization", "id": old}
    await kit.deliver(bob, bob.proven(bob.activity("Delete", thing)))
    await steady(kit, post, "a stamp that is not on the post counted")


@case("read.actor-deleted", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """Does not show a co-author whose actor is deleted"""
    post = await verified(kit)
    bob = post.signing_co_author
    await kit.send(bob, bob.proven(bob.activity("Delete", bob.id)))
    bob.origin.fail(bob.id, 410)
    await kit.until_shown(post, post.primary.id)


@case("read.deleted", LEAVING, Part.READER)
async def _(kit: Kit) -> None:
    """A deleted object is gone, and does not come back"""
    post = await verified(kit)
    post.primary.origin.fail(post.id, 410)
    await kit.deliver(post.primary, post.primary.activity("Delete", post.id))

    async def over() -> bool:
        return not await kit.shown(post.id)

    await kit.until_async("a deleted object is gone", over)
    post.publish()
    await kit.send(post.primary, post.create())
    await kit.quiet()
    kit.never(await kit.shown(post.id), "a deleted object is back")


@case("read.checked-daily", VERIFICATION, Part.READER, Severity.SHOULD, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Fetches stamps again after a day, and stops showing who took theirs away"""
    post = await verified(kit)
    bob = post.signing_co_author
    bob.origin.fail(post.stamps[bob.id], 404)
    await kit.advance(25 * 3600)
    await kit.until_shown(post, post.primary.id)


@case("read.week", VERIFICATION, Part.READER, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Shows nobody whose stamp could not be fetched for seven days"""
    post = await verified(kit)
    bob = post.signing_co_author
    bob.origin.fail(post.stamps[bob.id], 503)
    await kit.advance(8 * 24 * 3600)
    await kit.until_shown(post, post.primary.id)


@case("read.failing-server", VERIFICATION, Part.READER, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Keeps a verified co-author while the stamp's server fails for a few days"""
    post = await verified(kit)
    bob = post.signing_co_author
    bob.origin.fail(post.stamps[bob.id], 503)
    for _ in range(3):
        await kit.advance(25 * 3600)
        await kit.shown(post.id)
    await steady(kit, post, "the name is gone although nobody took consent back")
