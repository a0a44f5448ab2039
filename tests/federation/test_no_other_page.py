"""Whatever is shown to people is a page of ``fedi_cotweet.web.routes.PAGES``: on the list of all
pages, with a name, a language and an address (``tests/web/test_every_route.py``)."""

from __future__ import annotations

import re
from pathlib import Path

import fedi_cotweet
from fedi_cotweet.web.routes import DOCUMENTS, PAGES
from tests.federation.here import Here
from tests.federation.test_headers import FILLINGS

MAKERS = {"web/visits.py", "web/failures.py"}
"""Where pages and error pages are made into answers."""


def _canonical(path: str) -> str:
    return re.sub(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}", r"{\1}", path)


async def test_no_other_route_answers_with_a_page(here: Here) -> None:
    pages = {_canonical(path) for method, path, _ in PAGES if method == "GET"}
    routes = {
        route.resource.canonical
        for route in here.web.router.routes()
        if route.resource is not None and route.method == "GET"
    }
    assert pages < routes
    others = routes - pages
    assert {_canonical(path) for _, path, _ in DOCUMENTS} < others
    for path in others:
        if "/streaming" in path:
            continue
        url = re.sub(r"\{(\w+)[^}]*\}", lambda m: FILLINGS.get(m[1], "x"), path)
        for accept in ("text/html", "*/*"):
            async with here.session.get(
                here.base + url, headers={"Accept": accept}, allow_redirects=False
            ) as answer:
                if answer.status < 400:
                    assert answer.content_type != "text/html", url


def test_html_is_made_where_pages_are_made() -> None:
    house = Path(fedi_cotweet.__file__).parent
    said = re.compile(r"""content_type=["']text/html|Content-Type["']: ["']text/html""")
    found = {
        str(path.relative_to(house))
        for path in house.rglob("*.py")
        if said.search(path.read_text())
    }
    assert found == MAKERS
