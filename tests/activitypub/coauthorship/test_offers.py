from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.authors import single_author_rendition
from activitypub.coauthorship.notice import build_notice
from activitypub.coauthorship.offers import (
    Invitation,
    OfferedMedia,
    build_offer,
    check_offer,
    is_invitation,
    read_offer,
)
from activitypub.coauthorship.projection import consent_digest
from activitypub.verdicts import Refused
from activitypub.vocab.reading import format_time
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BOB,
    CAROL,
    DAY,
    EVE,
    HOUR,
    MINUTE,
    NOTE,
    NOW,
    OFFER,
    PICTURE,
    PUBLIC,
    Document,
    core,
    draft,
    offer,
)


def check(document: Document, *, signer: str = ALICE, now: int = NOW) -> Invitation | Refused:
    return check_offer(document, signer=signer, now=now, own_actor=lambda actor: actor == BOB)


def code(document: Document, **options: Any) -> str:
    found = check(document, **options)
    assert isinstance(found, Refused), found
    return found.code


def accepted(document: Document, **options: Any) -> Invitation:
    found = check(document, **options)
    assert isinstance(found, Invitation), found
    return found


def with_draft(**changes: Any) -> Document:
    return offer(object=draft(**changes))


def test_an_invitation_tells_bob_all_he_needs_to_decide() -> None:
    document = offer(object=draft(BOB, CAROL, attachment=[PICTURE, {"type": "Link", "href": "x"}]))
    assert accepted(document) == Invitation(
        id=OFFER,
        actor=ALICE,
        target=BOB,
        object_id=NOTE,
        authors=(ALICE, BOB, CAROL),
        digest=consent_digest(document["object"], (ALICE, BOB, CAROL)),
        visibility="public",
        published_at=NOW - 20 * MINUTE,
        expires_at=NOW + 7 * DAY,
        change=False,
        media=(
            OfferedMedia(PICTURE["url"], PICTURE["digestMultibase"], "Image", "image/png", "A cat"),
        ),
        object=document["object"],
    )


def test_an_unlisted_draft_says_so() -> None:
    assert accepted(with_draft(to=[f"{ALICE}/followers"], cc=[PUBLIC])).visibility == "unlisted"


def test_an_invitation_to_a_new_version_says_that_the_object_is_published() -> None:
    document = with_draft(published="2026-11-19T10:00:00Z", updated="2026-11-20T10:00:00Z")
    assert accepted(document).change is True


def test_the_signer_must_be_the_actor() -> None:
    assert code(offer(), signer=EVE) == "other_signer"
    assert code(offer(), signer=BOB) == "other_signer"


def test_the_invited_actor_must_live_here() -> None:
    found = check_offer(offer(), signer=ALICE, now=NOW, own_actor=lambda actor: actor == CAROL)
    assert isinstance(found, Refused)
    assert found.code == "not_ours"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "Invite"}, "other_type"),
        ({"type": ["Offer", "Create"]}, "other_type"),
        ({"actor": [ALICE, BOB]}, "bad_actor"),
        ({"actor": [ALICE]}, "bad_actor"),
        ({"actor": {"id": ALICE}}, "bad_actor"),
        ({"actor": None}, "bad_actor"),
        ({"id": None}, "other_origin"),
        ({"id": 7}, "other_origin"),
        ({"id": "https://evil.example/offers/7"}, "other_origin"),
        ({"target": None}, "bad_offer"),
        ({"target": [BOB, CAROL]}, "bad_offer"),
        ({"target": {"id": BOB}}, "bad_offer"),
        ({"to": [CAROL]}, "bad_addressing"),
        ({"target": CAROL}, "other_target"),
        ({"target": ALICE}, "other_target"),
        ({"to": None}, "bad_addressing"),
        ({"to": [BOB, CAROL]}, "bad_addressing"),
        ({"to": [PUBLIC]}, "bad_addressing"),
        ({"to": [{"id": BOB}]}, "bad_addressing"),
        ({"cc": [CAROL]}, "bad_addressing"),
        ({"cc": []}, "bad_addressing"),
        ({"bto": CAROL}, "bad_addressing"),
        ({"bcc": [CAROL]}, "bad_addressing"),
        ({"audience": PUBLIC}, "bad_addressing"),
        ({"published": None}, "bad_time"),
        ({"published": "yesterday"}, "bad_time"),
        ({"endTime": None}, "bad_time"),
        ({"endTime": "2026-11-20"}, "bad_time"),
        ({"object": NOTE}, "not_an_invitation"),
        ({"object": None}, "not_an_invitation"),
        ({"object": core()}, "not_an_invitation"),
        ({"object": [draft()]}, "not_an_invitation"),
    ],
)
def test_an_offer_against_the_rules_is_discarded(changes: dict[str, Any], expected: str) -> None:
    assert code(offer(**changes)) == expected


@pytest.mark.parametrize("to", [BOB, [BOB]])
def test_one_addressee_may_stand_alone_or_in_a_list(to: Any) -> None:
    assert accepted(offer(to=to)).target == BOB


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"attributedTo": ALICE}, "not_full_rendition"),
        ({"attributedTo": [ALICE, BOB]}, "not_full_rendition"),
        ({"attributedTo": [{"type": "Person", "id": ALICE}, BOB]}, "not_full_rendition"),
        (
            {"attributedTo": [{"id": ALICE, "type": "Person"}, {"id": BOB}]},
            "not_full_rendition",
        ),
        (
            {
                "attributedTo": [
                    {"id": ALICE, "type": "Person", "name": "Alice"},
                    {"id": BOB, "type": "Person"},
                ]
            },
            "not_full_rendition",
        ),
        ({"attributedTo": [{"id": ALICE, "type": "Person"}]}, "not_full_rendition"),
        ({"attributedTo": [{"id": EVE, "type": "Person"}]}, "other_origin"),
        ({"coAuthors": [CAROL, BOB]}, "attribution_differs"),
        ({"coAuthors": [BOB, BOB]}, "repeated_author"),
        ({"coAuthors": "x"}, "bad_co_authors"),
        ({"id": "https://evil.example/notes/42"}, "other_origin"),
        ({"type": "Event"}, "bad_type"),
        ({"to": [BOB], "cc": []}, "not_public"),
        ({"content": '<p>x</p><p class="coauthors-inline">With bob</p>'}, "inline_notice"),
        ({"contentMap": {"en": '<p class="coauthors-inline">With bob</p>'}}, "inline_notice"),
        ({"published": "2026-11-19T10:00:00Z"}, "bad_time"),
        ({"published": "2026-11-19T10:00:00Z", "updated": "2026-11-18T10:00:00Z"}, "bad_time"),
        ({"published": "2027-11-19T10:00:00Z", "updated": "2027-11-19T10:00:00Z"}, "bad_time"),
        ({"published": "", "updated": "2026-11-19T10:00:00Z"}, "bad_time"),
        ({"attachment": ["https://a.example/1.png"]}, "bad_media"),
        ({"attachment": [{**PICTURE, "digestMultibase": None}]}, "bad_media"),
        ({"attachment": [{**PICTURE, "digestMultibase": ["zQm"]}]}, "bad_media"),
        ({"attachment": [{**PICTURE, "url": None}]}, "bad_media"),
        (
            {"attachment": [{**PICTURE, "url": ["https://a.example/1", "https://a.example/2"]}]},
            "bad_media",
        ),
        ({"attachment": [{**PICTURE, "url": {"type": "Link"}}]}, "bad_media"),
        ({"attachment": [{**PICTURE, "href": "https://evil.example/1.png"}]}, "bad_media"),
        ({"attachment": {"type": "Link", "href": "x", "mediaType": "image/png"}}, "bad_media"),
        ({"attachment": {"type": ["Link", "Image"], "href": "x"}}, "bad_media"),
        ({"attachment": [{**PICTURE, "digestMultibase": ""}]}, "bad_media"),
        ({"image": {"type": "Image", "url": "https://a.example/1.png"}}, "bad_media"),
        ({"content": 7}, "no_digest"),
        ({"inReplyTo": ["x", "y"]}, "no_digest"),
        ({"@context": [{"content": "x:y"}]}, "no_digest"),
    ],
)
def test_a_draft_against_the_rules_is_discarded(changes: dict[str, Any], expected: str) -> None:
    document = {**draft(), **changes}
    assert code(offer(object=document)) == expected


def test_a_draft_in_the_single_author_rendition_is_discarded() -> None:
    single = single_author_rendition(
        core(),
        [("Person", ALICE), ("Person", BOB)],
        notice=build_notice([("@bob", "https://b.example/@bob")]),
    )
    assert code(offer(object=single)) == "not_full_rendition"


def test_the_context_of_the_offer_cannot_give_the_draft_another_meaning() -> None:
    assert code({**offer(), "@context": [{"summary": "x:hidden"}]}) == "no_digest"


def test_somebody_else_on_alices_server_cannot_invite_to_alices_note() -> None:
    mallory = "https://a.example/users/mallory"
    assert code(offer(actor=mallory), signer=mallory) == "other_primary"


def timed(published_at: int, expires_at: int) -> Document:
    return offer(published=format_time(published_at), endTime=format_time(expires_at))


def test_an_invitation_lasts_between_one_hour_and_thirty_days() -> None:
    accepted(timed(NOW, NOW + HOUR))
    accepted(timed(NOW, NOW + 30 * DAY))
    assert code(timed(NOW, NOW + HOUR - 1)) == "bad_time"
    assert code(timed(NOW, NOW + 30 * DAY + 1)) == "bad_time"
    assert code(timed(NOW, NOW - DAY)) == "bad_time"


def test_clocks_may_differ_by_five_minutes() -> None:
    accepted(timed(NOW + 5 * MINUTE, NOW + DAY))
    assert code(timed(NOW + 5 * MINUTE + 1, NOW + DAY)) == "from_the_future"
    ended = timed(NOW - DAY, NOW)
    accepted(ended, now=NOW + 5 * MINUTE - 1)
    assert code(ended, now=NOW + 5 * MINUTE) == "expired"


def test_other_offers_are_not_invitations() -> None:
    assert not is_invitation({"type": "Offer", "object": {"type": "Ticket"}})
    assert not is_invitation({"type": "Offer", "object": {"coAuthors": []}})
    assert not is_invitation({"type": "Offer"})
    assert is_invitation(offer())


def test_what_we_build_is_what_others_accept() -> None:
    built = build_offer(
        id=OFFER,
        actor=ALICE,
        target=BOB,
        object={**draft(), "@context": "left out"},
        published_at=NOW,
        expires_at=NOW + DAY,
    )
    assert "@context" not in built["object"]
    assert isinstance(read_offer(built), Invitation)
    with pytest.raises(ValueError, match="one hour"):
        build_offer(
            id=OFFER, actor=ALICE, target=BOB, object=draft(), published_at=NOW, expires_at=NOW
        )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": None}, "bad_offer"),
        ({"id": "https://evil.example/offers/7"}, "other_origin"),
        ({"actor": [ALICE]}, "bad_offer"),
        ({"actor": "https://a.example/users/mallory"}, "other_primary"),
    ],
)
def test_an_offer_read_back_is_held_to_the_same_rules(
    changes: dict[str, Any], expected: str
) -> None:
    found = read_offer({**offer(), **changes})
    assert isinstance(found, Refused)
    assert found.code == expected


def test_what_is_no_media_needs_no_digest() -> None:
    links = [{"type": "Link", "href": "x", "mediaType": 7}, {"type": "Link"}, 7, None]
    assert accepted(with_draft(attachment=links)).media == ()


def test_the_first_new_version_may_be_as_old_as_the_published_one() -> None:
    at = format_time(NOW - 15 * MINUTE)  # five minutes after the Offer by its author's clock
    assert accepted(with_draft(published=at, updated=at)).change is True


@pytest.mark.parametrize("lifetime", [HOUR, 30 * DAY])
def test_the_shortest_and_the_longest_invitation_can_be_sent(lifetime: int) -> None:
    built = build_offer(
        id=OFFER,
        actor=ALICE,
        target=BOB,
        object=draft(),
        published_at=NOW,
        expires_at=NOW + lifetime,
    )
    assert accepted(built).expires_at == NOW + lifetime
