"""The target invites: its Offers, its draft, and what it publishes when all agreed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from activitypub.coauthorship.offers import Invitation, check_offer
from activitypub.vocab.reading import as_list, same_origin
from fedi_cotweet.conformance.cases.registry import Part, case
from fedi_cotweet.conformance.cotweets import Received
from fedi_cotweet.conformance.drivers import Refusal
from fedi_cotweet.conformance.kit import Kit, about
from fedi_cotweet.conformance.outcomes import Failed

DRAFT: Final = "Offer"


@case("invite.rules", DRAFT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """An invitation keeps every rule for Offers"""
    [got] = await kit.arrived(kit.new_bob())
    checked = check_offer(
        got.offer,
        signer=kit.target.id,
        now=kit.clock(),
        own_actor=lambda uri: uri == got.person.id,
    )
    if not isinstance(checked, Invitation):
        raise Failed(checked.reason)
    if not same_origin(checked.object_id, kit.target.id):
        raise Failed("the object is not on its primary author's server")


@case("invite.own-inbox", DRAFT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """An invitation goes to the invited actor's own inbox, not to a shared one"""
    bob = kit.new_bob()
    await kit.arrived(bob)
    letter = kit.letter(bob, "Offer")
    path = bob.inbox.removeprefix(kit.b.base)
    if letter is None or letter.path != path:
        raise Failed(f"it came to {letter.path if letter else 'nowhere'}, not to {path}")


@case("invite.one-each", DRAFT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Every co-author gets an Offer of their own, for the same object"""
    one, other = await kit.arrived(kit.new_bob(), kit.new_carol())
    if one.offer["id"] == other.offer["id"]:
        raise Failed("both Offers have the same id")
    if one.object_id != other.object_id or one.authors != other.authors:
        raise Failed("the two Offers are not about the same object and authors")


@case("invite.not-capable", "Advertising willingness", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Sends no invitation to an actor without canCoAuthor"""
    unable = kit.unaware()
    try:
        await kit.hands.invite([f"@{unable.handle}"], "You cannot read this.")
    except Refusal:
        return
    await kit.watch(lambda: kit.letter(unable, "Offer"), "an Offer was sent")


@case("draft.hidden", DRAFT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """The draft's id answers 404 to everybody who is not invited"""
    [got] = await kit.arrived(kit.new_bob())
    for who, by in (("nobody in particular", None), ("a stranger", kit.mallory)):
        reply = await kit.look(got.object_id, by=by)
        if reply.status != 404:
            raise Failed(f"it answers {reply.status} to {who}")
        said = got.offer["object"]["content"].encode()
        kit.never(said in reply.body, f"{who} gets the draft's text")


@case("draft.not-cacheable", DRAFT, Part.PRIMARY)
async def _(kit: Kit) -> None:
    """A response with a draft is not cacheable"""
    bob = kit.new_bob()
    [got] = await kit.arrived(bob)
    reply = await kit.look(got.object_id, by=bob)
    if reply.status != 200:
        return  # nobody has to show it to the invited actors by its id
    control = reply.headers.get("Cache-Control", "").lower()
    if not any(word in control for word in ("no-store", "private", "no-cache")):
        raise Failed(f"it comes with Cache-Control: {control or 'nothing'}")


@case("answer.published", "Publication", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Publishes when everybody agreed, with their stamps, under the same id"""
    one, other = await kit.arrived(kit.new_bob(), kit.new_carol())
    stamps = [await kit.answer(one), await kit.answer(other)]
    note = await kit.until_published(one, other)
    if sorted(map(str, as_list(note.get("coAuthorAuthorization")))) != sorted(stamps):
        raise Failed(f"the stamps are {note.get('coAuthorAuthorization')!r}, not {stamps}")
    if note.get("coAuthors") != one.authors[1:]:
        raise Failed(f"the co-authors are {note.get('coAuthors')!r}, not {one.authors[1:]}")


@case("answer.full-rendition", "Renditions", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Servers that know co-authors, and whoever fetches the id, get the full rendition"""
    [got] = await kit.arrived(kit.new_bob())
    await kit.answer(got)
    note = await kit.until_published(got)
    wanted = [{"type": "Person", "id": uri} for uri in got.authors]
    if note.get("attributedTo") != wanted:
        raise Failed(f"at its id attributedTo is {note.get('attributedTo')!r}, not {wanted}")
    letter = kit.letter(got.person, "Create", about(got.object_id))
    carried = letter.activity["object"] if letter else {}
    if isinstance(carried, Mapping) and carried.get("attributedTo") != wanted:
        raise Failed(f"a co-author got attributedTo {carried.get('attributedTo')!r}")


@case("answer.single-author-rendition", "Renditions", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Inboxes not known to know co-authors get one author, as a string"""
    erin = await kit.followed_by(kit.unaware())
    [got] = await kit.arrived(kit.new_bob())
    await kit.answer(got)
    await kit.until_published(got)
    letter = await kit.until(
        "a follower gets the post", lambda: kit.letter(erin, "Create", about(got.object_id))
    )
    create: Mapping[str, Any] = letter.activity
    note = create["object"]
    if note.get("attributedTo") != kit.target.id:
        raise Failed(f"attributedTo is {note.get('attributedTo')!r}, not the primary author")
    if create.get("actor") != kit.target.id:
        raise Failed(f"the Create's actor is {create.get('actor')!r}")
    addressed = [*as_list(note.get("to")), *as_list(note.get("cc"))]
    kit.never(got.person.followers in addressed, "a co-author's followers are addressed")


@case("answer.waits-for-all", "Publication", Part.PRIMARY)
async def _(kit: Kit) -> None:
    """Publishes nothing with an author who has not answered"""
    one, _ = await kit.arrived(kit.new_bob(), kit.new_carol())
    await kit.answer(one)
    await unpublished(kit, one, "it was published before everybody answered")


async def unpublished(kit: Kit, got: Received, what: str) -> None:
    """Nothing is published, as long as we watch."""
    await kit.watch(lambda: kit.letter(got.person, "Create", about(got.object_id)), what)
    kit.never(await kit.is_published(got), what)
