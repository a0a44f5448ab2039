"""What pages weigh, and how soon and how calmly they appear, in a headless Chromium.

``python -m benchmarks.pages [--json]``; what it measures and how to read it: README.md. Needs the
tools of the tests and Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.browser.chromium import Tab
from tests.browser.looking import NARROW, Looks, open_looks, size
from tests.browser.page_list import Example
from tests.browser.scene import Scene, open_scene

RUNS: Final = 5
POSTS: Final = 20
TEXT: Final = (
    "I walked along the river this morning and thought about what we wrote together last week. "
    "It holds, number {number}. Tomorrow more of it, with bread and tea before nine. #tea"
)
PAGES: Final = (
    Example("front page, signed out", "/", ""),
    Example("home", "/home"),
    Example("profile", "/@{bob}"),
    Example("post with its thread", "/@alice/{post}"),
    Example("write", "/write?with={bob}"),
    Example("invites", "/invites"),
    Example("settings", "/settings/appearance"),
)
MOST_OCTETS: Final = 60_000
MOST_SCRIPT: Final = 15_000
MOST_STYLES: Final = 1
_MOMENTS = """
new Promise((done) => {
  let shift = 0;
  const watch = (list) => { for (const one of list.getEntries())
    if (!one.hadRecentInput) shift += one.value; };
  const observer = new PerformanceObserver(watch);
  observer.observe({type: 'layout-shift', buffered: true});
  setTimeout(() => {
    for (const one of observer.takeRecords()) if (!one.hadRecentInput) shift += one.value;
    const [page] = performance.getEntriesByType('navigation');
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    done({paint: paint ? paint.startTime : null, ready: page.domContentLoadedEventEnd, shift});
  }, 300);
})
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one page. Octets are as they were sent; ``html_whole``: before compression. Times are
    medians, in milliseconds from the beginning of the request."""

    page: str
    requests: int
    html: int
    html_whole: int
    style: int
    styles: int
    script: int
    octets: int
    """Of all but pictures."""
    paint_ms: float
    ready_ms: float
    shift: float
    """Cumulative layout shift; the most of all runs."""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cotweet-pages-") as folder:
        found = asyncio.run(measure(Path(folder)))
    if options.json:
        print(json.dumps([asdict(one) for one in found], indent=2))
    else:
        show(found)
    home = next(one for one in found if one.page == "home")
    if home.octets > MOST_OCTETS or any(
        one.styles > MOST_STYLES or one.script > MOST_SCRIPT for one in found
    ):
        raise SystemExit("A page is heavier than it may be.")


async def measure(folder: Path) -> list[Figures]:
    """All pages, opened ``RUNS`` times with nothing kept from before."""
    with open_scene(folder) as scene:
        await asyncio.to_thread(_write, scene)
        async with open_looks(scene) as looks:
            for page in looks.tabs.values():
                await page.command("Network.setCacheDisabled", cacheDisabled=True)
                await size(page, NARROW)
            return [await _figures(looks, one) for one in PAGES]


def _write(scene: Scene) -> None:
    for number in range(POSTS):
        scene.alice("POST", "/api/v1/control/posts", {"text": TEXT.format(number=number)})


async def _figures(looks: Looks, page: Example) -> Figures:
    filled = Example(page.name, page.path.format(**looks.values), page.who)
    runs = [await _run(looks, filled) for _ in range(RUNS)]
    sent = runs[-1][0]
    moments = [moment for _, moment in runs]
    return Figures(
        page=page.name,
        requests=sum(kind != "Image" for kind, _, _ in sent),
        html=_octets(sent, "Document"),
        html_whole=sum(whole for kind, _, whole in sent if kind == "Document"),
        style=_octets(sent, "Stylesheet"),
        styles=sum(kind == "Stylesheet" for kind, _, _ in sent),
        script=_octets(sent, "Script"),
        octets=sum(octets for kind, octets, _ in sent if kind != "Image"),
        paint_ms=statistics.median(float(one["paint"] or 0) for one in moments),
        ready_ms=statistics.median(float(one["ready"]) for one in moments),
        shift=max(float(one["shift"]) for one in moments),
    )


Sent = tuple[str, int, int]
"""What it is, its octets as they were sent, and as they are."""


async def _run(looks: Looks, page: Example) -> tuple[list[Sent], dict[str, Any]]:
    """Open a page: what came, and when."""
    tab = looks.tabs[page.who]
    tab.events.clear()
    await looks.open(page)
    moments = await tab.value(_MOMENTS)
    return _sent(tab), moments


def _sent(tab: Tab) -> list[Sent]:
    kinds: dict[str, str] = {}
    octets: dict[str, int] = defaultdict(int)
    whole: dict[str, int] = defaultdict(int)
    for name, told in tab.events:
        if name == "Network.responseReceived" and told["response"]["url"].startswith("http"):
            kinds[told["requestId"]] = told["type"]
        elif name == "Network.dataReceived":
            whole[told["requestId"]] += told["dataLength"]
        elif name == "Network.loadingFinished":
            octets[told["requestId"]] = int(told["encodedDataLength"])
    return [(kind, octets[one], whole[one]) for one, kind in kinds.items()]


def _octets(sent: Sequence[Sent], wanted: str) -> int:
    return sum(octets for kind, octets, _ in sent if kind == wanted)


def show(found: Sequence[Figures]) -> None:
    """A table, with what a page may weigh."""
    table = Table(title="pages", caption=f"a phone's width, {RUNS} runs, nothing kept from before")
    table.add_column("page")
    heads = ("requests", "HTML B", "uncompressed", "style B", "script B", "all but pictures B")
    for head in (*heads, "first paint ms", "DOM ready ms", "layout shift"):
        table.add_column(head, justify="right")
    for one in found:
        table.add_row(
            one.page,
            str(one.requests),
            *(f"{number:,}" for number in (one.html, one.html_whole, one.style, one.script)),
            f"{one.octets:,}",
            f"{one.paint_ms:.0f}",
            f"{one.ready_ms:.0f}",
            f"{one.shift:.4f}",
        )
    table.add_section()
    most = ("", "", "", f"{MOST_STYLES} file", f"{MOST_SCRIPT:,}", f"{MOST_OCTETS:,} (home)")
    table.add_row("at most", *most, "", "", "")
    # All columns side by side, also where the output is a file.
    Console(width=max(Console().width, 140)).print(table)


if __name__ == "__main__":
    main()
