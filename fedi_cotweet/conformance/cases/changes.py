"""A published post is to be changed: everybody is asked again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from activitypub.coauthorship.notice import remove_notice
from activitypub.vocab.reading import as_list
from fedi_cotweet.conformance.cases.publication import deletes, until_gone
from fedi_cotweet.conformance.cases.registry import Part, case
from fedi_cotweet.conformance.cotweets import CoTweet, Received
from fedi_cotweet.conformance.drivers import Refusal
from fedi_cotweet.conformance.kit import Kit, about, answers
from fedi_cotweet.conformance.outcomes import Failed, NotRun

CHANGES = "Changes"


async def _proposed(kit: Kit) -> tuple[CoTweet, CoTweet, dict[str, object]]:
    """A published post, its new version, and the Offer of that one."""
    post = await kit.published()
    changed = replace(
        post,
        core={**post.core, "content": "<p>Better words.</p>", "updated": kit.later(0)},
        stamps={},
    )
    offer = changed.offer(kit.target)
    draft = {**offer["object"], "published": post.core["published"]}
    offer = offer | {"object": draft}
    await kit.deliver(post.primary, offer)

    async def there() -> bool:
        return await kit.is_invited(offer)

    await kit.until_async("the Offer of a change is shown to the user", there)
    return post, changed, offer


@case("change.agreed", CHANGES, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Agrees to a change with a new stamp, and keeps the old one until the Update"""
    post, changed, offer = await _proposed(kit)
    await kit.agreed(changed, offer)
    old, new = post.stamps[kit.target.id], changed.stamps[kit.target.id]
    if old == new:
        raise Failed("the stamp of the new version has the id of the old one")
    await asyncio.sleep(kit.waits.grace)
    if await kit.gone(old):
        raise Failed("the old stamp was deleted before the new version was published")
    note = changed.publish()
    await kit.deliver(changed.primary, changed.primary.proven(changed.update(note)))
    await kit.until_shown(changed, *changed.authors)
    if await kit.gone(new):
        raise Failed("the new stamp is gone")


@case("change.old-stamp", CHANGES, Part.CO_AUTHOR, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Deletes the superseded stamp after the Update, without a Delete"""
    post, changed, offer = await _proposed(kit)
    await kit.agreed(changed, offer)
    note = changed.publish()
    await kit.deliver(changed.primary, changed.primary.proven(changed.update(note)))
    await kit.until_shown(changed, *changed.authors)
    old = post.stamps[kit.target.id]
    if not await kit.gone(old):
        await kit.advance(25 * 3600)
        await until_gone(kit, old, "a day after the Update")
    await kit.quiet()
    kit.never(deletes(kit, post), "a Delete was sent")


@case("change.undone", CHANGES, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """The Undo of such an Offer cancels the change only"""
    post, _, offer = await _proposed(kit)
    undo = post.primary.activity("Undo", {"type": "Offer", "id": offer["id"]})
    await kit.deliver(post.primary, undo)
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if await kit.gone(post.stamps[kit.target.id]) or await kit.shown(post.id) != post.authors:
        raise Failed("the published post lost its co-author")


async def _edited(kit: Kit) -> tuple[Received, Received, str]:
    """The target's published post, its user's change of it, and the stamp of the old version."""
    bob = kit.new_bob()
    [got] = await kit.arrived(bob)
    stamp = await kit.answer(got)
    await kit.until_published(got)
    try:
        await kit.hands.edit(got.object_id, "Better words than those that were published.")
    except Refusal as no:
        raise NotRun(str(no)) from no
    letter = await kit.until(
        "an Offer of the new version arrives",
        lambda: kit.letter(bob, "Offer", lambda offer: offer["id"] != got.offer["id"]),
    )
    return got, Received(letter.activity, bob), stamp


@case("changed.waits", CHANGES, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Leaves the published post as it is until everybody agreed to the change"""
    got, offered, stamp = await _edited(kit)
    if offered.object_id != got.object_id:
        raise Failed("the change is offered as another object")
    draft = offered.offer["object"]
    for name in ("published", "updated"):
        if name not in draft:
            raise Failed(f"the offered version has no {name!r}")
    await asyncio.sleep(kit.waits.grace)
    note = await kit.read(got.object_id)
    stamps = as_list(note.get("coAuthorAuthorization"))
    if _text(note, got) == draft.get("content") or stamp not in stamps:
        raise Failed("the post was changed before its co-author agreed")


@case("changed.published", CHANGES, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Sends one Update with the new stamps when everybody agreed"""
    got, offered, _ = await _edited(kit)
    stamp = await kit.answer(offered)
    await kit.until(
        "an Update arrives", lambda: kit.letter(got.person, "Update", about(got.object_id))
    )
    note = await kit.read(got.object_id)
    if as_list(note.get("coAuthorAuthorization")) != [stamp]:
        raise Failed(f"the stamps are {note.get('coAuthorAuthorization')!r}, not [{stamp!r}]")
    if _text(note, got) != offered.offer["object"]["content"]:
        raise Failed(f"the content is {note.get('content')!r}, not the one that was agreed to")


def _text(note: Mapping[str, Any], got: Received) -> str:
    """What was agreed to of a post as it is read, which may end with an inline notice."""
    return remove_notice(str(note.get("content")), got.authors)


@case("changed.declined", CHANGES, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Leaves the published post and its authors as they are when a change is declined"""
    got, offered, stamp = await _edited(kit)
    await kit.deliver(got.person, offered.reject())
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    note = await kit.read(got.object_id)
    if as_list(note.get("coAuthorAuthorization")) != [stamp]:
        raise Failed("the published post lost its co-author or changed")
    kit.never(
        kit.letter(got.person, "Undo", answers(got.offer)), "the first invitation was withdrawn"
    )
