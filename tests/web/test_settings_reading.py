"""Settings: filters, lists, hashtags."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import follows, lists, own_profile
from fedi_cotweet.services.accounts import find_actor
from storage.models import Filter, FilterKeyword
from storage.queries import actors, followed_tags, relations
from storage.queries import filters as stored
from tests.sites import World
from tests.web.conftest import Browser, csrf
from tests.web.markup import Element, parse_page

Browsers = Callable[[str], Awaitable[Browser]]
NEW = {"in-home": "on", "in-thread": "on", "action": "hide", "lasts": "1d"}


async def _id(world: World, username: str) -> int:
    account = await world.site.read(lambda tx: actors.account_by_name(tx, username))
    assert account is not None
    return account.id


async def _send(browser: Browser, page: str, path: str = "", **fields: str) -> Element:
    token = csrf(await browser.page(f"/settings/{page}"))
    response = await browser.send(f"/settings/{path or page}", {"csrf": token, **fields})
    if response.status == 303:
        return await browser.page(response.headers["Location"])
    return parse_page(await response.text())


async def _filters(world: World, account_id: int) -> list[tuple[Filter, list[FilterKeyword]]]:
    held = await world.site.read(lambda tx: stored.filters_of(tx, account_id))
    words = await world.site.read(lambda tx: stored.keywords_of(tx, [one.id for one in held]))
    return [(one, [word for word in words if word.filter_id == one.id]) for one in held]


async def test_a_filter_is_made_changed_and_deleted(world: World, browsers: Browsers) -> None:
    alice, bob, me = await browsers("alice"), await browsers("bob"), await _id(world, "alice")
    words = {"word-new-0": "football", "word-new-3": "league", "whole-new-3": "on"}
    page = await _send(alice, "filters/new", title="Sports", **NEW, **words)
    assert "The filter holds from now on." in page.text
    assert "football, league" in page.text
    [(made, keywords)] = await _filters(world, me)
    assert (made.contexts, made.action) == (["home", "thread"], "hide")
    assert made.expires_at == world.clock.now + DAY
    assert [(word.keyword, word.whole_word) for word in keywords] == [
        ("football", False),
        ("league", True),
    ]
    path = f"filters/{made.id}"
    first, second = (str(word.id) for word in keywords)
    changed = {f"word-{first}": "", f"word-{second}": "cup", "word-new-0": "match"}
    await _send(alice, path, title="Games", **{**NEW, "lasts": "keep"}, **changed)
    [(made, keywords)] = await _filters(world, me)
    assert (made.title, made.expires_at) == ("Games", world.clock.now + DAY)
    assert [word.keyword for word in keywords] == ["cup", "match"]
    await _send(alice, path, title="Games", **{**NEW, "lasts": ""}, **{f"word-{second}": "cup"})
    [(made, _)] = await _filters(world, me)
    assert made.expires_at is None
    assert (await bob.get(f"/settings/{path}")).status == 404
    refused = await _send(bob, "filters/new", f"{path}/delete")
    assert refused.one("h1").text == "There is nothing here"
    page = await _send(alice, path, f"{path}/delete")
    assert "The filter is gone." in page.text
    assert await _filters(world, me) == []


async def test_what_is_wrong_with_a_filter_is_said_and_nothing_typed_is_lost(
    world: World, browsers: Browsers
) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    again = await _send(alice, "filters/new", title="Sports", **NEW)
    assert "one word or phrase" in again.one("p", role="alert").text
    again = await _send(
        alice, "filters/new", **{"title": "Sports", "action": "warn", "word-new-1": "cup"}
    )
    assert "Context" in again.one("p", role="alert").text
    assert again.one("input", name="word-new-1").attributes["value"] == "cup"
    assert await _filters(world, me) == []


async def test_which_co_tweets_are_wanted_is_chosen(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    path = "filters/co-tweets"
    page = await _send(alice, "filters", path, co_tweets="if_i_follow_all")
    chosen = page.one("input", name="co_tweets", checked="")
    assert chosen.attributes["value"] == "if_i_follow_all"
    assert (await world.site.read(lambda tx: relations.wishes_of(tx, me)))[0] == "if_i_follow_all"
    refused = await _send(alice, "filters", path, co_tweets="some")
    assert "The filter is one of" in refused.text


async def test_a_list_is_made_filled_renamed_and_deleted(world: World, browsers: Browsers) -> None:
    alice, bob, me = await browsers("alice"), await browsers("bob"), await _id(world, "alice")
    env, other = world.site.env, await _id(world, "bob")
    person = await world.site.read(lambda tx: find_actor(tx, other))
    page = await _send(alice, "lists", title="Tea")
    assert page.one("h1").text == "Tea"
    [made] = await world.site.read(lambda tx: lists.show_all(tx, env, me))
    path = f"lists/{made.id}"
    again = await _send(alice, path, f"{path}/add", who="@bob")
    assert "You do not follow" in again.one("p", role="alert").text
    await world.site.write(lambda tx: follows.follow(tx, env, me, person))
    assert "@bob@a.example" in (await _send(alice, path, f"{path}/add", who="@bob")).text
    page = await _send(alice, path, f"{path}/remove", person=person.uri)
    assert "Nobody yet." in page.text
    assert (await _send(alice, path, title="Coffee")).one("h1").text == "Coffee"
    kept = {"title": "Coffee", "replies_policy": "none", "exclusive": "on"}
    page = await _send(alice, path, **kept)
    assert "checked" in page.one("input", name="exclusive").attributes
    assert "checked" in page.one("input", name="replies_policy", value="none").attributes
    assert "not on the home page" in (await alice.page("/lists")).text
    assert (
        "checked"
        not in (await _send(alice, path, title="Coffee")).one("input", name="exclusive").attributes
    )
    odd = await _send(alice, path, title="Tea", replies_policy="some")
    assert "followed, list, none" in odd.one("p", role="alert").text
    assert (await alice.page(f"/settings/{path}")).one("h1").text == "Coffee"
    again = await _send(alice, path, title=" ")
    assert "1 to 100 characters" in again.one("p", role="alert").text
    for wanted in ("", "/add", "/remove", "/delete"):
        refused = await _send(bob, "lists", f"{path}{wanted}", title="Mine", person=person.uri)
        assert refused.one("h1").text == "There is nothing here"
    assert "The list is gone." in (await _send(alice, path, f"{path}/delete")).text
    again = await _send(alice, "lists", title="x" * 101)
    assert "1 to 100 characters" in again.one("p", role="alert").text


async def test_hashtags_are_followed_and_shown(world: World, browsers: Browsers) -> None:
    alice, me = await browsers("alice"), await _id(world, "alice")
    page = await _send(alice, "tags", "tags/follow", tag="#Lamps")
    assert "#lamps" in page.one("section", aria_labelledby="followed").text
    assert await world.site.read(lambda tx: followed_tags.count(tx, me)) == 1
    for tag in ("Lamps", "lamps", "Tea"):
        page = await _send(alice, "tags", "tags/feature", tag=tag)
    assert (await world.site.read(lambda tx: own_profile.show(tx, me))).featured_tags == (
        "lamps",
        "Tea",
    )
    await _send(alice, "tags", "tags/unfeature", tag="TEA")
    await _send(alice, "tags", "tags/unfollow", tag="lamps")
    assert (await world.site.read(lambda tx: own_profile.show(tx, me))).featured_tags == ("lamps",)
    assert await world.site.read(lambda tx: followed_tags.count(tx, me)) == 0
    again = await _send(alice, "tags", "tags/follow", tag="no tag")
    assert "is no hashtag" in again.one("p", role="alert").text
    assert again.one("input", id="follow").attributes["value"] == "no tag"
