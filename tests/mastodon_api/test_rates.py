"""How often apps may ask."""

from __future__ import annotations

from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.mastodon_api.rates import DELETIONS, WINDOW
from tests.mastodon_api.conftest import Cast

LOOK = "/api/v1/timelines/public"


async def test_every_answer_says_how_much_is_left(cast: Cast) -> None:
    first = await cast.alices.raw("GET", LOOK)
    second = await cast.alices.raw("GET", LOOK)
    left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in (first, second)]
    assert first.headers["X-RateLimit-Limit"] == "1500"
    assert left == [1499, 1498]
    assert second.headers["X-RateLimit-Reset"] == moment(cast.world.clock.now + WINDOW)


async def test_who_asks_too_often_waits_and_nobody_else(cast: Cast) -> None:
    made = [
        await cast.alices.ask("POST", "/api/v1/statuses", {"status": f"Cup {number}"})
        for number in range(DELETIONS + 1)
    ]
    for one in made[:-1]:
        await cast.alices.ask("DELETE", f"/api/v1/statuses/{one['id']}")
    last = f"/api/v1/statuses/{made[-1]['id']}"
    answer = await cast.alices.raw("DELETE", last)
    assert answer.status == 429
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert (await answer.json())["error"] == "Too many requests"
    bobs = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Mine"})
    await cast.bobs.ask("DELETE", f"/api/v1/statuses/{bobs['id']}")
    cast.world.clock.now += 31 * 60_000
    await cast.alices.ask("DELETE", last)


async def test_strangers_are_counted_by_address(cast: Cast) -> None:
    most = cast.world.site.settings.api_requests_of_strangers
    answers = [await cast.stranger.raw("GET", "/api/v1/custom_emojis") for _ in range(most)]
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"
    assert await cast.stranger.refused("GET", "/api/v1/custom_emojis") == 429
    assert (await cast.alices.raw("GET", LOOK)).status == 200
