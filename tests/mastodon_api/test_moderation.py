"""What those who look after the server do about single people, as apps and their people see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fedi_cotweet.services import broadcasting, hiding, moderating, reports
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, posts
from tests.mastodon_api.conftest import App, Cast

STATUSES = "/api/v1/statuses"
NEWS = "/api/v1/notifications"
TOLD = f"{NEWS}?supported_types[]=mention&supported_types[]=moderation_warning"


async def _actor(cast: Cast, actor_id: int) -> Actor:
    held = await cast.world.site.read(lambda tx: actors.actor(tx, actor_id))
    assert held is not None
    return held


async def _do(cast: Cast, act: Callable[..., None], actor_id: int, **words: Any) -> None:
    env, person = cast.world.site.env, await _actor(cast, actor_id)
    await cast.world.site.write(lambda tx: act(tx, env, person, **words))


async def _texts(app: App, path: str) -> list[str]:
    return [one["content"] for one in await app.ask("GET", path)]


async def _told(app: App) -> list[dict[str, Any]]:
    """As an app hears of it that says what it knows; of types that Mastodon has not."""
    return list(await (await app.raw("GET", TOLD)).json())


async def _found(app: App, path: str) -> list[str]:
    return [one["acct"] for one in await app.ask("GET", path)]


PUBLIC = (
    "/api/v1/timelines/public",
    "/api/v1/timelines/public?local=true",
    "/api/v1/timelines/tag/tea",
)


async def test_strangers_do_not_come_across_who_is_limited_and_followers_see_all(
    cast: Cast,
) -> None:
    carol = await cast.apps.of(await cast.world.account("carol"))
    await carol.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    await cast.bobs.ask("PATCH", "/api/v1/accounts/update_credentials", {"indexable": True})
    await cast.bobs.ask("POST", STATUSES, {"status": "Buy #tea"})
    people = "/api/v1/accounts/search?q=bob"
    posts = "/api/v2/search?q=buy&type=statuses"

    async def seen(app: App) -> set[str]:
        found = {path for path in PUBLIC if await _texts(app, path)}
        if "bob" in await _found(app, "/api/v1/directory?local=true&order=new"):
            found.add("directory")
        if app.token is not None:
            found |= {"people"} if "bob" in await _found(app, people) else set()
            found |= {"posts"} if (await app.ask("GET", posts))["statuses"] else set()
        return found

    everything = {*PUBLIC, "directory", "people", "posts"}
    assert await seen(cast.alices) == await seen(carol) == everything
    await _do(cast, moderating.limit, cast.bob)
    assert await seen(cast.alices) == set()
    assert await seen(cast.stranger) == set()
    assert await seen(carol) == await seen(cast.bobs) == everything
    assert await _texts(carol, "/api/v1/timelines/home") != []
    # Who asks for them by name has them.
    [shown] = await cast.alices.ask("GET", f"/api/v1/accounts/{cast.bob}/statuses")
    assert shown["account"]["limited"] is True
    assert (await cast.alices.ask("GET", "/api/v1/accounts/lookup?acct=bob"))["limited"] is True
    await _do(cast, moderating.unlimit, cast.bob)
    assert await seen(cast.alices) == everything
    assert "limited" not in await cast.alices.ask("GET", f"/api/v1/accounts/{cast.bob}")


async def test_a_ready_timeline_notices_who_is_limited_at_once(cast: Cast) -> None:
    """bob stays in the sight of alice, who follows him: only how he looks changes."""
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    await cast.bobs.ask("POST", STATUSES, {"status": "Tea"})

    async def looks() -> list[Any]:
        found = await cast.alices.ask("GET", "/api/v1/timelines/home")
        return [one["account"].get("limited", False) for one in found]

    assert await looks() == await looks() == [False]
    await _do(cast, moderating.limit, cast.bob)
    assert await looks() == [True]
    await _do(cast, moderating.unlimit, cast.bob)
    assert await looks() == [False]


async def test_what_who_is_limited_does_is_held_back_of_who_does_not_follow_them(
    cast: Cast,
) -> None:
    await _do(cast, moderating.limit, cast.bob)
    await cast.bobs.ask("POST", STATUSES, {"status": "@alice Tea?"})
    await cast.bobs.ask("POST", f"/api/v1/accounts/{cast.alice}/follow")
    assert await cast.alices.ask("GET", NEWS) == []
    [request] = await cast.alices.ask("GET", f"{NEWS}/requests")
    assert (request["account"]["acct"], request["notifications_count"]) == ("bob", "2")
    policy = "/api/v2/notifications/policy"
    await cast.alices.ask("PATCH", policy, {"for_limited_accounts": "drop"})
    await cast.bobs.ask("POST", STATUSES, {"status": "@alice Coffee?"})
    assert await cast.alices.ask("GET", f"{NEWS}?include_filtered=true") == []
    await cast.alices.ask("PATCH", policy, {"for_limited_accounts": "accept"})
    await cast.bobs.ask("POST", STATUSES, {"status": "@alice Milk?"})
    assert len(await cast.alices.ask("GET", NEWS)) == 1, "what was dropped is not there"


@pytest.mark.parametrize("how", ["filter", "accept"])
async def test_an_invite_by_who_is_limited_waits_as_a_request(cast: Cast, how: str) -> None:
    await _do(cast, moderating.limit, cast.bob)
    policy = "/api/v2/notifications/policy"
    await cast.alices.ask("PATCH", policy, {"for_limited_accounts": how})
    await cast.world.draft(cast.bob, cast.alice, "Together")
    told = await cast.alices.ask("GET", NEWS)
    requests = await cast.alices.ask("GET", f"{NEWS}/requests")
    assert (len(told), len(requests)) == ((0, 1) if how == "filter" else (1, 0))
    if requests:
        await cast.alices.ask("POST", f"{NEWS}/requests/{cast.bob}/accept")
        told = await cast.alices.ask("GET", NEWS)
    assert [bool(one["invite_id"]) for one in told] == [True]


async def test_a_warning_is_told_as_mastodon_has_it(cast: Cast) -> None:
    await _do(cast, moderating.warn, cast.alice, text="Less tea, please.")
    [told] = await cast.alices.ask("GET", NEWS)
    assert told["type"] == "moderation_warning"
    assert told["account"]["acct"] == "alice", "nobody else brought it about"
    warning = told["moderation_warning"]
    assert (warning["action"], warning["text"]) == ("none", "Less tea, please.")
    assert warning["target_account"]["acct"] == "alice"
    assert await cast.alices.ask("GET", TOLD) == [told]
    grouped = await cast.alices.ask("GET", "/api/v2/notifications")
    [group] = grouped["notification_groups"]
    assert group["moderation_warning"]["text"] == "Less tea, please."
    assert await cast.bobs.ask("GET", NEWS) == []
    # An app that says it knows none of them is told what to show.
    [unknown] = await cast.alices.ask("GET", f"{NEWS}?supported_types[]=mention")
    assert "Less tea, please." in unknown["fallback"]["title"]


async def test_who_is_limited_is_told_and_again_when_it_is_over(cast: Cast) -> None:
    await _do(cast, moderating.limit, cast.alice, text="Too loud.")
    await _do(cast, moderating.unlimit, cast.alice)
    last, first = await _told(cast.alices)
    assert first["moderation_warning"]["action"] == "silence"
    assert last["type"] == "moderation.unlimited"
    assert last["fallback"]["title"] == "You are not limited on this server any more."
    assert [one["type"] for one in await cast.alices.ask("GET", NEWS)] == ["moderation_warning"]


@pytest.mark.parametrize("answer", ["", "We talked to them."])
async def test_who_reported_hears_that_it_was_looked_at(cast: Cast, answer: str) -> None:
    wrong = {"account_id": str(cast.bob), "comment": "Rude tea."}
    made = await cast.alices.ask("POST", "/api/v1/reports", wrong)
    env, number = cast.world.site.env, int(made["id"])

    def close(tx: Tx) -> None:
        reports.resolve(tx, env, number, answer=answer)

    for _ in range(2):
        await cast.world.site.write(close)
    assert await cast.alices.ask("GET", NEWS) == [], "apps that say nothing know no such thing"
    [told] = await _told(cast.alices)
    assert told["type"] == "report.closed"
    host = env.addresses.host
    said = f"Your report of @bob@{host} was looked at."
    assert told["fallback"]["title"] == (f"{said} The answer: “{answer}”" if answer else said)
    assert await _told(cast.bobs) == [], "who was reported hears nothing of it"


async def test_a_stream_of_public_posts_is_without_who_is_limited(cast: Cast) -> None:
    """Asked for many listeners at once: those who follow are among them."""
    carol = await cast.world.account("carol")
    carols = await cast.apps.of(carol)
    await carols.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    number = await cast.world.post(cast.bob, "Tea")
    now = cast.world.site.env.now()

    def who(tx: Tx) -> set[int | None]:
        post = posts.post(tx, number)
        assert post is not None
        listening = (None, cast.alice, cast.bob, carol)
        return broadcasting.see(tx, now, listening, post, hiding.PUBLIC)

    assert await cast.world.site.read(who) == {None, cast.alice, cast.bob, carol}
    await _do(cast, moderating.limit, cast.bob)
    assert await cast.world.site.read(who) == {cast.bob, carol}


async def test_home_timelines_of_a_hashtag_are_without_who_is_limited(cast: Cast) -> None:
    await cast.alices.ask("POST", "/api/v1/tags/tea/follow")
    await cast.bobs.ask("POST", STATUSES, {"status": "First #tea"})
    await _do(cast, moderating.limit, cast.bob)
    await cast.bobs.ask("POST", STATUSES, {"status": "Second #tea"})
    found = await _texts(cast.alices, "/api/v1/timelines/home")
    assert len(found) == 1
    assert "First" in found[0]
