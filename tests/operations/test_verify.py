"""What is said about the authors of a post, against real servers on loopback."""

from __future__ import annotations

import json

import pytest

from activitypub.coauthorship.projection import consent_digest
from activitypub.proofs.eddsa_jcs_2022 import make_proof
from activitypub.signatures.keys import (
    SigningKey,
    generate_ed25519,
    load_private,
)
from activitypub.vocab.terms import ACTIVITY_JSON
from tests.activitypub.shell.peers import serving
from tests.operations.world import MINUTE, NOW, TOKEN, Doc, World, failing, only, person_document


async def test_a_co_author_who_agreed_to_this_text_is_verified(world: World) -> None:
    world.publish()
    report = await world.verify()
    bob = only(report)
    assert report.verified
    assert report.summary == "All 2 authors are verified."
    assert report.primary.id == world.alice
    assert report.primary.handle == f"alice@127.0.0.1:{world.a.peer.port}"
    assert bob.state == "verified"
    assert bob.sentence == f"bob@127.0.0.1:{world.b.peer.port} agreed to exactly this text."
    assert bob.stamp == world.stamp_id
    assert bob.issued_at == NOW - 15 * MINUTE
    assert (
        bob.post_digest
        == bob.stamp_digest
        == consent_digest(world.note(), (world.alice, world.bob))
    )
    assert bob.consented_authors == (world.alice, world.bob)
    assert bob.proof.state == "none"


async def test_nobody_but_the_servers_of_the_authors_is_asked_and_each_thing_once(
    world: World,
) -> None:
    world.publish()
    await world.verify()
    assert sorted(world.a.asked) == ["/notes/42", "/users/alice"]
    assert sorted(world.b.asked) == ["/users/bob", f"/users/bob/coauthor/{TOKEN}"]


async def test_no_request_is_signed_or_carries_a_cookie(world: World) -> None:
    world.publish()
    await world.verify()
    for request in (*world.a.peer.requests, *world.b.peer.requests):
        assert not {"signature", "signature-input", "cookie", "authorization"} & set(
            request.headers
        )


async def test_one_changed_byte_makes_consent_stale(world: World) -> None:
    world.publish(note=world.note(content="<p>We wrote this <em>Together</em>.</p>"))
    report = await world.verify()
    bob = only(report)
    assert not report.verified
    assert (bob.state, failing(bob)) == ("stale", ["digest"])
    assert "agreed to an earlier version" in bob.sentence
    assert bob.post_digest != bob.stamp_digest
    assert report.summary == "1 of 2 authors are verified."


@pytest.mark.parametrize("status", [404, 410])
async def test_a_stamp_that_is_gone_is_consent_taken_back(world: World, status: int) -> None:
    world.a.has(world.note())
    world.b.fails(f"/users/bob/coauthor/{TOKEN}", status)
    report = await world.verify()
    bob = only(report)
    assert (bob.state, failing(bob)) == ("revoked", ["there"])
    assert "took their consent back" in bob.sentence
    assert world.a.asked.count("/notes/42") == 2


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
async def test_a_server_that_does_not_answer_says_nothing(world: World, status: int) -> None:
    world.a.has(world.note())
    world.b.fails(f"/users/bob/coauthor/{TOKEN}", status)
    bob = only(await world.verify())
    assert (bob.state, failing(bob)) == ("unknown", ["answered"])
    assert "nothing can be said" in bob.sentence


async def test_a_server_that_is_down_says_nothing(world: World) -> None:
    async with serving(world.b.answer) as passing:
        gone = f"http://127.0.0.1:{passing.port}/users/carol"
    stamp = f"{gone}/coauthor/{TOKEN}"
    world.a.has(world.note(gone, stamps=(stamp,)))
    carol = only(await world.verify())
    assert (carol.state, carol.handle) == ("unknown", None)
    assert carol.sentence == f"{gone} could not be reached, nothing can be said."


async def test_a_stamp_on_another_server_is_not_even_fetched(world: World) -> None:
    elsewhere = f"{world.a.base}/users/bob/coauthor/{TOKEN}"
    world.a.has(world.note(stamps=(elsewhere,)))
    world.a.has(world.stamp(id=elsewhere))
    bob = only(await world.verify())
    assert (bob.state, bob.reason, failing(bob)) == ("invalid", "no_stamp", ["listed"])
    assert "the stamp is not on their server" in bob.sentence
    assert f"/users/bob/coauthor/{TOKEN}" not in world.a.asked


async def test_a_stamp_for_another_post_proves_nothing(world: World) -> None:
    world.publish(stamp=world.stamp(object_id=f"{world.a.base}/notes/41"))
    bob = only(await world.verify())
    assert (bob.state, failing(bob)) == ("invalid", ["object"])
    assert "never agreed to this post" in bob.sentence


async def test_a_stamp_that_does_not_name_every_author_proves_nothing(world: World) -> None:
    carol = f"{world.b.base}/users/carol"
    note = world.note(world.bob, carol)
    world.publish(note=note, stamp=world.stamp(note, authors=(world.alice, world.bob)))
    bob, other = (await world.verify()).co_authors
    assert (bob.state, failing(bob)) == ("invalid", ["authors"])
    assert "never agreed to these authors" in bob.sentence
    assert (other.state, failing(other)) == ("invalid", ["issuer", "authors"])


async def test_consent_holds_when_somebody_has_left_since(world: World) -> None:
    carol = f"{world.b.base}/users/carol"
    world.publish(stamp=world.stamp(authors=(world.alice, world.bob, carol)))
    report = await world.verify()
    assert report.verified
    assert only(report).consented_authors == (world.alice, world.bob, carol)


async def test_a_redirect_to_another_server_proves_nothing(world: World) -> None:
    world.a.has(world.note())
    elsewhere = f"{world.a.base}/stolen"
    world.a.says("/stolen", json.dumps(world.stamp()), ACTIVITY_JSON)
    world.b.redirects(f"/users/bob/coauthor/{TOKEN}", elsewhere)
    bob = only(await world.verify())
    assert (bob.state, failing(bob)) == ("invalid", ["stayed"])
    assert bob.stamp_digest is None


async def test_a_redirect_on_the_same_server_is_followed(world: World) -> None:
    world.publish()
    served = world.b.pages.pop(f"/users/bob/coauthor/{TOKEN}")
    world.b.pages["/moved"] = served
    world.b.redirects(f"/users/bob/coauthor/{TOKEN}", "/moved")
    assert (await world.verify()).verified


@pytest.mark.parametrize("kind", ["application/json", "text/html", "application/ld+json"])
async def test_an_uploaded_file_is_no_stamp(world: World, kind: str) -> None:
    world.publish()
    world.b.has(world.stamp(), kind)
    bob = only(await world.verify())
    assert (bob.state, bob.reason, failing(bob)[:1]) == (
        "invalid",
        "bad_media_type",
        ["media_type"],
    )


@pytest.mark.parametrize(
    ("change", "condition"),
    [
        ({"type": "Note"}, "kind"),
        ({"id": "https://b.example/other"}, "own_id"),
        ({"attributedTo": "https://b.example/users/eve"}, "issuer"),
        ({"interactionTarget": "https://b.example/users/eve"}, "issuer"),
        ({"consentProfile": "https://w3id.org/fep/af48#profile-2"}, "profile"),
        ({"consentDigest": "uAAAA"}, "complete"),
        ({"consentedAuthors": "nobody"}, "complete"),
        ({"published": "yesterday"}, "complete"),
    ],
)
async def test_the_report_names_what_is_wrong_with_a_stamp(
    world: World, change: Doc, condition: str
) -> None:
    world.publish()
    text = json.dumps(world.stamp() | change)
    world.b.says(f"/users/bob/coauthor/{TOKEN}", text, ACTIVITY_JSON)
    bob = only(await world.verify())
    assert bob.state == "invalid"
    assert condition in failing(bob)


async def test_a_post_that_two_parsers_read_differently_has_no_co_authors(world: World) -> None:
    world.publish()
    twice = (
        json.dumps(world.note())[:-1] + ', "content": "<p>We wrote this <em>together</em>.</p>"}'
    )
    world.a.says("/notes/42", twice, ACTIVITY_JSON)
    report = await world.verify()
    assert report.primary.verified
    assert (only(report).state, failing(only(report))) == ("invalid", ["one_meaning"])
    assert f"/users/bob/coauthor/{TOKEN}" not in world.b.asked


async def test_an_author_list_against_the_rules_verifies_nobody(world: World) -> None:
    world.publish(note=world.note(coAuthors=[world.bob, world.bob]))
    report = await world.verify()
    assert report.primary.verified
    assert (only(report).state, failing(only(report))) == ("invalid", ["author_list"])
    assert "against the rules" in only(report).sentence


async def test_a_valid_proof_is_reported(world: World) -> None:
    world.publish(stamp=make_proof(world.stamp(), world.key, NOW))
    bob = only(await world.verify())
    assert (bob.proof.state, bob.proof.key) == ("valid", world.key.key_id)


async def test_a_broken_proof_is_reported_and_does_not_count(world: World) -> None:
    proven = make_proof(world.stamp(), world.key, NOW)
    world.publish(stamp=proven | {"published": "2026-11-20T10:05:01Z"})
    bob = only(await world.verify())
    assert (bob.state, bob.proof.state) == ("verified", "invalid")


async def test_a_proof_with_somebody_elses_key_is_not_the_co_authors(world: World) -> None:
    key = SigningKey(f"{world.alice}#ed25519-key", load_private(generate_ed25519()))
    world.a.has(person_document(world.a, "alice", key))
    world.publish(stamp=make_proof(world.stamp(), key, NOW))
    assert only(await world.verify()).proof.state == "invalid"


async def test_a_proof_without_the_issuers_key_is_not_judged(world: World) -> None:
    world.publish(stamp=make_proof(world.stamp(), world.key, NOW))
    world.b.fails("/users/bob", 500)
    bob = only(await world.verify())
    assert (bob.state, bob.proof.state) == ("verified", "unchecked")


async def test_a_post_without_co_authors_is_an_ordinary_one(world: World) -> None:
    note = world.note(coAuthors=None, coAuthorAuthorization=None, attributedTo=world.alice)
    world.a.has(note)
    report = await world.verify()
    assert report.verified
    assert report.co_authors == ()
    assert report.summary == (
        f"An ordinary post by alice@127.0.0.1:{world.a.peer.port}. It names no co-author."
    )


async def test_a_name_without_any_stamp_is_only_a_name(world: World) -> None:
    note = world.note(coAuthors=None, coAuthorAuthorization=None)
    world.publish(note=note)
    report = await world.verify()
    bob = only(report)
    assert not report.verified
    assert (bob.id, bob.state) == (world.bob, "invalid")
    assert "nothing shows that they agreed" in bob.sentence


async def test_a_post_on_another_server_than_its_author_is_nobodys(world: World) -> None:
    world.a.has(world.note(attributedTo=world.bob, coAuthors=[world.alice]))
    report = await world.verify()
    assert not report.verified
    assert not report.primary.verified
    assert report.co_authors == ()
    assert "is not on their server" in report.primary.sentence


async def test_files_that_the_digest_does_not_cover_are_counted(world: World) -> None:
    picture = {"type": "Image", "mediaType": "image/png", "url": f"{world.a.base}/1.png"}
    covered = {**picture, "digestMultibase": "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n"}
    note = world.note(attachment=[picture, covered])
    world.publish(note=note, stamp=world.stamp(note))
    report = await world.verify()
    assert report.verified
    assert (report.files, report.files_with_digest) == (2, 1)
    assert "/1.png" not in world.a.asked


async def test_who_agreed_by_a_public_reply_is_named_and_is_no_author(world: World) -> None:
    erin = f"{world.b.base}/users/erin"
    post = {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": world.note_id,
        "type": "Note",
        "attributedTo": world.alice,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "cc": [erin],
        "content": "<p>Pie.</p><p>With @erin</p>",
        "tag": [{"type": "Mention", "href": erin}],
        "published": "2026-11-20T10:06:00Z",
        "consentNotes": [f"{world.b.base}/statuses/7"],
    }
    note = {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{world.b.base}/statuses/7",
        "type": "Note",
        "attributedTo": erin,
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "content": f"<p>accept {world.note_id} {consent_digest(post, (world.alice,))}</p>",
    }
    world.a.has(post)
    world.b.has(person_document(world.b, "erin"))
    assert (await world.verify()).companions == ()
    world.b.has(note)
    report = await world.verify()
    (erin_said,) = report.companions
    assert (erin_said.id, erin_said.note) == (erin, note["id"])
    assert report.co_authors == ()
    world.b.has(note | {"content": f"<p>I did not {note['content'][3:]}"})
    assert (await world.verify()).companions == ()
