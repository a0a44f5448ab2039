"""The vectors that accompany FEP-af48: every one of them, in both directions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from activitypub.coauthorship.answers import (
    Accepted,
    Declined,
    Withdrawn,
    build_accept,
    build_reject,
    build_undo_offer,
    check_accept,
    check_reject,
    check_stamp_for_offer,
    check_undo_offer,
)
from activitypub.coauthorship.authors import (
    AuthorList,
    full_rendition,
    listed_stamps,
    read_author_list,
    single_author_rendition,
)
from activitypub.coauthorship.leaving import (
    StampDeleted,
    build_delete_stamp,
    check_delete_stamp,
    without_author,
)
from activitypub.coauthorship.notice import build_notice, remove_notice
from activitypub.coauthorship.offers import Invitation, build_offer, check_offer, read_offer
from activitypub.coauthorship.projection import (
    NoDigest,
    canonical,
    consent_digest,
    consent_projection,
    projection_from_text,
    try_consent_digest,
)
from activitypub.coauthorship.publication import build_announce, check_published
from activitypub.coauthorship.stamps import Stamp, build_stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorState, verify_authors
from activitypub.proofs.eddsa_jcs_2022 import check_proof, make_proof, proof_key_id
from activitypub.signatures.keys import SigningKey, decode_multikey, decode_secret_multikey
from activitypub.verdicts import Refused
from activitypub.vocab.reading import parse_time
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BOB,
    NOTE,
    STAMP,
    Document,
    fetched,
    known,
    vector,
)

DIGESTS = vector("digest.json")["cases"]
BY_NAME = {case["name"]: case for case in DIGESTS}
MESSAGES = vector("protocol.json")
AUTHORS = (ALICE, BOB)


def at(text: str) -> int:
    found = parse_time(text)
    assert found is not None
    return found


NOW = at("2026-11-20T10:06:00Z")


def without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


def invitation() -> Invitation:
    found = read_offer(MESSAGES["offer"])
    assert isinstance(found, Invitation)
    return found


def core() -> Document:
    note: Document = MESSAGES["create_full"]["object"]
    return without(note, "attributedTo", "coAuthors", "coAuthorAuthorization")


@pytest.mark.parametrize("case", DIGESTS, ids=lambda case: case["name"])
def test_the_projection_and_its_digest_are_those_of_the_vector(case: dict[str, Any]) -> None:
    if case["consentDigest"] is None:
        with pytest.raises(NoDigest):
            consent_projection(case["object"], case["consentedAuthors"])
        assert try_consent_digest(case["object"], case["consentedAuthors"]) is None
        return
    projection = consent_projection(case["object"], case["consentedAuthors"])
    assert canonical(projection).decode() == case["canonical"]
    assert consent_digest(case["object"], case["consentedAuthors"]) == case["consentDigest"]


@pytest.mark.parametrize(
    "case",
    [case for case in DIGESTS if "sameDigestAs" in case or "differsFrom" in case],
    ids=lambda case: case["name"],
)
def test_the_vectors_agree_and_differ_as_they_say(case: dict[str, Any]) -> None:
    other = BY_NAME[case.get("sameDigestAs") or case["differsFrom"]]
    digest = consent_digest(case["object"], case["consentedAuthors"])
    same = digest == consent_digest(other["object"], other["consentedAuthors"])
    assert same is ("sameDigestAs" in case)


def test_an_object_read_from_its_octets_has_the_same_projection() -> None:
    case = BY_NAME["rich"]
    octets = json.dumps(case["object"], ensure_ascii=False).encode()
    projection = projection_from_text(octets, case["consentedAuthors"])
    assert canonical(projection).decode() == case["canonical"]


def test_the_offer_of_the_vector_is_an_invitation_of_bob() -> None:
    found = check_offer(
        MESSAGES["offer"], signer=ALICE, now=NOW, own_actor=lambda actor: actor == BOB
    )
    assert isinstance(found, Invitation)
    assert (found.actor, found.target, found.object_id) == (ALICE, BOB, NOTE)
    assert found.authors == AUTHORS
    assert found.digest == MESSAGES["stamp"]["consentDigest"]
    assert (found.visibility, found.change, found.media) == ("public", False, ())
    assert found.expires_at == at("2026-11-27T10:00:00Z")


def test_we_send_the_offer_of_the_vector() -> None:
    draft = full_rendition(
        without(core(), "published", "url"), [("Person", ALICE), ("Person", BOB)]
    )
    built = build_offer(
        id="https://a.example/users/alice/offers/7",
        actor=ALICE,
        target=BOB,
        object=draft,
        published_at=at("2026-11-20T10:00:00Z"),
        expires_at=at("2026-11-27T10:00:00Z"),
    )
    assert without(built, "@context") == without(MESSAGES["offer"], "@context")


def test_the_stamp_of_the_vector_reads_and_is_the_one_we_make() -> None:
    found = parse_stamp(MESSAGES["stamp"])
    assert found == Stamp(
        STAMP, BOB, NOTE, AUTHORS, MESSAGES["stamp"]["consentDigest"], at("2026-11-20T10:05:00Z")
    )
    built = build_stamp(
        id=found.id,
        issuer=found.issuer,
        object_id=found.object_id,
        authors=found.authors,
        digest=found.digest,
        published_at=found.published_at,
    )
    assert without(built, "@context") == without(MESSAGES["stamp"], "@context", "proof")


@pytest.mark.parametrize("name", ["stamp", "create_full", "create_single_author", "leave"])
def test_the_proofs_of_the_vectors_are_by_the_keys_of_their_actors(name: str) -> None:
    document = MESSAGES[name]
    keys = {
        key["id"]: (key["controller"], key["publicKeyMultibase"])
        for actor in MESSAGES["keys"]
        for key in actor["assertionMethod"]
    }
    controller, multikey = keys[proof_key_id(document) or ""]
    assert controller == document.get("actor", document.get("attributedTo"))
    assert check_proof(document, decode_multikey(multikey)) is None
    others = [other for owner, other in keys.values() if owner != controller]
    assert isinstance(check_proof(document, decode_multikey(others[0])), Refused)
    altered = {**document, "to": [BOB], "consentDigest": "zQm"}
    assert isinstance(check_proof(altered, decode_multikey(multikey)), Refused)


def test_we_make_the_proof_of_the_vector() -> None:
    (secret,) = (key["secretKeyMultibase"] for key in MESSAGES["keys"] if key["id"] == BOB)
    key = SigningKey(f"{BOB}#ed25519-key", decode_secret_multikey(secret))
    unsigned = without(MESSAGES["stamp"], "proof")
    assert make_proof(unsigned, key, at("2026-11-20T10:05:00Z")) == MESSAGES["stamp"]


def test_the_stamp_of_the_vector_is_consent_to_its_offer() -> None:
    answer = fetched(STAMP, MESSAGES["stamp"], fetched_at=NOW)
    assert isinstance(check_stamp_for_offer(answer, invitation(), stamp_uri=STAMP, now=NOW), Stamp)


def test_the_accept_of_the_vector_reads_and_is_the_one_we_send() -> None:
    found = check_accept(MESSAGES["accept"], invitation(), signer=BOB, now=NOW, is_open=True)
    assert found == Accepted(invitation().id, BOB, STAMP)
    built = build_accept(id=MESSAGES["accept"]["id"], offer=invitation(), stamp_uri=STAMP)
    assert without(built, "@context") == without(MESSAGES["accept"], "@context")


def test_the_reject_of_the_vector_reads_and_is_the_one_we_send() -> None:
    found = check_reject(MESSAGES["reject"], invitation(), signer=BOB, is_open=True)
    assert found == Declined(invitation().id, BOB, "")
    built = build_reject(id=MESSAGES["reject"]["id"], offer=invitation())
    assert without(built, "@context") == without(MESSAGES["reject"], "@context")


def test_the_undo_of_the_vector_reads_and_is_the_one_we_send() -> None:
    found = check_undo_offer(MESSAGES["undo_offer"], signer=ALICE)
    assert found == Withdrawn(invitation().id, ALICE)
    built = build_undo_offer(invitation())
    assert without(built, "@context") == without(MESSAGES["undo_offer"], "@context")


@pytest.mark.parametrize("name", ["create_full", "create_single_author"])
def test_bob_is_verified_in_both_renditions(name: str) -> None:
    create = MESSAGES[name]
    note = create["object"]
    assert read_author_list(note) == AuthorList(ALICE, (BOB,))
    assert listed_stamps(note) == (STAMP,)
    verdicts = verify_authors(
        note,
        known=known(fetched(STAMP, MESSAGES["stamp"], fetched_at=NOW)),
        now=NOW,
        inherited_context=create["@context"],
    )
    assert isinstance(verdicts, tuple)
    assert [(verdict.actor, verdict.state) for verdict in verdicts] == [
        (BOB, CoAuthorState.VERIFIED)
    ]
    stamp = parse_stamp(MESSAGES["stamp"])
    assert isinstance(stamp, Stamp)
    assert check_published(note, stamp, inherited_context=create["@context"]) is None


def test_we_send_both_renditions_of_the_vectors() -> None:
    authors = [("Person", ALICE), ("Person", BOB)]
    assert full_rendition(core(), authors, [STAMP]) == MESSAGES["create_full"]["object"]
    single = single_author_rendition(
        core(),
        authors,
        [STAMP],
        followers_of={f"{BOB}/followers"},
        notice=build_notice([("@bob", "https://b.example/@bob")]),
    )
    assert single == MESSAGES["create_single_author"]["object"]
    assert remove_notice(single["content"], AUTHORS) == core()["content"]


def test_we_send_the_announce_of_the_vector() -> None:
    built = build_announce(
        id=MESSAGES["announce"]["id"],
        actor=BOB,
        followers=f"{BOB}/followers",
        primary=ALICE,
        object_id=NOTE,
        visibility="public",
        published_at=at("2026-11-20T10:06:05Z"),
    )
    assert without(built, "@context") == without(MESSAGES["announce"], "@context")


def test_the_leave_of_the_vector_reads_and_is_the_one_we_send() -> None:
    assert check_delete_stamp(MESSAGES["leave"], proven_by=BOB) == StampDeleted(STAMP, BOB)
    built = build_delete_stamp(
        stamp_uri=STAMP, actor=BOB, authors=AUTHORS, followers=f"{BOB}/followers"
    )
    assert without(built, "@context") == without(MESSAGES["leave"], "@context", "proof")


def test_after_bob_left_the_note_is_that_of_the_vector_and_keeps_its_digest() -> None:
    case = BY_NAME["co-author-left"]
    left = without_author(core(), actor=BOB, followers=f"{BOB}/followers", now=NOW)
    assert left["tag"] == case["object"]["tag"]
    assert left["cc"] == case["object"]["cc"]
    assert consent_digest(left, AUTHORS) == case["consentDigest"]
