"""Timelines through the client API."""

from __future__ import annotations

from fedi_cotweet.services import reactions
from tests.mastodon_api.conftest import Cast


async def _posts(cast: Cast, count: int) -> list[str]:
    """Ids of posts by bob, newest first."""
    found: list[str] = []
    for number in range(count):
        cast.world.clock.now += 1_000
        made = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": f"Cup {number}"})
        found.insert(0, made["id"])
    return found


async def _follow_bob(cast: Cast) -> None:
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()


async def test_home_is_read_downwards_and_upwards(cast: Cast) -> None:
    await _follow_bob(cast)
    ids = await _posts(cast, 7)
    page, links = await cast.alices.page("/api/v1/timelines/home?limit=3")
    assert [one["id"] for one in page] == ids[:3]
    older, _ = await cast.alices.page(links["next"])
    assert [one["id"] for one in older] == ids[3:6]
    gap, _ = await cast.alices.page(f"/api/v1/timelines/home?limit=2&min_id={ids[6]}")
    assert [one["id"] for one in gap] == ids[4:6]
    newest, _ = await cast.alices.page(f"/api/v1/timelines/home?limit=2&since_id={ids[6]}")
    assert [one["id"] for one in newest] == ids[:2]
    nothing, none = await cast.alices.page(f"/api/v1/timelines/home?min_id={ids[0]}")
    assert (nothing, none) == ([], {})


async def test_what_one_boosts_stands_at_home_until_it_is_taken_back(cast: Cast) -> None:
    [number] = await _posts(cast, 1)
    cast.world.clock.now += 5_000
    boosted = await cast.alices.ask("POST", f"/api/v1/statuses/{number}/reblog")
    home, _ = await cast.alices.page("/api/v1/timelines/home")
    assert [(one["id"], one["account"]["acct"]) for one in home] == [(boosted["id"], "alice")]
    assert home[0]["reblog"]["id"] == number
    await cast.alices.ask("POST", f"/api/v1/statuses/{number}/unreblog")
    assert (await cast.alices.page("/api/v1/timelines/home"))[0] == []
    await _follow_bob(cast)
    await cast.alices.ask("POST", f"/api/v1/statuses/{number}/reblog")
    again, _ = await cast.alices.page("/api/v1/timelines/home")
    assert [(one["id"], one["reblog"]) for one in again] == [(number, None)], "it is there once"


async def test_a_boost_is_a_status_of_its_own(cast: Cast) -> None:
    carol = await cast.world.account("carol")
    await _follow_bob(cast)
    carols = await cast.apps.of(carol)
    made = await carols.ask("POST", "/api/v1/statuses", {"status": "Look"})
    site = cast.world.site
    cast.world.clock.now += 5_000
    await site.write(lambda tx: reactions.boost(tx, site.env, cast.bob, int(made["id"])))
    (shown,), _ = await cast.alices.page("/api/v1/timelines/home")
    assert shown["account"]["acct"] == "bob"
    assert shown["reblog"]["id"] == made["id"]
    assert int(shown["id"]) > int(made["id"])
    alone = await cast.alices.ask("GET", f"/api/v1/statuses/{shown['id']}")
    assert alone["reblog"]["account"]["acct"] == "carol"
    profile, _ = await cast.stranger.page(f"/api/v1/accounts/{cast.bob}/statuses")
    assert [one["id"] for one in profile] == [shown["id"]]
    without, _ = await cast.stranger.page(
        f"/api/v1/accounts/{cast.bob}/statuses?exclude_reblogs=true"
    )
    assert without == []


async def test_a_thread_of_ones_own_stays_without_replies(cast: Cast) -> None:
    theirs = await cast.alices.ask("POST", "/api/v1/statuses", {"status": "Tea?"})
    first = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "1/2"})
    second, reply = [
        await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "@alice", "in_reply_to_id": to})
        for to in (first["id"], theirs["id"])
    ]
    path = f"/api/v1/accounts/{cast.bob}/statuses"
    everything, _ = await cast.stranger.page(path)
    assert {one["id"] for one in everything} == {first["id"], second["id"], reply["id"]}
    without, _ = await cast.stranger.page(f"{path}?exclude_replies=true")
    assert {one["id"] for one in without} == {first["id"], second["id"]}


async def test_public_and_hashtag_timelines_are_for_strangers_too(cast: Cast) -> None:
    made = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "#Tea is ready"})
    await cast.bobs.ask(
        "POST", "/api/v1/statuses", {"status": "#Tea for few", "visibility": "private"}
    )
    for path in ("public?local=true", "public", "tag/tea", "tag/Tea?local=1"):
        page, _ = await cast.stranger.page(f"/api/v1/timelines/{path}")
        assert [one["id"] for one in page] == [made["id"]], path
    remote, _ = await cast.stranger.page("/api/v1/timelines/public?remote=true")
    assert remote == []


async def test_a_co_tweet_names_its_authors_and_stands_where_it_was_published(cast: Cast) -> None:
    draft = await cast.world.draft(cast.alice, cast.bob, "Together")
    cast.world.clock.now += 60_000
    between = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Meanwhile"})
    cast.world.clock.now += 60_000
    await cast.world.agree(draft)
    page, _ = await cast.stranger.page("/api/v1/timelines/public?local=true")
    assert [one["id"] for one in page] == [page[0]["id"], between["id"]]
    shown = page[0]
    assert int(shown["id"]) > int(between["id"]), "clients sort by id"
    assert shown["account"]["acct"] == "alice"
    assert [(one["account"]["acct"], one["role"], one["state"]) for one in shown["co_authors"]] == [
        ("bob", "author", "accepted")
    ]
    assert "@bob@a.example" in shown["content"]
    for number in (shown["id"], draft):
        assert (await cast.stranger.ask("GET", f"/api/v1/statuses/{number}"))["id"] == shown["id"]
    of_bob, _ = await cast.stranger.page(f"/api/v1/accounts/{cast.bob}/statuses")
    assert shown["id"] in [one["id"] for one in of_bob]


async def test_a_draft_is_nobodys_business(cast: Cast) -> None:
    draft = await cast.world.draft(cast.alice, cast.bob, "Together")
    for app in (cast.stranger, cast.bobs):
        assert await app.refused("GET", f"/api/v1/statuses/{draft}") == 404


async def test_a_timeline_is_of_several_hashtags(cast: Cast) -> None:
    posts = {}
    for text in ("#tea", "#rain", "#tea #rain"):
        posts[text] = (await cast.bobs.ask("POST", "/api/v1/statuses", {"status": text}))["id"]
    for query, wanted in (
        ("", ["#tea #rain", "#tea"]),
        ("?any[]=Rain", ["#tea #rain", "#rain", "#tea"]),
        ("?all[]=rain", ["#tea #rain"]),
        ("?none[]=%23rain", ["#tea"]),
    ):
        found = await cast.alices.ask("GET", f"/api/v1/timelines/tag/tea{query}")
        assert [one["id"] for one in found] == [posts[text] for text in wanted], query
