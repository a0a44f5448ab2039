"""A browser in front of every page: signed in as alice and as a visitor."""

from __future__ import annotations

import base64
import json
import tempfile
import time
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from fedi_cotweet.services import totp
from tests.browser.chromium import Tab, tab
from tests.browser.page_list import Example
from tests.browser.scene import PASSWORD, Scene

WIDE, NARROW, NARROWEST = 1280, 390, 320
_HEIGHTS = {WIDE: 900, NARROW: 844, NARROWEST: 640}


@dataclass
class Looks:
    """Two browsers, and all addresses to look at."""

    base: str
    tabs: Mapping[str, Tab]
    values: Mapping[str, str]

    async def open(self, example: Example) -> Tab:
        """Show a page, in the browser that it is for."""
        page = self.tabs[example.who]
        await page.open(self.base + example.path)
        return page

    async def language(self, code: str) -> None:
        """What the browsers ask for from now on."""
        for page in self.tabs.values():
            await page.command("Network.setExtraHTTPHeaders", headers={"Accept-Language": code})


@asynccontextmanager
async def open_looks(scene: Scene) -> AsyncIterator[Looks]:
    """Browsers for a scene: alice's is signed in, the visitor's has shown a password and is asked
    for a code."""
    async with AsyncExitStack() as stack:
        tabs = {}
        for who in ("alice", ""):
            folder = Path(
                # Processes of a browser that ended write a moment longer.
                stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
            )
            tabs[who] = await stack.enter_async_context(tab(folder, ["--hide-scrollbars"]))
            await tabs[who].command("Network.enable")
        alice, visitor = tabs["alice"], tabs[""]
        for page, name in ((alice, "alice"), (visitor, "new")):
            await _sign_in(page, scene, name)
            await _begin_codes(page, scene)
        await _ask_for_a_code(visitor, scene)
        values = {**scene.values, "token": scene.link().rpartition("/")[2]}
        values |= {"authorize": _app(scene.home.base), "filter": await _filter(alice, scene)}
        yield Looks(scene.home.base, tabs, values)


async def size(page: Tab, width: int) -> None:
    """The window's width in CSS pixels."""
    await page.command(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=_HEIGHTS.get(width, 900),
        deviceScaleFactor=1,
        mobile=width < 600,
    )


async def scheme(page: Tab, name: str) -> None:
    """``light`` or ``dark``; nothing moves, so that what is seen is the end of every change."""
    features = {"prefers-color-scheme": name, "prefers-reduced-motion": "reduce"}
    wanted = [{"name": key, "value": value} for key, value in features.items()]
    await page.command("Emulation.setEmulatedMedia", features=wanted)


async def picture(page: Tab) -> bytes:
    """The whole page, as far as it goes down (JPEG)."""
    shot = await page.command(
        "Page.captureScreenshot", format="jpeg", quality=80, captureBeyondViewport=True
    )
    return base64.b64decode(shot["data"])


async def _sign_in(page: Tab, scene: Scene, name: str) -> None:
    await page.open(scene.link(name))
    await page.click("main form[method=post] button", then="location.pathname === '/home'")


async def _begin_codes(page: Tab, scene: Scene) -> None:
    await page.open(f"{scene.home.base}/settings/security")
    await page.evaluate(f"document.querySelector('#password-begin').value = {PASSWORD!r}")
    begun = "location.pathname === '/settings/security/two-factor'"
    await page.click("form[action$='/two-factor/begin'] button", then=begun)


async def _ask_for_a_code(page: Tab, scene: Scene) -> None:
    secret = await page.evaluate("document.querySelector('.secret').textContent")
    code = totp.code_at(str(secret).replace(" ", ""), int(time.time() * 1000) // totp.STEP_MS)
    await page.evaluate(f"document.querySelector('#code').value = {code!r}")
    await page.click("main form button[type=submit]", then="!document.querySelector('#code')")
    await page.click(
        "form[action='/auth/sign_out'] button", then="!document.querySelector('.account')"
    )
    await page.open(f"{scene.home.base}/auth/sign_in")
    await page.evaluate(
        "document.querySelector('[name=username]').value = 'new';"
        f"document.querySelector('[name=password]').value = {PASSWORD!r}"
    )
    await page.click("main form button", then="location.pathname === '/auth/second_step'")


async def _filter(page: Tab, scene: Scene) -> str:
    await page.open(f"{scene.home.base}/settings/filters/new")
    await page.evaluate(
        "document.querySelector('[name=title]').value = 'Novels';"
        "document.querySelector('[name^=word]').value = 'marry'"
    )
    await page.click("main form button.primary", then="location.search.includes('done')")
    await page.open(f"{scene.home.base}/settings/filters")
    found = "document.querySelector('main a[href^=\"/settings/filters/\"]:not([href$=new])')"
    return str(await page.evaluate(f"{found}.getAttribute('href')")).rpartition("/")[2]


def _app(base: str) -> str:
    wanted = {"redirect_uris": "https://notes.example/done", "scopes": "read write:statuses"}
    asked = urllib.request.Request(
        f"{base}/api/v1/apps",
        json.dumps({"client_name": "Notes", "website": "https://notes.example", **wanted}).encode(),
        {"Content-Type": "application/json"},
        method="POST",
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        made = json.loads(answer.read())
    query = {
        "client_id": made["client_id"],
        "redirect_uri": wanted["redirect_uris"],
        "response_type": "code",
        "scope": wanted["scopes"],
    }
    return f"/oauth/authorize?{urlencode(query)}"
