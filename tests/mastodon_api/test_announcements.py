"""What whoever runs the server tells everybody, as apps show it."""

from __future__ import annotations

from typing import Any

import pytest

from fedi_cotweet.services import announcing
from fedi_cotweet.services.announcing import MOST_REACTIONS, Wanted
from fedi_cotweet.services.errors import ServiceError
from tests.mastodon_api.conftest import Cast

PATH = "/api/v1/announcements"


async def _announce(cast: Cast, text: str = "Tea at noon.", **members: Any) -> str:
    env, wanted = cast.world.site.env, Wanted(text, **members)
    made = await cast.world.site.write(lambda tx: announcing.announce(tx, env, wanted))
    return made.id


async def test_an_announcement_is_shown_until_it_is_dismissed_or_over(cast: Cast) -> None:
    now = cast.world.clock.now
    text = "Tea with @bob and @nobody: https://tea.example #Tea"
    number = await _announce(cast, text, starts_at=now, ends_at=now + 60_000)
    [shown] = await cast.alices.ask("GET", PATH)
    assert 'href="https://tea.example"' in shown["content"]
    assert [one["acct"] for one in shown["mentions"]] == ["bob"]
    assert [one["name"] for one in shown["tags"]] == ["tea"]
    assert (shown["id"], shown["read"], shown["all_day"]) == (number, False, False)
    await cast.alices.ask("POST", f"{PATH}/{number}/dismiss")
    await cast.alices.ask("POST", f"{PATH}/{number}/dismiss")
    assert await cast.alices.ask("GET", PATH) == []
    [read] = await cast.alices.ask("GET", f"{PATH}?with_dismissed=true")
    assert read["read"]
    assert len(await cast.bobs.ask("GET", PATH)) == 1
    cast.world.clock.now += 60_000
    assert await cast.bobs.ask("GET", PATH) == []
    assert await cast.bobs.refused("POST", f"{PATH}/{number}/dismiss") == 404


async def test_people_react_to_it(cast: Cast) -> None:
    number = await _announce(cast)
    path = f"{PATH}/{number}/reactions"
    for app in (cast.alices, cast.bobs, cast.bobs):
        await app.ask("PUT", f"{path}/🍵")
    [shown] = await cast.alices.ask("GET", PATH)
    assert shown["reactions"] == [{"name": "🍵", "count": 2, "me": True}]
    await cast.alices.ask("DELETE", f"{path}/🍵")
    await cast.alices.ask("DELETE", f"{path}/🍵")
    [shown] = await cast.alices.ask("GET", PATH)
    assert shown["reactions"] == [{"name": "🍵", "count": 1, "me": False}]


@pytest.mark.parametrize("name", ["tea", ":tea:", "🍵🍵 for all", "<b>"])
async def test_what_is_no_emoji_is_refused(cast: Cast, name: str) -> None:
    number = await _announce(cast)
    assert await cast.alices.refused("PUT", f"{PATH}/{number}/reactions/{name}") == 422
    [shown] = await cast.alices.ask("GET", PATH)
    assert shown["reactions"] == []


async def test_kinds_of_reactions_are_bounded(cast: Cast) -> None:
    number = await _announce(cast)
    for emoji in "🍵🍰🍎🍋🍇🍓🍒🥝"[:MOST_REACTIONS]:
        await cast.alices.ask("PUT", f"{PATH}/{number}/reactions/{emoji}")
    assert await cast.bobs.refused("PUT", f"{PATH}/{number}/reactions/🌽") == 422
    await cast.bobs.ask("PUT", f"{PATH}/{number}/reactions/🍵")


async def test_markup_in_it_is_text(cast: Cast) -> None:
    await _announce(cast, "<script>alert(1)</script>")
    [shown] = await cast.alices.ask("GET", PATH)
    assert shown["content"] == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"


@pytest.mark.parametrize(
    "wanted",
    [Wanted(" "), Wanted("x" * 5_001), Wanted("Tea", starts_at=2, ends_at=1)],
    ids=["empty", "long", "backwards"],
)
async def test_what_cannot_be_announced_is_refused(cast: Cast, wanted: Wanted) -> None:
    env = cast.world.site.env
    with pytest.raises(ServiceError, match=r"announcement|before it begins"):
        await cast.world.site.write(lambda tx: announcing.announce(tx, env, wanted))
    assert await cast.alices.ask("GET", PATH) == []
