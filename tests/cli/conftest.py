"""A strict stand-in for the server: it expects exact requests and answers with given views."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from fedi_cotweet.cli.main import app
from tests.cli.samples import NOW

LITTLE_LATER = 5_000
"""Milliseconds between the samples and their being shown."""

TOKEN = "correct-horse-battery-staple"

Respond = Callable[[], web.Response]


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ages are shown as they were when the samples were made, however late a test runs."""
    for module in ("answering", "discussion", "notices", "reading"):
        monkeypatch.setattr(f"fedi_cotweet.cli.{module}.now", lambda: NOW + LITTLE_LATER)


@dataclass
class Expected:
    """One request that must come next, and its answer."""

    method: str
    path: str
    body: dict[str, Any] | None
    answer: dict[str, Any] | None
    status: int
    account: str | None


@dataclass
class Script:
    """The server's side of a conversation. ``faults`` is what the client did wrong."""

    data: Path
    expected: list[Expected] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    uploads: list[tuple[str, str, bytes, str, str]] = field(default_factory=list)

    def expect(
        self,
        method: str,
        path: str,
        answer: dict[str, Any] | None = None,
        *,
        body: dict[str, Any] | None = None,
        status: int = 200,
        account: str | None = None,
    ) -> None:
        """Add a request to the script. ``path`` holds the query."""
        self.expected.append(Expected(method, path, body, answer, status, account))

    async def handle(self, request: web.Request) -> web.Response:
        """Compare a request with the next one of the script."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.faults.append("no or another token")
        if not self.expected:
            self.faults.append(f"unexpected {request.method} {request.raw_path}")
            return web.json_response({"error": "unexpected", "message": "Unexpected."}, status=500)
        wanted = self.expected.pop(0)
        if (request.method, request.raw_path) != (wanted.method, wanted.path):
            self.faults.append(f"{request.method} {request.raw_path} instead of {wanted}")
        if request.headers.get("X-Account") != wanted.account:
            self.faults.append(f"acted as {request.headers.get('X-Account')}")
        if request.content_type == "multipart/form-data":
            form = await request.post()
            part = form["file"]
            assert isinstance(part, web.FileField)
            entry = (
                part.filename,
                part.content_type,
                part.file.read(),
                str(form["alt"]),
                str(form.get("focus", "")),
            )
            self.uploads.append(entry)
        else:
            sent = await request.json() if request.can_read_body else None
            if sent != wanted.body:
                self.faults.append(f"sent {sent} instead of {wanted.body}")
        if wanted.answer is None:
            return web.Response(status=204)
        return web.json_response(wanted.answer, status=wanted.status)


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """The output without frames and line breaks, to look for sentences in."""
        return " ".join(re.sub(r"[│─╭╮╰╯]", " ", self.out).split())

    @property
    def document(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COTWEET_DATA", "COTWEET_ACCOUNT", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.fixture
async def script(tmp_path: Path) -> AsyncIterator[Script]:
    """A running server that follows a script; fails unless the script was followed to its end."""
    found = Script(tmp_path)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", found.handle)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    address = {"base": "https://a.example", "listen": f"http://{host}:{port}"}
    (tmp_path / "server.json").write_text(json.dumps(address))
    (tmp_path / "operator.token").write_text(TOKEN + "\n")
    yield found
    await runner.cleanup()
    assert found.faults == []
    assert found.expected == []


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in a thread: ``await run("invites", "--json")``."""

    def call(arguments: tuple[str, ...]) -> int:
        try:
            app(["--data", str(tmp_path), *arguments], prog_name="fedi-cotweet")
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    async def invoke(*arguments: str) -> Result:
        code = await asyncio.to_thread(call, arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return invoke
