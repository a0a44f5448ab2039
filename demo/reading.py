"""What readers have in their timelines: on the command line, on the pages, on the plain server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from demo.cast import Cast, Command
from demo.markup import Article, read_articles
from demo.telling import Proof
from demo.visiting import Browser, control, control_plain, look

READERS = ("dave", "erin", "frank")
"""The readers on d."""


class Readers:
    """The readers of d, signed in to their pages, and gina on u."""

    def __init__(self, cast: Cast) -> None:
        self._cast = cast
        self._browsers: dict[str, Browser] = {}

    @property
    def everybody(self) -> Sequence[str]:
        """The readers on d."""
        return READERS

    def sign_in(self) -> dict[str, str]:
        """Open a one-time link for each reader on d; where each one landed."""
        landed = {}
        for name in READERS:
            browser = self._browsers[name] = Browser()
            path = "/api/v1/control/sign-in-links"
            link = control(self._cast.d, "POST", path, {"username": name})["url"]
            answer = browser.sign_in(link)
            landed[name] = f"{answer.status} {answer.url.removeprefix(self._cast.d.base)}"
        return landed

    def by_api(self, name: str) -> list[str]:
        """A timeline without a command, for waiting."""
        return self._posts(control(self._cast.d, "GET", "/api/v1/control/timeline", person=name))

    def by_command(self) -> dict[str, list[str]]:
        """Everybody's timeline on d by the command line."""
        cast = self._cast
        pages = cast.do(*(Command(cast.d, ["timeline"], name) for name in READERS))
        return {name: self._posts(page) for name, page in zip(READERS, pages, strict=True)}

    def on_page(self, name: str) -> tuple[int, list[Article]]:
        """Somebody's home page: the status and what is on it."""
        answer = self._browsers[name].open(f"{self._cast.d.base}/home")
        return answer.status, read_articles(answer.text)

    def gina(self) -> tuple[int, list[Article]]:
        """Gina's page on u."""
        answer = look(f"{self._cast.u.base}/timeline/gina", page=True)
        return answer.status, read_articles(answer.text)

    def outcomes(self) -> list[dict[str, Any]]:
        """What u made of its deliveries, newest first."""
        found: list[dict[str, Any]] = control_plain(self._cast.u, "GET", "/control/outcomes")[
            "outcomes"
        ]
        return found

    def became(self, kind: str) -> list[str]:
        """What u made of the activities of one type."""
        return [entry["outcome"] for entry in self.outcomes() if entry["type"] == kind]

    def names(self, articles: Sequence[Article]) -> list[str]:
        """Posts by the names that stand on them."""
        return [self._named(item.authors, item.boosted_by) for item in articles]

    def _posts(self, page: Mapping[str, Any]) -> list[str]:
        return [
            self._named(
                [author["handle"] for author in post["authors"]],
                post["boosted_by"]["handle"] if post["boosted_by"] else None,
            )
            for post in page["posts"]
        ]

    def _named(self, authors: Sequence[str], boosted_by: str | None) -> str:
        text = " and ".join(authors)
        return self._cast.teller.short(f"{text}, boosted by {boosted_by}" if boosted_by else text)

    def proof(self, command: Sequence[str], page: Sequence[str], path: str) -> list[Proof]:
        """Both views as evidence."""
        return [
            ("command line", _counted(command)),
            (f"page {path}", _counted(page)),
        ]


def _counted(posts: Sequence[str]) -> str:
    if not posts:
        return "no post"
    return f"{len(posts)} post{'s' if len(posts) > 1 else ''}: by {'; by '.join(posts)}"
