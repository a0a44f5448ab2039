"""The examples of fediverse-pasture-inputs run nowhere and ask nobody: each as the page that it
becomes, in Chromium, which heeds no policy there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.bare import bare
from tests.browser.chromium import program
from tests.browser.watching import watching
from tests.corpus.documents import documents
from tests.corpus.reader import Reader

pytestmark = pytest.mark.timeout(400)

SENDER = "pasture-inputs"


async def test_no_example_runs_or_asks_anybody(reader: Reader, tmp_path: Path) -> None:
    program()
    examples = [one for one in documents() if one.path.startswith(SENDER)]
    if not examples:
        pytest.skip(f"no {SENDER} among the payloads")
    pages = {}
    for example in examples:
        if example.what in ("object", "activity"):
            verdict = await reader.read(example)
            if verdict.page:
                pages[Path(example.path).stem] = verdict.page
    assert len(pages) > 0.9 * len(examples)
    async with (
        bare(pages) as base,
        watching(tmp_path / "profile", base, policy=False) as watcher,
    ):
        wrong = {name: await watcher.look(f"{base}/{name}") for name in pages}
    print(f"\n{len(pages)} pages, {watcher.asked} requests, all to {base}")
    assert {name: found for name, found in wrong.items() if found} == {}
