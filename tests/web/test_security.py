"""Who can act as me: browsers, apps, password, codes."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from itertools import product

from fedi_cotweet.domain.limits import HOUR, MINUTE
from fedi_cotweet.services import accounts, second_factor, tokens, totp
from fedi_cotweet.services.tokens import mint
from fedi_cotweet.web.browsers import browser_name, kept_name
from storage.engine import Tx
from storage.models import Account
from storage.queries import actors
from tests.sites import BASE, PASSWORD, World
from tests.web.conftest import HTML, Browser, csrf
from tests.web.markup import Element

Browsers = Callable[[str], Awaitable[Browser]]
PAGE = "/settings/security"
TWO_FACTOR = f"{PAGE}/two-factor"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def _account(world: World, username: str = "alice") -> Account:
    return await world.site.read(lambda tx: accounts.account_named(tx, username))


async def _send(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    """Send a form of the security page: status, and the text or where it leads."""
    page = await browser.page(PAGE)
    token = page.one("form", action=f"{PAGE}/password").one("input", name="csrf")
    response = await browser.send(path, {"csrf": token.attributes["value"]} | fields)
    return response.status, response.headers.get("Location") or await response.text()


async def _mint(world: World, app: str = "Notes", scopes: str = "read write:media") -> str:
    env = world.site.env
    token, _ = await world.site.write(lambda tx: mint(tx, env, "alice", scopes, app=app))
    return token


async def _holds(world: World, token: str) -> bool:
    now = world.clock.now
    return await world.site.read(lambda tx: tokens.bearer_of(tx, token, now)) is not None


async def _turn_on(world: World) -> tuple[str, tuple[str, ...]]:
    """Codes are on for alice: the secret and the recovery codes."""
    env = world.site.env

    def write(tx: Tx) -> tuple[str, tuple[str, ...]]:
        second_factor.begin(tx, accounts.account_named(tx, "alice"))
        account = accounts.account_named(tx, "alice")
        assert account.totp_secret is not None
        code = totp.code_at(account.totp_secret, env.now() // totp.STEP_MS)
        return account.totp_secret, second_factor.confirm(tx, env, account, code)

    made = await world.site.write(write)
    world.clock.now += totp.STEP_MS
    return made


def _code(world: World, secret: str, *, off: int = 0) -> str:
    return totp.code_at(secret, world.clock.now // totp.STEP_MS + off)


async def test_browsers_are_listed_and_signed_out(world: World, browsers: Browsers) -> None:
    alice, other, third = [await browsers("alice") for _ in range(3)]
    page = await alice.page(PAGE)
    entries = page.one("section", aria_labelledby="browsers").all("li")
    assert len(entries) == 3
    assert "this one" in entries[0].text
    key = entries[1].one("input", name="session").attributes["value"]
    assert await _send(alice, f"{PAGE}/sessions", session=key) == (303, f"{PAGE}?done=sessions")
    left = [(await browser.get("/home")).status for browser in (alice, other, third)]
    assert sorted(left) == [200, 200, 303]
    assert left[0] == 200
    await _send(alice, f"{PAGE}/sessions", session="others")
    left = [(await browser.get("/home")).status for browser in (alice, other, third)]
    assert left == [200, 303, 303]


async def test_nobody_signs_out_somebody_else(browsers: Browsers) -> None:
    alice, bob = await browsers("alice"), await browsers("bob")
    page = await alice.page(PAGE)
    assert page.one("section", aria_labelledby="browsers").all("input", name="session") == []
    own = alice.http.session.cookie_jar
    [token] = [cookie.value for cookie in own if cookie.key.startswith("session")]
    await _send(bob, f"{PAGE}/sessions", session=accounts.token_hash(token))
    await _send(bob, f"{PAGE}/sessions", session="others")
    assert (await alice.get("/home")).status == 200


async def test_a_sessions_use_is_written_down_once_an_hour(
    world: World, browsers: Browsers
) -> None:
    alice = await browsers("alice")

    async def used() -> int | None:
        [token] = [c.value for c in alice.http.session.cookie_jar if c.key.startswith("session")]
        held = await world.site.read(
            lambda tx: actors.session(tx, accounts.token_hash(token), world.clock.now)
        )
        assert held is not None
        return held.used_at

    start = world.clock.now
    for later, seen in ((0, 0), (HOUR - 1, 0), (HOUR, HOUR), (HOUR + 5, HOUR)):
        world.clock.now = start + later
        await alice.get("/home")
        assert await used() == start + seen


async def test_an_app_is_listed_with_what_it_may_and_ended(
    world: World, browsers: Browsers
) -> None:
    first, second, kept = [await _mint(world, name) for name in ("Notes", "Notes", "Other")]
    alice, bob = await browsers("alice"), await browsers("bob")
    section = (await alice.page(PAGE)).one("section", aria_labelledby="apps")
    assert "See everything in your account" in section.text
    assert "never used" in section.text
    ids = [field.attributes["value"] for field in section.all("input", name="application")]
    notes = [
        entry.one("input", name="application").attributes["value"]
        for entry in section.all("li")
        if "Notes" in entry.text
    ]
    assert (len(ids), len(notes)) == (3, 2)
    await _send(bob, f"{PAGE}/apps", application=notes[0])
    assert await _holds(world, first), "it is not bob's"
    for application in notes:
        leads = await _send(alice, f"{PAGE}/apps", application=application)
        assert leads == (303, f"{PAGE}?done=apps")
    assert [await _holds(world, token) for token in (first, second, kept)] == [False, False, True]


async def test_a_new_password_ends_all_else(world: World, browsers: Browsers) -> None:
    token = await _mint(world)
    alice, other = await browsers("alice"), await browsers("alice")
    new = {"new_password": "coffee with milk", "repeated": "coffee with milk"}
    status, said = await _send(alice, f"{PAGE}/password", password="wrong", **new)
    assert (status, "another one" in said) == (403, True)
    wrong = new | {"repeated": "coffee"}
    status, said = await _send(alice, f"{PAGE}/password", password=PASSWORD, **wrong)
    assert (status, "twice alike" in said) == (422, True)
    short = {"new_password": "short", "repeated": "short"}
    assert (await _send(alice, f"{PAGE}/password", password=PASSWORD, **short))[0] == 422
    assert await _holds(world, token)
    done = await _send(alice, f"{PAGE}/password", password=PASSWORD, **new)
    assert done == (303, f"{PAGE}?done=password")
    assert not await _holds(world, token)
    assert [(await browser.get("/home")).status for browser in (alice, other)] == [200, 303]
    assert (await (await browsers("")).sign_in("alice")).status == 403
    assert (await (await browsers("")).sign_in("alice", "coffee with milk")).status == 303


async def test_guesses_at_the_password_are_counted(world: World, browsers: Browsers) -> None:
    alice = await browsers("alice")
    new = {"new_password": "coffee with milk", "repeated": "coffee with milk"}
    for _ in range(5):
        status, _ = await _send(alice, f"{PAGE}/password", password="wrong", **new)
        assert status == 403
    assert (await _send(alice, f"{PAGE}/password", password=PASSWORD, **new))[0] == 429


async def test_who_came_by_a_link_sets_a_password_without_the_old_one(
    world: World, browsers: Browsers
) -> None:
    browser, env = await browsers(""), world.site.env
    url, _ = await world.site.write(lambda tx: accounts.make_sign_in_link(tx, env, "alice"))
    path = url.removeprefix(BASE)
    await browser.send(path, {"csrf": csrf(await browser.page(path))})
    page = await browser.page(PAGE)
    assert page.one("form", action=f"{PAGE}/password").all("input", name="password") == []
    new = {"new_password": "coffee with milk", "repeated": "coffee with milk"}
    assert (await _send(browser, f"{PAGE}/password", **new))[0] == 303
    world.clock.now += 31 * MINUTE
    assert (await _send(browser, f"{PAGE}/password", **new))[0] == 403


async def test_codes_are_set_up_on_the_page(world: World, browsers: Browsers) -> None:
    alice = await browsers("alice")
    assert (await _send(alice, f"{TWO_FACTOR}/begin", password="wrong"))[0] == 403
    assert (await alice.get(TWO_FACTOR)).headers["Location"] == PAGE
    assert await _send(alice, f"{TWO_FACTOR}/begin", password=PASSWORD) == (303, TWO_FACTOR)
    page = await alice.page(TWO_FACTOR)
    secret = page.one("code").text.replace(" ", "")
    assert page.one("svg", class_="qr").all("path")
    assert secret in page.one("main").all("a")[0].attributes["href"]
    assert (await (await browsers("")).sign_in("alice")).headers["Location"] == "/home"
    assert (await _send(alice, TWO_FACTOR, code="000000"))[0] == 422
    status, said = await _send(alice, TWO_FACTOR, code=_code(world, secret))
    assert status == 200
    codes = re.findall(r"<code>([a-z2-9-]{17})</code>", said)
    assert len(set(codes)) == 10
    assert "10 recovery codes are left" in (await alice.page(PAGE)).text
    assert (await _send(alice, f"{TWO_FACTOR}/begin", password=PASSWORD))[0] == 409


async def _second_step(
    browser: Browser, code: str, *, next_path: str = ""
) -> tuple[int, str | None]:
    form = await browser.page("/auth/second_step")
    fields = {"csrf": csrf(form), "code": code, "next": next_path}
    response = await browser.send("/auth/second_step", fields)
    return response.status, response.headers.get("Location")


async def test_signing_in_asks_for_a_code_that_is_good_once(
    world: World, browsers: Browsers
) -> None:
    secret, _ = await _turn_on(world)
    browser, again = await browsers(""), await browsers("")
    assert (await browser.get("/auth/second_step")).headers["Location"] == "/auth/sign_in"
    leads = (await browser.sign_in("alice")).headers["Location"]
    assert leads == "/auth/second_step?next="
    assert (await browser.get("/home")).status == 303, "the password alone opens nothing"
    assert (await _second_step(browser, _code(world, secret, off=-2)))[0] == 403
    code = _code(world, secret)
    assert await _second_step(browser, f"{code[:3]} {code[3:]}", next_path="/invites") == (
        303,
        "/invites",
    )
    assert (await browser.get("/home")).status == 200
    await again.sign_in("alice")
    assert (await _second_step(again, code))[0] == 403, "it was read over a shoulder"
    assert (await _second_step(again, _code(world, secret, off=-1)))[0] == 403
    assert (await _second_step(again, _code(world, secret, off=1)))[0] == 303


async def test_a_second_step_runs_out(world: World, browsers: Browsers) -> None:
    secret, _ = await _turn_on(world)
    browser = await browsers("")
    await browser.sign_in("alice")
    world.clock.now += second_factor.STEP_LASTS
    assert (await browser.get("/auth/second_step")).headers["Location"] == "/auth/sign_in"
    fields = {"csrf": "x", "code": _code(world, secret)}
    assert (await browser.send("/auth/second_step", fields)).status == 403


async def test_a_recovery_code_signs_in_once(world: World, browsers: Browsers) -> None:
    _, codes = await _turn_on(world)
    for typed, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 403)):
        browser = await browsers("")
        await browser.sign_in("alice")
        assert (await _second_step(browser, typed))[0] == status
    rows = await world.site.read(lambda tx: _everything(tx, "recovery_codes"))
    assert all(code not in rows and code.replace("-", "") not in rows for code in codes)


def _everything(tx: Tx, table: str) -> str:
    return str(tx.exec_driver_sql(f"SELECT * FROM {table}").all())


async def test_guesses_at_codes_are_counted(world: World, browsers: Browsers) -> None:
    secret, _ = await _turn_on(world)
    browser = await browsers("")
    await browser.sign_in("alice")
    for _ in range(5):
        assert (await _second_step(browser, "000000"))[0] == 403
    assert (await _second_step(browser, _code(world, secret)))[0] == 429


async def test_no_other_page_can_send_a_code(world: World, browsers: Browsers) -> None:
    secret, _ = await _turn_on(world)
    browser = await browsers("")
    await browser.sign_in("alice")
    fields = {"csrf": csrf(await browser.page("/auth/second_step")), "code": _code(world, secret)}
    for origin in ("https://evil.example", "null"):
        response = await browser.send("/auth/second_step", fields, origin=origin)
        assert response.status == 403


async def test_codes_are_turned_off_by_a_code_or_a_link(world: World, browsers: Browsers) -> None:
    secret, codes = await _turn_on(world)
    browser, env = await browsers(""), world.site.env
    await browser.sign_in("alice")
    await _second_step(browser, codes[0])
    assert (await _send(browser, f"{TWO_FACTOR}/off"))[0] == 422
    status, said = await _send(browser, f"{TWO_FACTOR}/codes", code=_code(world, secret))
    assert status == 200
    assert codes[1] not in said
    assert (await _send(browser, f"{TWO_FACTOR}/off", code=codes[1]))[0] == 422, "replaced"
    world.clock.now += totp.STEP_MS
    done = await _send(browser, f"{TWO_FACTOR}/off", code=_code(world, secret))
    assert done == (303, f"{PAGE}?done=two_factor")
    assert (await _account(world)).totp_secret is None
    await _turn_on(world)
    url, _ = await world.site.write(lambda tx: accounts.make_sign_in_link(tx, env, "alice"))
    path = url.removeprefix(BASE)
    linked = await browsers("")
    await linked.send(path, {"csrf": csrf(await linked.page(path))})
    assert (await _send(linked, f"{TWO_FACTOR}/off"))[0] == 303


FORMS = [
    "password",
    "sessions",
    "apps",
    "two-factor",
    "two-factor/begin",
    "two-factor/codes",
    "two-factor/off",
]


async def test_no_other_page_changes_anything(browsers: Browsers) -> None:
    alice = await browsers("alice")
    page: Element = await alice.page(PAGE)
    token = page.one("form", action=f"{PAGE}/password").one("input", name="csrf")
    sent = (
        ({"csrf": "wrong"}, BASE),
        ({"csrf": token.attributes["value"]}, "https://evil.example"),
    )
    for path, (fields, origin) in product(FORMS, sent):
        assert (await alice.send(f"{PAGE}/{path}", fields, origin=origin)).status == 403


def test_browsers_have_names_that_people_know() -> None:
    assert browser_name(FIREFOX) == "Firefox on Linux"
    chrome = "(KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
    assert browser_name(f"Mozilla/5.0 (Linux; Android 14) AppleWebKit {chrome}") == (
        "Chrome on Android"
    )
    assert browser_name(f"Mozilla/5.0 (Windows NT 10.0) {chrome} Edg/140") == "Edge on Windows"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18 Safari/604.1"
    assert browser_name(iphone) == "Safari on iPhone"
    assert browser_name("Wget") == ""
    assert kept_name("a\x00b\né" + "x" * 999) == "ab" + "x" * 295


async def test_the_page_names_the_browser(world: World, browsers: Browsers) -> None:
    browser = await browsers("")
    form = await browser.page("/auth/sign_in")
    fields = {"csrf": csrf(form), "username": "alice", "password": PASSWORD}
    headers = HTML | {"Origin": BASE, "User-Agent": FIREFOX}
    await browser.http.post("/auth/sign_in", data=fields, headers=headers, allow_redirects=False)
    assert "Firefox on Linux" in (await browser.page(PAGE)).text
