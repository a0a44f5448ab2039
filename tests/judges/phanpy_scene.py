"""A server of ours over https with a host name, and a built Phanpy in a real browser before it."""

from __future__ import annotations

import asyncio
import base64
import functools
import http.server
import json
import ssl
import threading
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.browser.chromium import Tab, tab
from tests.judges.authority import Authority, Pair
from tests.ports import free_port
from tests.servers import RealServer

HOST: Final = "ours.test"
PASSWORD: Final = "tea with lemon"
CONTROL: Final = "/api/v1/control"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the server, elsewhere than in the browser."""

    server: RealServer
    name: str

    def do(self, method: str, path: str, **members: Any) -> Any:
        """A call of the control API."""
        document = members or ({} if method == "POST" else None)
        return self.server.call(method, CONTROL + path, document, account=self.name)

    def post(self, text: str) -> None:
        """Write something."""
        self.do("POST", "/posts", text=text)

    def posts_saying(self, words: str) -> list[Any]:
        """Posts of the home timeline with these words."""
        return [one for one in self.do("GET", "/timeline")["posts"] if words in one["text"]]

    def invites(self) -> list[Any]:
        """Invites that wait."""
        found = self.server.call("GET", "/api/v1/cotweets/invites", account=self.name)
        return list(found["invites"])


class Scene:
    """The browser's tab and what can be done with it. ``app`` is where Phanpy is served."""

    def __init__(self, server: RealServer, tab: Tab, app: str, pictures: Path | None) -> None:
        self.server, self.tab, self.app = server, tab, app
        self._pictures, self._count = pictures, 0

    def person(self, name: str) -> Person:
        """Somebody on the server."""
        return Person(self.server, name)

    async def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page."""
        return await self.tab.evaluate(expression)

    async def go(self, route: str) -> None:
        """Another view of Phanpy."""
        await self.evaluate(f"location.hash = {json.dumps('#' + route)}")

    async def until(self, condition: str) -> None:
        """Wait for a condition; the text of the page is in the error."""
        try:
            await self.tab.until(condition, 30)
        except TimeoutError:
            await self.picture("stuck")
            text = await self.tab.text()
            raise AssertionError(f"not so: {condition}\n{text}\n{self.tab.console}") from None

    async def shows(self, words: str) -> None:
        """Wait until a reader sees these words."""
        await self.until(f"document.body.innerText.includes({json.dumps(words)})")

    async def shows_selector(self, selector: str) -> None:
        """Wait for an element."""
        await self.until(f"!!document.querySelector({json.dumps(selector)})")

    async def new_posts_shown(self, words: str) -> None:
        """Wait until a post is there, or Phanpy says that there are new ones; then look at them."""
        button = "document.querySelector('.updates-button')"
        there = f"document.body.innerText.includes({json.dumps(words)})"
        await self.until(f"{there} || !!{button}")
        await self.evaluate(f"{button}?.click()")
        await self.shows(words)

    async def click(self, selector: str, words: str = "") -> None:
        """Click the first such element whose text begins so."""
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".find(one => one.innerText.trim().startsWith({json.dumps(words)}))"
        )
        await self.until(f"!!{found}")
        await self.evaluate(f"{found}.click()")

    async def type(self, selector: str, text: str) -> None:
        """Type into a field."""
        await self.shows_selector(selector)
        await asyncio.sleep(0.7)  # Phanpy puts the focus, and the names of whom one answers, itself
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.tab.command("Input.insertText", text=text)

    async def choose_file(self, selector: str, file: Path) -> None:
        """Choose a file in a form."""
        document = await self.tab.command("DOM.getDocument")
        found = await self.tab.command(
            "DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector
        )
        await self.tab.command("DOM.setFileInputFiles", nodeId=found["nodeId"], files=[str(file)])

    async def account_number(self, name: str) -> str:
        """The id of an account, as apps know it."""
        found = await asyncio.to_thread(self._read, f"/api/v1/accounts/lookup?acct={name}")
        return str(found["id"])

    async def number_of(self, name: str) -> str:
        """The id of somebody's newest post, as apps know it."""
        path = f"/api/v1/accounts/{await self.account_number(name)}/statuses"
        return str((await asyncio.to_thread(self._read, path))[0]["id"])

    def _read(self, path: str) -> Any:
        """As a stranger's app."""
        with urllib.request.urlopen(self.server.base + path, timeout=30) as response:
            return json.loads(response.read())

    async def picture(self, name: str) -> None:
        """Keep a picture of what is seen, if that is wanted."""
        if self._pictures is None:
            return
        self._count += 1
        await asyncio.sleep(1)
        octets = (await self.tab.command("Page.captureScreenshot", format="png"))["data"]
        file = self._pictures / f"{self._count:02}-{name}.png"
        file.write_bytes(base64.b64decode(octets))


@asynccontextmanager
async def open_scene(folder: Path, built: Path, pictures: Path | None) -> AsyncIterator[Scene]:
    """alice and bob, who follow each other, and Phanpy in a browser that nobody has used."""
    settings = {"COTWEET_BASE_URL": f"https://{HOST}", "COTWEET_ANNOUNCE_DELAY_SECONDS": "0"}
    server = RealServer(folder / "server", free_port(), settings)
    try:
        await asyncio.to_thread(server.start)
        for name in ("alice", "bob"):
            wanted = {"username": name, "password": PASSWORD, "name": name.title()}
            await asyncio.to_thread(server.call, "POST", f"{CONTROL}/accounts", wanted)
        for name, other in (("alice", "bob"), ("bob", "alice")):
            await asyncio.to_thread(Person(server, name).do, "POST", "/follow", handle=other)
        pair = Authority(folder / "authority").certify(HOST)
        with _served(built) as app:
            async with _https(pair, server.port) as port:
                flags = (
                    f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{port}",
                    "--ignore-certificate-errors",
                    "--window-size=1100,900",
                    "--lang=en-US",
                )
                async with tab(folder / "profile", flags) as opened:
                    yield Scene(server, opened, app, pictures)
    finally:
        server.stop()


class _Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    handler = functools.partial(_Files, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@asynccontextmanager
async def _https(pair: Pair, inner: int) -> AsyncIterator[int]:
    """TLS in front of a port of 127.0.0.1, as a proxy does it; where it listens."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.chain, pair.key)

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, outer = await asyncio.open_connection("127.0.0.1", inner)
        with suppress(asyncio.CancelledError):
            await asyncio.gather(_pass_on(reader, outer), _pass_on(there, writer))

    server = await asyncio.start_server(connect, "127.0.0.1", 0, ssl=context)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while octets := await reader.read(65536):
            writer.write(octets)
            await writer.drain()
    writer.close()
