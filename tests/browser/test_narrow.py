"""Without scripts, on the narrowest phone and at 200 % zoom: every page, with names without spaces,
ten authors, 4,000 characters and text from right to left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import Tab, program
from tests.browser.looking import NARROWEST, WIDE, Looks, open_looks, size
from tests.browser.page_list import Example, examples
from tests.browser.scene import ARABIC, LONG_NAME, open_scene
from tests.browser.test_every_page import OVERFLOW

ZOOMED = WIDE // 2
"""CSS pixels that a window of 1280 has at 200 % zoom."""
CUT = """
(() => {
  for (const one of document.querySelectorAll('main details')) one.open = true;
  const found = [], seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  // Hidden from eyes; decoration; a preview of a post that has a link to all of it; and what is
  // whole in its title.
  const meant = '.hidden, .invisible, .skip, .trap, .clipped, [aria-hidden=true], script, option,'
    + ' textarea, .brand bdi, .named .handle[title]';
  while (seen.nextNode()) {
    const text = seen.currentNode, around = text.parentElement;
    if (!text.data.trim() || around.closest(meant) || !around.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      if (box.left < -1 || box.right > innerWidth + 1) found.push('outside: ' + text.data.trim());
      for (let one = around; one; one = one.parentElement) {
        const look = getComputedStyle(one), edge = one.getBoundingClientRect();
        // A fixed header of the browser's own has no box; what scrolls is not cut.
        if (!/hidden|clip/.test(look.overflowX + look.overflowY) || !edge.width) continue;
        if (box.left < edge.left - 1 || box.right > edge.right + 1
            || box.top < edge.top - 1 && box.height < 200
            || box.bottom > edge.bottom + 1 && /hidden|clip/.test(look.overflowY))
          found.push('cut by ' + one.tagName + '.' + one.className + ': ' + text.data.trim());
      }
    }
  }
  return [...new Set(found.map((one) => one.slice(0, 160)))].slice(0, 5);
})()
"""
SIDE = """
(() => {
  const seen = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (seen.nextNode()) {
    const text = seen.currentNode;
    const at = text.data.indexOf(WORDS);
    if (at < 0 || !text.parentElement.checkVisibility()) continue;
    const range = document.createRange(), box = text.parentElement.getBoundingClientRect();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    const first = range.getBoundingClientRect();
    return first.left + first.width / 2 > box.left + box.width / 2 ? 'right' : 'left';
  }
  return 'nowhere';
})()
"""
"""On which side of its paragraph a text begins."""


@pytest.fixture
async def looks(tmp_path: Path) -> AsyncIterator[Looks]:
    program()
    with open_scene(tmp_path) as scene:
        async with open_looks(scene) as found:
            for page in found.tabs.values():
                await page.command("Emulation.setScriptExecutionDisabled", value=True)
            yield found


async def _side(page: Tab, words: str) -> str:
    return str(await page.evaluate(SIDE.replace("WORDS", repr(words))))


@pytest.mark.timeout(900)
async def test_nothing_is_cut_and_nothing_has_to_be_scrolled_sideways(looks: Looks) -> None:
    wrong: list[str] = []
    await looks.language("fr")  # whose words are the longest
    for example in examples(looks.values):
        page = await looks.open(example)
        assert await page.value("document.querySelector('main') !== null"), example
        for width in (NARROWEST, ZOOMED):
            await size(page, width)
            where = f"{example.name} at {width}"
            cut = await page.value(CUT)
            assert isinstance(cut, list), (where, cut)
            wrong += [f"{where}: {one}" for one in cut]
            if found := await page.evaluate(OVERFLOW):
                wrong.append(f"{where}: {found}")
    await _hard_cases(looks)
    page = await looks.open(Example("home", "/home"))
    narrow = "overflow: hidden; width: 1rem; white-space: nowrap"
    await page.evaluate(f"document.querySelector('main h1').style.cssText = {narrow!r}")
    assert await page.value(CUT), "it sees what there is to see"
    assert wrong == [], "\n".join(wrong)


async def _hard_cases(looks: Looks) -> None:
    """They stand on pages that were looked at; and text begins where its language begins."""
    home = await looks.open(Example("home", "/home"))
    assert await _side(home, ARABIC[:12]) == "right"
    crowd = await looks.open(Example("crowd", f"/@alice/{looks.values['crowd']}"))
    assert await _side(crowd, "Ten names") == "left"
    authors = "document.querySelectorAll('.focused .byline .p-author').length"
    assert await crowd.value(authors) == 10
    long = await looks.open(Example("long", f"/@{looks.values['long']}"))
    assert LONG_NAME in await long.text()
    profile = await looks.open(Example("profile", "/@alice"))
    longest = (
        "Math.max(...[...document.querySelectorAll('.content')].map((o) => o.innerText.length))"
    )
    assert int(await profile.value(longest)) > 3_900
