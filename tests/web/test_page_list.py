"""Every page can be looked at: none is missing from the list of ``make screenshots``."""

from __future__ import annotations

from fedi_cotweet.web.routes import PAGES
from tests.browser.page_list import EXAMPLES, NO_PAGES


def test_every_page_has_an_address_to_look_at() -> None:
    routes = {path for method, path, _ in PAGES if method == "GET"}
    assert set(EXAMPLES) | set(NO_PAGES) == routes, "tests/browser/page_list.py"
    assert set(EXAMPLES) & set(NO_PAGES) == set()


def test_every_picture_has_a_name_of_its_own() -> None:
    names = [one.name for group in EXAMPLES.values() for one in group]
    assert len(set(names)) == len(names)
