"""Mastodon.py signs in through the pages, in a real browser, as any app would."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web
from mastodon import Mastodon

from tests.browser.chromium import Tab, program, tab
from tests.ports import free_port
from tests.servers import RealServer, start_server

SCOPES = ["read", "write", "follow", "push", "profile"]
CONSENT = "button[type=submit]:not(.negative)"
OOB = "urn:ietf:wg:oauth:2.0:oob"


async def test_an_app_signs_in_with_an_address_a_code_and_a_scheme(tmp_path: Path) -> None:
    program()
    port, came = free_port(), asyncio.Queue[str]()
    listener = await _listen(port, came)
    callback = f"http://127.0.0.1:{port}/done"
    try:
        with start_server(tmp_path / "a") as server:
            made = server.call("POST", "/api/v1/control/accounts", {"username": "alice"})
            app = await asyncio.to_thread(_register, server, [callback, OOB, "notes://in"])
            async with tab(tmp_path / "profile") as page:
                await page.open(_address(app, callback))
                await page.until("!!document.querySelector('#user_email')")
                await _type(page, "#user_email", "alice")
                await _type(page, "#user_password", made["password"])
                await page.click(CONSENT, then="location.pathname === '/oauth/authorize'")
                await page.until(f"!!document.querySelector({CONSENT!r})")
                assert "Notes" in await page.text()
                await page.click(CONSENT, then=f"location.port === '{port}'")
                code = await asyncio.wait_for(came.get(), 10)
                assert await asyncio.to_thread(_use, app, code, callback) == "Notes"

                await page.open(_address(app, OOB))
                await page.click(CONSENT, then="!!document.querySelector('#code')")
                shown = await page.evaluate("document.querySelector('#code').value")
                assert await asyncio.to_thread(_use, app, shown, OOB) == "Notes"

                # The policy of the page must let the form lead to the app.
                await page.open(_address(app, "notes://in"))
                await page.evaluate(f"document.querySelector({CONSENT!r}).click()")
                await asyncio.sleep(0.3)
                assert [line for line in page.console if "form-action" in line] == []

                await page.open(_address(app, callback, force_login=True))
                assert await page.evaluate("!!document.querySelector('#user_email')")
    finally:
        await listener.cleanup()


async def _listen(port: int, came: asyncio.Queue[str]) -> web.AppRunner:
    """Stands for an app that waits on this machine."""

    async def done(request: web.Request) -> web.Response:
        came.put_nowait(request.query["code"])
        return web.Response(text="You can close this window.", content_type="text/html")

    application = web.Application()
    application.router.add_get("/done", done)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner


async def _type(page: Tab, selector: str, text: str) -> None:
    await page.evaluate(f"document.querySelector({selector!r}).value = {text!r}")


def _register(server: RealServer, redirect_uris: list[str]) -> Any:
    client_id, secret = Mastodon.create_app(
        "Notes", scopes=SCOPES, redirect_uris=redirect_uris, api_base_url=server.base
    )
    app: Any = Mastodon(
        client_id=client_id,
        client_secret=secret,
        api_base_url=server.base,
        version_check_mode="none",
    )
    app.retrieve_mastodon_version = lambda: None  # of the server, which is another test's
    return app


def _address(app: Any, redirect_uri: str, **options: Any) -> str:
    found = app.auth_request_url(
        redirect_uris=redirect_uri, scopes=SCOPES, allow_http=True, **options
    )
    return str(found)


def _use(app: Any, code: str, redirect_uri: str) -> str:
    """Exchange a code, look at what it opens, give it back: which app it was."""
    app.log_in(code=code, redirect_uri=redirect_uri, scopes=SCOPES, allow_http=True)
    name = str(app.app_verify_credentials().name)
    app.revoke_access_token(allow_http=True)
    return name
