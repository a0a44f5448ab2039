"""All texts of the pages, found in templates and code."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from jinja2.ext import babel_extract

from fedi_cotweet.languages.wording import WORDS

PACKAGE: Final = Path(__file__).resolve().parents[1]
TEMPLATES: Final = PACKAGE / "web" / "templates"
CODE: Final = (
    "languages",
    "services",
    "web",
    "federation/finding.py",
    "mastodon_api/entities/notifications.py",
)
"""Folders and files of the package with code whose texts reach people in their language."""
_JINJA: Final[Mapping[str, str]] = {
    "extensions": "jinja2.ext.i18n,jinja2.ext.do",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
}
_KEYWORDS: Final = ("_", "gettext", "ngettext", "pgettext", "npgettext")
_OF_SEVERAL: Final = ("ngettext", "npgettext", "pgettext", "say_count")
_REFUSAL: Final = "ServiceError"
"""``ServiceError(code, status, safe, fix)``: both texts are shown to people."""

Found = tuple[str | None, str | tuple[str, str]]
"""Context or None, and the text or its two forms."""


def extract() -> Catalog:
    """Every text once, without translation."""
    found = Catalog(fuzzy=False)
    for context, text in _all():
        found.add(text, context=context)
    return found


def _all() -> Iterator[Found]:
    for file in sorted(TEMPLATES.rglob("*.html")):
        with file.open("rb") as source:
            for _, function, texts, _ in babel_extract(source, _KEYWORDS, (), dict(_JINJA)):
                yield _called(function, [texts] if isinstance(texts, str) else list(texts or ()))
    for file in code_files():
        yield from texts_of(file.read_text(encoding="utf-8"))


def code_files() -> Iterator[Path]:
    """The code whose texts reach pages."""
    for name in CODE:
        place = PACKAGE / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def texts_of(code: str) -> Iterator[Found]:
    """The texts that Python code marks. Only texts that stand there whole can be found: what has
    values in it is made with ``say`` or ``say_count``."""
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        name = node.func.id
        given = [_literal(argument) for argument in node.args]
        if name in WORDS and given[:1] != [None] and given:
            yield None, str(given[0])
        elif name == _REFUSAL:
            given += [_literal(keyword.value) for keyword in node.keywords]
            yield from ((None, text) for text in given[2:4] if text)
        elif name in _OF_SEVERAL and all(given[: 3 if name == "npgettext" else 2]):
            yield _called(name, given)


def _called(function: str | None, texts: Sequence[str | None]) -> Found:
    given = [text for text in texts if text is not None]
    context = given.pop(0) if function in ("pgettext", "npgettext") else None
    return context, (given[0], given[1]) if len(given) > 1 else given[0]


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
