"""Art by bob: what somebody did travels with the invite and is shown once both sides say it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.test_acceptances import COTWEETS, drafted
from tests.federation.test_invitations import accept

ART = ["author", "artist"]


async def roles_shown(cast: Cast, uri: str, account: str = "dave") -> list[str]:
    """What the authors of a post did, as our server says."""
    post = await cast.here.post(uri)
    assert post is not None
    view = await cast.here.api("GET", f"/api/v1/control/posts/{post.id}", account=account)
    return [author["role"] for author in view["authors"]]


async def read(cast: Cast, post: CoTweet, claimed: Any) -> list[str]:
    """Dave's server gets the post; the roles it shows."""
    await cast.follow(cast.alice)
    note = post.publish(authorRoles=claimed)
    assert (await cast.deliver(cast.alice, post.create(note))).status == 202
    return await roles_shown(cast, post.id)


async def test_a_reader_sees_a_role_that_both_sides_confirm(cast: Cast) -> None:
    post = cast.cotweet()
    post.consent(cast.bob, consentedRoles=["host", "artist"])
    assert await read(cast, post, ["host", "artist"]) == ["host", "artist"]
    shown = await cast.here.post(post.id)
    assert shown is not None
    _, page = await cast.here.get(f"/@{cast.alice.handle}/{shown.id}")
    assert '<span class="role">art by</span> <a' in page


@pytest.mark.parametrize("agreed", [None, ["author", "photographer"], ["artist"]])
async def test_a_reader_sees_no_role_on_the_word_of_one(cast: Cast, agreed: Any) -> None:
    post = cast.cotweet()
    post.consent(cast.bob, consentedRoles=agreed)
    assert await read(cast, post, ["host", "artist"]) == ["author", "author"]


async def test_the_last_confirmation_takes_the_primary_authors_role_along(cast: Cast) -> None:
    post = cast.cotweet()
    post.consent(cast.bob, consentedRoles=["host", "author"])
    assert await read(cast, post, ["host", "author"]) == ["host", "author"]
    stamp = post.stamps[cast.bob.id]
    gone = cast.bob.activity("Delete", {"type": "CoAuthorAuthorization", "id": stamp})
    await cast.deliver(cast.bob, cast.bob.proven(gone))
    assert await roles_shown(cast, post.id) == ["author"]


async def test_who_is_invited_sees_the_role_and_agrees_to_it(cast: Cast) -> None:
    bob = cast.local("bob")
    post = cast.cotweet(bob)
    offer = post.offer(bob)
    offer["object"]["authorRoles"] = ART
    await cast.deliver(cast.alice, offer)
    invite = await cast.invite("bob")
    assert invite is not None
    assert [entry["author"]["role"] for entry in invite["authors"]] == ART
    answer = await accept(cast)
    stamp = (await cast.alice.get(answer["result"])).json
    assert stamp["consentedRoles"] == ART
    assert stamp["@context"][1]["consentedRoles"]["@container"] == "@list"


async def test_an_invite_with_an_unreadable_role_is_dropped(cast: Cast) -> None:
    bob = cast.local("bob")
    offer = cast.cotweet(bob).offer(bob)
    offer["object"]["authorRoles"] = ["author", "king"]
    assert (await cast.deliver(cast.alice, offer)).status == 202
    assert await cast.invite("bob") is None


async def test_what_was_agreed_to_is_published_with_its_roles(cast: Cast) -> None:
    invited = [{"handle": cast.bob.handle, "role": "artist"}, cast.carol.handle]
    draft = await drafted(cast, cast.bob, **{"with": invited, "role": "host"})
    roles = ["host", "artist", "author"]
    assert draft.offer(cast.bob)["object"]["authorRoles"] == roles
    view = await cast.here.api("GET", f"{COTWEETS}/{draft.id}", account="alice")
    assert [entry["author"]["role"] for entry in view["co_authors"]] == ["artist", "author"]
    await draft.answer(cast.bob, consentedRoles=roles)
    await draft.answer(cast.carol, consentedRoles=roles)
    assert (await draft.note())["authorRoles"] == roles
    assert await roles_shown(cast, draft.uri, "alice") == roles


async def test_consent_to_another_role_is_no_consent(cast: Cast) -> None:
    invited = [{"handle": cast.bob.handle, "role": "artist"}]
    draft = await drafted(cast, cast.bob, **{"with": invited})
    await draft.answer(cast.bob, consentedRoles=["author", "photographer"])
    assert await draft.state() == "draft"
    assert await draft.answers() == ["offered"]


async def test_software_without_roles_consents_as_an_author(cast: Cast) -> None:
    invited = [{"handle": cast.bob.handle, "role": "artist"}]
    draft = await drafted(cast, cast.bob, **{"with": invited})
    await draft.answer(cast.bob)
    note = await draft.note()
    assert await draft.state() == "published"
    assert "authorRoles" not in note
    assert await roles_shown(cast, draft.uri, "alice") == ["author", "author"]


async def test_there_are_six_roles_and_no_other(cast: Cast) -> None:
    for members in ({"with": [{"handle": cast.bob.handle, "role": "king"}]}, {"role": "king"}):
        with pytest.raises(ApiRefusalError) as refused:
            await drafted(cast, cast.bob, **members)
        assert refused.value.code == "bad_role"
