"""A real headless Chromium, driven over its DevTools socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


def program() -> str:
    """Where Chromium is. Skips without one, unless COTWEET_REQUIRE names it: then it fails."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is not None:
        return found
    if "chromium" in os.environ.get("COTWEET_REQUIRE", ""):
        pytest.fail("COTWEET_REQUIRE asks for chromium, and there is none on the PATH")
    pytest.skip("no chromium on the PATH: pages are not tried in a real browser")


@dataclass
class Tab:
    """One tab. ``console`` holds what the page complained of (errors and warnings), ``events``
    (name and parameters) the rest of what DevTools told."""

    socket: aiohttp.ClientWebSocketResponse
    console: list[str]
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _number: int = 0

    async def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A DevTools command and its result."""
        self._number += 1
        await self.socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self.socket.receive_json(timeout=30)
            if message.get("method") == "Log.entryAdded":
                entry = message["params"]["entry"]
                # Of no concern: that somebody was quicker than ``autofocus``, for one.
                if entry["level"] not in ("verbose", "info"):
                    self.console.append(entry["text"])
            elif "method" in message:
                self.events.append((message["method"], message["params"]))
            if message.get("id") == self._number:
                result: dict[str, Any] = message.get("result", {})
                return result

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        result = await self.command("Runtime.evaluate", expression=expression)
        return result.get("result", {}).get("value")

    async def value(self, expression: str) -> Any:
        """The same of whatever JSON can say, waited for if it is a promise."""
        result = await self.command(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        return result.get("result", {}).get("value")

    async def open(self, url: str) -> None:
        """Go to an address and wait for the page."""
        await self.command("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def click(self, selector: str, *, then: str) -> None:
        """Click, and wait until ``then`` is true in the page that follows, when it is all there."""
        await self.evaluate(f"document.querySelector({selector!r}).click()")
        await self.until(f"document.readyState === 'complete' && ({then})")

    async def until(self, condition: str, seconds: float = 20) -> None:
        """Wait for a condition in the page."""
        async with asyncio.timeout(seconds):
            while not await self.evaluate(condition):  # noqa: ASYNC110 - there is no event to await
                await asyncio.sleep(0.05)

    async def text(self) -> str:
        """What a reader sees."""
        return str(await self.evaluate("document.body.innerText"))


@dataclass
class Browser:
    """A running Chromium. ``port``: where its DevTools listen."""

    port: str
    session: aiohttp.ClientSession

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        """A new tab in its own profile."""
        async with self.session.put(self._at("/json/new?about:blank")) as answer:
            address = (await answer.json())["webSocketDebuggerUrl"]
        async with self._attached(address) as one:
            yield one

    @asynccontextmanager
    async def window(self) -> AsyncIterator[Tab]:
        """A tab of somebody else: it shares neither cookies nor cache with any other."""
        async with self.session.get(self._at("/json/version")) as answer:
            address = (await answer.json())["webSocketDebuggerUrl"]
        async with self.session.ws_connect(address, max_msg_size=0) as socket:
            whole = Tab(socket, [])
            profile = (await whole.command("Target.createBrowserContext"))["browserContextId"]
            made = {"url": "about:blank", "browserContextId": profile}
            target = (await whole.command("Target.createTarget", **made))["targetId"]
            async with self._attached(f"ws://127.0.0.1:{self.port}/devtools/page/{target}") as one:
                yield one
            await whole.command("Target.disposeBrowserContext", browserContextId=profile)

    def _at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    @asynccontextmanager
    async def _attached(self, address: str) -> AsyncIterator[Tab]:
        async with self.session.ws_connect(address, max_msg_size=0) as socket:
            one = Tab(socket, [])
            for domain in ("Page", "Log", "Runtime"):
                await one.command(f"{domain}.enable")
            yield one


@asynccontextmanager
async def browser(profile: Path, flags: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """A new browser with an empty profile; gone at the end."""
    process = await asyncio.create_subprocess_exec(
        program(),
        *FLAGS,
        *flags,
        f"--user-data-dir={profile}",
        "about:blank",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        port = await _port(profile / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:
            yield Browser(port, session)
    finally:
        process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 10)
        if process.returncode is None:
            process.kill()
            await process.wait()


@asynccontextmanager
async def tab(profile: Path, flags: Sequence[str] = ()) -> AsyncIterator[Tab]:
    """A new browser with an empty profile and one tab; gone at the end."""
    async with browser(profile, flags) as one, one.tab() as page:
        yield page


async def _port(file: Path) -> str:
    async with asyncio.timeout(60):
        while not (lines := _lines(file)):  # noqa: ASYNC110 - nobody tells of a file
            await asyncio.sleep(0.05)
    return lines[0]


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []
