"""Styles of people in a real Chromium: they reach nobody's server, and nothing but their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.chromium import Tab, program
from tests.browser.watching import Watcher, watching
from tests.servers import RealServer, start_server
from tests.web.hostile_styles import REFUSED, TAKEN

AROUND = """
(() => [...document.querySelectorAll('body *')]
  .filter((one) => !one.closest('.content, .bio, .styled, .own-look'))
  .map((one) => {
    const look = getComputedStyle(one), box = one.getBoundingClientRect();
    return [one.tagName, one.getAttribute('class'), look.color, look.backgroundColor,
      look.backgroundImage, look.font, look.letterSpacing, look.display, look.visibility,
      look.opacity, look.position, look.pointerEvents, look.textDecoration, look.transform,
      Math.round(box.left), Math.round(box.width)].join(' | ');
  }))()
"""
"""How everything looks that is not somebody's words, and where it is from left to right."""
COVERED = """
(() => {
  for (const one of document.querySelectorAll('.post .cw')) one.open = true;
  const wrong = [];
  const around = 'h1, .handle, .byline .name, .cw > summary, .act, .agreed, .own-look a, .site a';
  for (const one of document.querySelectorAll(around)) {
    if (one.closest('.hidden, .sheet, details:not([open])') || one.matches('.hidden, .skip'))
      continue;
    one.scrollIntoView({block: 'center'});
    const box = one.getClientRects()[0];
    if (!box || !box.width || !box.height) { wrong.push('not shown: ' + one.outerHTML); continue; }
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!top || !(one.contains(top) || top.contains(one)) || top.closest('.styled'))
      wrong.push('covered: ' + one.outerHTML.slice(0, 120) + ' by ' + (top && top.className));
  }
  return wrong;
})()
"""
ANYTHING = """
(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`.styled *, .styled *::before { position: fixed; inset: 0; z-index: 2147483647;
    width: 300vw; height: 300vh; margin: -100vh; background: red; transform: scale(9);
    box-shadow: 0 0 0 200vh red; } .styled *::before { content: "Bob agreed"; }`);
  document.adoptedStyleSheets = [sheet];
})()
"""
"""What no rule lets through: the frame around the words holds even then."""


async def _save(page: Tab, server: RealServer, text: str) -> str:
    """Save a sheet in the settings; what the page says."""
    await page.open(f"{server.base}/settings/appearance")
    await page.evaluate(
        f"document.querySelector('[name=style]').value = {text!r};"
        "document.body.dataset.old = 1;"
        "document.querySelector('.panel button.primary').click()"
    )
    await page.until("document.readyState === 'complete' && !document.body.dataset.old")
    said = "(document.querySelector('main [role=alert], main .done') || {}).innerText"
    return str(await page.value(said))


async def _pages(watcher: Watcher, server: RealServer) -> list[str]:
    """Where alice's words are: her profile, a post, one behind a warning."""
    wrote = (("Tea at four. https://a.example/x",), ("Secret.", "They all marry"))
    paths = [f"{server.base}/@alice"]
    for text, *warning in wrote:
        post = {"text": text, "summary": "".join(warning)}
        made = server.call("POST", "/api/v1/control/posts", post, account="alice")
        paths.append(f"{server.base}/@alice/{made['id']}")
    return paths


@pytest.mark.timeout(600)
async def test_no_sheet_asks_anybody_or_touches_what_is_around_the_words(tmp_path: Path) -> None:
    program()
    with start_server(tmp_path / "a", ["alice"]) as server:
        about = {"about": "Reader.\n\nSlow writer."}
        server.call("PUT", "/api/v1/control/profile", about, account="alice")
        link = server.call("POST", "/api/v1/control/sign-in-links", {"username": "alice"})
        async with (
            watching(tmp_path / "writer", server.base) as writer,
            # Nothing but the rules of ours stands between a sheet and the web.
            watching(tmp_path / "reader", server.base, policy=False) as reader,
        ):
            await writer.tab.open(str(link["url"]))
            await writer.tab.click("main form button", then="location.pathname === '/home'")
            pages = await _pages(writer, server)
            bare = {}
            for url in pages:
                await reader.tab.open(url)
                bare[url] = await reader.tab.value(AROUND)
                assert len(bare[url]) > 40
            wrong = []
            for text in REFUSED:
                if "is not possible here" not in (said := await _save(writer.tab, server, text)):
                    wrong += [f"{text}: {said}"] if "cannot be read" not in said else []
            for text in TAKEN:
                said = await _save(writer.tab, server, text)
                wrong += [f"{text}: {said}"] if said != "Saved." else []
                for url in pages:
                    wrong += [f"{text}: {one}" for one in await reader.look(url)]
                    await reader.tab.open(url)
                    assert await reader.tab.value("document.querySelectorAll('.styled').length")
                    now = await reader.tab.value(AROUND)
                    assert len(now) == len(bare[url]), text
                    pairs = zip(now, bare[url], strict=True)
                    wrong += [f"{text}: {is_} was {was}" for is_, was in pairs if is_ != was][:3]
                    wrong += [f"{text}: {one}" for one in await reader.tab.value(COVERED)]
            for url in pages:
                await reader.tab.open(url)
                await reader.tab.evaluate(ANYTHING)
                wrong += [f"anything: {one}" for one in await reader.tab.value(COVERED)]
            assert wrong == [], "\n".join(wrong)
            assert reader.asked > 50
