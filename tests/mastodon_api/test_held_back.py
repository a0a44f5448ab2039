"""Notifications that are held back until one agrees, through the client API."""

from __future__ import annotations

from typing import Any

from fedi_cotweet.domain.limits import DAY
from tests.mastodon_api.conftest import App, Cast

NEWS = "/api/v1/notifications"
POLICY = "/api/v2/notifications/policy"
REQUESTS = f"{NEWS}/requests"
STATUSES = "/api/v1/statuses"

NOTHING = {"pending_requests_count": 0, "pending_notifications_count": 0}


async def _say(app: App, text: str, **more: Any) -> str:
    return str((await app.ask("POST", STATUSES, {"status": text, **more}))["id"])


async def _choose(cast: Cast, **choices: str) -> Any:
    return await cast.alices.ask("PATCH", POLICY, choices)


async def _news(cast: Cast, query: str = "") -> list[str]:
    return [one["type"] for one in await cast.alices.ask("GET", f"{NEWS}{query}")]


async def _requests(cast: Cast) -> list[str]:
    return [one["account"]["acct"] for one in await cast.alices.ask("GET", REQUESTS)]


async def test_nothing_is_held_back_of_whoever_wants_nothing_held_back(cast: Cast) -> None:
    policy = await cast.alices.ask("GET", POLICY)
    assert policy == {
        "for_not_following": "accept",
        "for_not_followers": "accept",
        "for_new_accounts": "accept",
        "for_private_mentions": "accept",
        "for_limited_accounts": "filter",
        "summary": NOTHING,
    }
    await _say(cast.bobs, "@alice Tea?")
    assert (await _news(cast), await _requests(cast)) == (["mention"], [])


async def test_what_is_filtered_waits_as_a_request_until_it_is_accepted(cast: Cast) -> None:
    chosen = await _choose(cast, for_not_following="filter")
    assert chosen["for_not_following"] == "filter"
    first = await _say(cast.alices, "Tea")
    await cast.bobs.ask("POST", f"{STATUSES}/{first}/favourite")
    number = await _say(cast.bobs, "@alice Tea?")
    assert await _news(cast) == []
    assert await cast.alices.ask("GET", f"{NEWS}/unread_count") == {"count": 0}
    assert (await cast.alices.ask("GET", "/api/v2/notifications"))["notification_groups"] == []
    assert await _news(cast, "?include_filtered=true") == ["mention", "favourite"]
    [shown, _] = await cast.alices.ask("GET", f"{NEWS}?include_filtered=true&account_id={cast.bob}")
    assert shown["filtered"] is True
    [request] = await cast.alices.ask("GET", REQUESTS)
    assert (request["account"]["acct"], request["notifications_count"]) == ("bob", "2")
    assert request["last_status"]["id"] == number
    path = f"{REQUESTS}/{request['id']}"
    assert await cast.alices.ask("GET", path) == request
    summary = (await cast.alices.ask("GET", POLICY))["summary"]
    assert summary == {"pending_requests_count": 1, "pending_notifications_count": 2}
    for method, where in (("GET", path), ("POST", f"{path}/accept"), ("POST", f"{path}/dismiss")):
        assert await cast.bobs.refused(method, where) == 404, "hers"
    await cast.alices.ask("POST", f"{path}/accept")
    assert await cast.alices.ask("GET", f"{REQUESTS}/merged") == {"merged": True}
    assert (await _news(cast), await _requests(cast)) == (["mention", "favourite"], [])
    await _say(cast.bobs, "@alice With milk?")
    assert await _news(cast) == ["mention", "mention", "favourite"], "from now on too"
    assert await cast.alices.refused("POST", f"{path}/accept") == 404


async def test_what_is_dismissed_is_forgotten_and_what_comes_next_waits_again(cast: Cast) -> None:
    await _choose(cast, for_not_following="filter")
    await _say(cast.bobs, "@alice Tea?")
    await cast.alices.ask("POST", f"{REQUESTS}/{cast.bob}/dismiss")
    assert (await _requests(cast), await _news(cast, "?include_filtered=true")) == ([], [])
    await _say(cast.bobs, "@alice Coffee?")
    assert (await _requests(cast), await _news(cast)) == (["bob"], [])


async def test_requests_come_in_pages_and_are_answered_together(cast: Cast) -> None:
    await _choose(cast, for_not_following="filter")
    names = ("carol", "dave", "erin")
    people = {name: await cast.world.account(name) for name in names}
    for one in people.values():
        await _say(await cast.apps.of(one), "@alice Tea?")
    first, links = await cast.alices.page(f"{REQUESTS}?limit=2")
    rest, _ = await cast.alices.page(links["next"])
    assert [one["account"]["acct"] for one in (*first, *rest)] == ["erin", "dave", "carol"]
    both = {"id": [str(people["carol"]), str(people["dave"]), "404", "x"]}
    await cast.alices.ask("POST", f"{REQUESTS}/accept", both)
    assert (await _requests(cast), len(await _news(cast))) == (["erin"], 2)
    await cast.alices.ask("POST", f"{REQUESTS}/dismiss", {"id": [str(people["erin"])]})
    assert (await _requests(cast), len(await _news(cast))) == ([], 2)


async def test_what_is_dropped_is_never_told(cast: Cast) -> None:
    await _choose(cast, for_not_following="drop", for_new_accounts="filter")
    number = await _say(cast.bobs, "@alice Tea?")
    assert (await _news(cast, "?include_filtered=true"), await _requests(cast)) == ([], [])
    await cast.alices.ask("GET", f"{STATUSES}/{number}")


async def test_whom_one_follows_is_heard_though_new_and_though_they_write_directly(
    cast: Cast,
) -> None:
    await _choose(
        cast, for_not_following="drop", for_new_accounts="drop", for_private_mentions="drop"
    )
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    await _say(cast.bobs, "@alice Tea?", visibility="direct")
    assert await _news(cast) == ["mention"]


async def test_a_follower_is_one_after_three_days(cast: Cast) -> None:
    await _choose(cast, for_not_followers="filter")
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    await cast.world.settle_follows()
    await _say(cast.bobs, "@alice Tea?")
    assert await _news(cast) == []
    cast.world.clock.now += 3 * DAY
    await _say(cast.bobs, "@alice Tea, still?")
    assert await _news(cast) == ["mention"]


async def test_an_account_is_new_for_thirty_days(cast: Cast) -> None:
    await _choose(cast, for_new_accounts="filter")
    await _say(cast.bobs, "@alice Tea?")
    assert await _news(cast) == []
    cast.world.clock.now += 30 * DAY
    await _say(cast.bobs, "@alice Tea, still?")
    assert await _news(cast) == ["mention"]


async def test_a_direct_post_waits_unless_one_asked_for_it(cast: Cast) -> None:
    await _choose(cast, for_private_mentions="filter")
    await _say(cast.bobs, "@alice Psst", visibility="direct")
    assert (await _news(cast), await _requests(cast)) == ([], ["bob"])
    await _say(cast.bobs, "@alice Tea?")
    asked = await _say(cast.alices, "@bob What is it?", visibility="direct")
    await _say(cast.bobs, "@alice This", in_reply_to_id=asked, visibility="direct")
    assert await _news(cast) == ["mention", "mention"]


async def test_an_invite_is_told_whatever_is_held_back(cast: Cast) -> None:
    await _choose(cast, **dict.fromkeys(("for_not_following", "for_new_accounts"), "drop"))
    await cast.world.draft(cast.bob, cast.alice, "Together")
    [told] = await cast.alices.ask("GET", NEWS)
    assert told["invite_id"]


async def test_the_first_version_knows_four_questions(cast: Cast) -> None:
    path = f"{NEWS}/policy"
    nothing = {
        "filter_not_following": False,
        "filter_not_followers": False,
        "filter_new_accounts": False,
        "filter_private_mentions": False,
        "summary": NOTHING,
    }
    assert await cast.alices.ask("GET", path) == nothing
    chosen = await cast.alices.ask("PUT", path, {"filter_new_accounts": "true"})
    assert chosen == {**nothing, "filter_new_accounts": True}
    assert (await cast.alices.ask("GET", POLICY))["for_new_accounts"] == "filter"
    await cast.alices.ask("PUT", path, {"filter_new_accounts": False})
    assert await cast.alices.ask("GET", path) == nothing


async def test_what_is_no_choice_is_refused(cast: Cast) -> None:
    assert await cast.alices.refused("PATCH", POLICY, {"for_new_accounts": "perhaps"}) == 422
    for action in ("accept", "dismiss"):
        assert await cast.alices.refused("POST", f"{REQUESTS}/5/{action}") == 404
    reader = await cast.apps.of(cast.alice, "read")
    writer = await cast.apps.of(cast.alice, "write")
    for method, where in (
        ("GET", REQUESTS),
        ("GET", f"{REQUESTS}/5"),
        ("GET", f"{NEWS}/policy"),
        ("PUT", f"{NEWS}/policy"),
        ("POST", f"{REQUESTS}/5/accept"),
        ("POST", f"{REQUESTS}/dismiss"),
    ):
        assert await cast.stranger.refused(method, where) == 401
        assert await (writer if method == "GET" else reader).refused(method, where) == 403
