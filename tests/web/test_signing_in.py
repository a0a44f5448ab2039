"""Signing in and out: forged forms, guessed passwords, links that programs look at first."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from aiohttp import web

from fedi_cotweet.services import accounts, passwords, shutting_out, sign_ups
from fedi_cotweet.services.attempts import (
    PER_ADDRESS,
    PER_NAME,
    WINDOW,
    Attempts,
    caller_address,
    read_networks,
)
from fedi_cotweet.services.sign_ups import Wish
from fedi_cotweet.web import setup
from fedi_cotweet.web.opening import local_path
from fedi_cotweet.web.sessions import Cookies
from storage.engine import Tx
from storage.queries import actors
from tests import quick
from tests.sites import BASE, HOST, PASSWORD, World
from tests.web.conftest import Browser, MakeClient, csrf

Browsers = Callable[[str], Awaitable[Browser]]
SIGN_IN = "/auth/sign_in"


@pytest.mark.parametrize("typed", ["alice", "@alice", "ALICE", f"alice@{HOST}", f" @alice@{HOST} "])
async def test_signing_in_leads_home(browsers: Browsers, typed: str) -> None:
    browser = await browsers("")
    response = await browser.sign_in(typed)
    assert (response.status, response.headers["Location"]) == (303, "/home")
    home = await browser.page("/home")
    assert "Alice" in home.one("nav", class_="menu").text


async def test_the_form_is_as_other_software_expects_it(browsers: Browsers) -> None:
    page = await (await browsers("")).page(SIGN_IN)
    assert page.one("input", id="user_email").attributes["name"] == "username"
    assert page.one("input", id="user_password").attributes["name"] == "password"
    assert len(page.one("form", action=SIGN_IN).all("button", type="submit")) == 1


@pytest.mark.parametrize("path", ["/home", "/invites", "/home?before=5"])
async def test_pages_of_ones_own_ask_to_sign_in_and_come_back(
    browsers: Browsers, path: str
) -> None:
    browser = await browsers("")
    response = await browser.get(path)
    assert response.status == 303
    form = await browser.page(response.headers["Location"])
    fields = {"csrf": csrf(form), "username": "alice", "password": PASSWORD}
    fields["next"] = form.one("input", name="next").attributes["value"]
    done = await browser.send(SIGN_IN, fields)
    assert done.headers["Location"] == path
    assert (await browser.get(f"{SIGN_IN}?next=/invites")).headers["Location"] == "/invites"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/é",
        "/" + "x" * 9_000,
        "home",
    ],
)
def test_nobody_is_led_elsewhere_after_signing_in(path: str) -> None:
    assert local_path(path) == ""


async def test_cookies_are_out_of_reach_of_scripts_and_of_neighbours(
    world: World, stranger: Browser
) -> None:
    form = await stranger.get(SIGN_IN)
    cookie = form.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    secure = Cookies.of("https://a.example")
    response = web.Response()
    secure.keep(response, secure.session, "t", 60)
    assert response.cookies.output(header="").strip().startswith("__Host-session=t;")
    assert "Secure" in response.cookies.output()
    assert "Domain" not in response.cookies.output()
    assert Cookies.of("http://127.0.0.1:1").session != Cookies.of("http://127.0.0.1:2").session


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("alice", "wrong"),
        ("alice", ""),
        ("nobody", PASSWORD),
        ("alice@elsewhere.example", PASSWORD),
        ("instance.actor", PASSWORD),
        ("", PASSWORD),
        ("a\0b", PASSWORD),
        ("x" * 5_000, PASSWORD),
    ],
)
async def test_wrong_names_and_wrong_passwords_are_answered_alike(
    browsers: Browsers, username: str, password: str
) -> None:
    browser = await browsers("")
    response = await browser.sign_in(username, password)
    assert response.status == 403
    assert "The user name or the password is wrong." in await response.text()
    assert (await browser.get("/home")).status == 303


async def test_whoever_signs_in_costs_one_check_of_a_password(
    world: World, browsers: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str | None] = []

    def check(stored: str | None, password: str) -> bool:
        checked.append(stored)
        return False

    def shut_out(tx: Tx) -> None:
        bob = actors.actor_by_handle(tx, "bob", "a.example")
        assert bob is not None
        shutting_out.suspend(tx, world.site.env, bob)

    wish = Wish("carol", passwords.hash_password(PASSWORD), "I like tea.", None, ())
    await world.site.write(lambda tx: sign_ups.ask(tx, world.site.env, wish))
    await world.site.write(shut_out)
    monkeypatch.setattr(passwords, "is_password", check)
    for name, known in (("nobody", False), ("alice", True), ("bob", True), ("carol", True)):
        checked.clear()
        response = await (await browsers("")).sign_in(name)
        assert "The user name or the password is wrong." in await response.text()
        assert [stored is not None for stored in checked] == [known], name


def test_what_unknown_names_are_checked_against_costs_as_much_as_the_real_thing() -> None:
    fresh = quick.SHIPPED.hash("x")
    assert passwords.NOBODY.split("$")[:4] == fresh.split("$")[:4]
    assert len(passwords.NOBODY) == len(fresh)
    assert not passwords.is_password(None, "x")
    assert not passwords.is_password("no hash", "x")


async def test_guessing_is_slowed_down_and_the_right_password_too_until_it_is_over(
    world: World, browsers: Browsers
) -> None:
    browser = await browsers("")
    for _ in range(PER_NAME):
        assert (await browser.sign_in("alice", "wrong")).status == 403
    stopped = await browser.sign_in("alice")
    assert stopped.status == 429
    assert int(stopped.headers["Retry-After"]) > 0
    assert (await (await browsers("")).sign_in("bob")).status == 303
    world.clock.now += WINDOW + 1
    assert (await browser.sign_in("alice")).status == 303


async def test_many_guesses_at_once_are_no_better(browsers: Browsers) -> None:
    browser = await browsers("")
    fields = {"csrf": csrf(await browser.page(SIGN_IN)), "username": "alice", "password": "wrong"}
    answers = await asyncio.gather(*(browser.send(SIGN_IN, fields) for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [403] * PER_NAME + [429] * (12 - PER_NAME)


def test_one_address_cannot_try_everybody_and_others_are_not_locked_out() -> None:
    attempts = Attempts()
    for number in range(PER_ADDRESS):
        assert attempts.begin("1.2.3.4", f"user{number}", 0) == 0
    assert attempts.begin("1.2.3.4", "alice", 0) > 0
    assert attempts.begin("5.6.7.8", "alice", 0) == 0
    assert attempts.begin("1.2.3.4", "alice", WINDOW + 1) == 0


def test_successes_do_not_count() -> None:
    attempts = Attempts()
    for _ in range(PER_ADDRESS * 2):
        assert attempts.begin("1.2.3.4", "alice", 0) == 0
        attempts.succeeded("1.2.3.4", "alice")


@pytest.mark.parametrize(
    ("remote", "forwarded", "counted"),
    [
        ("203.0.113.9", "1.1.1.1", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1\n203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9, 172.18.0.2", "203.0.113.9"),
        ("172.18.0.2", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("172.18.0.2", "", "172.18.0.2"),
        ("172.19.0.2", "1.1.1.1", "172.19.0.2"),
        ("::1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (None, "", ""),
    ],
)
def test_only_a_proxy_of_ours_says_who_calls(
    remote: str | None, forwarded: str, counted: str
) -> None:
    lines = forwarded.split("\n") if forwarded else []
    assert caller_address(remote, lines, read_networks("172.18.0.0/16")) == counted


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://a.example.evil.example"]
)
async def test_a_form_of_another_origin_does_nothing(browsers: Browsers, origin: str) -> None:
    browser = await browsers("")
    fields = {"csrf": csrf(await browser.page(SIGN_IN)), "username": "alice", "password": PASSWORD}
    response = await browser.send(SIGN_IN, fields, origin=origin)
    assert response.status == 403
    assert (await browser.get("/home")).status == 303


@pytest.mark.parametrize("token", ["", "x" * 32, "é"])
async def test_a_form_without_its_token_does_nothing(
    stranger: Browser, browsers: Browsers, token: str
) -> None:
    for browser in (stranger, await browsers("")):
        await browser.page(SIGN_IN)
        fields = {"csrf": token, "username": "alice", "password": PASSWORD}
        response = await browser.send(SIGN_IN, fields)
        assert response.status == 403
        assert "Nothing was done" in await response.text()


async def test_old_browsers_without_origin_are_judged_by_the_token(browsers: Browsers) -> None:
    browser = await browsers("")
    fields = {"csrf": csrf(await browser.page(SIGN_IN)), "username": "alice", "password": PASSWORD}
    assert (await browser.send(SIGN_IN, fields, origin=None)).status == 303


async def test_only_forms_are_read(stranger: Browser) -> None:
    response = await stranger.http.post(SIGN_IN, json={"username": "alice"})
    assert response.status == 415
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=none"}
    response = await stranger.http.post(SIGN_IN, data=b"a=b", headers=headers)
    assert response.status == 400
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    large = io.BytesIO(b"a=" + b"x" * 2_000_000)
    response = await stranger.http.post(SIGN_IN, data=large, headers=headers)
    assert response.status == 413


async def test_signing_out_ends_the_session_on_the_server_too(
    world: World, browsers: Browsers
) -> None:
    browser = await browsers("alice")
    stolen = {cookie.key: cookie.value for cookie in browser.http.session.cookie_jar}
    page = await browser.page("/home")
    assert (await browser.send("/auth/sign_out", {"csrf": "x"})).status == 403
    assert (await browser.get("/home")).status == 200
    response = await browser.send("/auth/sign_out", {"csrf": csrf(page)})
    assert (response.status, response.headers["Location"]) == (303, "/")
    assert (await browser.get("/home")).status == 303
    thief = await browsers("")
    header = "; ".join(f"{name}={value}" for name, value in stolen.items())
    assert (await thief.get("/home", headers={"Cookie": header})).status == 303


async def test_a_session_runs_out(world: World, browsers: Browsers) -> None:
    browser = await browsers("alice")
    world.clock.now += accounts.SESSION_LASTS + 1
    assert (await browser.get("/home")).status == 303


async def test_signing_in_again_ends_the_session_before(world: World, browsers: Browsers) -> None:
    browser = await browsers("alice")
    [token] = [cookie.value for cookie in browser.http.session.cookie_jar]
    link, _ = await world.site.write(
        lambda tx: accounts.make_sign_in_link(tx, world.site.env, "bob")
    )
    path = link.removeprefix(BASE)
    await browser.send(path, {"csrf": csrf(await browser.page(path))})
    held = accounts.token_hash(token)
    session = await world.site.read(lambda tx: actors.session(tx, held, world.clock.now))
    assert session is None


async def test_a_link_is_spent_by_a_person_and_not_by_a_preview(
    world: World, browsers: Browsers, stranger: Browser
) -> None:
    link, _ = await world.site.write(
        lambda tx: accounts.make_sign_in_link(tx, world.site.env, "bob")
    )
    path = link.removeprefix(BASE)
    for _ in range(3):
        looked = await stranger.get(path)
        assert looked.headers["Referrer-Policy"] == "strict-origin"
    assert (await stranger.send(path, {"csrf": "x" * 32})).status == 403
    browser = await browsers("")
    form = await browser.page(path)
    assert form.one("form", action=path).attributes["method"] == "post"
    response = await browser.send(path, {"csrf": csrf(form)})
    assert (response.status, response.headers["Location"]) == (303, "/home")
    assert "Bob" in (await browser.page("/home")).text
    late = await browsers("")
    again = await late.send(path, {"csrf": csrf(await late.page(path))})
    assert again.status == 410
    assert "does not sign in any more" in await again.text()


async def test_a_link_runs_out(world: World, browsers: Browsers) -> None:
    link, expires_at = await world.site.write(
        lambda tx: accounts.make_sign_in_link(tx, world.site.env, "bob")
    )
    world.clock.now = expires_at + 1
    path = link.removeprefix(BASE)
    browser = await browsers("")
    assert (await browser.send(path, {"csrf": csrf(await browser.page(path))})).status == 410


async def test_over_https_sessions_work_with_host_cookies(
    world: World, aiohttp_client: MakeClient
) -> None:
    site = replace(world.site, settings=replace(world.site.settings, base_url="https://a.example"))
    app = web.Application()
    setup(app, site)
    http = await aiohttp_client(app)
    cookie = (await http.get(SIGN_IN)).headers["Set-Cookie"]
    assert cookie.startswith("__Host-form=")
    assert "Secure" in cookie
