"""The target is invited: what it hears of, what it agrees to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from activitypub.coauthorship.projection import media_digest
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.vocab.reading import format_time, same_origin
from fedi_cotweet.conformance.attacks.invitations import HOUR, MINUTE, OFFERS
from fedi_cotweet.conformance.attacks.registry import Attack
from fedi_cotweet.conformance.cases.registry import Case, Part, Severity, add, case
from fedi_cotweet.conformance.drivers import Refusal
from fedi_cotweet.conformance.kit import Kit, answers
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
    stamp = await _stamp(kit, post.stamps[kit.target.id])
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
    stamp = await _stamp(kit, post.stamps[kit.target.id])
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
    await kit.deliver(post.primary, _undo(post.primary, offer))
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
    await kit.deliver(post.primary, _undo(post.primary, offer))

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
        await kit.send(enemy, _undo(enemy, offer))
        await kit.send(enemy, enemy.activity("Undo", offer["id"]))
        await kit.send(enemy, enemy.proven(_undo(post.primary, offer)))
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


@case("accept.shape", "Accept", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """The Accept names the Offer and one stamp, and is addressed to the primary author"""
    post = kit.with_target()
    offer = await kit.invited(post)
    accept = await kit.agreed(post, offer)
    if accept.get("actor") != kit.target.id:
        raise Failed(f"its actor is {accept.get('actor')!r}, not the target of the Offer")
    to = accept.get("to")
    if post.primary.id not in (to if isinstance(to, list) else [to]):
        raise Failed(f"it is not addressed to the primary author: {to!r}")
    if not same_origin(accept.get("id"), kit.target.id):
        raise Failed(f"its id is not on its actor's server: {accept.get('id')!r}")


@case("accept.stamp", "Stamp", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """The stamp can be read by everybody, and says exactly what was agreed to"""
    post = kit.with_target()
    await kit.accepted(post)
    url = post.stamps[kit.target.id]
    stamp = await _stamp(kit, url)
    if not same_origin(url, kit.target.id) or stamp.id != url:
        raise Failed(f"the stamp {stamp.id} is not at its own address on the co-author's server")
    said = {
        "attributedTo": (stamp.issuer, kit.target.id),
        "interactingObject": (stamp.object_id, post.id),
        "consentedAuthors": (list(stamp.authors), post.authors),
        "consentDigest": (stamp.digest, post.digest),
    }
    for name, (found, wanted) in said.items():
        if found != wanted:
            raise Failed(f"{name} is {found!r}, not {wanted!r}")


@case("accept.stamp-media-type", "Verification", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """The stamp is served with an ActivityPub media type"""
    from activitypub.vocab.terms import is_activitypub_type

    post = kit.with_target()
    await kit.accepted(post)
    reply = await kit.look(post.stamps[kit.target.id])
    media_type = reply.headers.get("Content-Type", "")
    if not is_activitypub_type(media_type):
        raise Failed(f"it is served as {media_type!r}")


@case("accept.first-counts", "Accept", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """An answer is not sent a second time with another stamp"""
    post = kit.with_target()
    offer = await kit.invited(post)
    await kit.agreed(post, offer)
    with contextlib.suppress(Refusal):
        await kit.hands.accept(offer["id"])
    await kit.quiet()
    found = [
        letter.activity["result"]
        for letter in post.primary.origin.letters
        if letter.activity["type"] == "Accept" and answers(offer)(letter.activity)
    ]
    if len(set(found)) != 1:
        raise Failed(f"the Offer was accepted with {len(set(found))} different stamps")


UNSHOWABLE: Final[tuple[tuple[str, str, Mapping[str, Any]], ...]] = (
    ("script", "text with a script", {"content": "<p>Hi.<script>alert(1)</script></p>"}),
    ("handler", "text with an event handler", {"content": '<p onclick="alert(1)">Hi.</p>'}),
    (
        "javascript-link",
        "text with a link that is a program",
        {"content": '<p><a href="javascript:alert(1)">Hi.</a></p>'},
    ),
    (
        "other-language",
        "text that says something else in another language",
        {"contentMap": {"en": "<p>Hi.</p>", "de": "<p>Tod.</p>"}},
    ),
    (
        "map-differs",
        "text that differs from its own entry in contentMap",
        {"contentMap": {"en": "<p>Something else.</p>"}},
    ),
    ("summary-html", "a warning with markup", {"summary": "<b onmouseover=x>Hi</b>"}),
)


def _unshowable(name: str, what: str, core: Mapping[str, Any]) -> Case:
    async def run(kit: Kit) -> None:
        post = kit.with_target(**core)
        offer = post.offer(kit.target)
        await kit.send(post.primary, offer)
        await kit.invited(kit.with_target())  # whatever became of it has become of it now
        await kit.refused_or_silent(post, offer, f"{what} was agreed to")

    title = f"Never sends an Accept for {what}"
    return Case(f"accept.{name}", "Offer", title, Part.CO_AUTHOR, Severity.MUST, run)


for _entry in UNSHOWABLE:
    add(_unshowable(*_entry))


@case("accept.media-differs", "Consent digest", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Never sends an Accept for a picture that is not what its digest promises"""
    alice = kit.new_alice()
    url = f"{kit.a.base}/media/{alice.name}.png"
    kit.a.serve(b"\x89PNG\r\n\x1a\n", at=url, media_type="image/png")
    picture = {
        "type": "Image",
        "mediaType": "image/png",
        "url": url,
        "name": "A square",
        "digestMultibase": media_digest(b"something else"),
    }
    post = kit.with_target(alice, attachment=[picture])
    offer = await kit.invited(post)
    await kit.quiet()
    await kit.refused_or_silent(post, offer, "another picture than promised was agreed to")


@case("draft.not-public", "Offer", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """A draft that the user was invited to is not shown to anybody as a post"""
    post = kit.with_target()
    await kit.invited(post)
    kit.never(await kit.shown(post.id), "the draft is shown as a post")
    outbox = kit.target.document.get("outbox")
    if isinstance(outbox, str):
        for url in (outbox, f"{outbox}?page=1", f"{outbox}?page=true"):
            reply = await kit.look(url)
            kit.never(post.id.encode() in reply.body, f"the draft is in {url}")


@case("stamp.not-listed", "Stamp", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """A stamp is not listed in a collection, and its id cannot be guessed"""
    post = kit.with_target()
    await kit.accepted(post)
    url = post.stamps[kit.target.id]
    # 128 bits are 22 characters of base 64; whatever is before them is the same for all.
    other = kit.with_target()
    await kit.accepted(other)
    second = other.stamps[kit.target.id]
    common = next(
        (n for n, (x, y) in enumerate(zip(url, second, strict=False)) if x != y), len(url)
    )
    if min(len(url), len(second)) - common < 16:
        raise Failed(f"{url} and {second} have too much in common to be unpredictable")
    outbox = kit.target.document.get("outbox")
    if isinstance(outbox, str):
        for page in (outbox, f"{outbox}?page=1", f"{outbox}?page=true"):
            kit.never(url.encode() in (await kit.look(page)).body, f"the stamp is in {page}")


@case("reject.sent", "Reject", Part.CO_AUTHOR, Severity.SHOULD)
async def _(kit: Kit) -> None:
    """Sends a Reject when the user declines"""
    post = kit.with_target()
    offer = await kit.invited(post)
    await kit.hands.decline(offer["id"])
    letter = await kit.until(
        "a Reject arrives", lambda: kit.letter(post.primary, "Reject", answers(offer))
    )
    if letter.activity.get("actor") != kit.target.id:
        raise Failed(f"its actor is {letter.activity.get('actor')!r}")


@case("reject.final", "Accept", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """A declined invitation is not accepted afterwards"""
    post = kit.with_target()
    offer = await kit.invited(post)
    await kit.hands.decline(offer["id"])
    await kit.refused_or_silent(post, offer, "an Accept followed the Reject")


@case("undo.deletes-stamp", "Withdrawal", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes the stamp when its Offer is withdrawn before publication"""
    post = kit.with_target()
    offer = await kit.invited(post)
    await kit.agreed(post, offer)
    await kit.deliver(post.primary, _undo(post.primary, offer))
    url = post.stamps[kit.target.id]

    async def gone() -> bool:
        return await kit.gone(url)

    await kit.until_async("the stamp of a withdrawn Offer is deleted", gone)


@case("undo.published", "Withdrawal", Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Keeps the stamp that is current on a published object when its Offer is withdrawn"""
    post = await kit.published()
    offer_id = next(
        letter.activity["object"]["id"]
        for letter in reversed(kit.a.letters)
        if letter.activity.get("result") == post.stamps[kit.target.id]
        and isinstance(letter.activity["object"], Mapping)
    )
    undo = post.primary.activity("Undo", {"type": "Offer", "id": offer_id})
    await kit.deliver(post.primary, undo)
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if await kit.gone(post.stamps[kit.target.id]):
        raise Failed("the stamp of a published object is gone")


def _undo(actor: Any, offer: Mapping[str, Any]) -> dict[str, Any]:
    reference = {name: offer[name] for name in ("type", "id", "actor", "target")}
    made: dict[str, Any] = actor.activity("Undo", reference, to=[offer["target"]])
    return made


async def _stamp(kit: Kit, url: str) -> Stamp:
    read = parse_stamp(await kit.read(url))
    if not isinstance(read, Stamp):
        raise Failed(f"{url} is no stamp: {read.reason}")
    return read
