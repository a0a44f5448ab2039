"""The address of a post's page finds the post, as its identifier does."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.federation.cast import Cast, CoTweet
from tests.federation.here import ApiRefusalError
from tests.federation.test_invitations import published


async def found(cast: Cast, url: str, account: str = "bob") -> str:
    """The identifier of the post that an address leads to."""
    path = f"/api/v1/control/posts?url={quote(url, safe='')}"
    return str((await cast.here.api("GET", path, account=account))["uri"])


def elsewhere(cast: Cast) -> CoTweet:
    """A post that our server has not heard of."""
    post = cast.cotweet(cast.carol)
    post.publish()
    return post


async def test_a_page_that_leads_to_the_post_stands_for_it(cast: Cast) -> None:
    post = await published(cast)
    page = cast.a.redirect(f"{cast.a.base}/@alice/1", to=post.id)
    assert await found(cast, page) == post.id


async def test_a_page_that_is_served_as_the_post_stands_for_it(cast: Cast) -> None:
    """As Mastodon does."""
    post = elsewhere(cast)
    page = cast.a.serve(post.note(), at=f"{cast.a.base}/@alice/1")
    assert await found(cast, page) == post.id


async def test_bob_leaves_by_the_address_of_the_page(cast: Cast) -> None:
    post = await published(cast)
    page = cast.a.redirect(f"{cast.a.base}/@alice/1", to=post.id)
    await cast.here.api("POST", "/api/v1/cotweets/0/leave", {"uri": page}, account="bob")
    await cast.here.settle()
    assert await cast.shown(post.id) == [cast.alice.id]


async def test_a_page_speaks_for_no_other_host(cast: Cast) -> None:
    post = await published(cast)
    served = cast.m.serve(post.note(), at=f"{cast.m.base}/@alice/1")
    led = cast.m.redirect(f"{cast.m.base}/@alice/2", to=post.id)
    for page in (served, led):
        with pytest.raises(ApiRefusalError, match="not_found"):
            await found(cast, page)


async def test_what_the_page_names_must_say_so_itself(cast: Cast) -> None:
    post = elsewhere(cast)
    cast.a.forget(post.id)
    page = cast.a.serve(post.note(), at=f"{cast.a.base}/media/1.json")
    with pytest.raises(ApiRefusalError, match="not_found"):
        await found(cast, page)


MUTE = "/api/v1/control/mute"


async def test_a_profile_page_stands_for_the_person(cast: Cast) -> None:
    led = cast.a.redirect(f"{cast.a.base}/@alice", to=cast.alice.id)
    served = cast.a.serve(cast.alice.document(), at=f"{cast.a.base}/people/alice")
    for page in (led, served):
        await cast.here.api("POST", MUTE, {"handle": page}, account="dave")
        held = (await cast.here.api("GET", f"{MUTE}s", account="dave"))["mutes"]
        assert [entry["person"]["uri"] for entry in held] == [cast.alice.id]
        await cast.here.api("POST", "/api/v1/control/unmute", {"handle": page}, account="dave")


async def test_a_page_of_ours_stands_for_an_account(cast: Cast) -> None:
    page = cast.here.actor("alice").replace("/users/", "/@")
    await cast.here.api("POST", MUTE, {"handle": page}, account="dave")
    held = (await cast.here.api("GET", f"{MUTE}s", account="dave"))["mutes"]
    assert [entry["person"]["uri"] for entry in held] == [cast.here.actor("alice")]


async def test_a_profile_page_speaks_for_nobody_of_another_host(cast: Cast) -> None:
    led = cast.m.redirect(f"{cast.m.base}/@alice", to=cast.alice.id)
    document = cast.alice.document(inbox=cast.mallory.inbox)
    served = cast.m.serve(document, at=f"{cast.m.base}/people/alice")
    for page in (led, served):
        with pytest.raises(ApiRefusalError, match="no_such_actor"):
            await cast.here.api("POST", MUTE, {"handle": page}, account="dave")


async def test_who_the_page_names_must_say_so_themselves(cast: Cast) -> None:
    document = cast.alice.document(id=f"{cast.a.base}/users/nobody")
    page = cast.a.serve(document, at=f"{cast.a.base}/media/1.json")
    with pytest.raises(ApiRefusalError, match="no_such_actor"):
        await cast.here.api("POST", MUTE, {"handle": page}, account="dave")
