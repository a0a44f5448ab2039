from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.offers import Invitation, build_offer, read_offer
from activitypub.coauthorship.standing_consent import beyond_instruction
from tests.activitypub.coauthorship.cast import (
    ALICE,
    BEA,
    BOB,
    CAROL,
    HOUR,
    NOTE,
    NOW,
    OFFER,
    PICTURE,
    PUBLIC,
    draft,
)

EVERYBODY = (BOB, CAROL)
OTHER_PICTURE = PICTURE | {"digestMultibase": "zQmYWL2c66fRdoMe7zEgSmQhamR3tH8Gw4zqg79tZJ2t5sB"}
POLL: dict[str, Any] = {
    "type": "Question",
    "oneOf": [{"type": "Note", "name": "yes"}, {"type": "Note", "name": "no"}],
    "endTime": "2026-12-01T00:00:00Z",
}


def version(*co_authors: str, roles: list[str] | None = None, **changes: Any) -> Invitation:
    """What bob is asked about a published post."""
    note = draft(*(co_authors or EVERYBODY), **changes)
    note |= {"published": "2026-11-20T10:06:00Z", "updated": "2026-11-20T10:10:00Z"}
    if roles is not None:
        note["authorRoles"] = roles
    offer = build_offer(
        id=OFFER, actor=ALICE, target=BOB, object=note, published_at=NOW, expires_at=NOW + HOUR
    )
    read = read_offer(offer)
    assert isinstance(read, Invitation), read
    return read


def beyond(agreed: Invitation, offered: Invitation) -> str | None:
    return beyond_instruction(agreed, None, offered, None)


@pytest.mark.parametrize(
    "offered",
    [
        version(),
        version(content="<p>Quite other words.</p>"),
        version(summary="Careful", sensitive=True),
        version(content="<p><a href='https://x.example/'>x</a></p>"),
        version(BOB),
        version(attachment=[PICTURE]),
        version(
            attachment=[PICTURE | {"name": "Two cats", "url": "https://a.example/media/2.png"}]
        ),
        version(inReplyTo=None),
        version(to=[f"{ALICE}/followers"], cc=[PUBLIC]),
    ],
)
def test_other_words_fewer_pictures_authors_and_readers_are_covered(offered: Invitation) -> None:
    agreed = version(attachment=[PICTURE], inReplyTo="https://d.example/1")
    assert beyond(agreed, offered) is None


@pytest.mark.parametrize(
    ("offered", "why"),
    [
        (version(BOB, CAROL, BEA), "other authors"),
        (version(BOB, BEA), "other authors"),
        (version(CAROL, BOB), "other authors"),
        (version(roles=["author", "artist", "author"]), "other roles"),
        (version(to=[PUBLIC], cc=["https://e.example/users/erin"]), "a wider audience"),
        (version(attachment=[PICTURE, OTHER_PICTURE]), "new media"),
        (version(attachment=[OTHER_PICTURE]), "new media"),
        (version(image=[PICTURE]), "new media"),
        (version(quote="https://d.example/2"), "a new quote"),
        (version(quoteUrl="https://d.example/2"), "a new quote"),
        (version(inReplyTo="https://d.example/2"), "a new reply target"),
        (version(**POLL), "another kind of post"),
        (version(startTime="2026-12-01T00:00:00Z"), "another kind of post"),
    ],
)
def test_more_than_words_is_left_to_the_person(offered: Invitation, why: str) -> None:
    assert beyond(version(attachment=[PICTURE]), offered) == why


def test_the_public_is_wider_than_unlisted() -> None:
    agreed = version(to=[f"{ALICE}/followers"], cc=[PUBLIC])
    assert beyond(agreed, version()) == "a wider audience"


def test_a_first_reply_target_is_new() -> None:
    assert beyond(version(), version(inReplyTo="https://d.example/1")) == "a new reply target"


def test_an_instruction_is_about_one_post() -> None:
    assert beyond(version(), version(id=f"{NOTE}0")) == "another post"


def test_whoever_is_an_author_no_more_is_no_reader_by_instruction_either() -> None:
    kept = version(BOB, cc=[f"{ALICE}/followers", f"{BOB}/followers", BOB, CAROL])
    assert beyond(version(), kept) == "a wider audience"
