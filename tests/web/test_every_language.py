"""No page has a sentence that stands there in English whatever its reader speaks."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from fedi_cotweet.languages.catalogues import NAMES
from tests.web.markup import Element
from tests.web.test_every_route import Opened, opened

__all__ = ["opened"]

READ_OUT = ("alt", "aria-label", "placeholder", "title")
SENTENCE = re.compile(r"[a-z]{2,}\W.*[a-z]{2,}", re.IGNORECASE)
NAME = re.compile(r"[@#]\w|font-family:|\w\.example|JSON Feed|Reading Room|rel=|^[A-Z2-7 ]+$")
"""Handles, hashtags, hosts, styles, formats, the server, secrets: the same in every language."""
WRITTEN = {
    "Evening by the lake.",
    "Friends who read",
    "No more about tea.",
    "One more is asked.",
    "Rude tea.",
    "Sells tea.",
    "Slow posts.",
    "Two names, one post.",
}
"""By people, and by whoever runs the server."""


async def test_no_sentence_is_the_same_in_all_languages(opened: Opened) -> None:
    found: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for code in NAMES:
        async for shown in opened.pages(code):
            found[shown.example.name][code] = set(texts(shown.page))
    same = {name: set.intersection(*by_code.values()) for name, by_code in found.items()}
    assert len(same) > 50
    assert {name: left for name, told in same.items() if (left := set(untold(told)))} == {}


def texts(element: Element) -> Iterator[str]:
    if element.tag in ("script", "style"):
        return
    yield from (element.attributes[name] for name in READ_OUT if name in element.attributes)
    for child in element.children:
        if isinstance(child, Element):
            yield from texts(child)
        else:
            yield " ".join(child.split())


def untold(same: set[str]) -> Iterator[str]:
    for text in same - WRITTEN:
        if SENTENCE.search(text) and not NAME.search(text):
            yield text
