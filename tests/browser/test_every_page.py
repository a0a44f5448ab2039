"""Every page in a real browser: axe finds nothing, and nothing has to be scrolled sideways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.browser.chromium import Tab, program
from tests.browser.looking import NARROW, NARROWEST, WIDE, Looks, open_looks, scheme, size
from tests.browser.page_list import examples
from tests.browser.scene import open_scene
from tests.judges.fedify_peer import install_locked

AXE = Path(__file__).with_name("axe")
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
OVERFLOW = """
(() => {
  const root = document.documentElement, most = root.clientWidth;
  if (root.scrollWidth <= most) return "";
  const wide = [...document.querySelectorAll("body *")].filter(
    (one) => one.getBoundingClientRect().right > most + 1 || one.getBoundingClientRect().left < -1);
  return root.scrollWidth + " of " + most + ": " + wide.slice(-3).map(
    (one) => one.tagName + "." + one.className).join(", ");
})()
"""


@pytest.fixture
async def looks(tmp_path: Path) -> AsyncIterator[Looks]:
    program()
    with open_scene(tmp_path) as scene:
        async with open_looks(scene) as found:
            yield found


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("code", "schemes"), [("en", ("light", "dark")), ("fr", ("light",)), ("ko", ("light",))]
)
async def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    looks: Looks, code: str, schemes: tuple[str, ...]
) -> None:
    install_locked(AXE)
    axe = (AXE / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    wrong: list[str] = []
    await looks.language(code)
    for example in examples(looks.values):
        page = await looks.open(example)
        where = f"{example.name} ({code})"
        # 640 CSS pixels are what a window of 1280 has at 200 % zoom.
        for width in (NARROWEST, 640):
            await size(page, width)
            if found := await page.evaluate(OVERFLOW):
                wrong.append(f"{where} at {width}: {found}")
        await size(page, WIDE if code == "en" else NARROW)
        await page.evaluate(axe)
        for name in schemes:
            await scheme(page, name)
            wrong += [f"{where}, {name}: {line}" for line in await _broken(page)]
    assert wrong == [], "\n".join(wrong)


async def _broken(page: Tab) -> list[str]:
    """What axe says against the page that is shown: rule, and where."""
    run = f"axe.run(document, {RULES}).then((found) => JSON.stringify(found.violations))"
    answer = await page.command(
        "Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True
    )
    return [
        f"{one['id']} {node['target']} {node['html'][:160]}"
        for one in json.loads(answer["result"]["value"])
        for node in one["nodes"]
    ]
