"""Colours and styles of people: on their own pages, for words they alone stand for, and for nobody
who does not want them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import DummyCookieJar, web

from fedi_cotweet.services import appearances, shutting_out
from fedi_cotweet.services.appearances import Look
from fedi_cotweet.settings import Settings
from fedi_cotweet.web import setup
from fedi_cotweet.web.dressing import house_rules
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, posts
from storage.queries import appearances as stored
from tests.sites import World
from tests.web.conftest import Browser, MakeClient, csrf
from tests.web.markup import Element, parse_page
from tests.web.test_feeds import co_tweet
from tests.web.test_routes import Browsers, _id

SHEET = ".content { color: #123456 }"


async def dress(world: World, name: str = "alice", **look: object) -> None:
    me, wanted = await _id(world, name), replace(Look(), **look)  # type: ignore[arg-type]
    await world.site.write(lambda tx: appearances.change(tx, me, wanted))


def sheets(page: Element) -> list[str]:
    """Of people, that a page has."""
    found = [link.attributes["href"] for link in page.all("link", rel="stylesheet")]
    assert found[0].startswith("/static/")
    return found[1:]


def styled(page: Element) -> list[str]:
    """Texts that somebody styled."""
    return [one.text for one in page.all(class_="styled")]


async def test_styles_are_for_the_words_that_somebody_stands_for_alone(
    world: World, stranger: Browser
) -> None:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    own = await world.post(alice, "Mine alone.")
    shared = await co_tweet(world, "Ours.")
    bobs = await world.post(bob, "Not hers.")
    assert sheets(await stranger.page("/@alice")) == []
    await dress(world, style=SHEET)
    profile = await stranger.page("/@alice")
    [path] = sheets(profile)
    assert styled(profile) == ["Mine alone."]
    assert "Ours." in profile.text
    page = await stranger.page(f"/@alice/{own}")
    assert sheets(page) == [path]
    assert styled(page) == ["Mine alone."]
    assert "@alice@a.example chose how this page looks." in page.one(class_="own-look").text
    for other in (f"/@alice/{shared}", f"/@bob/{bobs}", "/@bob", "/"):
        page = await stranger.page(other)
        assert (sheets(page), styled(page)) == ([], []), other
        assert page.all(class_="own-look") == []


async def test_answers_of_others_below_a_post_keep_the_look_of_the_house(
    world: World, stranger: Browser
) -> None:
    own = await world.post(await _id(world, "alice"), "Mine alone.")
    answered = await world.site.read(lambda tx: posts.post(tx, own))
    assert answered is not None
    await world.post(await _id(world, "bob"), "Bob says", in_reply_to=answered.uri)
    await dress(world, style=SHEET)
    page = await stranger.page(f"/@alice/{own}")
    assert "Bob says" in page.text
    assert styled(page) == ["Mine alone."]


async def test_who_was_named_once_is_not_styled_away_when_they_left(
    world: World, stranger: Browser, browsers: Browsers
) -> None:
    shared = await co_tweet(world, "Ours.")
    await dress(world, style=SHEET)
    bob = await browsers("bob")
    form = await bob.page(f"/together/{shared}/leave")
    left = await bob.send(f"/together/{shared}/leave", {"csrf": csrf(form), "confirm": "yes"})
    assert left.status == 303, await left.text()
    page = await stranger.page(f"/@alice/{shared}")
    assert [one.text for one in page.all(class_="p-author")] != []
    assert styled(page) == []


async def test_a_sheet_is_served_from_here_and_kept_as_long_as_it_is_true(
    world: World, stranger: Browser
) -> None:
    await dress(world, style=SHEET, accent="#ffff00")
    [path] = sheets(await stranger.page("/@alice"))
    answer = await stranger.get(path)
    text = await answer.text()
    assert answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert ".styled .content { color: #123456; }" in text
    assert "--accent: #ffff00" not in text.partition("@media")[0], "yellow on white"
    page = await stranger.page("/@alice")
    assert "accent-own" in page.one("body").attributes["class"].split()
    await dress(world, style="p { color: red }")
    [new] = sheets(await stranger.page("/@alice"))
    assert new != path
    old = await stranger.get(path)
    assert "red" in await old.text()
    assert "immutable" not in old.headers["Cache-Control"]
    for wrong in ("/styles/bob/0.css", "/styles/nobody/0.css"):
        assert (await stranger.get(wrong)).status == 404


async def test_of_who_is_suspended_there_is_no_sheet(world: World, stranger: Browser) -> None:
    await dress(world, style=SHEET)
    [path] = sheets(await stranger.page("/@alice"))

    def suspend(tx: Tx) -> None:
        account = actors.account_by_name(tx, "alice")
        assert account is not None
        found = actors.actor(tx, account.id)
        assert isinstance(found, Actor)
        shutting_out.suspend(tx, world.site.env, found)

    await world.site.write(suspend)
    assert (await stranger.get(path)).status == 404


async def test_a_visitor_turns_them_off_and_on_in_their_browser(
    world: World, browsers: Browsers
) -> None:
    await dress(world, style=SHEET, accent="plum")
    visitor = await browsers("")
    page = await visitor.page("/@alice?show=all")
    assert "accent-plum" in page.one("body").attributes["class"]
    link = page.one(class_="own-look").one("a")
    assert link.attributes["href"] == "?show=all&styles=off"
    answer = await visitor.get("/@alice?show=all&styles=off")
    assert (answer.status, answer.headers["Location"]) == (303, "/@alice?show=all")
    page = await visitor.page("/@alice")
    assert (sheets(page), styled(page)) == ([], [])
    assert "accent" not in page.one("body").attributes["class"]
    assert page.one(class_="own-look").one("a").attributes["href"] == "?styles=on"
    await visitor.get("/@alice?styles=on")
    assert sheets(await visitor.page("/@alice"))


async def test_who_is_signed_in_turns_them_off_everywhere(world: World, browsers: Browsers) -> None:
    await dress(world, style=SHEET, accent="plum")
    await dress(world, "bob", plain=True)
    page = await (await browsers("bob")).page("/@alice")
    assert (sheets(page), styled(page)) == ([], [])
    assert page.one(class_="own-look").one("a").attributes["href"] == "/settings/appearance"


async def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")
    page = await alice.page("/settings/appearance")
    fields = {"csrf": csrf(page), "accent": "own", "colour": "#FFFF00", "plain": "on"}
    sent = await alice.send(
        "/settings/appearance", {**fields, "style": "p {\r\n position: fixed }"}
    )
    assert sent.status == 422
    page = parse_page(await sent.text())
    assert "Line 2: “position” is not possible here" in page.one(role="alert").text
    assert "position: fixed" in page.one("textarea", name="style").raw_text
    assert page.one("input", name="colour").attributes["value"] == "#ffff00"
    assert "checked" in page.one("input", name="plain").attributes
    await alice.send("/settings/appearance", {**fields, "style": SHEET})
    page = await alice.page("/settings/appearance")
    assert page.one("textarea", name="style").raw_text.strip() == SHEET
    light, dark = re.findall("it is (#[0-9a-f]{6}) on light pages and (#[0-9a-f]{6})", page.text)[0]
    assert light != dark == "#ffff00"
    assert sheets(page), "the colour can be seen beside its name"
    for colour in ("", "red", "#12", "url(//x)", "#123456;x"):
        wrong = await alice.send("/settings/appearance", {**fields, "colour": colour})
        assert wrong.status == 422, colour
        assert "no such colour" in await wrong.text()


async def test_what_was_possible_once_and_is_no_longer_is_not_served(
    world: World, stranger: Browser
) -> None:
    me = await _id(world, "alice")
    await world.site.write(lambda tx: stored.choose(tx, me, style="p { position: fixed }"))
    page = await stranger.page("/@alice")
    assert (sheets(page), styled(page)) == ([], [])


async def test_a_server_has_a_colour_and_rules_of_its_own(
    world: World, aiohttp_client: MakeClient, tmp_path: Path
) -> None:
    file = tmp_path / "house.css"
    file.write_text("header.site { border-block-end: 1px solid }", encoding="utf-8")
    settings = replace(world.site.settings, accent="#8a2be2", style_file=file)
    app = web.Application()
    setup(app, replace(world.site, settings=settings))
    visitor = Browser(await aiohttp_client(app, cookie_jar=DummyCookieJar()))
    for path in ("/", "/@alice", "/nowhere"):
        page = await visitor.page(path, status=404 if path == "/nowhere" else 200)
        [link] = page.all("link", rel="stylesheet")
        answer = await visitor.get(link.attributes["href"])
        text = await answer.text()
        assert "immutable" in answer.headers["Cache-Control"]
        assert text.index(".byline") < text.index("#8a2be2") < text.rindex("header.site")


def test_a_server_without_has_what_all_have() -> None:
    assert house_rules(Settings()) == ""


@pytest.mark.parametrize("accent", ["#000000", "#ffffff", "#808080"])
def test_a_colour_of_the_server_is_made_readable(accent: str) -> None:
    text = house_rules(replace(Settings(), accent=accent))
    assert text.count("--on-accent") == 3
