"""People in front of browsers: they find things by the words that they read, press what they see
with a mouse, and type. Whatever a page complains of to the browser's console fails their story."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.browser.chromium import Browser, Tab
from tests.browser.looking import NARROW, WIDE, picture, size
from tests.servers import RealServer, eventually

PASSWORD: Final = "Earl Grey, hot"
PATIENCE: Final = 60
"""Seconds after which a person gives up looking again. Nothing is measured by it."""

_PRESSABLE: Final = "a, button, summary, label"
_TOOLS: Final = """
(() => {
  const words = (one) => one.innerText.replace(/\\s+/g, " ").trim();
  const shown = (one) =>
    one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0;
  const name = (one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll("[aria-hidden=true], svg").forEach((part) => part.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  const named = (selector, wanted) => [...document.querySelectorAll(selector)].filter(
    (one) => shown(one) && !one.closest("[aria-hidden=true]")
      && (name(one) === wanted || one.innerText.trim().split("\\n")[0] === wanted));
  const field = (wanted, within) => {
    const labels = [...document.querySelectorAll(within + " label")].filter((one) =>
      shown(one) && (words(one) === wanted || words(one) === wanted + " optional"));
    return labels.map((one) => one.control).filter(Boolean);
  };
  const place = (one) => {
    one.scrollIntoView({block: "center", behavior: "instant"});
    const box = one.getClientRects()[0], x = box.x + box.width / 2, y = box.y + box.height / 2;
    const top = document.elementFromPoint(x, y);
    const hit = top && (one.contains(top) || top.contains(one) && top.closest("label, a, button"));
    return hit ? {x, y} : {over: top ? top.outerHTML.slice(0, 200) : "nothing"};
  };
  return {words, shown, name, named, field, place};
})()"""


class Box(NamedTuple):
    """A place in the window, from its upper left corner."""

    x: int
    y: int
    right: int
    bottom: int


@dataclass
class Person:
    """Somebody with an account on ``server`` (or about to have one), and what they look at."""

    server: RealServer
    page: Tab
    name: str = ""
    scripts: bool = True

    @property
    def handle(self) -> str:
        """What others type to name them."""
        return self.server.handle(self.name)

    @property
    def shown(self) -> str:
        """The name on their posts."""
        return self.name.capitalize()

    async def go(self, path: str) -> None:
        """Open a page of their server, or any address."""
        await self.page.open(path if "://" in path else self.server.base + path)

    async def press(self, words: str, within: str = "body", of: str = _PRESSABLE) -> None:
        """Click what has these words, and wait for the page that it leads to."""
        async with self.leaving(f"after “{words}”"):
            await self.touch(words, within, of)

    async def open_post(self, text: str) -> None:
        """Click the date in the header of the post with this text."""
        async with self.leaving(f"of “{text}”"):
            await self._click(
                f"""[...document.querySelectorAll("main article.post")].filter(
                  (one) => tools.words(one).includes({json.dumps(text)}))
                  .map((one) => one.querySelector(":scope > header .meta a.u-url"))""",
                text,
            )

    @asynccontextmanager
    async def leaving(self, what: str) -> AsyncIterator[None]:
        """Whatever is done within leads to another page, which is all there at the end."""
        await self.page.evaluate("document.documentElement.dataset.before = '1'")
        yield
        await self._until(
            "document.readyState === 'complete' && !document.documentElement.dataset.before",
            f"the page {what}",
        )

    async def touch(self, words: str, within: str = "body", of: str = _PRESSABLE) -> None:
        """Click what has these words, and stay."""
        selector = ", ".join(f"{within} {one.strip()}" for one in of.split(","))
        await self._click(f"tools.named({json.dumps(selector)}, {json.dumps(words)})", words)

    async def fill(self, label: str, text: str, within: str = "main") -> None:
        """Type into the field with this label, in place of what it holds."""
        found = f"tools.field({json.dumps(label)}, {json.dumps(within)})"
        await self._click(found, label)
        await self._with_tools(f"{found}[0].select()")
        await self.page.command("Input.insertText", text=text)

    async def choose(self, label: str, option: str) -> None:
        """Choose among what a field with this label offers."""
        chosen = await self._with_tools(
            f"""(() => {{
              const one = tools.field({json.dumps(label)}, "main")[0];
              const found = [...one.options].find((o) => tools.words(o) === {json.dumps(option)});
              if (!found) return false;
              one.value = found.value;
              one.dispatchEvent(new Event("change", {{bubbles: true}}));
              return true;
            }})()"""
        )
        assert chosen, f"“{label}” offers no “{option}”:\n{await self.page.text()}"

    async def upload(self, label: str, file: Path) -> None:
        """Choose a file of theirs."""
        found = await self.page.command(
            "Runtime.evaluate",
            expression=f"({_TOOLS.strip()}).field({json.dumps(label)}, 'main')[0]",
        )
        chosen = {"files": [str(file)], "objectId": found["result"]["objectId"]}
        await self.page.command("DOM.setFileInputFiles", **chosen)

    async def reads(self, selector: str = "main") -> str:
        """The text of the one thing there that is shown; "" if it is not."""
        found = await self._with_tools(
            f"[...document.querySelectorAll({json.dumps(selector)})].filter(tools.shown)"
            ".map(tools.words)"
        )
        assert len(found) <= 1, f"{selector} stands there {len(found)} times: {found}"
        return str(found[0]) if found else ""

    async def all(self, selector: str) -> list[str]:
        """The texts of all of these that are shown."""
        found = await self._with_tools(
            f"[...document.querySelectorAll({json.dumps(selector)})].filter(tools.shown)"
            ".map(tools.words)"
        )
        return [str(one) for one in found]

    async def box(self, selector: str) -> Box:
        """Where something stands in the window, in whole pixels."""
        found = await self._with_tools(
            f"""(() => {{
              const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();
              return [box.x, box.y, box.right, box.bottom].map(Math.round);
            }})()"""
        )
        return Box(*found)

    async def address(self) -> str:
        """What the browser shows above the page."""
        return str(await self.page.evaluate("location.href"))

    async def post(self, text: str) -> str:
        """What the post with this text shows, header and all; "" if it is not on the page."""
        cards = [card for card in await self.all("main article") if text in card]
        assert len(cards) <= 1, cards
        return cards[0] if cards else ""

    async def byline(self, text: str) -> str:
        """Who is named in the header of the post with this text."""
        return str(
            await self._with_tools(
                f"""[...document.querySelectorAll("main article.post")].filter(
                  (one) => tools.words(one).includes({json.dumps(text)}))
                  .map((one) => tools.words(one.querySelector(".names")))[0] ?? ''"""
            )
        )

    async def waits_for(self, selector: str, text: str) -> None:
        """Look until this stands there, on the page that is open."""
        await self._until(
            f"[...document.querySelectorAll({json.dumps(selector)})].some("
            f"(one) => one.innerText.includes({json.dumps(text)}))",
            f"“{text}” in {selector}",
        )

    async def looks_again(self, path: str, text: str, selector: str = "main") -> None:
        """Open a page again and again until this stands there."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.go(path)
                    if any(text in one for one in await self.all(selector)):
                        return
                    await asyncio.sleep(0.1)
        except TimeoutError:
            shown = await self.page.text()
            raise AssertionError(f"{path} never said “{text}” in {selector}:\n{shown}") from None

    async def sign_in(self, password: str = PASSWORD) -> None:
        """With name and password, from the front page."""
        await self.go("/")
        await self.press("Sign in", "nav.menu")
        await self.fill("User name", self.name)
        await self.fill("Password", password)
        await self.press("Sign in", "main")

    async def sign_out(self) -> None:
        """From the menu behind their own face."""
        await self.touch("Your account")
        await self.press("Sign out")

    async def picture(self, name: str) -> None:
        """Kept in the folder STORY_PICTURES, desktop and phone; nothing without it."""
        folder = os.environ.get("STORY_PICTURES")
        if not folder:
            return
        for width in (NARROW, WIDE):
            await size(self.page, width)
            file = Path(folder, f"{name}-{'on' if self.scripts else 'off'}-{width}.jpg")
            await asyncio.to_thread(file.write_bytes, await picture(self.page))

    async def is_refused(self, status: int) -> None:
        """The page said no: the browser notes that in its console, as it should."""
        await self.page.evaluate("1")
        noted = [line for line in self.page.console if f"status of {status}" in line]
        assert noted, f"the last page was no {status}: {self.page.console}"
        self.page.console.remove(noted[0])

    async def complaints(self) -> list[str]:
        """What pages complained of until now, and whom they asked beside their server."""
        await self.page.evaluate("1")
        found = list(self.page.console)
        for method, told in self.page.events:
            if method == "Runtime.exceptionThrown":
                found.append(f"threw: {told['exceptionDetails']}")
            elif method == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
                found.append(f"said: {told['args']}")
            elif method == "Network.requestWillBeSent":
                address = str(told["request"]["url"])
                if not address.startswith((self.server.base + "/", "data:", "about:")):
                    found.append(f"asked: {address}")
        return found

    async def _click(self, found: str, words: str) -> None:
        place = await self._with_tools(
            f"""(() => {{
              const found = {found};
              return found.length === 1 ? tools.place(found[0]) : {{found: found.length}};
            }})()"""
        )
        if not place or "x" not in place:
            shown = await self.page.text()
            raise AssertionError(f"“{words}” cannot be pressed: {place}\n{shown}")
        for kind in ("mousePressed", "mouseReleased"):
            await self.page.command(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place
            )

    async def _with_tools(self, expression: str) -> Any:
        return await self.page.value(
            f"(() => {{ const tools = {_TOOLS}; return {expression}; }})()"
        )

    async def _until(self, condition: str, what: str) -> None:
        try:
            await self.page.until(condition, PATIENCE)
        except TimeoutError:
            raise AssertionError(f"{what} never came:\n{await self.page.text()}") from None


_numbers = count(1)


def join(server: RealServer, name: str) -> str:
    """An account for somebody, with ``PASSWORD``; their user name, which nobody else here has."""
    username = f"{name}{next(_numbers)}"
    made = {"username": username, "password": PASSWORD}
    server.call("POST", "/api/v1/control/accounts", made)
    shown = {"name": username.capitalize()}
    server.call("PUT", "/api/v1/control/profile", shown, account=username)
    return username


def follow(server: RealServer, name: str, whom: str) -> None:
    """Somebody follows a handle, and both servers know."""
    wanted = {"handle": whom}

    def known() -> bool:
        told = server.call("POST", "/api/v1/control/follow", wanted, account=name)
        return str(told["state"]) == "accepted"

    eventually(known, seconds=PATIENCE, what=f"the follow of {whom}")


@asynccontextmanager
async def somebody(
    browser: Browser, server: RealServer, name: str = "", *, scripts: bool
) -> AsyncIterator[Person]:
    """A window of a person, signed in if they have a ``name``. At the end, no page complained."""
    async with browser.window() as page:
        await page.command("Network.enable")
        await size(page, WIDE)
        # Every one of several windows has the keyboard, as on machines of their own.
        await page.command("Emulation.setFocusEmulationEnabled", enabled=True)
        if not scripts:
            await page.command("Emulation.setScriptExecutionDisabled", value=True)
        one = Person(server, page, name, scripts)
        if name:
            await one.sign_in()
        yield one
        found = await one.complaints()
        assert not found, "\n".join(found)


def without_space(text: str) -> str:
    """A secret as a program needs it, from how a page shows it."""
    return re.sub(r"\s", "", text)
