"""Every route of a page leads to a whole one, which says its name, its language and its address."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

from fedi_cotweet.services import appearances
from fedi_cotweet.web.routes import PAGES
from tests.browser.page_list import ELSEWHERE, EXAMPLES, NO_PAGES, Example, examples
from tests.sites import BASE, HOST, World
from tests.web.conftest import HTML, Browser
from tests.web.markup import Element, parse_page
from tests.web.shown import values_of
from tests.web.test_routes import Browsers, _id
from tests.web.test_valid import faults

SECOND_STEP = "second-step"
NOBODY = "nobody"
"""A look at what is not there."""


class Shown(NamedTuple):
    """A page as somebody got it. ``path``: where it is in the end, without query, and with the
    shortest way to write the name of somebody of this server."""

    example: Example
    path: str
    html: str
    page: Element


class Opened:
    """Everybody's browsers, and all addresses."""

    def __init__(self, browsers: dict[str, Browser], looks: list[Example]) -> None:
        self.browsers = browsers
        self.looks = looks

    async def pages(self, language: str = "en") -> AsyncIterator[Shown]:
        """Every page, for a browser that asks for a language."""
        headers = {**HTML, "Accept-Language": language}
        for one in self.looks:
            browser = self.browsers[one.name if one.name == SECOND_STEP else one.who]
            path = one.path
            answer = await browser.get(path, headers=headers)
            if answer.status == 303 and one.name in ELSEWHERE:
                path = answer.headers["Location"]
                answer = await browser.get(path, headers=headers)
            html = await answer.text()
            assert answer.status == (404 if one.name == NOBODY else 200), (one, html)
            assert answer.content_type == "text/html", one
            short = urlsplit(path).path.replace(f"@{HOST}", "")
            yield Shown(one, short, html, parse_page(html))


@pytest.fixture
async def opened(world: World, stranger: Browser, browsers: Browsers) -> Opened:
    alice, bob = await _id(world, "alice"), await _id(world, "bob")
    values = await values_of(world, alice, bob)
    second = await browsers("")
    assert (await second.sign_in("bob")).headers["Location"].startswith("/auth/second_step")
    people = {"alice": await browsers("alice"), "": stranger, SECOND_STEP: second}
    return Opened(people, list(examples(values)))


def test_every_route_has_a_page_to_look_at() -> None:
    routes = {path for method, path, _ in PAGES if method == "GET"}
    assert set(EXAMPLES) | set(NO_PAGES) == routes, "tests/browser/page_list.py"
    assert set(EXAMPLES) & set(NO_PAGES) == set()
    names = [one.name for group in EXAMPLES.values() for one in group]
    assert len(set(names)) == len(names), "pictures of pages are called so"
    assert set(ELSEWHERE) <= set(names)


async def test_what_is_said_to_be_no_page_is_none(opened: Opened) -> None:
    for route in NO_PAGES:
        answer = await opened.browsers["alice"].get(route.replace("{kind}", "following"))
        if answer.status < 400:
            assert "<html" not in await answer.text(), route


async def test_every_page_is_whole_and_has_one_heading_and_landmarks(opened: Opened) -> None:
    async for shown in opened.pages():
        page, where = shown.page, shown.example
        assert faults(shown.html) == [], where
        assert len(page.all("h1")) == 1, where
        assert page.one("main", id="main").one("h1").text, where
        parts = [one.tag for one in page.one("body").children if isinstance(one, Element)]
        assert parts == ["a", "header", "main", "footer"], where
        assert page.one("a", class_="skip").attributes["href"] == "#main", where
        labels = [one.attributes.get("aria-label") for one in page.all("nav")]
        assert all(labels), where
        assert len(set(labels)) == len(labels) > 1, (where, labels)


async def test_every_page_has_a_name_of_its_own_and_says_its_address(opened: Opened) -> None:
    names: dict[str, set[str]] = defaultdict(set)
    async for shown in opened.pages():
        head = shown.page.one("head")
        name = head.one("title").text
        assert name, shown.example
        # Two posts may have the same words.
        names[name].add(re.sub(r"/\d+", "/{id}", shown.path))
        links = [link.attributes["href"] for link in head.all("link", rel="canonical")]
        # What is not there is known by no address: every 404 is alike.
        wanted = [] if shown.example.name == NOBODY else [BASE + shown.path]
        assert links == wanted, shown.example
    assert {name: paths for name, paths in names.items() if len(paths) > 1} == {}


async def test_every_page_is_in_the_language_of_its_reader(world: World, opened: Opened) -> None:
    async for shown in opened.pages("ko"):
        assert shown.page.one("html").attributes["lang"] == "ko", shown.example
    me = await _id(world, "alice")
    await world.site.write(lambda tx: appearances.speak(tx, me, "fr"))
    async for shown in opened.pages("ko"):
        wanted = "fr" if shown.example.who == "alice" else "ko"
        assert shown.page.one("html").attributes["lang"] == wanted, shown.example
