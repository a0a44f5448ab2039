"""The W3C's validator (Nu Html Checker) finds no error on any page.

Needs Java. What it only warns of is not counted: posts are articles without a heading of their own.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from fedi_cotweet.web.routes import PAGES
from tests.browser.page_list import NO_PAGES
from tests.judges.fedify_peer import install_locked
from tests.sites import World
from tests.web.conftest import (  # noqa: F401 - fixtures
    Browser,
    browsers,
    peers,
    stranger,
    world,
)
from tests.web.test_feeds import co_tweet
from tests.web.test_forged_forms import _filled, appoint
from tests.web.test_pages import every_page
from tests.web.test_routes import Browsers, _id

pytestmark = pytest.mark.timeout(400)

FOLDER = Path(__file__).parent / "html_rules"
MADE_UP = ("hostile invites",)
"""Has ids that this server never gives."""


async def _shown(world: World, *readers: Browser) -> dict[str, str]:  # noqa: F811
    """Every page that there is, to each of these, by a name for a file."""
    number = str(await co_tweet(world, "Ours #tea"))
    draft = str(await world.draft(await _id(world, "alice"), await _id(world, "bob"), "Not yet"))
    found = {}
    for method, path, _ in PAGES:
        if method != "GET" or path in NO_PAGES:
            continue
        for place, browser in enumerate(readers):
            for post_id in (number, draft):
                answer = await browser.get(_filled(path, post_id))
                if answer.content_type == "text/html" and answer.status != 303:
                    name = f"{path.strip('/').replace('/', '_') or 'index'}-{place}-{post_id}"
                    found[name] = await answer.text()
    return found


async def test_no_page_breaks_a_rule_of_html(
    world: World,  # noqa: F811
    stranger: Browser,  # noqa: F811
    browsers: Browsers,  # noqa: F811
    tmp_path: Path,
) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("no java on the PATH: the validator is a program of Java's")
    install_locked(FOLDER)
    pages = {name: html for name, html in every_page().items() if name not in MADE_UP}
    await appoint(world, "alice")
    pages |= await _shown(world, stranger, await browsers("alice"), await browsers("bob"))
    assert len(pages) > 100
    folder = tmp_path / "pages"
    folder.mkdir()
    for place, html in enumerate(pages.values()):
        (folder / f"{place}.html").write_text(html, encoding="utf-8")
    wrong = folder / "wrong.html"
    wrong.write_text("<!doctype html><title>x</title><p><div id='a b'>x</div>", encoding="utf-8")
    jar = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
    command = [java, "-jar", str(jar), "--format", "json", "--errors-only", str(folder)]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=200
    )
    messages = json.loads(done.stderr)["messages"]
    names = list(pages)
    errors: dict[str, list[str]] = {}
    for one in messages:
        file = Path(one["url"].removeprefix("file:")).stem
        name = "wrong" if file == "wrong" else names[int(file)]
        errors.setdefault(name, []).append(f"{one['message']}: {one.get('extract', '')}")
    assert errors.pop("wrong"), "it sees what there is to see"
    assert errors == {}
