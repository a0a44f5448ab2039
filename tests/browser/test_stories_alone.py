"""What somebody does on their own: joining until the first post, bringing a list, codes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fedi_cotweet.services import totp
from tests.browser.chromium import browser, program
from tests.browser.people import PASSWORD, Person, join, somebody, without_space
from tests.servers import RealServer, start_server

# Several browsers on a busy machine take their time.
pytestmark = pytest.mark.timeout(600)
with_and_without = pytest.mark.parametrize(
    "scripts", [True, False], ids=["with scripts", "without scripts"]
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    program()
    settings = {"COTWEET_REGISTRATIONS": "open", "COTWEET_NAME": "Reading Room"}
    with start_server(tmp_path_factory.mktemp("open"), settings=settings) as one:
        yield one


async def _asks(dora: Person, button: str) -> None:
    await dora.go("/")
    await dora.picture("join-1-front")
    await dora.press("Join", "main")
    await dora.fill("User name", dora.name)
    await dora.fill("Password, 8 characters or more", PASSWORD)
    await dora.fill("The same again", PASSWORD)
    if button == "Ask to join":
        await dora.fill("Why would you like to join?", "I read slowly.")
    await dora.picture(f"join-2-{button.split()[0]}")
    await dora.press(button, "main")


async def _writes_first(dora: Person) -> None:
    text = f"My first post, from a browser. I am {dora.name}."
    assert await dora.reads("main h1") == "Write"
    await dora.fill("Text", text)
    if dora.scripts:
        await dora.waits_for("output.count", f"{len(text)} / ")
    await dora.press("Preview")
    assert text in await dora.reads("section.preview article")
    await dora.picture("join-4-preview")
    await dora.press("Post", "form.write")
    assert text in await dora.reads("article.focused .content")
    assert await dora.byline(text) == dora.shown.lower()
    await dora.picture("join-5-post")
    for path in ("/home", f"/@{dora.name}", "/"):
        await dora.go(path)
        assert text in await dora.post(text), f"it stands on {path}"


@with_and_without
async def test_whoever_joins_an_open_server_writes_at_once(
    server: RealServer, tmp_path: Path, scripts: bool
) -> None:
    async with browser(tmp_path / "one") as one, somebody(one, server, scripts=scripts) as dora:
        dora.name = "dora" if scripts else "dorit"
        await _asks(dora, "Make my account")
        assert await dora.reads("main h1") == f"Welcome, {dora.name}"
        assert dora.handle in await dora.reads("main .lead")
        await dora.picture("join-3-welcome")
        await dora.press("Write", "main")
        await _writes_first(dora)


@with_and_without
async def test_whoever_asks_to_join_writes_once_a_moderator_let_them_in(
    tmp_path: Path, scripts: bool
) -> None:
    program()
    settings = {"COTWEET_REGISTRATIONS": "approval", "COTWEET_NAME": "Reading Room"}
    with start_server(tmp_path / "a", settings=settings) as server:
        judge = join(server, "judge")
        await asyncio.to_thread(server.cli, "account", "role", judge, "moderator")
        async with (
            browser(tmp_path / "one") as one,
            somebody(one, server, scripts=scripts) as dora,
            somebody(one, server, judge, scripts=scripts) as moderator,
        ):
            dora.name = "dora"
            await _asks(dora, "Ask to join")
            assert await dora.reads("main h1") == "Your request is made"
            assert "Your name: dora" in await dora.reads("main .panel")
            await dora.picture("join-3-asked")
            await dora.sign_in()
            told = await dora.reads("main [role=alert]")
            assert "has not decided about your request yet" in told
            await dora.is_refused(403)
            await dora.picture("join-3-too-soon")

            await moderator.touch("Your account")
            await moderator.press("Look after the server")
            await moderator.press("People", "nav.parts")
            assert "dora" in await moderator.reads("section[aria-labelledby=waiting]")
            assert "I read slowly." in await moderator.reads("section[aria-labelledby=waiting] q")
            await moderator.picture("join-3-waiting")
            await moderator.press("Let them in")
            assert await moderator.reads("[role=status]") == "They have an account now."

            await dora.sign_in()
            await dora.press("Write", "nav.menu")
            await _writes_first(dora)


@with_and_without
async def test_a_sign_up_link_brings_a_friend_here_who_follows_whoever_made_it(
    tmp_path: Path, scripts: bool
) -> None:
    program()
    settings = {
        "COTWEET_REGISTRATIONS": "invite",
        "COTWEET_SIGN_UP_LINKS_BY": "people",
        "COTWEET_NAME": "Reading Room",
    }
    with start_server(tmp_path / "a", settings=settings) as server:
        server.call("POST", "/api/v1/control/rules", {"text": "Be kind."})
        name = join(server, "anna")
        async with (
            browser(tmp_path / "one") as one,
            somebody(one, server, name, scripts=scripts) as anna,
            somebody(one, server, scripts=scripts) as dora,
        ):
            await anna.touch("Your account")
            await anna.press("Settings")
            await anna.press("Sign-up links Bring somebody here", "nav.settings-menu")
            await anna.fill("For whom", "Dora from the choir")
            await anna.press("Make a link", "main")
            link = await anna.reads("section[aria-labelledby=made] code")
            await anna.picture("link-1-made")

            dora.name = "dora"
            await dora.go("/auth/sign_up")
            assert "made with a sign-up link here" in await dora.reads()
            await dora.picture("link-2-without")
            await dora.go(link)
            assert f"{anna.shown} lets you in." in await dora.reads("main .lead")
            await dora.fill("User name", dora.name)
            await dora.fill("Password, 8 characters or more", PASSWORD)
            await dora.fill("The same again", f"{PASSWORD}?")
            await dora.touch("I keep them", "main")
            await dora.picture("link-3-form")
            await dora.press("Make my account", "main")
            assert "not typed twice alike" in await dora.reads("main [role=alert]")
            await dora.is_refused(422)
            assert f"{anna.shown} lets you in." in await dora.reads("main .lead")
            await dora.fill("Password, 8 characters or more", PASSWORD)
            await dora.fill("The same again", PASSWORD)
            await dora.touch("I keep them", "main")
            await dora.press("Make my account", "main")
            assert await dora.reads("main h1") == f"Welcome, {dora.name}"
            await dora.picture("link-4-welcome")
            await dora.press(f"Follow {anna.shown}", "main")
            await dora.looks_again(
                "/welcome", "You follow them.", "section[aria-labelledby=brought]"
            )
            await dora.picture("link-5-follows")

            await anna.go("/settings/sign-up-links")
            listed = await anna.reads("section[aria-labelledby=links]")
            for words in ("Dora from the choir", "1 of 1 used", server.handle("dora")):
                assert words in listed
            await asyncio.to_thread(server.cli, "account", "role", name, "moderator")
            await anna.go("/admin/people")
            assert f"came by a link of @{name}" in await anna.reads(
                "section[aria-labelledby=found]"
            )
            await anna.picture("link-6-people")
            await anna.go(f"/admin/people/@{name}")
            assert server.handle("dora") in await anna.reads("section[aria-labelledby=brought]")
            await anna.picture("link-6-person")
            await anna.go("/settings/sign-up-links")
            await anna.press("Make a link", "main")
            second = await anna.reads("section[aria-labelledby=made] code")
            await anna.touch("End…", "section[aria-labelledby=links]")
            await anna.picture("link-6-ending")
            await anna.press("End the link", "section[aria-labelledby=links]")
            assert await anna.reads("[role=status]") == "The link is ended."
            await anna.picture("link-7-ended")
        async with (
            browser(tmp_path / "two") as two,
            somebody(two, server, scripts=scripts) as erin,
        ):
            for path, why in ((link, "was used already"), (second, "was ended")):
                await erin.go(path)
                assert why in await erin.reads("main [role=alert]")
                await erin.is_refused(410)
            await erin.picture("link-8-over")


@with_and_without
async def test_a_list_of_follows_is_brought_from_another_server(
    server: RealServer, tmp_path: Path, scripts: bool
) -> None:
    wanted = [join(server, name) for name in ("anna", "bert")]
    name = join(server, "dora")
    rows = [f"{server.handle(one)[1:]},true" for one in wanted]
    file = tmp_path / "following.csv"
    text = "\n".join(["Account address,Show boosts", *rows, "nobody@127.0.0.1:9,true", ""])
    await asyncio.to_thread(file.write_text, text)
    async with (
        browser(tmp_path / "one") as one,
        somebody(one, server, name, scripts=scripts) as dora,
    ):
        await dora.go("/welcome")
        await dora.press("Bring a list here", "main")
        await dora.choose("What it is", "Follows")
        await dora.upload("CSV file", file)
        await dora.picture("import-1-form")
        await dora.press("Bring it here", "main", "button")
        assert "is being worked off" in await dora.reads("[role=status]")
        assert "Follows" in await dora.reads("section[aria-labelledby=progress]")
        await dora.looks_again("/settings/transfer", "2 are done. One could not be.", ".import")
        await dora.touch("What could not be done")
        assert await dora.reads(".failed-rows") == "nobody@127.0.0.1:9"
        await dora.picture("import-2-done")
        await dora.go("/settings/following")
        for one_name in wanted:
            assert server.handle(one_name) in await dora.reads("main")
        await dora.picture("import-3-following")


@with_and_without
async def test_a_password_and_a_code_sign_in_and_a_recovery_code_does_once(
    server: RealServer, tmp_path: Path, scripts: bool
) -> None:
    name = join(server, "dora")
    async with (
        browser(tmp_path / "one") as one,
        somebody(one, server, name, scripts=scripts) as dora,
    ):
        secret, recovery = await _sets_codes_up(dora)
        for code in (_code(secret, 1), recovery):
            await dora.sign_out()
            await dora.sign_in()
            assert await dora.reads("main h1") == "Your code"
            await dora.fill("The code your authenticator app shows, or a recovery code", code)
            await dora.press("Sign in", "main")
            assert await dora.reads("main h1") == "Home"
        await dora.sign_out()
        await dora.sign_in()
        await dora.fill("The code your authenticator app shows, or a recovery code", recovery)
        await dora.press("Sign in", "main")
        assert await dora.reads("main h1") == "Your code"
        assert await dora.reads("main [role=alert]") != ""
        await dora.is_refused(403)
        await dora.picture("codes-4-used-up")
        await dora.go("/home")
        assert await dora.reads("main h1") == "Sign in", "they are not in"


async def _sets_codes_up(dora: Person) -> tuple[str, str]:
    """What she finds at the end: the secret, and one recovery code."""
    await dora.touch("Your account")
    await dora.press("Settings")
    await dora.press("Security", "main")
    begin = "section[aria-labelledby=two-factor]"
    await dora.fill("Your present password", PASSWORD, begin)
    await dora.picture("codes-1-security")
    await dora.press("Set it up", begin)
    await dora.touch("Or type the secret, or open it on this device")
    secret = without_space(await dora.reads("code.secret"))
    await dora.picture("codes-2-secret")
    await dora.fill("The code it shows now", _code(secret, 0))
    await dora.press("Turn it on")
    assert await dora.reads("main h1") == "Recovery codes"
    recovery = (await dora.all(".codes code"))[0]
    await dora.picture("codes-3-recovery")
    await dora.press("I have them")
    assert "On since" in await dora.reads(begin)
    return secret, recovery


def _code(secret: str, later: int) -> str:
    """The code of an app whose clock is ahead by so many steps: each code counts once."""
    return totp.code_at(secret, int(time.time() * 1_000) // totp.STEP_MS + later)
