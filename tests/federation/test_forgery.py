"""Names put on posts by those who have no right to: none of them is shown on our server.

What is refused here for one broken rule is shown without it: see the verified co-author below.

Here our server is a reader's: dave follows alice and bob, who live elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from activitypub.coauthorship.authors import read_author_list
from activitypub.coauthorship.projection import consent_digest, media_digest
from activitypub.documents.tombstone import build_tombstone
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import AS2, PUBLIC, note_context
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from tests.federation.cast import Cast, CoTweet
from tests.federation.origins import Person
from tests.federation.pictures import png

Activity = Mapping[str, Any] | bytes
Break = Callable[[Cast, CoTweet], Activity]
BROKEN: dict[str, tuple[str, Break]] = {}


def broken(what: str, why: str) -> Callable[[Break], Break]:
    """One rule broken, and the code of the refusal; all else about the post is as it should be."""

    def register(break_it: Break) -> Break:
        assert what not in BROKEN
        BROKEN[what] = (why, break_it)
        return break_it

    return register


def stamped(what: str, why: str, **members: Any) -> None:
    """A stamp with members changed."""

    @broken(what, why)
    def _(cast: Cast, post: CoTweet) -> Activity:
        known = {"ALICE": cast.alice.id, "CAROL": cast.carol.id, "MALLORY": cast.neighbour.id}
        known |= {"BOB": cast.bob.id, "POST": post.id}
        post.consent(cast.bob, **_filled(members, known))
        return post.create()


def _filled(value: Any, known: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(entry, known) for name, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, known) for entry in value]
    return known.get(value, value) if isinstance(value, str) else value


def noted(what: str, why: str, **members: Any) -> None:
    """A note with members changed, and a stamp whose digest fits if there can be one."""

    @broken(what, why)
    def _(cast: Cast, post: CoTweet) -> Activity:
        known = {"ALICE": cast.alice.id, "BOB": cast.bob.id, "CAROL": cast.carol.id}
        known |= {"FOLLOWERS": cast.alice.followers}
        post.consent(cast.bob)
        return post.create(post.note(**_filled(members, known)))


@broken("no stamp", "no_stamp")
def _(cast: Cast, post: CoTweet) -> Activity:
    return post.create()


@broken("a stamp on mallory's server", "no_stamp")
def _(cast: Cast, post: CoTweet) -> Activity:
    stamp = post.stamp(cast.bob, id=cast.mallory.mint("coauthor"))
    post.stamps[cast.bob.id] = cast.m.serve(stamp)
    return post.create()


@broken("a stamp on the primary author's server", "no_stamp")
def _(cast: Cast, post: CoTweet) -> Activity:
    stamp = post.stamp(cast.bob, id=cast.alice.mint("coauthor"))
    post.stamps[cast.bob.id] = cast.a.serve(stamp)
    return post.create()


@broken("a stamp that redirects to another server", "redirected")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    moved = cast.m.serve(post.stamp(cast.bob, id=url), at=cast.mallory.mint("coauthor"))
    cast.b.redirect(url, moved)
    return post.create()


@broken("a stamp that redirects to another server and back", "redirected")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    there = cast.b.serve(post.stamp(cast.bob, id=url), at=f"{cast.b.base}/moved/1")
    cast.m.redirect(f"{cast.m.base}/hop", there)
    cast.b.redirect(url, f"{cast.m.base}/hop")
    return post.create()


@broken("a stamp of the neighbour's, who is named in it", "other_issuer")
def _(cast: Cast, post: CoTweet) -> Activity:
    stamp = post.stamp(cast.neighbour, consentedAuthors=[*post.authors, cast.neighbour.id])
    post.stamps[cast.bob.id] = cast.b.serve(stamp)
    return post.create()


@broken("a stamp that is an upload", "bad_media_type")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    cast.b.serve(post.stamp(cast.bob, id=url), media_type="image/png")
    return post.create()


@broken("a stamp served as plain JSON", "bad_media_type")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    cast.b.serve(post.stamp(cast.bob, id=url), media_type="application/json")
    return post.create()


@broken("a stamp served as JSON-LD without the profile", "bad_media_type")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    cast.b.serve(post.stamp(cast.bob, id=url), media_type="application/ld+json")
    return post.create()


@broken("a stamp that is embedded, proven and not there", "stamp_gone")
def _(cast: Cast, post: CoTweet) -> Activity:
    stamp = post.stamp(cast.bob)
    return post.create(post.note(coAuthorAuthorization=[stamp]))


@broken("a stamp that is somebody else's answer to its address", "other_id")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    cast.b.serve(post.stamp(cast.bob), at=url)
    return post.create()


@broken("a stamp that was deleted", "stamp_gone")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    cast.b.serve(build_tombstone(url, cast.here.clock(), "CoAuthorAuthorization"), status=410)
    return post.create()


@broken("a stamp that is not there", "stamp_gone")
def _(cast: Cast, post: CoTweet) -> Activity:
    cast.b.forget(post.consent(cast.bob))
    return post.create()


@broken("a stamp that may not be read", "no_answer")
def _(cast: Cast, post: CoTweet) -> Activity:
    cast.b.fail(post.consent(cast.bob), 403)
    return post.create()


@broken("a stamp whose server fails", "no_answer")
def _(cast: Cast, post: CoTweet) -> Activity:
    cast.b.fail(post.consent(cast.bob), 500)
    return post.create()


stamped("a stamp for another post", "other_object", interactingObject="https://a.example/notes/1")
stamped(
    "a stamp with the post embedded", "bad_stamp", interactingObject={"id": "POST", "type": "Note"}
)
stamped(
    "a stamp for two posts", "bad_stamp", interactingObject=["POST", "https://a.example/notes/1"]
)
stamped(
    "a stamp by the neighbour", "other_issuer", attributedTo="MALLORY", interactionTarget="MALLORY"
)
stamped("a stamp by bob about the neighbour", "other_target", interactionTarget="MALLORY")
stamped("a stamp by two people", "bad_stamp", attributedTo=["BOB", "MALLORY"])
stamped("a stamp by nobody", "bad_stamp", attributedTo=None)
stamped("a stamp of another type", "not_a_stamp", type="Note")
stamped("a stamp for the quotes of FEP-044f", "not_a_stamp", type="QuoteAuthorization")
stamped(
    "a stamp that does not name bob", "author_not_consented", consentedAuthors=["ALICE", "CAROL"]
)
stamped("a stamp that names no primary author", "bad_stamp", consentedAuthors=["BOB"])
stamped("a stamp with another primary author", "other_primary", consentedAuthors=["BOB", "ALICE"])
stamped("a stamp that names bob twice", "bad_stamp", consentedAuthors=["ALICE", "BOB", "BOB"])
stamped("a stamp without authors", "bad_stamp", consentedAuthors=None)
stamped(
    "a stamp with an unknown profile",
    "unknown_profile",
    consentProfile="https://w3id.org/fep/af48#profile-2",
)
stamped("a stamp without profile", "unknown_profile", consentProfile=None)
stamped(
    "a stamp for other content",
    "other_digest",
    consentDigest="zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB",
)
stamped("a stamp with two digests", "bad_digest", consentDigest=["zQmY", "zQmZ"])
stamped("a stamp without digest", "bad_digest", consentDigest=None)
stamped("a stamp without date", "bad_stamp", published=None)

noted(
    "content that was changed afterwards", "other_digest", content="<p>We hate this together.</p>"
)
noted("a warning that was added afterwards", "other_digest", summary="Shame")
noted(
    "a picture that was added afterwards",
    "other_digest",
    attachment=[{"type": "Image", "url": "https://x.y/"}],
)
noted(
    "a mention that was added afterwards",
    "other_digest",
    tag=[{"type": "Mention", "href": "CAROL"}],
)
noted("a quote that was added afterwards", "other_digest", quoteUrl="https://x.example/1")
noted("another thread than agreed", "other_digest", inReplyTo="https://x.example/1")
noted("unlisted where public was agreed", "other_digest", to=["FOLLOWERS"], cc=[PUBLIC])
noted(
    "more addressees than agreed",
    "other_digest",
    cc=["FOLLOWERS", "https://x.example/users/somebody"],
)
noted("followers only", "not_public", to=["FOLLOWERS"], cc=[])
noted("two types", "bad_type", type=["Note", "Article"])
noted("a type of its own", "bad_document", type="Note, https://x.example/Note")
noted("bob named twice", "repeated_author", coAuthors=["BOB", "BOB"])
noted("alice named twice", "repeated_author", coAuthors=["ALICE", "BOB"])
noted("bob as a single string", "bad_co_authors", coAuthors="BOB")
noted("bob embedded", "bad_co_authors", coAuthors=[{"id": "BOB", "type": "Person"}])
noted("another author list in attributedTo", "attribution_differs", attributedTo=["ALICE", "CAROL"])
noted("bob in attributedTo alone", "not_co_authored", coAuthors=None)
noted(
    "bob in attributedTo alone, as strings",
    "not_co_authored",
    coAuthors=None,
    attributedTo=["ALICE", "BOB"],
)
noted(
    "content under another name",
    "no_digest",
    **{"@context": [*note_context(True), {"content": "https://x.example/#content"}]},
)
noted(
    "audience under another name",
    "no_digest",
    **{"@context": [AS2, {"to": {"@id": "https://x.example/#to", "@type": "@id"}}]},
)


@broken("content that the activity's context gives another name", "no_digest")
def _(cast: Cast, post: CoTweet) -> Activity:
    post.consent(cast.bob)
    hostile = [AS2, {"content": "https://x.example/#content"}]
    activity = post.create(**{"@context": hostile})
    # An inner context adds to the outer one and does not replace it.
    activity["object"]["@context"] = {"harmless": "https://x.example/#harmless"}
    return activity


@broken("more stamps than co-authors", "too_many_stamps")
def _(cast: Cast, post: CoTweet) -> Activity:
    url = post.consent(cast.bob)
    return post.create(post.note(coAuthorAuthorization=[url, cast.b.serve(post.stamp(cast.bob))]))


@broken("ten co-authors", "too_many_co_authors")
def _(cast: Cast, post: CoTweet) -> Activity:
    crowd = [cast.bob, *(_extra(cast, number) for number in range(9))]
    large = cast.cotweet(*crowd, id=post.id)
    for person in crowd:
        # A stamp with so many names would not be valid either, so bob's names two.
        stamp = post.stamp(cast.bob) | {"attributedTo": person.id, "interactionTarget": person.id}
        large.stamps[person.id] = person.origin.serve(
            stamp | {"id": f"{person.id}/coauthor/1", "consentedAuthors": large.authors}
        )
    return large.create()


def _extra(cast: Cast, number: int) -> Person:
    return Person(cast.b, f"bob{number}", "bob's")


@broken("a member twice, of which only the second was agreed", "bad_document")
def _(cast: Cast, post: CoTweet) -> Activity:
    post.consent(cast.bob)
    agreed = json.dumps(post.create())
    return agreed.replace('"content":', '"content": "<p>Hate.</p>", "content":').encode()


@broken("co-authors twice, of which only the second is empty", "bad_document")
def _(cast: Cast, post: CoTweet) -> Activity:
    activity = json.dumps(post.create())
    return activity.replace('"coAuthors":', '"coAuthors": [], "coAuthors":').encode()


async def test_a_name_without_valid_consent_is_not_shown(cast: Cast, quiet_log: list[Any]) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    uris, reasons = {}, {}
    for what, (_, break_it) in BROKEN.items():
        post = cast.cotweet()
        activity = break_it(cast, post)
        document = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        carried = json.loads(document)["object"]
        cast.a.serve({"@context": note_context(True)} | carried, at=post.id)
        logged = len(quiet_log)
        await cast.deliver(cast.alice, document)
        uris[what] = post.id
        authors = read_author_list(carried)
        reasons[what] = {authors.code if isinstance(authors, Refused) else ""}
        reasons[what] |= {e.get("code") or e.get("reason", "") for e in quiet_log[logged:]}
    wrong = {what: why for what, (why, _) in BROKEN.items() if why not in reasons[what]}
    assert wrong == {}, {what: reasons[what] for what in wrong}
    for hours in (0, 25):
        # It does not come to be believed by being old, either.
        await cast.here.pass_time(hours * HOUR)
        shown = {what: await cast.shown(uri) for what, uri in uris.items()}
        assert {what: s for what, s in shown.items() if s not in ([cast.alice.id], None)} == {}
        assert await cast.timeline("carol") == []


async def published(cast: Cast, *co_authors: Person) -> CoTweet:
    """A post with consent, which dave got from alice."""
    await cast.follow(cast.alice)
    post = cast.cotweet(*co_authors)
    for person in post.co_authors:
        post.consent(person)
    post.publish()
    assert (await cast.deliver(cast.alice, post.create())).status == 202
    assert await cast.shown(post.id) == post.authors
    return post


@pytest.mark.parametrize("form", ["full", "plain", "by reference", "announced"])
async def test_a_verified_co_author_is_shown_however_the_post_comes(cast: Cast, form: str) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    match form:
        case "full":
            await cast.deliver(cast.alice, post.create())
        case "plain":
            await cast.deliver(cast.alice, post.create(post.plain()))
        case "by reference":
            await cast.deliver(cast.alice, cast.alice.activity("Create", post.id))
        case _:
            await cast.deliver(cast.bob, cast.bob.activity("Announce", post.id))
    assert await cast.shown(post.id) == post.authors
    assert await cast.timeline("dave") == [post.id]
    assert await cast.timeline("carol") == [post.id]


async def test_a_stamp_behind_a_redirect_inside_its_server_counts(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet()
    url = post.consent(cast.bob)
    moved = cast.b.serve(post.stamp(cast.bob, id=url), at=f"{cast.b.base}/moved/1")
    cast.b.redirect(url, moved)
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors


async def test_a_stamp_that_does_not_name_every_author_does_not_count_and_others_do(
    cast: Cast,
) -> None:
    await cast.follow(cast.alice)
    post = cast.cotweet(cast.bob, cast.carol)
    post.consent(cast.bob, consentedAuthors=[cast.alice.id, cast.bob.id])
    post.consent(cast.carol)
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id, cast.carol.id]


async def test_a_stamp_that_names_somebody_who_has_left_since_still_counts(cast: Cast) -> None:
    post = await published(cast, cast.bob, cast.carol)
    shorter = cast.cotweet(cast.bob, id=post.id)
    shorter.stamps = {cast.bob.id: post.stamps[cast.bob.id]}
    note = shorter.note(updated=format_time(cast.here.clock() + MINUTE))
    cast.here.clock.advance(2 * MINUTE)
    await cast.deliver(cast.alice, post.update(note))
    assert await cast.shown(post.id) == [cast.alice.id, cast.bob.id]


async def test_a_third_real_person_named_without_stamp_is_not_shown(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.carol)
    post = cast.cotweet(cast.bob, cast.carol)
    post.consent(cast.bob)
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id, cast.bob.id]


async def test_a_third_person_put_into_attributed_to_by_an_update_is_not_shown(
    cast: Cast,
) -> None:
    post = await published(cast)
    cast.here.clock.advance(MINUTE)
    longer = cast.cotweet(cast.bob, cast.carol, id=post.id)
    longer.stamps = dict(post.stamps)
    note = longer.note(updated=format_time(cast.here.clock()))
    cast.a.serve(note)
    await cast.deliver(cast.alice, post.update(note))
    # Nor bob any more: he did not agree to be named beside carol.
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_other_content_makes_the_name_go_until_it_is_agreed_to(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(MINUTE)
    changed = post.note(content="<p>Hate.</p>", updated=format_time(cast.here.clock()))
    cast.a.serve(changed)
    await cast.deliver(cast.alice, post.update(changed))
    assert await cast.shown(post.id) == [cast.alice.id]
    cast.here.clock.advance(MINUTE)
    post.core |= {"content": "<p>Hate.</p>", "updated": format_time(cast.here.clock())}
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.update(post.note()))
    assert await cast.shown(post.id) == post.authors


async def test_an_older_version_is_not_put_over_a_newer_one(cast: Cast) -> None:
    post = await published(cast)
    first = post.note()
    cast.here.clock.advance(HOUR)
    left = post.note(
        attributedTo=cast.alice.id,
        coAuthors=None,
        coAuthorAuthorization=None,
        updated=format_time(cast.here.clock()),
    )
    await cast.deliver(cast.alice, post.update(left))
    assert await cast.shown(post.id) == [cast.alice.id]
    for old in (first, post.note(updated=format_time(cast.here.clock() - MINUTE))):
        await cast.deliver(cast.alice, post.update(old))
        await cast.deliver(cast.mallory, cast.alice.proven(post.update(old)))
        assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_co_author_cannot_change_the_post(cast: Cast) -> None:
    post = await published(cast)
    cast.here.clock.advance(MINUTE)
    mine = post.note(content="<p>Mine.</p>", updated=format_time(cast.here.clock()))
    for forged in (
        cast.bob.activity("Update", mine),
        cast.bob.activity("Update", mine | {"attributedTo": cast.bob.id}),
        cast.bob.activity("Create", mine),
        cast.bob.proven(cast.bob.activity("Update", mine)),
    ):
        await cast.deliver(cast.bob, forged)
    assert await cast.shown(post.id) == post.authors
    held = await cast.here.post(post.id)
    assert held is not None
    assert "Mine" not in held.content


async def test_a_co_author_cannot_delete_the_post(cast: Cast) -> None:
    post = await published(cast)
    await cast.deliver(cast.bob, cast.bob.activity("Delete", post.id))
    tombstone = {"type": "Tombstone", "id": post.id}
    await cast.deliver(cast.bob, cast.bob.activity("Delete", tombstone))
    assert await cast.shown(post.id) == post.authors


async def test_nobody_brings_a_post_of_somebody_else(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.bob, cast.mallory, cast.neighbour)
    post = cast.cotweet()
    post.consent(cast.bob)
    neighbour = cast.a.person("mallory")
    await cast.follow(neighbour)
    for thief in (cast.mallory, cast.bob, neighbour):
        for note in (
            post.note(),
            post.note(attributedTo=thief.id),
            post.note(attributedTo=[{"type": "Person", "id": thief.id}], coAuthors=None),
        ):
            await cast.deliver(thief, thief.activity("Create", note))
            if thief is not neighbour:  # who may well write on that server
                assert await cast.shown(post.id) is None
            else:
                assert cast.bob.id not in (await cast.shown(post.id) or [])
                assert cast.alice.id not in (await cast.shown(post.id) or [])


async def test_the_primary_author_of_a_post_never_changes(cast: Cast) -> None:
    post = await published(cast)
    heir = cast.a.person("heir")
    cast.here.clock.advance(MINUTE)
    stolen = post.note(
        attributedTo=[{"type": "Person", "id": uri} for uri in (heir.id, cast.bob.id)],
        updated=format_time(cast.here.clock()),
    )
    cast.a.serve(stolen)
    await cast.deliver(heir, heir.activity("Update", stolen))
    await cast.deliver(cast.alice, post.update(stolen))
    await cast.deliver(cast.alice, cast.alice.activity("Update", post.id))
    assert await cast.shown(post.id) == post.authors


async def test_whoever_announces_a_post_is_no_author_of_it(cast: Cast) -> None:
    await cast.follow(cast.mallory, account="carol")
    post = await published(cast)
    claim = cast.mallory.activity("Announce", post.note(), attributedTo=cast.mallory.id)
    await cast.deliver(cast.mallory, claim)
    assert await cast.shown(post.id) == post.authors
    page = await cast.here.api("GET", "/api/v1/control/timeline", account="carol")
    [view] = page["posts"]
    assert view["boosted_by"]["uri"] == cast.mallory.id
    assert view["boosts"] == 1


async def test_the_announce_of_a_claimed_co_author_is_an_ordinary_share(cast: Cast) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    post = cast.cotweet()
    cast.b.fail(post.consent(cast.bob), 404)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    await cast.deliver(cast.bob, cast.bob.activity("Announce", post.id))
    page = await cast.here.api("GET", "/api/v1/control/timeline", account="carol")
    assert [view["boosted_by"]["uri"] for view in page["posts"]] == [cast.bob.id]
    assert await cast.shown(post.id) == [cast.alice.id]


def deletion(post: CoTweet, person: Person, **members: Any) -> dict[str, Any]:
    """The Delete of a stamp, without proof."""
    stamp = post.stamps[person.id]
    return person.activity(
        "Delete",
        {"type": "CoAuthorAuthorization", "id": stamp},
        **{"id": f"{stamp}#delete"} | members,
    )


async def test_whoever_leaves_is_gone_at_once_and_for_good(cast: Cast) -> None:
    await cast.follow(cast.bob, account="carol")
    post = await published(cast)
    assert await cast.timeline("carol") == [post.id]
    # The stamp's server still serves it: the Delete alone decides.
    await cast.deliver(cast.bob, cast.bob.proven(deletion(post, cast.bob)))
    assert await cast.shown(post.id) == [cast.alice.id]
    assert await cast.timeline("carol") == []
    # Nothing that alice's server sends makes it valid again.
    cast.here.clock.advance(MINUTE)
    again = post.note(updated=format_time(cast.here.clock()))
    cast.a.serve(again)
    await cast.deliver(cast.alice, post.update(again))
    assert await cast.shown(post.id) == [cast.alice.id]
    await cast.here.pass_time(2 * DAY)
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_deletion_that_comes_through_the_primary_author_counts(cast: Cast) -> None:
    post = await published(cast)
    await cast.deliver(cast.alice, cast.bob.proven(deletion(post, cast.bob)))
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_deletion_is_remembered_before_its_post_comes(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.bob)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.bob, cast.bob.proven(deletion(post, cast.bob)))
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_nobody_deletes_the_stamp_of_somebody_else(cast: Cast) -> None:
    post = await published(cast)
    stamp = post.stamps[cast.bob.id]
    thing = {"type": "CoAuthorAuthorization", "id": stamp}
    for enemy in (cast.mallory, cast.neighbour, cast.alice):
        await cast.deliver(enemy, enemy.proven(enemy.activity("Delete", thing)))
        await cast.deliver(enemy, enemy.proven(enemy.activity("Delete", stamp)))
        assert await cast.shown(post.id) == post.authors
    forged = cast.mallory.proven(deletion(post, cast.bob))
    assert (await cast.deliver(cast.mallory, forged)).status == 401
    assert await cast.shown(post.id) == post.authors


async def test_a_neighbour_cannot_keep_bob_from_leaving(cast: Cast) -> None:
    """Whoever deletes a stamp first must not stand in the way of the one whose it is."""
    await cast.follow(cast.alice)
    post = cast.cotweet()
    post.consent(cast.bob)
    post.publish()
    # Before the post is known here, nobody can tell whose stamp it is.
    thing = {"type": "CoAuthorAuthorization", "id": post.stamps[cast.bob.id]}
    for members in ({}, {"id": f"{thing['id']}#delete"}):
        early = cast.neighbour.activity("Delete", thing, **members)
        await cast.deliver(cast.neighbour, cast.neighbour.proven(early))
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    await cast.deliver(cast.bob, cast.bob.proven(deletion(post, cast.bob)))
    assert await cast.shown(post.id) == [cast.alice.id]
    await cast.deliver(cast.alice, post.update(post.note(updated="2026-11-20T11:00:00Z")))
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_post_that_borrows_bobs_stamp_cannot_keep_him_from_leaving(cast: Cast) -> None:
    await cast.follow(cast.alice, cast.mallory)
    post = cast.cotweet()
    url = post.consent(cast.bob)
    post.publish()
    # Mallory's post names the neighbour with bob's stamp, before the true one comes.
    borrowed = cast.cotweet(cast.neighbour, primary=cast.mallory)
    borrowed.stamps[cast.neighbour.id] = url
    borrowed.publish()
    await cast.deliver(cast.mallory, borrowed.create())
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    # The Delete alone has to do: the stamp itself is still served.
    await cast.deliver(cast.bob, cast.bob.proven(deletion(post, cast.bob)))
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_deletion_without_proof_only_makes_us_look(cast: Cast) -> None:
    post = await published(cast)
    asked = cast.b.times_asked(post.stamps[cast.bob.id])
    await cast.deliver(cast.bob, deletion(post, cast.bob))
    assert cast.b.times_asked(post.stamps[cast.bob.id]) == asked + 1
    assert await cast.shown(post.id) == post.authors
    cast.b.fail(post.stamps[cast.bob.id], 410)
    await cast.deliver(cast.bob, deletion(post, cast.bob, id=cast.bob.mint("activities")))
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_deletion_of_a_stamp_that_is_not_current_changes_nothing(cast: Cast) -> None:
    post = await published(cast)
    old = cast.b.serve(post.stamp(cast.bob))
    thing = {"type": "CoAuthorAuthorization", "id": old}
    await cast.deliver(cast.bob, cast.bob.proven(cast.bob.activity("Delete", thing)))
    assert await cast.shown(post.id) == post.authors


async def test_a_stamp_that_comes_back_after_it_was_deleted_does_not_count(cast: Cast) -> None:
    post = await published(cast)
    url = post.stamps[cast.bob.id]
    cast.b.fail(url, 410)
    await cast.deliver(cast.bob, cast.bob.proven(deletion(post, cast.bob)))
    cast.b.serve(post.stamp(cast.bob, id=url))
    # Nor for another post of the same words.
    for again in (post, cast.cotweet(id=f"{cast.a.base}/notes/again")):
        again.stamps = {cast.bob.id: url}
        note = again.note(updated=format_time(cast.here.clock() + 1000))
        cast.a.serve(note)
        await cast.deliver(cast.alice, again.update(note))
        assert await cast.shown(again.id) in ([cast.alice.id], None)


async def test_a_stamp_that_vanishes_takes_the_name_with_it_after_a_day(cast: Cast) -> None:
    post = await published(cast)
    cast.b.fail(post.stamps[cast.bob.id], 404)
    await cast.here.pass_time(DAY + MINUTE)
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_server_that_is_down_costs_its_authors_nothing_for_a_week(cast: Cast) -> None:
    post = await published(cast)
    cast.b.fail(post.stamps[cast.bob.id], 500)
    for _ in range(6):
        await cast.here.pass_time(DAY + MINUTE)
        assert await cast.shown(post.id) == post.authors
    await cast.here.pass_time(DAY)
    assert await cast.shown(post.id) == [cast.alice.id]
    cast.b.serve(post.stamp(cast.bob, id=post.stamps[cast.bob.id]))
    await cast.here.pass_time(DAY)
    assert await cast.shown(post.id) == post.authors


async def test_a_co_author_whose_account_is_deleted_is_not_shown(cast: Cast) -> None:
    await cast.follow(cast.bob, account="carol")
    post = await published(cast)
    await cast.deliver(cast.bob, cast.bob.activity("Delete", cast.bob.id))
    assert await cast.shown(post.id) == [cast.alice.id]
    assert await cast.timeline("carol") == []


async def test_a_deleted_post_does_not_come_back(cast: Cast) -> None:
    post = await published(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Delete", post.id))
    assert await cast.shown(post.id) is None
    await cast.deliver(cast.alice, post.create())
    await cast.deliver(cast.mallory, cast.alice.proven(post.create()))
    await cast.deliver(cast.bob, cast.bob.activity("Announce", post.id))
    assert await cast.shown(post.id) is None


async def test_a_stranger_cannot_bury_a_post_before_it_comes(cast: Cast) -> None:
    neighbour = cast.a.person("mallory")
    await cast.follow(cast.alice)
    post = cast.cotweet()
    post.consent(cast.bob)
    for enemy in (cast.mallory, cast.bob, neighbour):
        await cast.deliver(enemy, enemy.activity("Delete", post.id))
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors


async def test_media_that_is_not_what_was_agreed_is_not_shown(cast: Cast) -> None:
    await cast.follow(cast.alice)
    agreed, swapped = png((200, 0, 0)), png((0, 0, 0))
    urls = [f"{cast.a.base}/media/{name}.png" for name in ("kept", "swapped", "bare")]
    cast.a.serve(agreed, at=urls[0], media_type="image/png")
    cast.a.serve(swapped, at=urls[1], media_type="image/png")
    cast.a.serve(agreed, at=urls[2], media_type="image/png")
    attachments = [
        {"type": "Image", "url": url, "mediaType": "image/png", "name": url[-10:]}
        | ({"digestMultibase": media_digest(agreed)} if url != urls[2] else {})
        for url in urls
    ]
    post = cast.cotweet(attachment=attachments)
    post.consent(cast.bob)
    post.publish()
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == post.authors
    held = await cast.here.post(post.id)
    assert held is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{held.id}")
    assert [item["alt"] for item in view["media"]] == [urls[0][-10:]]
    status, _ = await cast.here.get(view["media"][0]["url"])
    assert status == 200


def test_the_digest_of_the_tests_is_the_protocols(cast: Cast) -> None:
    post = cast.cotweet()
    assert post.digest == consent_digest(post.note(), post.authors)
    assert post.digest == consent_digest(post.plain(), post.authors)
