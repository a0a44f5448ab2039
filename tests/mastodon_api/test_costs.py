"""What a page costs does not grow with what is on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from fedi_cotweet.services import counted, reactions
from tests.mastodon_api.conftest import Cast


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that is run meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def follow_bob(cast: Cast) -> None:
    """alice follows bob."""
    await cast.alices.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()


async def boost(cast: Cast, post_id: int) -> None:
    """bob boosts a post."""
    env = cast.world.site.env
    await cast.world.site.write(lambda tx: reactions.boost(tx, env, cast.bob, post_id))


async def test_a_page_of_forty_takes_as_many_statements_as_one_of_five(cast: Cast) -> None:
    await follow_bob(cast)
    carol = await cast.world.account("carol")
    earlier = await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "The first"})
    for number in range(8):
        for said in (
            {"status": f"Plain {number}"},
            {"status": f"@alice Look {number} #tea"},
            {"status": f"Answer {number}", "in_reply_to_id": earlier["id"]},
            {"status": f"Which? {number}", "poll": {"options": ["a", "b"], "expires_in": 3600}},
        ):
            cast.world.clock.now += 1_000
            await cast.bobs.ask("POST", "/api/v1/statuses", said)
        theirs = await cast.world.post(carol, f"By carol {number}")
        cast.world.clock.now += 1_000
        await boost(cast, theirs)
    numbers = []
    for size in (40, 5, 40):
        with statements() as seen:
            page, _ = await cast.alices.page(f"/api/v1/timelines/home?limit={size}")
        assert len(page) == size
        numbers.append(len(seen))
    assert numbers[1] == numbers[2] <= numbers[0], numbers
    assert numbers[2] <= 12


async def test_numbers_of_people_beside_posts_are_half_a_minute_old_at_most(cast: Cast) -> None:
    await follow_bob(cast)
    carols = await cast.apps.of(await cast.world.account("carol"))
    await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Hello"})

    async def followers() -> int:
        (shown,), _ = await cast.alices.page("/api/v1/timelines/home")
        return int(shown["account"]["followers_count"])

    assert await followers() == 1
    await carols.ask("POST", f"/api/v1/accounts/{cast.bob}/follow")
    await cast.world.settle_follows()
    assert await followers() in (1, 2)
    cast.world.clock.now += counted.FOR
    assert await followers() == 2


async def test_a_profile_has_its_numbers_at_once(cast: Cast) -> None:
    await follow_bob(cast)
    await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Hello"})
    await cast.alices.page("/api/v1/timelines/home")
    await cast.bobs.ask("POST", "/api/v1/statuses", {"status": "Again"})
    profile = await cast.stranger.ask("GET", f"/api/v1/accounts/{cast.bob}")
    assert profile["statuses_count"] == 2
