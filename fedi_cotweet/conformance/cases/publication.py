"""The target agreed, and the post is published: what it makes of that."""

from __future__ import annotations

import asyncio
from typing import Any

from fedi_cotweet.conformance.cases.registry import Part, Severity, case
from fedi_cotweet.conformance.cotweets import CoTweet
from fedi_cotweet.conformance.kit import Kit, about
from fedi_cotweet.conformance.outcomes import Failed
from fedi_cotweet.conformance.people import Person

PUBLICATION = "Publication"
CHANGED = "<p>Words nobody agreed to.</p>"


async def follower(kit: Kit) -> Person:
    """A follower of the target whose server knows no co-authors."""
    return await kit.followed_by(kit.unaware())


async def with_follower(kit: Kit) -> tuple[CoTweet, Person]:
    """A published post of the target's that a follower got."""
    erin = await follower(kit)
    post = await kit.published()
    await kit.until(
        "the followers get an Announce", lambda: kit.letter(erin, "Announce", about(post.id))
    )
    return post, erin


async def until_gone(kit: Kit, url: str, when: str) -> None:
    """Wait until the stamp is deleted."""

    async def gone() -> bool:
        return await kit.gone(url)

    await kit.until_async(f"the stamp is deleted {when}", gone)


async def not_shown(kit: Kit, post: CoTweet, when: str) -> None:
    """The target is not shown as an author at its own server."""

    async def check() -> bool:
        return kit.target.id not in await kit.shown(post.id)

    await kit.until_async(f"the co-author's name goes {when}", check)


def deletes(kit: Kit, post: CoTweet) -> bool:
    """Whether the primary author's server was told that the stamp is deleted."""
    return kit.letter(post.primary, "Delete", about(post.stamps[kit.target.id])) is not None


@case("publication.shown", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Shows the published post as by both authors"""
    await kit.published()


@case("publication.announce", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Announces the post to followers on servers that know no co-authors"""
    erin = await follower(kit)
    post = await kit.published()
    letter = await kit.until(
        "the followers get an Announce", lambda: kit.letter(erin, "Announce", about(post.id))
    )
    announce = letter.activity
    if announce.get("actor") != kit.target.id:
        raise Failed(f"its actor is {announce.get('actor')!r}")
    audience = [*_list(announce.get("to")), *_list(announce.get("cc"))]
    if "https://www.w3.org/ns/activitystreams#Public" not in audience:
        raise Failed(f"it has not the visibility of the object: {audience}")


@case("publication.announce-after", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Announces nothing before the post can be fetched"""
    erin = await follower(kit)
    post = kit.with_target()
    await kit.accepted(post)
    await kit.deliver(post.primary, post.primary.proven(post.create()))
    seen = lambda: kit.letter(erin, "Announce", about(post.id))  # noqa: E731 - said twice
    await kit.watch(seen, "it announced a post whose address answers 404")


@case("publication.forwarded", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Forwards a Create with a proof, unchanged, to followers on servers that know co-authors"""
    frank = await kit.followed_by(kit.somebody(kit.m, "frank"))
    post = kit.with_target()
    await kit.accepted(post)
    post.publish()
    create = post.primary.proven(post.create())
    await kit.deliver(post.primary, create)
    letter = await kit.until(
        "the Create is forwarded", lambda: kit.letter(frank, "Create", about(post.id))
    )
    if letter.activity != create:
        raise Failed("the forwarded Create is not the one that was sent")


@case("publication.content-differs", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes its stamp when something else is published, and does not announce it"""
    erin = await follower(kit)
    post = kit.with_target()
    await kit.accepted(post)
    other = post.publish(content=CHANGED)
    await kit.deliver(post.primary, post.primary.proven(post.create(other)))
    await until_gone(kit, post.stamps[kit.target.id], "when something else is published")
    await not_shown(kit, post, "when something else is published")
    kit.never(kit.letter(erin, "Announce", about(post.id)), "something else was announced")


@case("publication.longer-author-list", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes its stamp when it is used beside an author who was not agreed to"""
    post = await kit.published()
    carol = kit.new_carol()
    longer = kit.cotweet(kit.target, carol, primary=post.primary, id=post.id)
    longer.core |= {"published": post.core["published"], "updated": kit.later()}
    longer.stamps = dict(post.stamps)
    longer.consent(carol)
    note = longer.publish()
    await kit.deliver(post.primary, post.primary.proven(longer.update(note)))
    await until_gone(kit, post.stamps[kit.target.id], "when an author was added")


@case("publication.update-differs", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes its stamp when the post is changed without asking"""
    post = await kit.published()
    await _changed(kit, post)
    await until_gone(kit, post.stamps[kit.target.id], "after an Update nobody agreed to")
    await not_shown(kit, post, "after an Update nobody agreed to")


@case("publication.undo-announce", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Takes its Announce back when the post is changed without asking"""
    post, erin = await with_follower(kit)
    await _changed(kit, post)
    await kit.until("the Announce is undone", lambda: undone(kit, erin, post))


@case("publication.update-by-reference", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Fetches the post after every Update, also one without content"""
    post = await kit.published()
    post.publish(content=CHANGED, updated=kit.later())
    await kit.deliver(post.primary, post.primary.activity("Update", post.id))
    await until_gone(kit, post.stamps[kit.target.id], "after an Update by reference")


async def _changed(kit: Kit, post: CoTweet) -> None:
    other = post.publish(content=CHANGED, updated=kit.later())
    await kit.deliver(post.primary, post.primary.proven(post.update(other)))


def undone(kit: Kit, follower: Person, post: CoTweet) -> bool:
    """Whether a follower got the Undo of the Announce."""

    def of_it(activity: Any) -> bool:
        thing = activity.get("object")
        if isinstance(thing, str):
            return any(
                letter.activity["type"] == "Announce" and letter.activity.get("id") == thing
                for letter in follower.origin.letters
            )
        return isinstance(thing, dict) and about(post.id)(thing)

    return kit.letter(follower, "Undo", of_it) is not None


@case("publication.fetches-before-it-acts", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Keeps its stamp when only an Update says otherwise, not the post itself"""
    post = await kit.published()
    pushed = post.note(content=CHANGED, updated=kit.later(0))
    # Its address does not answer for now: nothing is known.
    kit.a.fail(post.id, 503)
    await kit.deliver(post.primary, post.primary.proven(post.update(pushed)))
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if await kit.gone(post.stamps[kit.target.id]):
        raise Failed("the stamp was deleted without a look at the post")


@case("publication.older-version", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Does not act on a version older than one it has seen"""
    post = await kit.published()
    newer = post.publish(updated=kit.later(0), likes=f"{post.id}/likes")
    await kit.deliver(post.primary, post.primary.proven(post.update(newer)))
    await kit.quiet()
    # A cache in between brings back something from before it was agreed to.
    kit.a.serve(post.note(content="<p>First try.</p>"))
    await kit.deliver(post.primary, post.primary.activity("Update", post.id))
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if await kit.gone(post.stamps[kit.target.id]):
        raise Failed("the stamp was deleted because of an old version")


@case("publication.two-faced", PUBLICATION, Part.CO_AUTHOR, Severity.SHOULD, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Looks at the post like a stranger some time after the Announce"""
    from aiohttp import web

    post, _ = await with_follower(kit)
    honest, other = post.note(), post.note(content=CHANGED)

    async def two_faced(request: web.Request) -> web.StreamResponse:
        known = any("signature" in name.lower() for name in request.headers)
        document = honest if known else other
        return web.json_response(document, content_type="application/activity+json")

    kit.a.routes[post.id.removeprefix(kit.a.base)] = two_faced
    await kit.advance(10 * 60)
    await until_gone(kit, post.stamps[kit.target.id], "when strangers are shown something else")


@case("publication.never", PUBLICATION, Part.CO_AUTHOR, lets_time_pass=True)
async def _(kit: Kit) -> None:
    """Deletes a stamp that was not used within thirty days, without a Delete"""
    post = kit.with_target()
    await kit.accepted(post)
    await kit.advance(31 * 24 * 3600)
    await until_gone(kit, post.stamps[kit.target.id], "when the post was never published")
    await kit.quiet()
    kit.never(deletes(kit, post), "a Delete was sent")


@case("removal.by-primary", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes its stamp when the primary author takes the name off, without a Delete"""
    post = await kit.published()
    without = post.publish(
        attributedTo=post.primary.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        tag=[],
        cc=[post.primary.followers],
        updated=kit.later(),
    )
    update = post.update(without, cc=[post.primary.followers, kit.target.id])
    await kit.deliver(post.primary, post.primary.proven(update))
    await until_gone(kit, post.stamps[kit.target.id], "when the name was taken off")
    await not_shown(kit, post, "when the primary author takes it off")
    await kit.quiet()
    kit.never(deletes(kit, post), "a Delete was sent")


@case("removal.object-deleted", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Deletes its stamp when the post is deleted, without a Delete of its own"""
    post = await kit.published()
    tombstone = {"type": "Tombstone", "id": post.id}
    kit.a.serve({"@context": "https://www.w3.org/ns/activitystreams", **tombstone}, status=410)
    delete = post.primary.activity("Delete", tombstone)
    await kit.deliver(post.primary, post.primary.proven(delete))
    await until_gone(kit, post.stamps[kit.target.id], "when the post is deleted")
    await kit.quiet()
    kit.never(deletes(kit, post), "a Delete of the stamp was sent")


@case("removal.delete-by-stranger", PUBLICATION, Part.CO_AUTHOR)
async def _(kit: Kit) -> None:
    """Keeps the post and its stamp when somebody else says that it is deleted"""
    post = await kit.published()
    for enemy in (kit.mallory, kit.a.person("mallory")):
        await kit.send(enemy, enemy.proven(enemy.activity("Delete", post.id)))
        forged = post.primary.activity("Delete", post.id)
        await kit.send(enemy, enemy.proven(forged))
    await asyncio.sleep(kit.waits.grace)
    await kit.quiet()
    if await kit.gone(post.stamps[kit.target.id]) or await kit.shown(post.id) != post.authors:
        raise Failed("a stranger has deleted the post")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
