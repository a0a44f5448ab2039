"""The target is invited: what it hears of, what it agrees to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.vocab.reading import format_time
from fedi_cotweet.conformance.attacks.invitations import HOUR, MINUTE, OFFERS
from fedi_cotweet.conformance.attacks.registry import Attack
from fedi_cotweet.conformance.cases.registry import Case, Part, Severity, add, case
from fedi_cotweet.conformance.kit import Kit
from fedi_cotweet.conformance.outcomes import Failed

OFFER: Final = "Offer"


@case("actor.can-co-author", "Advertising willingness", Part.CO_AUTHOR, Severity.SHOULD)
async def _(kit: Kit) -> None:
    """The actor says whose invitations it takes"""
    if not isinstance(kit.target.policy, Mapping):
        raise Failed("the actor document has no interactionPolicy.canCoAuthor")
    automatic = kit.target.policy.get("automaticApproval", [])
    for entry in automatic if isinstance(automatic, list) else [automatic]:
        if not isinstance(entry, str) or entry.endswith(("#Public", "/followers", "/following")):
            raise Failed(f"automaticApproval names something else than an actor: {entry!r}")


@case("offer.shown", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """A valid invitation reaches the user"""
    await kit.invited(kit.with_target())


async def _those_that_came(kit: Kit) -> frozenset[str]:
    """The attacks whose Offers were shown; all are sent at once and looked at once."""
    if "offers" in kit.known:
        found: frozenset[str] = kit.known["offers"]
        return found
    sent: dict[str, str] = {}
    for key in sorted(OFFERS.keys() & kit.chosen):
        attack = OFFERS[key]
        post = kit.with_target()
        activity = attack.build(kit, post)
        sent[key] = post.id
        # The Offer of bytes or of another id is known by its object.
        kit.known[f"offer of {key}"] = activity
        await kit.send(post.primary, activity)
    # When this later one is shown, all of those before could have been.
    await kit.invited(kit.with_target())
    await kit.quiet()
    waiting = await kit.hands.invitations()
    there = {
        key
        for key in sent
        if any(offer in _text(kit.known[f"offer of {key}"]) for offer in waiting)
    }
    kit.known["offers"] = frozenset(there)
    return frozenset(there)


def _text(activity: Mapping[str, Any] | bytes) -> str:
    return activity.decode() if isinstance(activity, bytes) else str(activity.get("id"))


def _broken(attack: Attack[Any]) -> Case:
    async def run(kit: Kit) -> None:
        if attack.id in await _those_that_came(kit):
            raise Failed(f"the user is shown {attack.what}")

    title = f"Discards {attack.what}"
    return Case(attack.id, attack.section, title, Part.CO_AUTHOR, Severity.MUST, run)


for _attack in OFFERS.values():
    add(_broken(_attack))


@case("offer.not-authenticated", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Discards an invitation in the name of somebody who did not send it"""
    post = kit.with_target()
    near = kit.a.person("mallory")
    offer = post.offer(kit.target)
    for thief in (kit.mallory, near):
        await kit.send(thief, offer)
        await kit.send(thief, thief.proven(offer))
    # Somebody else's draft, offered as the sender's own.
    stolen = post.offer(kit.target, actor=near.id, id=near.mint("offers"))
    await kit.send(near, stolen)
    await kit.invited(kit.with_target())
    await kit.quiet()
    waiting = await kit.hands.invitations()
    if offer["id"] in waiting or stolen["id"] in waiting:
        raise Failed("the user is shown an invitation that its actor did not send")


@case("offer.duplicate", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Ignores an Offer with a known id, also one with other words"""
    post = kit.with_target()
    offer = await kit.invited(post)
    other = offer | {"object": offer["object"] | {"content": "<p>Hate.</p>"}}
    for again in (offer, other):
        await kit.send(post.primary, again)
    await kit.quiet()
    waiting = await kit.hands.invitations()
    if waiting.count(offer["id"]) != 1:
        raise Failed(f"the invitation is there {waiting.count(offer['id'])} times")
    await kit.agreed(post, offer)
    stamp = await read_stamp(kit, post.stamps[kit.target.id])
    if stamp.digest != post.digest:
        raise Failed("the stamp is for the words of the second Offer with this id")


@case("offer.update-of-draft", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Ignores an Update of a draft"""
    post = kit.with_target()
    offer = await kit.invited(post)
    other = {**offer["object"], "content": "<p>Hate.</p>", "updated": kit.later()}
    alice = post.primary
    for activity in (alice.activity("Update", other), alice.activity("Update", post.id)):
        await kit.send(alice, alice.proven(activity))
    await kit.quiet()
    await kit.agreed(post, offer)
    stamp = await read_stamp(kit, post.stamps[kit.target.id])
    if stamp.digest != post.digest:
        raise Failed("the stamp is not for the words of the Offer")


@case("offer.newer", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """A newer Offer for the same object voids an unanswered older one"""
    post = kit.with_target()
    first = await kit.invited(post, published=format_time(kit.clock() - MINUTE))
    better = replace(post, core={**post.core, "content": "<p>Better.</p>"})
    second = await kit.invited(better)
    if await kit.is_invited(first):
        raise Failed("the older invitation still waits for an answer")
    await kit.refused_or_silent(post, first, "the older invitation was accepted all the same")
    if not await kit.is_invited(second):
        raise Failed("the newer invitation is gone")


@case("offer.older-later", OFFER, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """An older Offer that comes after the newer one does not replace it"""
    post = kit.with_target()
    older = post.offer(kit.target, published=format_time(kit.clock() - MINUTE))
    better = replace(post, core={**post.core, "content": "<p>Better.</p>"})
    newer = await kit.invited(better)
    await kit.send(post.primary, older)
    await kit.quiet()
    if not await kit.is_invited(newer) or await kit.is_invited(older):
        raise Failed("the older invitation has taken the newer one's place")


@case("offer.undone-before", "Withdrawal", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Ignores an Offer whose Undo arrived before it"""
    post = kit.with_target()
    offer = post.offer(kit.target)
    await kit.deliver(post.primary, undo_of(post.primary, offer))
    await kit.send(post.primary, offer)
    await kit.invited(kit.with_target())
    await kit.quiet()
    if await kit.is_invited(offer):
        raise Failed("the user is shown an invitation that was withdrawn before it came")


@case("offer.undone-after", "Withdrawal", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Removes a draft whose invitation was withdrawn"""
    post = kit.with_target()
    offer = await kit.invited(post)
    await kit.deliver(post.primary, undo_of(post.primary, offer))

    async def over() -> bool:
        return not await kit.is_invited(offer)

    await kit.until_async("a withdrawn invitation is taken from the user", over)
    await kit.refused_or_silent(post, offer, "a withdrawn invitation was accepted")


@case("offer.undone-by-others", "Withdrawal", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Ignores the Undo of an Offer by anybody but its actor"""
    post = kit.with_target()
    offer = await kit.invited(post)
    for enemy in (kit.mallory, kit.a.person("mallory"), kit.bob):
        await kit.send(enemy, undo_of(enemy, offer))
        await kit.send(enemy, enemy.activity("Undo", offer["id"]))
        await kit.send(enemy, enemy.proven(undo_of(post.primary, offer)))
    await kit.quiet()
    if not await kit.is_invited(offer):
        raise Failed("somebody else has withdrawn the invitation")


@case("offer.expires", "Expiry", Part.CO_AUTHOR, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Treats an invitation without answer as declined when its time is over"""
    post = kit.with_target()
    now = kit.clock()
    offer = await kit.invited(
        post, published=format_time(now), endTime=format_time(now + HOUR + MINUTE)
    )
    await kit.advance(2 * 3600)
    await kit.refused_or_silent(post, offer, "an invitation was accepted after its endTime")


def undo_of(actor: Any, offer: Mapping[str, Any]) -> dict[str, Any]:
    reference = {name: offer[name] for name in ("type", "id", "actor", "target")}
    made: dict[str, Any] = actor.activity("Undo", reference, to=[offer["target"]])
    return made


async def read_stamp(kit: Kit, url: str) -> Stamp:
    read = parse_stamp(await kit.read(url))
    if not isinstance(read, Stamp):
        raise Failed(f"{url} is no stamp: {read.reason}")
    return read
