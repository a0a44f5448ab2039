"""Searching, hashtags and reports through the client API."""

from __future__ import annotations

import pytest

from fedi_cotweet.services import notifications
from tests.mastodon_api.conftest import App, Cast

STATUSES = "/api/v1/statuses"


async def _say(app: App, text: str, **members: object) -> str:
    made = await app.ask("POST", STATUSES, {"status": text, **members})
    return str(made["id"])


async def test_everything_is_found_by_words(cast: Cast) -> None:
    await cast.bobs.ask("PATCH", "/api/v1/accounts/update_credentials", {"indexable": True})
    number = await _say(cast.bobs, "Bobsleigh and #bobbins")
    found = await cast.alices.ask("GET", "/api/v2/search?q=bob")
    assert [one["acct"] for one in found["accounts"]] == ["bob"]
    assert [one["name"] for one in found["hashtags"]] == ["bobbins"]
    assert [one["id"] for one in found["statuses"]] == [number]
    only = await cast.stranger.ask("GET", "/api/v2/search?q=bobsleigh&type=statuses")
    assert (len(only["statuses"]), only["accounts"], only["hashtags"]) == (1, [], [])
    tagged = await cast.alices.ask("GET", "/api/v2/search?q=%23bob")
    assert ([one["name"] for one in tagged["hashtags"]], tagged["statuses"]) == (["bobbins"], [])
    tagged = await cast.alices.ask("GET", "/api/v2/search?q=%23bobbins")
    assert [one["id"] for one in tagged["statuses"]] == [number]
    other = await cast.alices.ask(
        "GET", f"/api/v2/search?q=bobsleigh&type=statuses&account_id={cast.alice}"
    )
    assert other["statuses"] == []
    wrong = "/api/v2/search?q=bobsleigh&limit=many&offset=-1"
    assert len((await cast.alices.ask("GET", wrong))["statuses"]) == 1
    await _say(cast.bobs, "#bobcat")
    first = await cast.alices.ask("GET", "/api/v1/search?q=bob&type=hashtags&limit=1")
    second = await cast.alices.ask("GET", "/api/v1/search?q=bob&type=hashtags&limit=1&offset=1")
    assert (first["hashtags"], second["hashtags"]) == (["bobbins"], ["bobcat"])


async def test_addresses_and_handles_find_what_they_name(cast: Cast) -> None:
    number = await _say(cast.bobs, "Look")
    shown = await cast.alices.ask("GET", f"{STATUSES}/{number}")
    for address in (shown["uri"], shown["url"]):
        found = await cast.alices.ask("GET", f"/api/v2/search?q={address}&resolve=true")
        assert [one["id"] for one in found["statuses"]] == [number], address
        assert (found["accounts"], found["hashtags"]) == ([], [])
    for given in ("@bob@a.example", "bob@a.example", "@bob", shown["account"]["uri"]):
        found = await cast.alices.ask("GET", f"/api/v2/search?q={given}&resolve=true")
        assert [one["acct"] for one in found["accounts"]] == ["bob"], given
    asked = cast.world.people.asked
    nobody = await cast.alices.ask("GET", "/api/v2/search?q=@no@b.example&resolve=true")
    assert nobody["accounts"] == []
    assert "no@b.example" in asked
    count = len(asked)
    await cast.alices.ask("GET", "/api/v2/search?q=@never@b.example")
    assert len(asked) == count, "nobody is asked unless the app wants it"


async def test_people_are_searched_alone(cast: Cast) -> None:
    path = "/api/v1/accounts/search"
    found = await cast.alices.ask("GET", f"{path}?q=bo")
    assert [one["acct"] for one in found] == ["bob"]
    assert await cast.alices.ask("GET", f"{path}?q=bo&following=true") == []
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    assert len(await cast.alices.ask("GET", f"{path}?q=OB&following=true")) == 1
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/block")
    assert await cast.alices.ask("GET", f"{path}?q=bo") == []
    assert await cast.alices.ask("GET", f"{path}?q=@bob@a.example&resolve=1") == []


async def test_what_may_not_be_seen_is_not_found(cast: Cast) -> None:
    number = await _say(cast.alices, "@bob psst", visibility="direct")
    uri = (await cast.alices.ask("GET", f"{STATUSES}/{number}"))["uri"]
    path = f"/api/v2/search?q={uri}"
    carols = await cast.apps.of(await cast.world.account("carol"))
    for app, count in ((cast.bobs, 1), (carols, 0), (cast.stranger, 0)):
        assert len((await app.ask("GET", path))["statuses"]) == count
    assert await cast.stranger.refused("GET", f"{path}&resolve=true") == 401
    assert await cast.alices.refused("GET", "/api/v2/search?q=") == 400
    assert await cast.alices.refused("GET", "/api/v2/search?q=a&type=cats") == 422


async def test_a_followed_hashtag_brings_public_posts_home(cast: Cast) -> None:
    tag = await cast.alices.ask("POST", "/api/v1/tags/Tea/follow")
    assert (tag["name"], tag["following"]) == ("tea", True)
    number = await _say(cast.bobs, "#TEA for all")
    await _say(cast.bobs, "#tea for some", visibility="unlisted")
    home, _ = await cast.alices.page("/api/v1/timelines/home")
    assert [one["id"] for one in home] == [number]
    followed, _ = await cast.alices.page("/api/v1/followed_tags")
    assert [one["name"] for one in followed] == ["tea"]
    assert (await cast.bobs.ask("GET", "/api/v1/tags/tea"))["following"] is False
    mute = f"/api/v1/accounts/{cast.bob}"
    await cast.alices.ask("POST", f"{mute}/mute")
    assert await cast.alices.ask("GET", "/api/v1/timelines/home") == []
    await cast.alices.ask("POST", f"{mute}/unmute")
    left = await cast.alices.ask("POST", "/api/v1/tags/tea/unfollow")
    assert left["following"] is False
    assert await cast.alices.ask("GET", "/api/v1/timelines/home") == []
    assert await cast.alices.refused("POST", "/api/v1/tags/a%20b/follow") == 404
    assert await cast.stranger.refused("POST", "/api/v1/tags/tea/follow") == 401


async def test_a_draft_is_brought_by_its_hashtag_once_it_is_published(cast: Cast) -> None:
    co_tweet = await cast.world.draft(cast.bob, await cast.world.account("carol"), "With #tea")
    await cast.alices.ask("POST", "/api/v1/tags/tea/follow")
    assert await cast.alices.ask("GET", "/api/v1/timelines/home") == [], "a draft"
    await cast.world.agree(co_tweet)
    assert len(await cast.alices.ask("GET", "/api/v1/timelines/home")) == 1


async def test_a_follower_chooses_boosts_and_languages(cast: Cast) -> None:
    follow = f"/api/v1/accounts/{cast.bob}/follow"
    await cast.alices.ask("POST", follow)
    await cast.world.settle_follows()
    carols = await cast.apps.of(await cast.world.account("carol"))
    boosted = await _say(carols, "Look")
    await cast.bobs.ask("POST", f"{STATUSES}/{boosted}/reblog")
    dutch = await _say(cast.bobs, "Thee", language="nl")
    home = "/api/v1/timelines/home"
    assert len(await cast.alices.ask("GET", home)) == 2
    chosen = await cast.alices.ask("POST", follow, {"reblogs": False})
    assert (chosen["following"], chosen["showing_reblogs"]) == (True, False)
    assert [one["id"] for one in await cast.alices.ask("GET", home)] == [dutch]
    chosen = await cast.alices.ask("POST", follow, {"languages": ["en"]})
    assert (chosen["languages"], chosen["showing_reblogs"]) == (["en"], False)
    assert await cast.alices.ask("GET", home) == []
    english = await _say(cast.bobs, "Tea", language="en-GB")
    silent = await _say(cast.bobs, "…")
    assert [one["id"] for one in await cast.alices.ask("GET", home)] == [silent, english]
    second = await _say(carols, "Again")
    await cast.bobs.ask("POST", f"{STATUSES}/{second}/reblog")
    assert len(await cast.alices.ask("GET", home)) == 2
    assert await cast.alices.refused("POST", follow, {"languages": ["not a language"]}) == 422


async def test_a_follower_hears_of_each_post_if_they_want_to(cast: Cast) -> None:
    site = cast.world.site

    async def heard() -> list[str]:
        found = await site.read(lambda tx: notifications.notifications(tx, site.env, cast.alice))
        return [one.kind for one in found]

    follow = f"/api/v1/accounts/{cast.bob}/follow"
    await cast.alices.ask("POST", follow)
    await cast.world.settle_follows()
    await _say(cast.bobs, "Unheard")
    assert (await cast.alices.ask("POST", follow, {"notify": True}))["notifying"]
    carols = await cast.apps.of(await cast.world.account("carol"))
    first = await _say(carols, "First")
    await _say(cast.bobs, "An answer", in_reply_to_id=first)
    assert await heard() == []
    await _say(cast.bobs, "Heard")
    await _say(cast.bobs, "Heard by @alice already")
    assert await heard() == ["mention", "status"]
    mute = f"/api/v1/accounts/{cast.bob}/mute"
    muted = await cast.alices.ask("POST", mute, {"notifications": False})
    assert (muted["muting"], muted["muting_notifications"]) == (True, False)
    assert await heard() == ["mention", "status"]
    assert (await cast.alices.ask("POST", mute))["muting_notifications"]
    assert await heard() == []


async def test_defaults_hold_for_posts_that_say_nothing_else(cast: Cast) -> None:
    source = {"privacy": "unlisted", "sensitive": True, "language": "nl"}
    await cast.alices.ask("PATCH", "/api/v1/accounts/update_credentials", {"source": source})
    made = await cast.alices.ask("POST", STATUSES, {"status": "Thee"})
    assert (made["visibility"], made["sensitive"], made["language"]) == ("unlisted", True, "nl")
    other = {"status": "Tea", "visibility": "public", "sensitive": False, "language": "en"}
    made = await cast.alices.ask("POST", STATUSES, other)
    assert (made["visibility"], made["sensitive"], made["language"]) == ("public", False, "en")


async def test_people_are_reported_with_their_posts(cast: Cast) -> None:
    number = await _say(cast.bobs, "Buy tea")
    members = {"account_id": str(cast.bob), "status_ids": [number], "category": "spam"}
    made = await cast.alices.ask("POST", "/api/v1/reports", {**members, "comment": "Ads"})
    assert (made["category"], made["status_ids"], made["comment"]) == ("spam", [number], "Ads")
    assert made["target_account"]["acct"] == "bob"


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ({}, 404),
        ({"account_id": "1"}, 404),
        ({"account_id": "BOB", "status_ids": ["ALICES"]}, 404),
        ({"account_id": "BOB", "status_ids": ["1"]}, 404),
        ({"account_id": "BOB", "category": "boring"}, 422),
        ({"account_id": "BOB", "rule_ids": ["1"]}, 422),
        ({"account_id": "BOB", "comment": "x" * 6_000}, 422),
    ],
)
async def test_a_report_that_cannot_be_is_refused(
    cast: Cast, members: dict[str, object], status: int
) -> None:
    own = await _say(cast.alices, "Mine")
    names = {"BOB": str(cast.bob), "ALICES": own}
    body = {
        key: [names.get(one, one) for one in value]
        if isinstance(value, list)
        else names.get(str(value), value)
        for key, value in members.items()
    }
    assert await cast.alices.refused("POST", "/api/v1/reports", body) == status
    assert await cast.stranger.refused("POST", "/api/v1/reports", body) == 401
