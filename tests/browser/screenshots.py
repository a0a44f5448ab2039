"""Pictures of every page: ``make screenshots``, then look at ``screenshots/index.html``.

1280 and 390 pixels wide, light and dark, in every language of the pages.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from fedi_cotweet.languages.catalogues import NAMES
from tests.browser.looking import NARROW, WIDE, Looks, open_looks, picture, scheme, size
from tests.browser.page_list import Example, examples
from tests.browser.scene import Scene, open_scene

_HEAD = """<!doctype html><meta charset="utf-8"><title>Every page</title>
<style>
body { font: 1rem system-ui; }
div { white-space: nowrap; overflow-x: auto; }
img { height: 22rem; border: 1px solid #999; margin: .25rem; }
</style>"""
SCHEMES = ("light", "dark")
WIDTHS = (WIDE, NARROW)


def main() -> None:
    """Take them all, or those that are asked for."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--to", type=Path, default=Path("screenshots"))
    arguments.add_argument("--only", default="", help="pages whose name has this in it")
    arguments.add_argument("--languages", nargs="*", default=list(NAMES), choices=list(NAMES))
    chosen = arguments.parse_args()
    chosen.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_scene(Path(folder)) as scene:
        names = asyncio.run(_take(scene, chosen.to, chosen.only, chosen.languages))
    (chosen.to / "index.html").write_text(_index(names, chosen.languages), encoding="utf-8")
    print(f"{len(names)} pages: {chosen.to / 'index.html'}")


async def _take(scene: Scene, to: Path, only: str, languages: Sequence[str]) -> list[str]:
    async with open_looks(scene) as looks:
        wanted = [one for one in examples(looks.values) if only in one.name]
        for code in languages:
            await looks.language(code)
            for example in wanted:
                await _picture(looks, example, to, code)
    return [one.name for one in wanted]


async def _picture(looks: Looks, example: Example, to: Path, code: str) -> None:
    page = await looks.open(example)
    for width in WIDTHS:
        await size(page, width)
        for name in SCHEMES:
            await scheme(page, name)
            file = to / _file(example.name, code, width, name)
            await asyncio.to_thread(file.write_bytes, await picture(page))


def _file(name: str, code: str, width: int, scheme_name: str) -> str:
    return f"{name}-{code}-{width}-{scheme_name}.jpg"


def _index(names: Sequence[str], languages: Sequence[str]) -> str:
    rows = [_HEAD]
    for name in names:
        rows.append(f"<h2>{escape(name)}</h2>")
        for code in languages:
            files = [_file(name, code, width, one) for width in WIDTHS for one in SCHEMES]
            links = (f'<a href="{f}"><img loading="lazy" src="{f}" alt="{f}"></a>' for f in files)
            rows.append(f"<div>{''.join(links)}</div>")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
