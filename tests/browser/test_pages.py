from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from tests.browser.chromium import program, tab
from tests.servers import eventually, start_server


async def test_bob_answers_an_invitation_in_a_real_browser(tmp_path: Path) -> None:
    program()
    with (
        start_server(tmp_path / "a", ["alice"]) as a,
        start_server(tmp_path / "b", ["bob"]) as b,
    ):
        b.call("POST", "/api/v1/control/follow", {"handle": a.handle("alice")}, account="bob")
        eventually(
            lambda: a.call("GET", "/api/v1/control/notifications", account="alice")["notifications"]
        )
        draft = a.call(
            "POST",
            "/api/v1/cotweets",
            {"text": "Read me in a browser.", "with": [b.handle("bob")]},
            account="alice",
        )
        eventually(lambda: b.call("GET", "/api/v1/cotweets/invites", account="bob")["invites"])
        link = b.call("POST", "/api/v1/control/sign-in-links", {"username": "bob"})["url"]
        async with tab(tmp_path / "profile") as page:
            await page.open(link)
            await page.click("form[method=post] button", then="location.pathname === '/home'")
            await page.open(f"{b.base}/invites")
            shown = await page.text()
            assert "Read me in a browser." in shown
            await page.click(
                "form[action$='/accept'] button",
                then="!document.querySelector('form[action$=accept]')",
            )
            eventually(
                lambda: (
                    a.call("GET", f"/api/v1/cotweets/{draft['post']['id']}", account="alice")[
                        "state"
                    ]
                    == "published"
                ),
                what="the publication",
            )
            await page.open(draft["post"]["url"])
            published = await page.text()
            hosts = [urlsplit(server.base).netloc for server in (a, b)]
            assert f"Post by alice (@alice@{hosts[0]}) and bob (@bob@{hosts[1]})" in published
            assert "Both agreed to this" in published
            assert page.console == []
