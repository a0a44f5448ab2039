"""The target is a third server: whose name it shows, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from activitypub.vocab.terms import note_context
from fedi_cotweet.conformance.attacks.posts import POSTS
from fedi_cotweet.conformance.attacks.registry import Attack
from fedi_cotweet.conformance.cases.registry import Case, Part, Severity, add, case
from fedi_cotweet.conformance.cotweets import CoTweet, addressing
from fedi_cotweet.conformance.kit import Kit
from fedi_cotweet.conformance.outcomes import Failed
from fedi_cotweet.conformance.people import Person

VERIFICATION: Final = "Verification"


def mentioning(kit: Kit, *others: Person, primary: Person | None = None, **core: Any) -> CoTweet:
    """A post by new people that mentions the target's user, so that it is their business."""
    author, people = primary or kit.new_alice(), others or (kit.new_bob(),)
    named = addressing(author, people)
    named["cc"].append(kit.target.id)
    named["tag"].append({"type": "Mention", "href": kit.target.id, "name": f"@{kit.target.handle}"})
    return kit.cotweet(*people, primary=author, **named | core)


async def verified(kit: Kit, *others: Person) -> CoTweet:
    """A post with consent that the target shows with all its authors."""
    post = mentioning(kit, *others)
    for person in post.co_authors:
        if isinstance(person, Person):
            post.consent(person)
    post.publish()
    await kit.deliver(post.primary, post.create())
    await kit.until_shown(post, *post.authors)
    return post


async def steady(kit: Kit, post: CoTweet, what: str) -> None:
    """Both authors are shown still."""
    await kit.quiet()
    if (authors := await kit.shown(post.id)) != post.authors:
        raise Failed(f"{what}; now the authors are {authors}")


@case("read.full", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """Shows a verified co-author of a full rendition"""
    await verified(kit)


@case("read.single", "Renditions", Part.READER)
async def _(kit: Kit) -> None:
    """Shows a verified co-author of a single-author rendition"""
    post = mentioning(kit)
    post.consent(post.signing_co_author)
    post.publish()
    await kit.deliver(post.primary, post.create(post.plain()))
    await kit.until_shown(post, *post.authors)


@case("read.two-co-authors", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """Shows those co-authors whose stamp is valid, and not the others"""
    bob, carol = kit.new_bob(), kit.new_carol()
    post = mentioning(kit, bob, carol)
    post.consent(carol)
    post.publish()
    await kit.deliver(post.primary, post.create())
    await kit.until_shown(post, post.primary.id, carol.id)


@case("read.redirect-inside", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """Follows a redirect of a stamp inside its own server"""
    post = mentioning(kit)
    bob = post.signing_co_author
    url = post.consent(bob)
    bob.origin.redirect(url, bob.origin.serve(post.stamp(bob, id=url), at=bob.mint("moved")))
    post.publish()
    await kit.deliver(post.primary, post.create())
    await kit.until_shown(post, *post.authors)


async def _those_shown(kit: Kit) -> Mapping[str, list[str]]:
    """Who is shown over every post of the attacks; all are sent at once and looked at once."""
    if "posts" in kit.known:
        found: Mapping[str, list[str]] = kit.known["posts"]
        return found
    made: dict[str, CoTweet] = {}
    for key in sorted(POSTS.keys() & kit.chosen):
        attack = POSTS[key]
        post = mentioning(kit)
        activity = attack.build(kit, post)
        made[key] = post
        if not isinstance(activity, bytes):
            carried = {"@context": note_context(True), **activity["object"]}
            post.primary.origin.serve(carried, at=post.id)
        await kit.send(post.primary, activity)
    # When this later one is shown, all of those before could have been.
    await verified(kit)
    await kit.quiet()
    shown = {key: await kit.shown(post.id) for key, post in made.items()}
    honest = kit.neighbour.id  # who did consent, where she is named
    kit.known["posts"] = {
        key: [uri for uri in authors if uri not in (made[key].primary.id, honest)]
        for key, authors in shown.items()
    }
    return dict(kit.known["posts"])


def _broken(attack: Attack[Any]) -> Case:
    async def run(kit: Kit) -> None:
        if names := (await _those_shown(kit))[attack.id]:
            raise Failed(f"{names[0]} is shown as an author with {attack.what}")

    title = f"Shows no name with {attack.what}"
    return Case(attack.id, attack.section, title, Part.READER, Severity.MUST, run)


for _attack in POSTS.values():
    add(_broken(_attack))


@case("read.update-content", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """Stops showing the co-author when the content changes, until the new one is agreed to"""
    post = await verified(kit)
    other = post.publish(content="<p>Hate.</p>", updated=kit.later(0))
    await kit.deliver(post.primary, post.update(other))
    await kit.until_shown(post, post.primary.id)
    agreed = replace(
        post, core={**post.core, "content": "<p>Hate.</p>", "updated": kit.later()}, stamps={}
    )
    agreed.consent(post.signing_co_author)
    await kit.deliver(post.primary, agreed.update(agreed.publish()))
    await kit.until_shown(agreed, *agreed.authors)


@case("read.update-authors", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """Shows nobody under a longer author list than they agreed to"""
    post = await verified(kit)
    carol = kit.new_carol()
    longer = mentioning(kit, post.signing_co_author, carol, primary=post.primary, id=post.id)
    longer.core |= {"published": post.core["published"], "updated": kit.later(0)}
    longer.stamps = dict(post.stamps)
    await kit.deliver(post.primary, post.update(longer.publish()))
    await kit.until_shown(post, post.primary.id)


@case("read.shorter-author-list", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """A stamp stays valid for a shorter author list"""
    bob, carol = kit.new_bob(), kit.new_carol()
    post = await verified(kit, bob, carol)
    shorter = replace(post, co_authors=(bob,), stamps={bob.id: post.stamps[bob.id]})
    note = shorter.publish(updated=kit.later(0))
    await kit.deliver(post.primary, post.update(note))
    await kit.until_shown(post, post.primary.id, bob.id)


@case("read.older-version", "Changes", Part.READER)
async def _(kit: Kit) -> None:
    """Ignores a version older than the one it holds"""
    post = await verified(kit)
    first = post.note()
    alone = post.publish(
        attributedTo=post.primary.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        updated=kit.later(0),
    )
    await kit.deliver(post.primary, post.update(alone))
    await kit.until_shown(post, post.primary.id)
    await kit.send(post.primary, post.update(first))
    await kit.send(kit.mallory, post.primary.proven(post.update(first)))
    await kit.quiet()
    if await kit.shown(post.id) != [post.primary.id]:
        raise Failed("an old version has taken the newer one's place")


@case("read.update-by-co-author", "Representation", Part.READER)
async def _(kit: Kit) -> None:
    """A co-author cannot change or delete the post"""
    post = await verified(kit)
    bob = post.signing_co_author
    mine = post.note(content="<p>Mine.</p>", updated=kit.later(0))
    for activity in (
        bob.activity("Update", mine),
        bob.activity("Update", mine | {"attributedTo": bob.id}),
        bob.proven(bob.activity("Update", mine)),
        bob.activity("Delete", post.id),
        bob.activity("Delete", {"type": "Tombstone", "id": post.id}),
    ):
        await kit.send(bob, activity)
    await steady(kit, post, "a co-author has changed or deleted the post")


@case("read.other-primary", VERIFICATION, Part.READER)
async def _(kit: Kit) -> None:
    """The primary author of a known object never changes"""
    post = await verified(kit)
    heir = kit.somebody(kit.a, "heir")
    bob = post.signing_co_author
    stolen = mentioning(kit, bob, primary=heir, id=post.id, updated=kit.later(0))
    stolen.consent(bob)
    note = stolen.publish()
    for sender, activity in (
        (heir, stolen.update(note)),
        (post.primary, post.update(note)),
        (post.primary, post.primary.activity("Update", post.id)),
    ):
        await kit.send(sender, activity)
    await kit.quiet()
    kit.never(heir.id in await kit.shown(post.id), "another primary author is shown")


@case("read.object-origin", "Representation", Part.READER)
async def _(kit: Kit) -> None:
    """Rejects an object that is not on its primary author's server"""
    post = mentioning(kit)
    bob = post.signing_co_author
    elsewhere = replace(post, core={**post.core, "id": kit.mallory.mint("notes")})
    elsewhere.consent(bob)
    kit.m.serve(elsewhere.note(), at=elsewhere.id)
    await kit.send(post.primary, elsewhere.create())
    await kit.send(bob, bob.activity("Announce", elsewhere.id))
    await kit.quiet()
    kit.never(await kit.shown(elsewhere.id), "the object is shown")


@case("read.brought-by-others", "Representation", Part.READER)
async def _(kit: Kit) -> None:
    """Takes a post from nobody but its primary author"""
    post = mentioning(kit)
    post.consent(post.signing_co_author)
    for thief in (kit.mallory, kit.a.person("mallory"), post.signing_co_author):
        for note in (post.note(), post.note(attributedTo=thief.id)):
            await kit.send(thief, thief.activity("Create", note))
    await kit.quiet()
    kit.never(post.primary.id in await kit.shown(post.id), "it was taken from a stranger")


@case("read.announced", "Publication", Part.READER)
async def _(kit: Kit) -> None:
    """An Announce makes nobody an author"""
    post = mentioning(kit)
    bob = post.signing_co_author
    bob.origin.fail(post.consent(bob), 404)
    post.publish()
    await kit.deliver(post.primary, post.create())
    await kit.send(bob, kit.announce(post, bob))
    await kit.send(kit.mallory, kit.announce(post, kit.mallory))
    await verified(kit)
    await kit.quiet()
    if await kit.shown(post.id) != [post.primary.id]:
        raise Failed("whoever announced it is shown as an author")
