"""What ordinary posts can hold, co-tweets hold too; whom they concern hears when they are out."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from activitypub.coauthorship.projection import media_digest
from activitypub.vocab.reading import format_time
from fedi_cotweet.domain.limits import MINUTE
from storage.queries import post_media
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.pictures import png
from tests.federation.test_acceptances import drafted
from tests.federation.test_quotes import said


async def test_a_third_person_hears_of_a_mention_when_it_is_published(cast: Cast) -> None:
    erin = cast.m.person("erin")
    text = f"Ask @dave and @{erin.handle}, says @{cast.bob.handle}."
    draft = await drafted(cast, cast.bob, text=text)
    assert await cast.told("dave") == []
    assert cast.m.received == []
    await draft.answer(cast.bob)
    assert await cast.told("dave") == ["mention"]
    [create] = cast.m.received_of("Create")
    assert {tag["name"] for tag in create["object"]["tag"]} == {
        f"@{cast.here.handle('dave')}",
        f"@{erin.handle}",
        f"@{cast.bob.handle}",
    }


async def test_who_is_answered_together_hears_of_it_when_it_is_published(cast: Cast) -> None:
    question = await cast.here.api(
        "POST", "/api/v1/control/posts", {"text": "What?"}, account="dave"
    )
    draft = await drafted(cast, cast.bob, in_reply_to=question["id"])
    assert await cast.told("dave") == []
    await draft.answer(cast.bob)
    assert await cast.told("dave") == ["reply"]
    assert (await draft.note())["inReplyTo"] == question["uri"]


async def test_an_ordinary_post_of_a_local_author_is_no_news_to_a_local_co_author(
    cast: Cast,
) -> None:
    """Carol here is mentioned because she is an author: that is no mention."""
    with_carol = [cast.bob.handle, "carol"]
    draft = await drafted(cast, cast.bob, **{"with": with_carol})
    invite = await cast.invite("carol")
    assert invite is not None
    path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
    await cast.here.api("POST", path, {"digest": invite["digest"]}, account="carol")
    await cast.here.settle()
    await draft.answer(cast.bob)
    assert await draft.state() == "published"
    assert "mention" not in await cast.told("carol")


@pytest.mark.parametrize("visibility", ["followers", "direct", "private", "local"])
async def test_what_cannot_be_verified_by_others_is_refused_with_the_reason(
    cast: Cast, visibility: str
) -> None:
    document = {"text": "Hm.", "visibility": visibility, "with": [cast.bob.handle]}
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api("POST", "/api/v1/cotweets", document, account="alice")
    assert (refused.value.status, refused.value.code) == (422, "visibility_not_allowed")
    assert "hoose public or unlisted" in str(refused.value)


async def test_a_wider_audience_than_was_agreed_to_is_not_published(cast: Cast) -> None:
    """The audience is in the digest, so a stamp for an unlisted post is none for a public one."""
    draft = await drafted(cast, cast.bob, visibility="unlisted")
    await draft.answer(cast.bob)
    note = await draft.note()
    assert "https://www.w3.org/ns/activitystreams#Public" in note["cc"]
    with pytest.raises(ApiRefusalError) as refused:
        await cast.here.api(
            "PUT", f"/api/v1/cotweets/{draft.id}", {"text": "x", "visibility": "public"},
            account="alice",
        )  # fmt: skip
    assert refused.value.code == "unknown_member"


BLURHASH = "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH"
LOOKS: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({"blurhash": BLURHASH, "focalPoint": [0.5, -1]}, (BLURHASH, 0.5, -1.0)),
    ({"blurhash": BLURHASH[:-1], "focalPoint": [0, 1.5]}, (None, None, None)),
    ({"focalPoint": [0, 0]}, (None, 0.0, 0.0)),
]


async def test_how_a_picture_looks_is_kept_renewed_and_dropped_where_it_is_nonsense(
    cast: Cast,
) -> None:
    url = cast.b.serve(png((9, 9, 9)), at=f"{cast.b.base}/owl.png", media_type="image/png")
    entry = {"type": "Document", "mediaType": "image/png", "url": url, "name": "An owl"}
    note = said(cast.bob)
    for kind, (looks, expected) in zip(("Create", "Update", "Update"), LOOKS, strict=True):
        cast.here.clock.advance(MINUTE)
        note |= {"attachment": [entry | looks], "updated": format_time(cast.here.clock())}
        activity = cast.bob.activity(kind, note, cc=[cast.here.actor("dave")])
        await cast.bob.send(f"{cast.here.actor('dave')}/inbox", activity)
        await cast.here.settle()
        post = await cast.here.post(note["id"])
        assert post is not None
        [item] = await cast.here.read(partial(post_media.media_of, post_ids=[post.id]))
        assert (item.blurhash, item.focal_x, item.focal_y) == expected
        _, page = await cast.here.get(f"/@{cast.bob.handle}/{post.id}")
        assert ('focus-x-75 focus-y-100"' in page) is (looks is LOOKS[0][0])


async def test_a_picture_of_others_is_shown_unless_it_is_not_what_its_digest_says(
    cast: Cast,
) -> None:
    """Ordinary software gives no digest: there is nothing that the picture could differ from."""
    octets = png((40, 90, 40))
    url = cast.b.serve(octets, at=f"{cast.b.base}/rook.png", media_type="image/png")
    picture = {"type": "Document", "mediaType": "image/png", "url": url, "name": "A rook"}
    for digest, shown in ((None, True), (media_digest(octets), True), (media_digest(b"-"), False)):
        entry = picture if digest is None else {**picture, "digestMultibase": digest}
        note = said(cast.bob, attachment=[entry])
        create = cast.bob.activity("Create", note, cc=[cast.here.actor("dave")])
        await cast.bob.send(f"{cast.here.actor('dave')}/inbox", create)
        await cast.here.settle()
        post = await cast.here.post(note["id"])
        assert post is not None
        _, page = await cast.here.get(f"/@{cast.bob.handle}/{post.id}")
        assert ('alt="A rook"' in page) is shown
        assert ("Left out" in page) is not shown
