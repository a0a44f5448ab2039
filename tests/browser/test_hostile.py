"""What strangers write runs nowhere and asks nobody: every vector in every field, on every page and
in every feed, in Chromium, with the policy of the pages and without it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch
from urllib.parse import quote

import aiohttp
import pytest
from structlog.testing import capture_logs

from activitypub.shell.client import FederationClient
from storage.queries import actors
from tests.browser.bare import bare
from tests.browser.chromium import program
from tests.browser.hostile import VECTORS, activity, actor, note
from tests.browser.watching import Watcher, watching
from tests.corpus.documents import Found
from tests.corpus.reader import Reader, unconnected
from tests.federation.here import Here, make_template, open_here
from tests.ports import free_port
from tests.web.test_pages import every_page

pytestmark = pytest.mark.timeout(900)  # some five hundred pages, one after another

POLICIES = pytest.mark.parametrize("policy", [True, False], ids=["visitor", "signed in, no policy"])


async def test_the_watcher_sees_what_there_is_to_see(tmp_path: Path) -> None:
    program()
    documents = {
        "script": "<script>alert(1)</script>",
        "handler": "<img src=x onerror=alert(1)>",
        "picture": "<img src=http://evil.example/a.gif>",
        "style": "<p style='background:url(http://evil.example/a.gif)'>x</p>",
        "link": "<a href='javascript:alert(1)'>x</a>",
        "frame": "<iframe srcdoc='<script>parent.alert(1)</script>'></iframe>",
        "fine": "<p>Nothing.</p><a href='http://evil.example/'>x</a>",
    }
    async with bare(documents) as base, watching(tmp_path / "profile", base) as watcher:
        seen = {name: await watcher.look(f"{base}/{name}") for name in documents}
    assert [name for name, wrong in seen.items() if not wrong] == ["fine"]
    assert any(one.startswith("ran: alert") for one in seen["handler"])
    assert "asked: http://evil.example/a.gif" in seen["picture"]


async def _signed_in(watcher: Watcher, here: Here, name: str) -> None:
    made = await here.api("POST", "/api/v1/control/sign-in-links", {"username": name})
    await watcher.tab.open(made["url"])
    await watcher.tab.click("form[method=post] button", then="location.pathname === '/home'")


async def _come_in(here: Here) -> list[str]:
    """All hostile people and what they do; the pages on which they are."""
    account = await here.read(lambda tx: actors.account_by_name(tx, "dave"))
    assert account is not None
    reader, dave = Reader(here, account.id), here.actor("dave")
    paths = []
    for number, vector in enumerate(VECTORS):
        them, written = actor(number, vector), note(number, vector, dave)
        for what, document in (
            ("actor", them),
            ("activity", activity(number, "Create", written)),
            ("activity", activity(number, "Follow", dave)),
            ("object", written),
        ):
            verdict = await reader.read(Found(f"{what} {number}", "hostile", what, document))
            if verdict.post is not None:
                paths += [verdict.post.page, f"{verdict.post.page}/history"]
        paths.append(f"/@m@m{number}.example")
    assert len(paths) > 2.5 * len(VECTORS), "nearly all are taken: else nothing is tried"
    return list(dict.fromkeys(paths))


async def _one_of_ours(here: Here, vector: str) -> list[str]:
    """Somebody here who writes the same, and what shows it."""
    profile = {"name": vector[:30], "about": vector, "fields": [{"name": "x", "value": vector}]}
    await here.api("PUT", "/api/v1/control/profile", profile, account="mallory")
    words = {"text": f"{vector} #zebra", "summary": vector}
    made = await here.api("POST", "/api/v1/control/posts", words, account="mallory")
    page = made["page"]
    return [page, f"/interact?post={made['id']}&what=like"]


@POLICIES
async def test_nothing_that_strangers_write_runs_or_asks_anybody(
    tmp_path: Path, policy: bool
) -> None:
    program()
    port = free_port()
    await make_template(tmp_path / "template", port)
    with patch.object(FederationClient, "get", unconnected), capture_logs():
        async with open_here(tmp_path / "template", tmp_path / "data", port) as here:
            paths = await _come_in(here)
            for vector in VECTORS:
                if "\0" not in vector and len(vector) < 400:
                    paths += await _one_of_ours(here, vector)
            lists = ["/", "/home", "/notifications", "/search?q=zebra", "/tags/zebra", "/@mallory"]
            lists += ["/settings/people", "/settings/requests", "/invites", "/@dave"]
            lists += [f"/search?q={quote(vector[:60])}" for vector in VECTORS]
            for form in ("rss", "atom", "json"):
                lists += [f"/tags/zebra.{form}", f"/@mallory.{form}"]
            wrong: dict[str, list[str]] = {}
            async with watching(tmp_path / "profile", here.base, policy=policy) as watcher:
                if policy:  # a second net: each third page shows that it is there
                    paths = paths[::3]
                else:  # whoever is signed in sees more, and has more to lose
                    await _signed_in(watcher, here, "dave")
                    lists += await _older(here)
                for path in [*paths, *lists]:
                    wrong[path] = await watcher.look(here.base + path)
                assert watcher.asked > 2 * len(wrong), "pages and their style sheet at least"
            assert {path: found for path, found in wrong.items() if found} == {}
            assert len(wrong) > (200 if policy else 400)


async def _older(here: Here) -> list[str]:
    """The pages of home that come after the first."""
    found, before = [], ""
    for _ in range(8):
        answer = await here.api("GET", f"/api/v1/control/timeline{before}")
        if answer.get("next_before") is None:
            break
        before = f"?before={answer['next_before']}"
        found.append(f"/home{before}")
    return found


async def test_feeds_do_no_harm_where_nobody_cleans_them(tmp_path: Path) -> None:
    program()
    port = free_port()
    await make_template(tmp_path / "template", port)
    with patch.object(FederationClient, "get", unconnected), capture_logs():
        async with open_here(tmp_path / "template", tmp_path / "data", port) as here:
            await _come_in(here)
            documents: dict[str, str] = {}
            async with aiohttp.ClientSession() as session:
                path: str | None = "/tags/zebra.json"
                while path is not None:
                    async with session.get(here.base + path) as answer:
                        feed = await answer.json(content_type=None)
                    for item in feed["items"]:
                        documents[f"item-{len(documents)}"] = item["content_html"]
                    path = feed.get("next_url", "").removeprefix(here.base) or None
                for vector in VECTORS:
                    if "\0" in vector or len(vector) >= 400:
                        continue
                    page = (await _one_of_ours(here, vector))[0]
                    url = quote(here.base + page, safe="")
                    async with session.get(f"{here.base}/api/oembed?url={url}") as answer:
                        documents[f"oembed-{len(documents)}"] = (await answer.json())["html"]
    assert len(documents) > 1.5 * len(VECTORS)
    async with bare(documents) as base, watching(tmp_path / "profile", base) as watcher:
        wrong = {name: await watcher.look(f"{base}/{name}") for name in documents}
    assert {name: found for name, found in wrong.items() if found} == {}


async def test_no_view_with_hostile_texts_makes_a_page_that_runs_them(tmp_path: Path) -> None:
    program()
    documents = {name.replace(" ", "-"): html for name, html in every_page().items()}
    async with bare(documents) as base, watching(tmp_path / "profile", base) as watcher:
        wrong = {name: await watcher.look(f"{base}/{name}") for name in documents}
    assert {name: found for name, found in wrong.items() if found} == {}
