"""What became of a co-tweet: each author sees the same, and nobody else sees anything (C43)."""

from __future__ import annotations

from typing import Any

import pytest

from activitypub.coauthorship.statistics import Statistics, build_statistics, statistics_url
from fedi_cotweet.domain.limits import DAY, HOUR, MINUTE
from storage.queries import statistics
from tests.federation.cast import Cast
from tests.federation.here import ApiRefusalError
from tests.federation.test_reactions import POSTS, written_by_alice_elsewhere, written_here

FOLLOW = "/api/v1/control/follow"


async def stats(cast: Cast, post_id: str, account: str) -> dict[str, Any]:
    """What an author here is shown."""
    path = f"/api/v1/cotweets/{post_id}/statistics"
    found: dict[str, Any] = await cast.here.api("GET", path, account=account)
    return found


async def follow(cast: Cast, account: str, whom: str, **more: str) -> None:
    await cast.here.api("POST", FOLLOW, {"handle": whom, **more}, account=account)
    await cast.here.settle()


async def test_the_authors_servers_add_up_what_they_know(cast: Cast) -> None:
    post_id, uri = await written_here(cast)
    await cast.deliver(cast.mallory, cast.mallory.activity("Like", uri))
    url = statistics_url(cast.bob.id, uri)
    cast.b.serve(build_statistics(cast.bob.id, uri, Statistics(40, 2, None, None, None)), at=url)
    for _ in range(2):
        await cast.here.api("GET", f"{POSTS}/{post_id}", account="dave")
    page = (await cast.here.api("GET", f"{POSTS}/{post_id}", account="alice"))["page"]
    assert (await cast.here.get(page, Accept="text/html"))[0] == 200
    await cast.here.pass_time(MINUTE)
    found = await stats(cast, post_id, "alice")
    assert await stats(cast, post_id, "alice") == found
    assert found == {
        "post": post_id,
        "uri": uri,
        "views": 43,
        "likes": 1,
        "boosts": 0,
        "replies": 0,
        "followers_gained": 2,
        "gained_until": found["gained_until"],
        "without": [],
    }
    assert cast.b.times_asked(url) == 1
    path = url.removeprefix(cast.b.base)
    [asked] = [request for request in cast.b.asked if request.path_qs == path]
    assert f'keyId="{cast.here.actor("alice")}#main-key"' in asked.headers["Signature"]


@pytest.mark.parametrize("answer", ["down", "nonsense", "somebody else's"])
async def test_a_server_that_does_not_answer_is_named(cast: Cast, answer: str) -> None:
    post_id, uri = await written_here(cast)
    url = statistics_url(cast.bob.id, uri)
    if answer == "nonsense":
        cast.b.serve({"id": url, "type": "Note", "content": "x"})
    elif answer == "somebody else's":
        wrong = build_statistics(cast.bob.id, f"{uri}0", Statistics(9, 9, 9, 9, 9))
        cast.b.serve(wrong | {"id": url})
    else:
        cast.b.fail(url, 503)
    found = await stats(cast, post_id, "alice")
    assert (found["views"], found["without"]) == (0, [cast.b.host])


async def test_numbers_of_the_primary_authors_server_count_for_all(cast: Cast) -> None:
    post_id, together = await written_by_alice_elsewhere(cast, "carol")
    for person, numbers in ((cast.alice, (5, 1, 7, 3, 2)), (cast.bob, (6, 0, 99, 99, 99))):
        answer = build_statistics(person.id, together.id, Statistics(*numbers))
        person.origin.serve(answer)
    await cast.here.pass_time(MINUTE)
    seen = (await cast.here.read(lambda tx: statistics.views(tx, int(post_id)))) + 11
    found = await stats(cast, post_id, "carol")
    assert [found[name] for name in ("views", "likes", "boosts", "replies")] == [seen, 7, 3, 2]
    assert found["followers_gained"] == 1


async def test_followers_are_gained_through_the_post_or_a_co_author(cast: Cast) -> None:
    """And within seven days, and each is counted, not named."""
    await follow(cast, "bob", "alice")
    body = {"text": "We wrote this.", "with": ["bob"]}
    view = await cast.here.api("POST", "/api/v1/cotweets", body, account="alice")
    post_id = view["post"]["id"]
    await cast.here.settle()
    await follow(cast, "carol", "alice")
    invite = await cast.invite("bob")
    assert invite is not None
    path = f"/api/v1/cotweets/invites/{invite['id']}/accept"
    await cast.here.api("POST", path, {"digest": invite["digest"]}, account="bob")
    await cast.here.settle()
    assert (await stats(cast, post_id, "bob"))["followers_gained"] == 0
    cast.here.clock.advance(HOUR)
    await follow(cast, "dave", "bob")
    assert (await stats(cast, post_id, "bob"))["followers_gained"] == 0
    await follow(cast, "carol", "bob")
    assert (await stats(cast, post_id, "bob"))["followers_gained"] == 1
    await follow(cast, "mallory", "alice", post=post_id)
    await follow(cast, "alice", "bob")
    both = [await stats(cast, post_id, name) for name in ("alice", "bob")]
    assert both[0] == both[1]
    assert both[0]["followers_gained"] == 2
    for _ in range(2):
        await cast.here.pass_time(4 * DAY)
    await follow(cast, "mallory", "bob", post=post_id)
    assert (await stats(cast, post_id, "alice"))["followers_gained"] == 2


async def test_nobody_but_the_authors_is_told(cast: Cast) -> None:
    post_id, uri = await written_here(cast)
    for name in ("dave", "bob"):
        with pytest.raises(ApiRefusalError, match="not_an_author"):
            await stats(cast, post_id, name)
    url = statistics_url(cast.here.actor("alice"), uri)
    assert (await cast.here.get(url))[0] == 404
    assert (await cast.mallory.get(url)).status == 404
    assert (await cast.neighbour.get(url)).status == 404
    assert (await cast.bob.get(statistics_url(cast.here.actor("carol"), uri))).status == 404
    assert (await cast.bob.get(statistics_url(cast.here.actor("alice"), f"{uri}0"))).status == 404
    answer = await cast.bob.get(url)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert {name: answer.json[name] for name in ("views", "followersGained", "likesCount")} == {
        "views": 0,
        "followersGained": 0,
        "likesCount": 0,
    }


async def test_a_showing_is_counted_in_memory_and_written_now_and_then(cast: Cast) -> None:
    post_id, _ = await written_here(cast)
    for _ in range(5):
        await cast.here.api("GET", f"{POSTS}/{post_id}", account="dave")
        await cast.here.api("GET", f"{POSTS}/{post_id}", account="alice")
    assert (await cast.here.contents())["post_views"] == 0
    await cast.here.pass_time(MINUTE)
    assert (await stats(cast, post_id, "alice"))["views"] == 5
    # A post of which nobody here is an author is nobody's business.
    other, _ = await written_by_alice_elsewhere(cast)
    await cast.here.api("GET", f"{POSTS}/{other}", account="carol")
    await cast.here.pass_time(MINUTE)
    assert (await cast.here.contents())["post_views"] == 1
