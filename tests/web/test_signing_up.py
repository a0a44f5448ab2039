"""An account with nothing but a browser, as far as the operator lets people in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import CookieJar, web

from fedi_cotweet.domain.limits import MINUTE
from fedi_cotweet.services import accounts, house, sign_ups
from fedi_cotweet.web import setup
from storage.queries import actors
from tests.sites import PASSWORD, World
from tests.web.conftest import Browser, MakeClient, csrf
from tests.web.markup import Element, parse_page

PAGE = "/auth/sign_up"
TEA = "Earl Grey, hot"
Visitor = Callable[[str], Awaitable[Browser]]


@pytest.fixture
def visitor(world: World, aiohttp_client: MakeClient) -> Visitor:
    """A browser at a server that lets people in as it is told."""

    async def make(mode: str) -> Browser:
        app = web.Application()
        settings = replace(world.site.settings, registrations=mode, sign_ups_per_address=2)
        setup(app, replace(world.site, settings=settings))
        return Browser(await aiohttp_client(app, cookie_jar=CookieJar(unsafe=True)))

    return make


async def _send(browser: Browser, **fields: str) -> tuple[int, str, Element]:
    form = {"csrf": csrf(await browser.page(PAGE)), "username": "carol", "password": TEA}
    response = await browser.send(PAGE, {**form, "repeated": TEA, **fields})
    page = parse_page(await response.text() or "<p></p>")
    return response.status, response.headers.get("Location", ""), page


async def test_where_everybody_may_an_account_is_made_and_signed_in(
    world: World, visitor: Visitor
) -> None:
    browser = await visitor("open")
    front = await browser.page("/")
    assert front.all("a", href=PAGE)
    assert (await browser.page("/auth/sign_in")).all("a", href=PAGE)
    status, leads, _ = await _send(browser, username="Carol_1")
    assert (status, leads) == (303, "/welcome")
    page = await browser.page("/welcome")
    assert "Welcome, carol_1" in page.one("h1").text
    assert "@carol_1@a.example" in page.text
    steps = {link.attributes["href"] for link in page.one("main").all("a")}
    assert {"/write", "/settings/profile", "/settings/following"} <= steps
    assert (await browser.get(PAGE)).status == 303, "who is signed in has an account"
    other = await visitor("open")
    assert (await other.sign_in("carol_1", TEA)).status == 303


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"username": "alice"}, 409, "There is an account called alice"),
        ({"username": "admin"}, 422, "cannot be a name here"),
        ({"username": "carol smith"}, 422, "cannot be a name here"),
        ({"password": "short", "repeated": "short"}, 422, "A password has 8"),
        ({"repeated": "something else"}, 422, "twice alike"),
        ({"username": "caroline", "password": "Caroline", "repeated": "Caroline"}, 422, "no pass"),
        ({"website": "https://spam.example"}, 422, "left empty"),
    ],
)
async def test_what_cannot_be_is_said_and_the_name_stays(
    world: World, visitor: Visitor, fields: dict[str, str], status: int, why: str
) -> None:
    browser = await visitor("open")
    got, _, page = await _send(browser, **fields)
    assert got == status
    assert why in page.one("p", role="alert").text
    typed = fields.get("username", "carol")
    assert page.one("input", id="username").attributes["value"] == typed
    assert "value" not in page.one("input", id="password").attributes
    assert await world.site.read(lambda tx: actors.account_by_name(tx, "carol")) is None


async def test_with_approval_somebody_waits_until_they_are_let_in(
    world: World, visitor: Visitor
) -> None:
    browser = await visitor("approval")
    status, _, page = await _send(browser)
    assert (status, "why you would like to join" in page.text) == (422, True)
    status, _, page = await _send(browser, reason="I like tea.")
    assert (status, page.one("h1").text) == (200, "Your request is made")
    [held] = await world.site.read(sign_ups.waiting)
    assert (held.username, held.reason) == ("carol", "I like tea.")
    refused = await browser.sign_in("carol", TEA)
    assert "has not decided" in await refused.text()
    assert "is wrong" in await (await browser.sign_in("carol", PASSWORD)).text()
    env = world.site.env
    keys = await asyncio.to_thread(accounts.make_keys)
    await world.site.write(lambda tx: sign_ups.approve(tx, env, "carol", keys))
    assert (await browser.sign_in("carol", TEA)).status == 303


async def test_rules_are_shown_and_agreed_to(world: World, visitor: Visitor) -> None:
    env = world.site.env
    await world.site.write(lambda tx: house.add_rule(tx, env, "Be kind.", "Even on Mondays."))
    await world.site.write(lambda tx: house.set_text(tx, env, "privacy", "We keep little."))
    browser = await visitor("open")
    status, _, page = await _send(browser)
    assert (status, "say that you keep them" in page.text) == (422, True)
    assert "Be kind. Even on Mondays." in page.text
    assert "We keep little." in page.text
    assert (await _send(browser, agreed="on"))[0] == 303


async def test_a_closed_server_says_so(visitor: Visitor) -> None:
    browser = await visitor("closed")
    assert not (await browser.page("/")).all("a", href=PAGE)
    page = await browser.page(PAGE)
    assert "Nobody new is let in" in page.text
    assert page.all("form") == []
    opened = await visitor("open")
    form = {"csrf": csrf(await opened.page(PAGE)), "username": "carol", "password": TEA}
    cookies = {cookie.key: cookie.value for cookie in opened.http.session.cookie_jar}
    browser.http.session.cookie_jar.update_cookies(cookies)
    assert (await browser.send(PAGE, form)).status == 403


async def test_one_address_gets_only_so_many(world: World, visitor: Visitor) -> None:
    browser = await visitor("approval")
    for name, status in (("carol", 200), ("dora", 200), ("erin", 429)):
        got, _, page = await _send(browser, username=name, reason="Tea")
        assert got == status, page.text
    world.clock.now += 30 * MINUTE
    got, _, _ = await _send(browser, username="erin", reason="Tea")
    assert got == 200


async def test_a_form_of_another_page_makes_nothing(world: World, visitor: Visitor) -> None:
    browser = await visitor("open")
    await browser.page(PAGE)
    status, _, _ = await _send(browser, csrf="guessed")
    assert status == 403
