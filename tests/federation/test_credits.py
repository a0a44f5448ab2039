"""Picture by carol: the author asks, the artist answers, and nobody is named on one side's word."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from activitypub.coauthorship.credits import build_credit_stamp, read_credit_offer
from activitypub.coauthorship.projection import consent_digest, media_digest
from activitypub.coauthorship.stamps import build_stamp
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from fedi_cotweet.domain.limits import DAY
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.origins import SERIAL, Person
from tests.federation.pictures import png
from tests.federation.test_acceptances import drafted, followed_by_frank
from tests.federation.test_golden import picture

POSTS = "/api/v1/control/posts"
CREDITS = "/api/v1/cotweets/credits"


async def shown(cast: Cast, uri: str, account: str = "dave") -> list[Any]:
    """Whom our server names under the pictures of a post: handles where they agreed."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"{POSTS}/{post.id}", account=account)
    found = []
    for item in view["media"]:
        credit = item["credit"]
        author = credit["author"] if credit is not None else None
        found.append(None if credit is None else author["handle"] if author else credit["name"])
    return found


async def note(cast: Cast, uri: str) -> dict[str, Any]:
    _, text = await cast.here.get(uri, Accept=ACTIVITY_JSON)
    found: dict[str, Any] = json.loads(text)
    return found


async def with_picture(cast: Cast) -> dict[str, Any]:
    """An ordinary post of alice here with a picture."""
    document = {"text": "Look.", "media": [await picture(cast)]}
    view = await cast.here.api("POST", POSTS, document, account="alice")
    await cast.here.settle()
    return dict(view)


async def ask(cast: Cast, post_id: str, **members: Any) -> None:
    document = {"picture": 0, "handle": cast.carol.handle} | members
    await cast.here.api("POST", f"{POSTS}/{post_id}/credits", document, account="alice")
    await cast.here.settle()


def stamp_for(person: Person, offer: dict[str, Any], **members: Any) -> dict[str, Any]:
    """The artist's stamp as it ought to be, or with ``members`` changed."""
    question = read_credit_offer(offer)
    assert not isinstance(question, Refused), question
    document = build_credit_stamp(
        id=f"{person.id}/credits/{next(SERIAL):022}",
        offer=question,
        published_at=person.origin.clock(),
    )
    return person.proven(document) | members


async def agree(cast: Cast, person: Person, **members: Any) -> str:
    """The artist's Accept with a stamp that is served; its URL."""
    offer = person.origin.received_of("Offer")[-1]
    url = person.origin.serve(stamp_for(person, offer, **members))
    accept = person.activity("Accept", offer["id"], result=url, to=[offer["actor"]])
    await cast.deliver(person, accept)
    return url


async def test_an_artist_is_named_once_they_agreed_and_not_before(cast: Cast) -> None:
    await followed_by_frank(cast)
    view = await with_picture(cast)
    await ask(cast, view["id"])
    assert await shown(cast, view["uri"], "alice") == ["carol"]
    entry = (await note(cast, view["uri"]))["attachment"][0]
    # A name that is only text: nobody is linked, nobody is told.
    assert entry["attributedTo"] == {"type": "Person", "name": "carol"}
    assert cast.carol.id not in json.dumps(cast.c.received_of("Update"))
    [offer] = cast.c.received_of("Offer")
    assert (offer["target"], offer["to"]) == (cast.carol.id, [cast.carol.id])
    assert offer["object"]["digestMultibase"] == entry["digestMultibase"]
    stamp = await agree(cast, cast.carol)
    assert await shown(cast, view["uri"], "alice") == [cast.carol.handle]
    document = await note(cast, view["uri"])
    assert document["attachment"][0]["attributedTo"] == cast.carol.id
    assert document["attachment"][0]["creditAuthorization"] == stamp
    assert "creditAuthorization" in document["@context"][1]
    assert cast.c.received_of("Update")[-1]["object"]["attachment"][0]["attributedTo"]
    assert "credit.accepted" in await cast.told("alice")


async def test_a_picture_of_a_co_tweet_names_its_artist_beside_the_authors(cast: Cast) -> None:
    draft = await drafted(cast, cast.bob, media=[await picture(cast)])
    with pytest.raises(ApiRefusalError):
        await ask(cast, draft.id)
    await draft.answer(cast.bob)
    await ask(cast, draft.id)
    assert await shown(cast, draft.uri, "alice") == [None], "no words that bob did not agree to"
    await agree(cast, cast.carol)
    assert await shown(cast, draft.uri, "alice") == [cast.carol.handle]
    assert await cast.shown(draft.uri) == [cast.here.actor("alice"), cast.bob.id]


async def test_who_declines_is_not_even_a_name(cast: Cast) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    [offer] = cast.c.received_of("Offer")
    await cast.deliver(cast.carol, cast.carol.activity("Reject", offer["id"]))
    assert await shown(cast, view["uri"], "alice") == [None]
    assert "attributedTo" not in (await note(cast, view["uri"]))["attachment"][0]
    # Too late to agree.
    await agree(cast, cast.carol)
    assert await shown(cast, view["uri"], "alice") == [None]


async def test_the_author_takes_a_credit_back(cast: Cast) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    await agree(cast, cast.carol)
    path = f"{POSTS}/{view['id']}/credits/take-back"
    await cast.here.api("POST", path, {"picture": 0}, account="alice")
    await cast.here.settle()
    assert await shown(cast, view["uri"], "alice") == [None]
    assert cast.c.received_of("Undo")[-1]["object"]["type"] == "Offer"


async def test_an_artist_agreed_to_the_words_around_the_picture_too(cast: Cast) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    await agree(cast, cast.carol)
    path = f"{POSTS}/{view['id']}"
    await cast.here.api("PUT", path, {"text": "Look what I made."}, account="alice")
    await cast.here.settle()
    assert await shown(cast, view["uri"], "alice") == ["carol"]
    entry = (await note(cast, view["uri"]))["attachment"][0]
    assert entry["attributedTo"] == {"type": "Person", "name": "carol"}


@pytest.mark.parametrize("proven", [True, False])
async def test_an_artist_takes_their_name_off(cast: Cast, proven: bool) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    stamp = await agree(cast, cast.carol)
    deletion = cast.carol.activity("Delete", {"type": "MediaCreditAuthorization", "id": stamp})
    await cast.deliver(cast.carol, cast.carol.proven(deletion) if proven else deletion)
    gone = await shown(cast, view["uri"], "alice")
    assert gone == ([None] if proven else [cast.carol.handle])


async def test_a_neighbour_cannot_take_a_name_off(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = remote(cast)
    cast.alice.origin.serve(post, at=post["id"])
    await cast.deliver(cast.alice, cast.alice.activity("Create", post))
    assert await shown(cast, post["id"]) == [cast.bob.handle]
    stamp = post["attachment"][0]["creditAuthorization"]
    deletion = cast.neighbour.activity("Delete", {"type": "MediaCreditAuthorization", "id": stamp})
    await cast.deliver(cast.neighbour, cast.neighbour.proven(deletion))
    assert await shown(cast, post["id"]) == [cast.bob.handle]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"picture": 1}, "no_such_picture"),
        ({"picture": -1}, "no_such_picture"),
        ({"handle": "alice"}, "bad_credit"),
        ({"handle": None, "name": " "}, "bad_credit"),
        ({"name": "x" * 101}, "bad_credit"),
    ],
)
async def test_credits_that_cannot_be_are_refused(
    cast: Cast, members: dict[str, Any], code: str
) -> None:
    view = await with_picture(cast)
    with pytest.raises(ApiRefusalError) as refused:
        await ask(cast, view["id"], **members)
    assert refused.value.code == code


PICTURE = png((1, 2, 3))


def remote(cast: Cast, artist: Person | None = None, **stamp: Any) -> dict[str, Any]:
    """A post of alice elsewhere whose picture bob agreed to be named for; ``stamp`` broken."""
    artist = artist or cast.bob
    url = cast.a.serve(PICTURE, at=f"{cast.a.base}/media/1.png", media_type="image/png")
    digest = media_digest(PICTURE)
    post: dict[str, Any] = {
        "id": cast.alice.mint("notes"),
        "type": "Note",
        "attributedTo": cast.alice.id,
        "to": [PUBLIC],
        "content": "<p>Look.</p>",
        "published": format_time(cast.here.clock()),
        "attachment": [
            {
                "type": "Image",
                "mediaType": "image/png",
                "url": url,
                "digestMultibase": digest,
                "attributedTo": artist.id,
            }
        ],
    }
    document = {
        "id": f"{artist.id}/credits/{next(SERIAL):022}",
        "type": "MediaCreditAuthorization",
        "attributedTo": artist.id,
        "interactionTarget": artist.id,
        "interactingObject": post["id"],
        "creditedMedia": digest,
        "consentedAuthors": [cast.alice.id],
        "consentProfile": "https://w3id.org/fep/af48#profile-1",
        "consentDigest": consent_digest(post, [cast.alice.id]),
        "published": format_time(cast.here.clock()),
    } | stamp
    post["attachment"][0]["creditAuthorization"] = artist.origin.serve(document)
    return post


def moved(cast: Cast) -> dict[str, Any]:
    """To another picture of the post."""
    post = remote(cast)
    other = png((9, 9, 9))
    url = cast.a.serve(other, at=f"{cast.a.base}/media/2.png", media_type="image/png")
    post["attachment"][0] |= {"url": url, "digestMultibase": media_digest(other)}
    return post


def another_post(cast: Cast) -> dict[str, Any]:
    return remote(cast) | {"id": cast.alice.mint("notes")}


def another_text(cast: Cast) -> dict[str, Any]:
    return remote(cast) | {"content": "<p>Bought by nobody.</p>"}


def another_artist(cast: Cast) -> dict[str, Any]:
    post = remote(cast)
    post["attachment"][0]["attributedTo"] = cast.neighbour.id
    return post


def elsewhere(cast: Cast) -> dict[str, Any]:
    """Mallory's server says that bob agreed."""
    post = remote(cast, cast.mallory, attributedTo=cast.bob.id, interactionTarget=cast.bob.id)
    post["attachment"][0]["attributedTo"] = cast.bob.id
    return post


def deleted(cast: Cast) -> dict[str, Any]:
    post = remote(cast)
    cast.b.forget(post["attachment"][0]["creditAuthorization"])
    return post


def a_co_authors_stamp(cast: Cast) -> dict[str, Any]:
    """Bob agreed to be an author of this very post, and made no picture."""
    post = remote(cast)
    stamp = build_stamp(
        id=post["attachment"][0]["creditAuthorization"],
        issuer=cast.bob.id,
        object_id=post["id"],
        authors=[cast.alice.id, cast.bob.id],
        digest=consent_digest(post, [cast.alice.id]),
        published_at=cast.here.clock(),
    )
    cast.b.serve(stamp | {"creditedMedia": post["attachment"][0]["digestMultibase"]})
    return post


def both_types(cast: Cast) -> dict[str, Any]:
    return remote(cast, type=["MediaCreditAuthorization", "CoAuthorAuthorization"])


def other_media(cast: Cast) -> dict[str, Any]:
    return remote(cast, creditedMedia=media_digest(b"another file"))


def no_digest(cast: Cast) -> dict[str, Any]:
    post = remote(cast)
    del post["attachment"][0]["digestMultibase"]
    return post


def no_stamp(cast: Cast) -> dict[str, Any]:
    post = remote(cast)
    del post["attachment"][0]["creditAuthorization"]
    return post


FORGED = [
    moved,
    another_post,
    another_text,
    another_artist,
    elsewhere,
    deleted,
    a_co_authors_stamp,
    both_types,
    other_media,
    no_digest,
    no_stamp,
]


async def test_a_reader_sees_an_artist_who_agreed(cast: Cast) -> None:
    await cast.follow(cast.alice)
    post = remote(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Create", post))
    assert await shown(cast, post["id"]) == [cast.bob.handle]
    # Nobody looked again for a week: the name is not shown any more.
    cast.b.fail(post["attachment"][0]["creditAuthorization"], 503)
    await cast.here.pass_time(7 * DAY)
    assert await shown(cast, post["id"]) == [None]


@pytest.mark.parametrize("forge", FORGED)
async def test_no_artist_is_named_without_their_consent(
    cast: Cast, forge: Callable[[Cast], dict[str, Any]]
) -> None:
    await cast.follow(cast.alice)
    post = forge(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Create", post))
    assert await shown(cast, post["id"]) == [None]
    assert cast.m.asked == [] or forge is not elsewhere, "no foreign server is made to answer"


async def test_a_credit_makes_nobody_an_author(cast: Cast) -> None:
    """Alice lists bob's consent to be credited as if it were consent to be an author."""
    post = cast.cotweet()
    await cast.follow(cast.alice)
    post.consent(
        cast.bob, type="MediaCreditAuthorization", creditedMedia=media_digest(b"some picture")
    )
    await cast.deliver(cast.alice, post.create())
    assert await cast.shown(post.id) == [cast.alice.id]


async def asked_here(cast: Cast, *co_authors: Person, **members: Any) -> dict[str, Any]:
    """Alice elsewhere asks bob here about a picture of hers and the others'; the Offer."""
    bob = cast.local("bob")
    post = remote(cast)
    if co_authors:
        post["coAuthors"] = [person.id for person in co_authors]
    entry = post["attachment"][0]
    del entry["attributedTo"], entry["creditAuthorization"]
    now = cast.here.clock()
    offer = cast.alice.activity(
        "Offer",
        {**entry, "attributedTo": bob.id},
        to=[bob.id],
        target=bob.id,
        published=format_time(now),
        endTime=format_time(now + 7 * DAY),
        interactingObject=post,
    )
    assert (await cast.deliver(cast.alice, offer | members)).status == 202
    return offer


async def questions(cast: Cast) -> list[dict[str, Any]]:
    return list((await cast.here.api("GET", CREDITS, account="bob"))["credits"])


async def test_an_artist_here_is_asked_agrees_and_changes_their_mind(cast: Cast) -> None:
    offer = await asked_here(cast)
    await cast.deliver(cast.alice, offer)
    [question] = await questions(cast)
    assert (question["state"], question["text"]) == ("offered", "Look.")
    assert question["picture"] == offer["object"]["url"]
    assert (await cast.told("bob")).count("credit.asked") == 1
    path = f"{CREDITS}/{question['id']}"
    with pytest.raises(ApiRefusalError) as other:
        await cast.here.api("POST", f"{path}/accept", {"digest": "zQmOther"}, account="bob")
    assert other.value.code == "content_changed"
    answer = {"digest": question["digest"]}
    await cast.here.api("POST", f"{path}/accept", answer, account="bob")
    await cast.here.settle()
    [accept] = cast.a.received_of("Accept")
    status, text = await cast.here.get(accept["result"], Accept=ACTIVITY_JSON)
    stamp = json.loads(text)
    assert status == 200
    assert (stamp["type"], stamp["creditedMedia"]) == (
        "MediaCreditAuthorization",
        offer["object"]["digestMultibase"],
    )
    await cast.here.api("POST", f"{path}/decline", {}, account="bob")
    await cast.here.settle()
    status, _ = await cast.here.get(accept["result"], Accept=ACTIVITY_JSON)
    assert status == 410
    [deletion] = cast.a.received_of("Delete")
    assert deletion["object"]["id"] == accept["result"]
    assert deletion["proof"]


async def test_all_authors_hear_that_an_artist_took_their_name_off(cast: Cast) -> None:
    await cast.follow(cast.carol)
    await cast.deliver(cast.alice, await asked_here(cast, cast.carol))
    [question] = await questions(cast)
    path = f"{CREDITS}/{question['id']}"
    await cast.here.api("POST", f"{path}/accept", {"digest": question["digest"]}, account="bob")
    await cast.here.settle()
    [accept] = cast.a.received_of("Accept")
    assert cast.c.received_of("Delete") == []
    await cast.here.api("POST", f"{path}/decline", {}, account="bob")
    await cast.here.settle()
    [deletion] = cast.c.received_of("Delete")
    assert deletion["object"]["id"] == accept["result"]
    assert deletion["cc"] == [cast.alice.id, cast.carol.id]
    assert cast.a.received_of("Delete") == [deletion]


async def test_a_question_that_was_taken_back_takes_the_stamp_along(cast: Cast) -> None:
    offer = await asked_here(cast)
    [question] = await questions(cast)
    path, answer = f"{CREDITS}/{question['id']}/accept", {"digest": question["digest"]}
    await cast.here.api("POST", path, answer, account="bob")
    await cast.here.settle()
    undone = {"type": "Offer", "id": offer["id"], "actor": cast.alice.id}
    await cast.deliver(cast.mallory, cast.mallory.activity("Undo", undone))
    stamp = cast.a.received_of("Accept")[0]["result"]
    assert (await cast.here.get(stamp))[0] == 200
    await cast.deliver(cast.alice, cast.alice.activity("Undo", undone))
    assert (await cast.here.get(stamp))[0] == 410


@pytest.mark.parametrize(
    "members",
    [
        {"cc": [PUBLIC]},
        {"endTime": None},
        {"interactingObject": {"id": "https://x.example/1", "type": "Note"}},
    ],
)
async def test_questions_against_the_rules_are_dropped(cast: Cast, members: dict[str, Any]) -> None:
    await asked_here(cast, **members)
    assert await questions(cast) == []


async def agreed_here(cast: Cast) -> tuple[dict[str, Any], str]:
    """Bob here agrees to what alice elsewhere asks; her Offer, and his stamp."""
    offer = await asked_here(cast)
    [question] = await questions(cast)
    path, answer = f"{CREDITS}/{question['id']}/accept", {"digest": question["digest"]}
    await cast.here.api("POST", path, answer, account="bob")
    await cast.here.settle()
    stamp = cast.a.received_of("Accept")[0]["result"]
    assert (await cast.here.get(stamp))[0] == 200
    return offer, str(stamp)


async def test_a_stamp_for_a_picture_goes_with_its_post(cast: Cast) -> None:
    offer, stamp = await agreed_here(cast)
    note = offer["interactingObject"]["id"]
    await cast.deliver(cast.mallory, cast.mallory.activity("Delete", note))
    assert (await cast.here.get(stamp))[0] == 200
    await cast.deliver(cast.alice, cast.alice.activity("Delete", note))
    status, text = await cast.here.get(stamp, Accept=ACTIVITY_JSON)
    assert (status, json.loads(text)["formerType"]) == (410, "MediaCreditAuthorization")
    assert [question["state"] for question in await questions(cast)] == ["deleted"]
    assert cast.a.received_of("Delete") == [], "its author knows"


async def test_nobody_is_asked_about_a_post_that_is_gone(cast: Cast) -> None:
    offer = await asked_here(cast)
    await cast.deliver(cast.alice, cast.alice.activity("Delete", offer["interactingObject"]["id"]))
    [question] = await questions(cast)
    assert question["state"] == "withdrawn"
    path, answer = f"{CREDITS}/{question['id']}/accept", {"digest": question["digest"]}
    with pytest.raises(ApiRefusalError, match="invite_over"):
        await cast.here.api("POST", path, answer, account="bob")
    late = offer | {"id": f"{offer['id']}-late"}
    await cast.deliver(cast.alice, late)
    assert len(await questions(cast)) == 1


@pytest.mark.parametrize("answered", [True, False])
async def test_an_artist_elsewhere_hears_that_the_post_is_gone(cast: Cast, answered: bool) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    if answered:
        await agree(cast, cast.carol)
    await cast.here.api("DELETE", f"{POSTS}/{view['id']}", account="alice")
    await cast.here.settle()
    [deletion] = cast.c.received_of("Delete")
    assert deletion["object"]["id"] == view["uri"]


async def test_who_said_no_to_a_credit_does_not_hear_of_the_post_again(cast: Cast) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"])
    [offer] = cast.c.received_of("Offer")
    await cast.deliver(cast.carol, cast.carol.activity("Reject", offer["id"]))
    await cast.here.api("DELETE", f"{POSTS}/{view['id']}", account="alice")
    await cast.here.settle()
    assert cast.c.received_of("Delete") == []


async def test_on_one_server_a_stamp_for_a_picture_goes_with_its_post(cast: Cast) -> None:
    view = await with_picture(cast)
    await ask(cast, view["id"], handle="bob")
    [question] = await questions(cast)
    path = f"{CREDITS}/{question['id']}/accept"
    await cast.here.api("POST", path, {"digest": question["digest"]}, account="bob")
    await cast.here.settle()
    stamp = (await note(cast, view["uri"]))["attachment"][0]["creditAuthorization"]
    assert (await cast.here.get(stamp))[0] == 200
    await cast.here.api("DELETE", f"{POSTS}/{view['id']}", account="alice")
    await cast.here.settle()
    assert (await cast.here.get(stamp))[0] == 410
