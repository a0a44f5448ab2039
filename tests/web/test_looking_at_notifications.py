"""What the bell says, and what is told of people who stand apart since, as their pages show it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from fedi_cotweet.services import (
    discussion,
    held_back,
    invite_notices,
    moderating,
    relations,
    shutting_out,
)
from fedi_cotweet.services import posts as post_services
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, posts
from tests.sites import World
from tests.web.conftest import Browser, csrf

Browsers = Callable[[str], Awaitable[Browser]]


def _actor(tx: Tx, name: str) -> Actor:
    found = actors.actor_by_handle(tx, name, "a.example")
    assert found is not None
    return found


async def _id(world: World, name: str) -> int:
    return await world.site.read(lambda tx: _actor(tx, name).id)


async def _keep_away(world: World, how: str, who: str = "bob") -> None:
    """Alice mutes or blocks somebody, or the operator shuts them out or limits them."""
    env = world.site.env

    def write(tx: Tx) -> None:
        person = _actor(tx, who)
        match how:
            case "mute":
                relations.mute(tx, env, _actor(tx, "alice").id, person)
            case "block":
                relations.block(tx, env, _actor(tx, "alice").id, person)
            case "shut out":
                shutting_out.suspend(tx, env, person)
            case "limit":
                moderating.limit(tx, env, person)

    await world.site.write(write)


def _delete(world: World, me: int, number: int, tx: Tx) -> None:
    post_services.delete_post(tx, world.site.env, me, number)


async def _like(browsers: Browsers, who: str, number: int) -> None:
    browser = await browsers(who)
    token = csrf(await browser.page(f"/@alice/{number}"))
    assert (await browser.send(f"/posts/{number}/like", {"csrf": token})).status == 303


async def _badges(browser: Browser) -> list[str]:
    return [one.text for one in (await browser.page("/settings")).all("span", class_="badge")]


async def _news(browser: Browser) -> str:
    return " ".join((await browser.page("/notifications")).one("main").text.split())


@pytest.mark.parametrize("how", ["mute", "block"])
async def test_the_bell_does_not_count_what_its_page_does_not_show(
    world: World, browsers: Browsers, how: str
) -> None:
    number = await world.post(await _id(world, "alice"), "Tea?")
    await _like(browsers, "bob", number)
    alice = await browsers("alice")
    assert await _badges(alice) != []
    await _keep_away(world, how)
    assert await _badges(alice) == []


async def test_the_bell_is_silent_once_its_page_was_looked_at(
    world: World, browsers: Browsers
) -> None:
    number = await world.post(await _id(world, "alice"), "Tea?")
    await _like(browsers, "bob", number)
    await _keep_away(world, "mute")
    alice = await browsers("alice")
    assert "liked your post" not in await _news(alice)
    me = await _id(world, "alice")
    await world.site.write(lambda tx: relations.unmute(tx, me, _actor(tx, "bob")))
    assert "liked your post" in await _news(alice)
    assert await _badges(alice) == [], "it was there when she looked"


@pytest.mark.parametrize("how", ["mute", "block"])
async def test_nothing_is_said_to_be_kept_that_cannot_be_found(
    world: World, browsers: Browsers, how: str
) -> None:
    me = await _id(world, "alice")
    await world.site.write(lambda tx: held_back.choose(tx, me, {"for_not_following": "filter"}))
    await _like(browsers, "bob", await world.post(me, "Tea?"))
    alice = await browsers("alice")
    assert "Something is kept for you that 1 person did." in await _news(alice)
    await _keep_away(world, how)
    assert "Something is kept" not in await _news(alice)


@pytest.mark.parametrize("how", ["comment", "withdrawal"])
async def test_with_an_invite_whatever_is_about_it_is_held_back(
    world: World, browsers: Browsers, how: str
) -> None:
    await _keep_away(world, "limit")
    bob, alice = await _id(world, "bob"), await browsers("alice")
    draft = await world.draft(bob, await _id(world, "alice"), "Buy my tea")

    def write(tx: Tx) -> None:
        post = posts.post(tx, draft)
        assert post is not None
        if how == "comment":
            discussion.comment(tx, world.site.env, bob, draft, "It is cheap")
            return
        [offer] = consents.offers_for_object(tx, post.uri, "received")
        invite_notices.taken_back(tx, world.site.env, offer, _actor(tx, "bob"))

    await world.site.write(write)
    assert "Buy my tea" not in await _news(alice)
    assert await _badges(alice) == []
    assert "Something is kept for you that 1 person did." in await _news(alice)


async def test_once_an_invite_was_found_and_agreed_to_its_draft_is_talked_about(
    world: World, browsers: Browsers
) -> None:
    await _keep_away(world, "limit")
    bob, alice = await _id(world, "bob"), await browsers("alice")
    draft = await world.draft(bob, await _id(world, "alice"), "Tea for two")
    page = await alice.page("/invites")
    held = page.one("details", class_="held-back")
    digest = held.all("input", name="digest")[0].attributes["value"]
    accept = held.all("form")[0].attributes["action"]
    assert (await alice.send(accept, {"csrf": csrf(page), "digest": digest})).status == 303
    await world.site.write(
        lambda tx: discussion.comment(tx, world.site.env, bob, draft, "With milk?")
    )
    assert "Bob wrote about the draft you share." in await _news(alice)


@pytest.mark.parametrize("how", ["mute", "block", "shut out"])
async def test_a_reply_does_not_name_whom_its_reader_is_not_to_see(
    world: World, browsers: Browsers, how: str
) -> None:
    bob = await _id(world, "bob")
    carol = await world.account("carol", name="Carol Slur")
    first = await world.post(carol, "First words")

    def uri_of(tx: Tx) -> str:
        post = posts.post(tx, first)
        assert post is not None
        return post.uri

    uri = await world.site.read(uri_of)
    answer = await world.post(bob, "An answer", in_reply_to=uri)
    alice = await browsers("alice")
    for path in (f"/@bob/{answer}", "/@bob?show=all"):
        assert "Carol Slur" in (await alice.page(path)).text
    await _keep_away(world, how, "carol")
    for path in (f"/@bob/{answer}", "/@bob?show=all"):
        page = await alice.page(path)
        assert "An answer" in page.text
        assert "Carol Slur" not in page.text
    if how == "shut out":
        assert "Carol Slur" not in (await (await browsers("")).page(f"/@bob/{answer}")).text


async def test_likes_of_posts_that_are_gone_are_not_told_as_one(
    world: World, browsers: Browsers
) -> None:
    me = await _id(world, "alice")
    await world.account("carol", name="Carol", password=True)
    first, second = await world.post(me, "One"), await world.post(me, "Two")
    await _like(browsers, "bob", first)
    await _like(browsers, "carol", second)
    for number in (first, second):
        await world.site.write(partial(_delete, world, me, number))
    assert "other liked" not in await _news(await browsers("alice"))


async def test_likes_of_one_post_are_told_as_one(world: World, browsers: Browsers) -> None:
    await world.account("carol", name="Carol", password=True)
    number = await world.post(await _id(world, "alice"), "Tea?")
    for who in ("bob", "carol"):
        await _like(browsers, who, number)
    assert "Carol and 1 other liked your post." in await _news(await browsers("alice"))


async def test_a_page_asks_the_database_as_often_however_many_invites_are_held_back(
    world: World, browsers: Browsers
) -> None:
    me, alice = await _id(world, "alice"), await browsers("alice")
    asked: list[str] = []

    def note(*call: object) -> None:
        asked.append(str(call[2]))

    async def count() -> int:
        asked.clear()
        await alice.page("/settings")
        return len(asked)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        counts = []
        for number in range(6):
            stranger = await world.account(f"stranger{number}")
            await world.draft(stranger, me, f"Buy {number}")
            await _keep_away(world, "limit", f"stranger{number}")
            counts.append(await count())
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert counts[1:] == counts[1:2] * 5
