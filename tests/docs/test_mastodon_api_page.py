"""docs/reference/mastodon-api.md against the operations it lists."""

from __future__ import annotations

import re

from fedi_cotweet.mastodon_api.operations import OPERATIONS
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/reference/mastodon-api.md"
_FOR = {"everybody": "everybody", "an app": "app", "a person": "person"}


def test_the_tables_are_what_there_is() -> None:
    listed = {
        (method, path, _FOR[access], "|".join(re.findall(r"`([^`]+)`", scope)) or None)
        for method, path, access, scope in re.findall(
            r"^\| ([A-Z]+) \| `([^`]+)` \| ([^|]+) \| (.*?)\s*\|$", PAGE.read_text(), re.MULTILINE
        )
    }
    there = {(one.method, one.path, one.access, one.scope) for one in OPERATIONS}
    assert listed == there
