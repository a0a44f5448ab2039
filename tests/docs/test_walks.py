"""Every command on every page is run, in order, against real servers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs.pages import blocks, page_id, pages
from tests.docs.walk import Walk, steps

RUN = ("console", "python")
WALKED = [page for page in pages() if any(block.language in RUN for block in blocks(page))]
ALWAYS = ("docs/how-to/sign-in-link.md",)
WHOLE = bool(os.environ.get("COTWEET_WALKS"))
"""Walking everywhere takes minutes: ``make walks``."""


@pytest.mark.timeout(300)  # dozens of processes on a machine that may be busy with other tests
@pytest.mark.parametrize(
    "page", [page for page in WALKED if WHOLE or page_id(page) in ALWAYS], ids=page_id
)
def test_a_reader_who_does_what_the_page_says_sees_what_it_shows(
    page: Path, tmp_path: Path
) -> None:
    with Walk(tmp_path) as walk:
        for block in blocks(page):
            if block.language in RUN:
                walk.run_block(block)


def test_the_pages_that_teach_are_among_those_walked() -> None:
    walked = {page_id(page) for page in WALKED}
    assert {"README.md", "docs/tutorial.md", "docs/how-to/deploy.md"} <= walked
    commands = [
        step
        for page in WALKED
        for block in blocks(page)
        if block.language == "console"
        for step in steps(block)
    ]
    assert len(commands) > 40
