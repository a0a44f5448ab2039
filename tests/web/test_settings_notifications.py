"""Settings: which notifications wait until somebody wants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from fedi_cotweet.services import held_back
from storage.queries import actors
from tests.sites import World
from tests.web.conftest import Browser, csrf
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]
PAGE = "/settings/notifications"


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _send(browser: Browser, path: str, **fields: str) -> Element:
    response = await browser.send(path, {"csrf": csrf(await browser.page(PAGE)), **fields})
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


async def _like(world: World, browsers: Browsers) -> Browser:
    """bob, whom alice does not follow, likes a post of hers; alice's browser."""
    number, bob = await world.post(await _id(world, "alice"), "Tea?"), await browsers("bob")
    token = csrf(await bob.page(f"/@alice/{number}"))
    await bob.send(f"/posts/{number}/like", {"csrf": token})
    return await browsers("alice")


async def test_what_is_chosen_holds_and_is_shown(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    page = await _send(alice, PAGE, for_not_following="filter", for_new_accounts="drop")
    assert "It holds for what happens from now on." in page.text
    chosen = await world.site.read(lambda tx: held_back.policy(tx, me))
    assert chosen == {
        **held_back.DEFAULTS,
        "for_not_following": "filter",
        "for_new_accounts": "drop",
    }
    shown = {
        select.attributes["name"]: option.attributes["value"]
        for select in page.all("select")
        for option in select.all("option")
        if "selected" in option.attributes
    }
    assert shown == chosen


async def test_a_choice_that_there_is_not_changes_nothing(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    page = await _send(alice, PAGE, for_not_following="filter", for_new_accounts="burn")
    assert "There is no choice “burn”." in page.text
    assert await world.site.read(lambda tx: held_back.policy(tx, me)) == held_back.DEFAULTS


@pytest.mark.parametrize(
    ("what", "word", "heard"),
    [("accept", "among your notifications now", True), ("dismiss", "Forgotten.", False)],
)
async def test_what_is_kept_is_told_or_forgotten(
    world: World, browsers: Browsers, what: str, word: str, *, heard: bool
) -> None:
    me, bob = await _id(world, "alice"), await _id(world, "bob")
    await world.site.write(lambda tx: held_back.choose(tx, me, {"for_not_following": "filter"}))
    alice = await _like(world, browsers)
    news = await alice.page("/notifications")
    assert "Bob liked your post." not in news.text
    [link] = [a for a in news.all("a") if "kept for you" in a.text]
    assert link.attributes["href"] == f"{PAGE}#waiting"
    page = await alice.page(PAGE)
    [waiting] = [item for item in page.all("li") if "1 notification " in item.text]
    assert "@bob@a.example" in waiting.text
    assert word in (await _send(alice, f"{PAGE}/{what}", id=str(bob))).text
    news = await alice.page("/notifications")
    assert ("Bob liked your post." in news.text) is heard
    assert "kept for you" not in news.text
    assert "Nothing is kept for you." in (await alice.page(PAGE)).text
    # Once more, from a window that is still open: it is no error, and changes nothing.
    assert word in (await _send(alice, f"{PAGE}/{what}", id=str(bob))).text


async def test_nobody_answers_for_somebody_else(world: World, browsers: Browsers) -> None:
    me, bob = await _id(world, "alice"), await _id(world, "bob")
    await world.site.write(lambda tx: held_back.choose(tx, me, {"for_not_following": "filter"}))
    alice, other = await _like(world, browsers), await browsers("bob")
    await other.send(f"{PAGE}/dismiss", {"csrf": csrf(await other.page(PAGE)), "id": str(bob)})
    await alice.send(f"{PAGE}/dismiss", {"csrf": "forged", "id": str(bob)})
    assert "@bob@a.example" in (await alice.page(PAGE)).one("ul", class_="entries").text
