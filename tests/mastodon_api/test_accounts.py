"""People through the client API, and what the server says of itself."""

from __future__ import annotations

from tests.mastodon_api.conftest import Cast


async def test_one_sees_oneself_with_what_one_typed(cast: Cast) -> None:
    me = await cast.alices.ask("GET", "/api/v1/accounts/verify_credentials")
    assert (me["id"], me["acct"], me["display_name"]) == (str(cast.alice), "alice", "Alice")
    assert me["source"]["privacy"] == "public"
    assert await cast.stranger.refused("GET", "/api/v1/accounts/verify_credentials") == 401


async def test_people_are_found_by_id_and_handle(cast: Cast) -> None:
    shown = await cast.stranger.ask("GET", f"/api/v1/accounts/{cast.bob}")
    for given in ("bob", "@bob", "bob@a.example", "BOB"):
        found = await cast.stranger.ask("GET", f"/api/v1/accounts/lookup?acct={given}")
        assert found == shown
    assert await cast.stranger.refused("GET", "/api/v1/accounts/lookup?acct=nobody") == 404
    both = await cast.stranger.ask(
        "GET", f"/api/v1/accounts?id[]={cast.bob}&id[]=1&id[]={cast.alice}"
    )
    assert [one["acct"] for one in both] == ["bob", "alice"]


async def test_relationships_say_what_is(cast: Cast) -> None:
    path = f"/api/v1/accounts/relationships?id[]={cast.bob}&id[]=1"
    before = await cast.alices.ask("GET", path)
    assert [one["following"] or one["requested"] for one in before] == [False, False]
    followed = await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    assert followed["requested"] or followed["following"]
    await cast.world.settle_follows()
    assert (await cast.alices.ask("GET", path))[0]["following"]
    (theirs,) = await cast.bobs.ask("GET", f"/api/v1/accounts/relationships?id={cast.alice}")
    assert theirs["followed_by"]
    noted = await cast.alices.ask(
        "POST", f"/api/v1/accounts/{cast.bob}/note", {"comment": "makes tea"}
    )
    assert noted["note"] == "makes tea"
    left = await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/unfollow")
    assert (left["following"], left["note"]) == (False, "makes tea")


async def test_the_server_says_what_it_is(cast: Cast) -> None:
    first = await cast.stranger.ask("GET", "/api/v1/instance")
    second = await cast.stranger.ask("GET", "/api/v2/instance")
    assert first["version"] == second["version"]
    assert first["version"].startswith("4.5.0 (compatible; fedi_cotweet ")
    assert second["configuration"]["statuses"]["max_characters"] == 5_000
    assert await cast.stranger.ask("GET", "/api/v1/custom_emojis") == []


async def test_browsers_of_any_origin_may_ask(cast: Cast) -> None:
    asked = await cast.stranger.raw("OPTIONS", "/api/v1/statuses")
    assert asked.status == 204
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
    page = await cast.stranger.raw("GET", "/api/v1/timelines/public")
    assert "Link" in page.headers["Access-Control-Expose-Headers"]


async def test_a_token_that_is_none_is_refused_even_where_none_is_needed(cast: Cast) -> None:
    cast.stranger.token = "wrong"
    assert await cast.stranger.refused("GET", "/api/v1/timelines/public") == 401
