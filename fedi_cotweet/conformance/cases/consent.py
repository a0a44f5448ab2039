"""The target is invited: its user's Accept, the stamp behind it, and what takes them away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.reading import same_origin
from fedi_cotweet.conformance.cases.invitations import read_stamp, undo_of
from fedi_cotweet.conformance.cases.registry import Case, Part, Severity, add, case
from fedi_cotweet.conformance.drivers import Refusal
from fedi_cotweet.conformance.kit import Kit, answers
from fedi_cotweet.conformance.outcomes import Failed


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
    stamp = await read_stamp(kit, url)
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
    await kit.deliver(post.primary, undo_of(post.primary, offer))
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
