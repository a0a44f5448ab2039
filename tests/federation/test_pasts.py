"""Whoever follows somebody has what they wrote last, in its own place and without noise."""

from __future__ import annotations

from typing import Any

from activitypub.vocab.reading import format_time
from activitypub.vocab.terms import AS2
from fedi_cotweet.domain.limits import HOUR
from fedi_cotweet.services import crawling
from tests.federation.cast import Cast
from tests.federation.origins import Person
from tests.federation.talk import asked, say, seconds_pass


def outbox(by: Person, items: list[Any], **members: Any) -> None:
    """Serve an outbox with one embedded page."""
    uri = f"{by.id}/outbox"
    page = {"type": "OrderedCollectionPage", "partOf": uri, "orderedItems": items}
    by.origin.serve({"@context": AS2, "id": uri, "type": "OrderedCollection", "first": page})


def made(by: Person, note: dict[str, Any]) -> dict[str, Any]:
    return by.activity("Create", note)


async def test_the_past_comes_by_its_own_dates_and_below_what_is_new(cast: Cast) -> None:
    now = cast.here.clock()
    old = [
        say(cast.alice, f"Post {age}", published=format_time(now - age * HOUR)) for age in (1, 3)
    ]
    old[0]["tag"] = [{"type": "Mention", "href": cast.here.actor("dave"), "name": "@dave"}]
    old[0]["cc"] = [cast.here.actor("dave")]
    cast.a.serve(old[0])
    boost = cast.alice.activity("Announce", say(cast.carol, "Not hers")["id"])
    outbox(cast.alice, [made(cast.alice, old[0]), boost, made(cast.alice, old[1])])
    two = say(cast.bob, "Between", published=format_time(now - 2 * HOUR))
    outbox(cast.bob, [made(cast.bob, two)])
    await cast.follow(cast.alice, cast.bob)
    most = await seconds_pass(cast.here, 8, [cast.a, cast.b])
    new = say(cast.alice, "Now", published=format_time(now))
    await cast.deliver(cast.alice, made(cast.alice, new))
    expected = [new["id"], old[0]["id"], two["id"], old[1]["id"]]
    assert await cast.timeline() == expected
    assert (await cast.told("dave"), most) == ([], 1)
    assert cast.c.asked == []


async def test_what_is_known_here_is_there_at_once_for_a_further_reader(cast: Cast) -> None:
    note = say(cast.alice, "Old")
    outbox(cast.alice, [made(cast.alice, note)])
    await cast.follow(cast.alice)
    await seconds_pass(cast.here, 4)
    times = asked(cast.a)["/users/alice/outbox"]
    await cast.follow(cast.alice, account="carol")
    assert await cast.timeline("carol") == [note["id"]]
    await seconds_pass(cast.here, 4)
    assert asked(cast.a)["/users/alice/outbox"] == times == 1


async def test_a_co_tweet_of_the_past_is_verified_like_any_other(cast: Cast) -> None:
    post, forged = cast.cotweet(cast.bob), cast.cotweet(cast.carol)
    post.consent(cast.bob)
    for one in (post, forged):
        one.publish()
    outbox(cast.alice, [made(cast.alice, {"id": one.id}) for one in (post, forged)])
    await cast.follow(cast.alice)
    await seconds_pass(cast.here, 6)
    assert await cast.shown(post.id) == [cast.alice.id, cast.bob.id]
    assert await cast.shown(forged.id) == [cast.alice.id]


async def test_nobody_elses_private_or_endless_posts_come_with_an_outbox(cast: Cast) -> None:
    others = say(cast.bob, "Bob's")
    forged = say(cast.mallory, "As bob", attributedTo=cast.bob.id)
    private = say(cast.mallory, "Psst", to=[cast.mallory.followers], cc=[])
    mine = [say(cast.mallory, f"Mine {number}") for number in range(30)]
    items = [made(cast.mallory, note) for note in (others, forged, private, *mine)]
    outbox(cast.mallory, ["https://b.example/x", 5, *items, *items])
    await cast.follow(cast.mallory)
    most = await seconds_pass(cast.here, 30, [cast.m, cast.b])
    shown = await cast.timeline()
    assert set(shown) <= {note["id"] for note in mine}
    assert 15 <= len(shown) <= crawling.FROM_OUTBOX
    assert (cast.b.asked, most) == ([], 1)


async def test_an_outbox_elsewhere_is_not_asked_for(cast: Cast) -> None:
    cast.mallory.serve(outbox=f"{cast.b.base}/users/bob/outbox")
    await cast.follow(cast.mallory)
    await seconds_pass(cast.here, 3)
    assert cast.b.asked == []


async def test_following_somebody_of_this_server_brings_their_last_posts(cast: Cast) -> None:
    path = "/api/v1/control/posts"
    view = await cast.here.api("POST", path, {"text": "Old"}, account="alice")
    await cast.here.settle()
    await cast.here.api("POST", "/api/v1/control/follow", {"handle": "alice"})
    await cast.here.settle()
    assert await cast.timeline() == [view["uri"]]
    assert await cast.told("dave") == []
