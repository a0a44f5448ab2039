"""docs/reference/pages.md against the routes it describes."""

from __future__ import annotations

import re

from fedi_cotweet.web.routes import DOCUMENTS, PAGES
from tests.docs.pages import ROOT, prose, table

PAGE = ROOT / "docs/reference/pages.md"


def test_every_page_and_feed_is_on_the_page_and_no_other() -> None:
    said = {(row[0], row[1]) for row in table(prose(PAGE)) if row[0] in ("GET", "POST")}
    routes = {(method, re.sub(r":[^}]*", "", path)) for method, path, _ in PAGES + DOCUMENTS}
    assert said == routes
