"""What stands on a page, read as a reader would see it: posts, their authors, pictures."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Article:
    """A post on a page. ``authors`` and ``boosted_by`` are handles without the first @."""

    authors: list[str] = field(default_factory=list)
    boosted_by: str | None = None
    text: str = ""
    pictures: list[str] = field(default_factory=list)
    """What the pictures show, by their descriptions."""


@dataclass
class Form:
    """A form that is sent as it is."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


def read_articles(html: str) -> list[Article]:
    """The posts on a page of fedi_cotweet or of the plain server, from the top."""
    reader = _Articles()
    reader.feed(html)
    reader.close()
    return reader.found


def read_form(html: str) -> Form | None:
    """The first form in the main part of a page."""
    reader = _Form()
    reader.feed(html)
    reader.close()
    return reader.form


class _Articles(HTMLParser):
    """Knows both servers' markup: where a name stands is said by the class of an element."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Article] = []
        self._inside: list[tuple[str, frozenset[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = frozenset(given.get("class", "").split())
        if tag == "article":
            self.found.append(Article())
        if self.found and self._within("article"):
            article, title = self.found[-1], given.get("title", "")
            if self._in_class("names") and "name" in classes and title:
                article.authors.append(title.removeprefix("@"))
            elif self._in_class("context") and "quiet" in classes and title:
                article.boosted_by = title.removeprefix("@")
            elif tag == "img" and "face" not in classes:
                article.pictures.append(given.get("alt", ""))
        if tag not in _VOID:
            self._inside.append((tag, classes))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and tag in (name for name, _ in self._inside):
            if self._inside.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._within("article"):
            return
        article = self.found[-1]
        if self._in_class("content"):
            article.text += data
        elif self._in_class("boost"):
            article.boosted_by = data.partition("@")[2].strip()
        elif self._in_class("by") and self._within("strong"):
            article.authors.append(data.strip().removeprefix("@"))

    def _within(self, tag: str) -> bool:
        return any(name == tag for name, _ in self._inside)

    def _in_class(self, wanted: str) -> bool:
        return any(wanted in classes for _, classes in self._inside)


class _Form(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self._open = self._main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._main = self._main or tag == "main"
        if tag == "form" and self._main and self.form is None:
            self.form, self._open = Form(given.get("action", "")), True
        elif tag == "input" and self.form is not None and self._open and given.get("name"):
            self.form.fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False
