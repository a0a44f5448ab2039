"""From sign-up to the first post, a list that is brought along, and codes for signing in: with and
without JavaScript."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from fedi_cotweet.services import totp
from tests.browser.chromium import Tab, program, tab
from tests.servers import RealServer, eventually, start_server

PASSWORD = "Earl Grey, hot"


async def _fill(page: Tab, **fields: str) -> None:
    for name, value in fields.items():
        await page.evaluate(f"document.querySelector('[name={name}]').value = {value!r}")


async def _choose_file(page: Tab, selector: str, file: Path) -> None:
    document = await page.command("DOM.getDocument")
    node = await page.command(
        "DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector
    )
    await page.command("DOM.setFileInputFiles", nodeId=node["nodeId"], files=[str(file)])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_somebody_joins_writes_brings_a_list_and_sets_up_codes(
    tmp_path: Path, scripts: bool
) -> None:
    program()
    settings = {"COTWEET_REGISTRATIONS": "open"}
    with start_server(tmp_path / "a", ["alice"], settings=settings) as server:
        async with tab(tmp_path / "profile") as page:
            if not scripts:
                await page.command("Emulation.setScriptExecutionDisabled", value=True)
            await _join(page, server)
            await _write(page)
            await _bring_a_list(page, server, tmp_path / "following.csv")
            await _set_up_codes(page, server)
            assert page.console == []


async def _join(page: Tab, server: RealServer) -> None:
    await page.open(f"{server.base}/")
    await page.click("a[href='/auth/sign_up']", then="location.pathname === '/auth/sign_up'")
    await _fill(page, username="Dora", password=PASSWORD, repeated=PASSWORD)
    await page.click("main form button[type=submit]", then="location.pathname === '/welcome'")
    assert "Welcome, dora" in await page.text()


async def _write(page: Tab) -> None:
    await page.click("main a[href='/write']", then="location.pathname === '/write'")
    await _fill(page, text="My first post, from a browser.")
    await page.click("form.write button.primary", then="location.pathname.startsWith('/@dora/')")
    assert "My first post, from a browser." in await page.text()


async def _bring_a_list(page: Tab, server: RealServer, file: Path) -> None:
    text = f"Account address\n{server.handle('alice').removeprefix('@')}\n"
    await asyncio.to_thread(file.write_text, text)
    await page.open(f"{server.base}/settings/transfer")
    await _choose_file(page, "input[type=file]", file)
    await page.click("main form button.primary", then="!!document.querySelector('progress')")
    assert "is being worked off" in await page.text()

    def done() -> bool:
        found = server.call("GET", "/api/v1/control/imports", account="dora")["imports"]
        return bool(found and found[0]["done"])

    await asyncio.to_thread(eventually, done)
    await page.open(f"{server.base}/settings/following")
    assert server.handle("alice") in await page.text()


async def _set_up_codes(page: Tab, server: RealServer) -> None:
    await page.open(f"{server.base}/settings/security")
    begin = "form[action$='/two-factor/begin']"
    await page.evaluate(f'document.querySelector("{begin} [name=password]").value = {PASSWORD!r}')
    await page.click(f"{begin} button", then="location.pathname.endsWith('/two-factor')")
    shown = await page.evaluate("document.querySelector('.secret').textContent")
    secret = str(shown).replace(" ", "")
    await _fill(page, code=_code(secret))
    await page.click("main form button", then="!!document.querySelector('.codes')")
    recovery = await page.evaluate("document.querySelector('.codes code').textContent")
    await page.open(f"{server.base}/settings")
    await page.click("form[action='/auth/sign_out'] button", then="location.pathname === '/'")
    await page.open(f"{server.base}/auth/sign_in")
    await _fill(page, username="dora", password=PASSWORD)
    await page.click("main form button", then="location.pathname === '/auth/second_step'")
    await _fill(page, code=str(recovery))
    await page.click("main form button", then="location.pathname === '/home'")


def _code(secret: str) -> str:
    return totp.code_at(secret, int(time.time() * 1_000) // totp.STEP_MS)
