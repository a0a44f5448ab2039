"""Bringing somebody here with a sign-up link, in browsers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

import pytest
from aiohttp import CookieJar, web

from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.domain.windows import Window
from fedi_cotweet.services import accounts, house, sign_up_links, sign_ups, staff
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.sign_up_links import Wanted
from fedi_cotweet.services.sign_ups import Wish
from fedi_cotweet.web import setup
from storage.engine import Tx
from storage.queries import actors, networks
from tests.sites import World
from tests.web.conftest import Browser, MakeClient, csrf
from tests.web.markup import Element, parse_page

FORM = "/auth/sign_up"
LINKS = "/settings/sign-up-links"
TEA = "Earl Grey, hot"
Visitor = Callable[..., Awaitable[Browser]]


@pytest.fixture
def visitor(world: World, aiohttp_client: MakeClient) -> Visitor:
    """A browser at a server that lets people in as it is told."""

    async def make(mode: str = "invite", by: str = "people", *, who: str = "") -> Browser:
        app, site = web.Application(), world.site
        settings = replace(site.settings, registrations=mode, sign_up_links_by=by)
        limits = replace(site.env.limits, sign_up_links_by=by)
        setup(app, replace(site, settings=settings, env=replace(site.env, limits=limits)))
        browser = Browser(await aiohttp_client(app, cookie_jar=CookieJar(unsafe=True)))
        if who:
            assert (await browser.sign_in(who)).status == 303
        return browser

    return make


def _follows(username: str) -> Callable[[Tx], set[str]]:
    """The names of those whom somebody follows."""

    def find(tx: Tx) -> set[str]:
        account = actors.account_by_name(tx, username)
        assert account is not None
        ids = [one for _, one in networks.following(tx, account.id, Window(9))]
        return {one.username for one in actors.actors(tx, ids).values()}

    return find


async def _make(browser: Browser, **fields: str) -> str:
    """Make a link on the page for it; its path."""
    given = {"csrf": csrf(await browser.page(LINKS)), "uses": "1", "days": "7", **fields}
    response = await browser.send(LINKS, given)
    page = parse_page(await response.text())
    assert response.status == 200, page.text
    return page.one("code", class_="copy").text.removeprefix("http://a.example")


async def _join(browser: Browser, path: str, **fields: str) -> tuple[int, str, Element]:
    """Open a link and fill in the form behind it."""
    page = await browser.page(path)
    [form] = page.one("main").all("form")
    hidden = {
        one.attributes["name"]: one.attributes["value"] for one in form.all("input", type="hidden")
    }
    given = {**hidden, "username": "carol", "password": TEA, "repeated": TEA, **fields}
    response = await browser.send(FORM, given)
    answer = parse_page(await response.text() or "<p></p>")
    return response.status, response.headers.get("Location", ""), answer


async def test_a_link_brings_somebody_here_who_may_follow_whoever_made_it(
    world: World, visitor: Visitor
) -> None:
    alice = await visitor(who="alice")
    assert LINKS in {link.attributes["href"] for link in (await alice.page("/settings")).all("a")}
    path = await _make(alice, for_whom="Carol next door")
    assert path.startswith("/sign-up?link=")
    carol = await visitor()
    page = await carol.page(path)
    assert "Alice lets you in." in page.text
    assert "Carol next door" not in page.text
    assert page.all("textarea", name="reason") == []
    assert (await _join(carol, path))[:2] == (303, "/welcome")
    welcome = await carol.page("/welcome")
    [form] = welcome.one("main").all("form")
    assert form.one("button").text == "Follow Alice"
    assert await world.site.read(_follows("carol")) == set(), "nobody by itself"
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    followed = await carol.send(form.attributes["action"], fields)
    assert followed.headers["Location"] == "/welcome"
    await world.settle_follows()
    again = await carol.page("/welcome")
    assert "You follow them." in again.text
    assert again.one("main").all("form") == []
    assert await world.site.read(_follows("carol")) == {"alice"}
    listed = (await alice.page(LINKS)).one("section", aria_labelledby="links").text
    for words in ("Carol next door", "1 of 1 used", "Came by it: carol @carol@a.example"):
        assert words in listed


async def test_whoever_has_an_account_uses_no_link_up(visitor: Visitor) -> None:
    alice = await visitor(who="alice")
    path = await _make(alice)
    page = await alice.page(path, status=409)
    assert page.one("h1").text == "You have an account here"
    assert "It was not used now." in page.text
    assert (await _join(await visitor(), path))[0] == 303


async def test_who_was_not_brought_by_anybody_is_offered_nobody(visitor: Visitor) -> None:
    bob = await visitor(who="bob")
    welcome = await bob.page("/welcome")
    assert "Who let you in" not in welcome.text


async def test_where_a_link_is_needed_that_is_said(world: World, visitor: Visitor) -> None:
    browser = await visitor("invite", "staff")
    front = await browser.page("/")
    assert not front.all("a", href=FORM), "no door for strangers"
    page = await browser.page(FORM)
    assert "Accounts are made with a sign-up link here." in page.text
    assert "Those who look after this server make them." in page.text
    assert page.one("main").all("form") == []
    assert "Everybody who has an account" in (await (await visitor()).page(FORM)).text
    opened = await visitor("open")
    form = {"csrf": csrf(await opened.page(FORM)), "username": "carol", "password": TEA}
    cookies = {cookie.key: cookie.value for cookie in opened.http.session.cookie_jar}
    browser.http.session.cookie_jar.update_cookies(cookies)
    refused = await browser.send(FORM, {**form, "repeated": TEA})
    assert refused.status == 403
    assert await world.site.read(lambda tx: actors.account_by_name(tx, "carol")) is None


async def test_a_form_that_was_wrong_keeps_the_link(world: World, visitor: Visitor) -> None:
    env = world.site.env
    await world.site.write(lambda tx: house.add_rule(tx, env, "Be kind."))
    path = await _make(await visitor(who="alice"))
    carol = await visitor()
    status, _, page = await _join(carol, path)
    assert (status, "say that you keep them" in page.text) == (422, True)
    assert "Alice lets you in." in page.text
    assert page.one("input", name="link").attributes["value"] == path.partition("=")[2]
    status, _, page = await _join(carol, path, agreed="on", repeated="else")
    assert (status, page.one("input", id="username").attributes["value"]) == (422, "carol")
    assert (await _join(carol, path, agreed="on"))[0] == 303


@pytest.mark.parametrize("mode", ["approval", "open"])
async def test_elsewhere_a_link_lets_in_at_once_too_and_who_brought_whom_is_kept(
    world: World, visitor: Visitor, mode: str
) -> None:
    path = await _make(await visitor(mode, who="alice"))
    assert (await _join(await visitor(mode), path))[:2] == (303, "/welcome")
    await world.site.write(lambda tx: staff.appoint(tx, world.site.env, "bob", "moderator"))
    people = (await (await visitor(who="bob")).page("/admin/people")).one("main").text
    assert people.count("came by a link of @alice") == 1
    bob = await visitor(who="bob")
    assert "came by a link of @alice" in (await bob.page("/admin/people/@carol")).text
    alices = await bob.page("/admin/people/@alice")
    assert "@carol@a.example" in alices.one("section", aria_labelledby="brought").text


async def test_whoever_waits_and_is_sent_a_link_comes_in_under_the_name_they_asked_for(
    world: World, visitor: Visitor
) -> None:
    path = await _make(await visitor("approval", who="alice"))
    carol = await visitor("approval")
    assert (await _join(carol, FORM, reason="I like tea."))[0] == 200
    [held] = await world.site.read(sign_ups.waiting)
    assert held.username == "carol"
    stranger = await visitor("approval")
    other = {"password": "something else", "repeated": "something else"}
    assert (await _join(stranger, path, **other))[0] == 409, "the name is spoken for"
    assert (await _join(carol, path))[:2] == (303, "/welcome")
    assert await world.site.read(sign_ups.waiting) == []
    assert "Alice" in (await carol.page("/welcome")).one("section", aria_labelledby="brought").text
    assert (await (await visitor("approval")).sign_in("carol", TEA)).status == 303


async def test_whoever_waited_is_not_taken_for_who_asked_for_their_name_since(
    world: World, visitor: Visitor
) -> None:
    env = world.site.env
    path = await _make(await visitor("approval", who="alice"))
    keys = await asyncio.to_thread(accounts.make_keys)

    def race(tx: Tx) -> None:
        """All that may happen while a password is checked."""
        sign_ups.ask(tx, env, Wish("carol", "of carol", "", None, ()))
        [carols] = sign_ups.waiting(tx)
        sign_ups.reject(tx, env, "carol")
        sign_ups.ask(tx, env, Wish("carol", "of mallory", "", None, ()))
        wish = Wish("carol", "of carol", "", None, (), path.partition("=")[2], waited=carols.id)
        with pytest.raises(ServiceError, match="name_taken"):
            sign_ups.settle(tx, env, wish, keys)
        assert [one.password_hash for one in sign_ups.waiting(tx)] == ["of mallory"]

    await world.site.write(race)


async def test_where_nobody_is_let_in_a_link_opens_nothing(world: World, visitor: Visitor) -> None:
    alice = await visitor("closed", who="alice")
    path = await _make(alice)
    assert "with a link or without" in (await alice.page(LINKS)).text
    page = await (await visitor("closed")).page(path)
    assert "Nobody new is let in" in page.text
    opened = await visitor("open")
    form = {"csrf": csrf(await opened.page(path)), "link": path.partition("=")[2]}
    browser = await visitor("closed")
    cookies = {cookie.key: cookie.value for cookie in opened.http.session.cookie_jar}
    browser.http.session.cookie_jar.update_cookies(cookies)
    sent = {**form, "username": "carol", "password": TEA, "repeated": TEA}
    assert (await browser.send(FORM, sent)).status == 403
    assert await world.site.read(lambda tx: actors.account_by_name(tx, "carol")) is None


@pytest.mark.parametrize(
    ("what", "status", "why"),
    [
        ("mistyped", 404, "There is no such sign-up link."),
        ("expired", 410, "The time of this sign-up link is over."),
        ("ended", 410, "This sign-up link was ended."),
        ("used", 410, "This sign-up link was used already."),
    ],
)
@pytest.mark.parametrize("mode", ["invite", "approval", "open"])
async def test_a_link_that_lets_nobody_in_says_why_and_what_to_do(
    world: World, visitor: Visitor, what: str, status: int, why: str, mode: str
) -> None:
    alice = await visitor(mode, who="alice")
    path = await _make(alice)
    carol = await visitor(mode)
    [form] = (await carol.page(path)).one("main").all("form")
    hidden = {
        one.attributes["name"]: one.attributes["value"] for one in form.all("input", type="hidden")
    }
    sent = {**hidden, "username": "carol", "password": TEA, "repeated": TEA}
    if what == "mistyped":
        path = path[:-1]
        sent["link"] = path.partition("=")[2]
    elif what == "expired":
        world.clock.now += 7 * DAY
    elif what == "ended":
        assert "The link is ended." in await _end(alice)
    else:
        assert (await _join(await visitor(mode), path, username="dora"))[0] == 303
    page = await carol.page(path, status=status)
    refused = await carol.send(FORM, sent)
    assert refused.status == status
    for shown in (page, parse_page(await refused.text())):
        said = shown.one("p", role="alert").text
        assert said.startswith(why)
        assert "ask whoever sent it for a new one" in said.lower()
        assert shown.one("main").all("form") == []
        assert bool(shown.one("main").all("a", href=FORM)) == (mode != "invite")
    assert await world.site.read(lambda tx: actors.account_by_name(tx, "carol")) is None


async def test_links_are_for_staff_alone_unless_people_may_make_them(
    world: World, visitor: Visitor
) -> None:
    alice = await visitor("invite", "staff", who="alice")
    assert not (await alice.page("/settings")).all("a", href=LINKS)
    refused = await alice.page(LINKS, status=403)
    assert "made by those who look after this server" in refused.text
    token = csrf(await alice.page("/settings"))
    assert (await alice.send(LINKS, {"csrf": token, "uses": "1", "days": "1"})).status == 403
    await world.site.write(lambda tx: staff.appoint(tx, world.site.env, "alice", "moderator"))
    page = await alice.page(LINKS)
    assert page.one("nav", aria_label="Settings").all("a", href=LINKS)
    path = await _make(alice, uses="any", days="90")
    for name in ("carol", "dora"):
        assert (await _join(await visitor(), path, username=name))[0] == 303
    assert "used 2 times, without limit" in (await alice.page(LINKS)).text
    log = (await alice.page("/admin/log")).text
    assert "@alice@a.example made the sign-up link" in log
    await _end(alice)
    assert "@alice@a.example ended the sign-up link" in (await alice.page("/admin/log")).text


@pytest.mark.parametrize(
    "fields", [{"uses": "any"}, {"uses": "0"}, {"uses": "x"}, {"days": "91"}, {"days": ""}]
)
async def test_people_get_no_link_out_of_bounds(
    visitor: Visitor, fields: Mapping[str, str]
) -> None:
    alice = await visitor(who="alice")
    given = {"csrf": csrf(await alice.page(LINKS)), "uses": "1", "days": "7", "for_whom": "Erin"}
    response = await alice.send(LINKS, {**given, **fields})
    page = parse_page(await response.text())
    assert response.status == 422
    assert page.one("p", role="alert").text.startswith("A link is")
    assert page.one("input", id="for_whom").attributes["value"] == "Erin"
    assert "None." in page.one("section", aria_labelledby="links").text


async def test_ending_asks_first_and_nobody_ends_the_links_of_others(
    world: World, visitor: Visitor
) -> None:
    alice, bob = await visitor(who="alice"), await visitor(who="bob")
    await _make(alice)
    fold = (await alice.page(LINKS)).one("section", aria_labelledby="links").one("details")
    assert fold.one("summary").text == "End…"
    number = fold.one("input", name="link").attributes["value"]
    token = csrf(await bob.page(LINKS))
    assert (await bob.send(f"{LINKS}/end", {"csrf": token, "link": number})).status == 404
    assert "The link is ended." in await _end(alice)
    assert (await alice.page(LINKS)).one("section", aria_labelledby="links").all("details") == []


async def test_a_link_of_the_operators_names_nobody(world: World, visitor: Visitor) -> None:
    env = world.site.env
    address, _ = await world.site.write(lambda tx: sign_up_links.make(tx, env, None, Wanted()))
    path = address.removeprefix("http://a.example")
    carol = await visitor()
    assert "Whoever runs this server lets you in." in (await carol.page(path)).text
    assert (await _join(carol, path))[0] == 303
    assert "Who let you in" not in (await carol.page("/welcome")).text


async def test_a_link_is_no_way_around_the_limit_of_an_address(
    world: World, visitor: Visitor
) -> None:
    await world.site.write(lambda tx: staff.appoint(tx, world.site.env, "alice", "moderator"))
    path = await _make(await visitor(who="alice"), uses="any")
    browser = await visitor()
    most = world.site.settings.sign_ups_per_address
    for number in range(most):
        got, _, page = await _join(browser, path, username=f"carol{number}")
        assert got == 303, page.text
        browser.http.session.cookie_jar.clear()
    assert (await _join(browser, path))[0] == 429


async def _end(browser: Browser) -> str:
    """End the newest link; what is said then."""
    page = await browser.page(LINKS)
    form = page.one("section", aria_labelledby="links").all("form")[0]
    fields = {one.attributes["name"]: one.attributes["value"] for one in form.all("input")}
    done = await browser.send(form.attributes["action"], fields)
    return (await browser.page(done.headers["Location"])).text
