"""Names put on posts by those who have no right to: none of them is shown on our server.

What is refused here for one broken rule is shown without it: see the verified co-author below.

Here our server is a reader's: dave follows alice and bob, who live elsewhere.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.coauthorship.authors import read_author_list
from activitypub.coauthorship.projection import consent_digest, media_digest
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import note_context
from fedi_cotweet.conformance.attacks.posts import POSTS
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from tests.federation.cast import Cast, CoTweet
from tests.federation.origins import Person
from tests.federation.pictures import png


async def test_a_name_without_valid_consent_is_not_shown(cast: Cast, quiet_log: list[Any]) -> None:
    await cast.follow(cast.alice)
    await cast.follow(cast.bob, account="carol")
    uris, reasons = {}, {}
    for what, attack in POSTS.items():
        post = cast.cotweet()
        activity = attack.build(cast, post)
        document = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        carried = json.loads(document)["object"]
        cast.a.serve({"@context": note_context(True)} | carried, at=post.id)
        logged = len(quiet_log)
        await cast.deliver(cast.alice, document)
        uris[what] = post.id
        authors = read_author_list(carried)
        reasons[what] = {authors.code if isinstance(authors, Refused) else ""}
        reasons[what] |= {e.get("code") or e.get("reason", "") for e in quiet_log[logged:]}
    wrong = {what: attack.why for what, attack in POSTS.items() if attack.why not in reasons[what]}
    assert wrong == {}, {what: reasons[what] for what in wrong}
    for hours in (0, 25):
        # It does not come to be believed by being old, either.
        await cast.here.pass_time(hours * HOUR)
        shown = {what: await cast.shown(uri) for what, uri in uris.items()}
        # The neighbour did consent, where she is named.
        honest = {cast.alice.id, cast.neighbour.id}
        assert {what: s for what, s in shown.items() if not honest.issuperset(s or ())} == {}
        assert await cast.timeline("carol") == []


async def published(cast: Cast, *co_authors: Person) -> CoTweet:
    """A post with consent, which dave got from alice."""
    await cast.follow(cast.alice)
    post = cast.cotweet(*co_authors)
    for person in co_authors or (cast.bob,):
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


async def test_words_that_pass_for_a_notice_of_who_left_are_not_shown_under_a_name(
    cast: Cast,
) -> None:
    post = await published(cast, cast.mallory, cast.carol)
    shorter = cast.cotweet(cast.carol, id=post.id)
    shorter.stamps = {cast.carol.id: post.stamps[cast.carol.id]}
    words = f'We both think that kittens are spies. <a href="{cast.m.base}/x">Read more</a>'
    content = f'{post.core["content"]}<p class="coauthors-inline">{words}</p>'
    cast.here.clock.advance(2 * MINUTE)
    note = shorter.note(updated=format_time(cast.here.clock()), content=content)
    cast.a.serve(note, at=post.id)
    await cast.deliver(cast.alice, post.update(note))
    assert await cast.shown(post.id) == [cast.alice.id]
    # The same without the words is what carol agreed to.
    cast.here.clock.advance(2 * MINUTE)
    honest = shorter.note(updated=format_time(cast.here.clock()))
    cast.a.serve(honest, at=post.id)
    await cast.deliver(cast.alice, post.update(honest))
    assert await cast.shown(post.id) == [cast.alice.id, cast.carol.id]
