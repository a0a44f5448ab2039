"""The people whose servers are judged, and what they do on the command line."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Server(Protocol):
    """A running server of ours in development mode."""

    @property
    def base(self) -> str:
        """Its URL, ``http://127.0.0.1:PORT``."""

    def cli(self, *arguments: str) -> Any:
        """Run ``fedi-cotweet ARGUMENTS`` with ``--json`` against it: the parsed output."""


@dataclass(frozen=True, slots=True)
class Author:
    """An account of ours and what its person can do."""

    server: Server
    name: str

    @property
    def actor(self) -> str:
        return f"{self.server.base}/users/{self.name}"

    @property
    def handle(self) -> str:
        return f"@{self.name}@" + self.server.base.removeprefix("http://")

    def follow(self, handle: str) -> None:
        self._do("follow", handle)

    def post(self, text: str) -> str:
        """The id (a URL) of a new public post."""
        return str(self._do("post", text)["uri"])

    def invite(self, co_author: Author, text: str) -> str:
        """Draft a co-tweet and invite its co-author; the id (a URL) the post will have."""
        draft = self._do("post", text, "--with", co_author.handle)
        return str(draft["post"]["uri"])

    def accept_invite(self, text: str) -> None:
        """Accept the invite whose text contains ``text`` once it is here."""
        invite = eventually(lambda: self._invite(text), f"no invite {text!r} for {self.handle}")
        self._do("accept", str(invite["id"]), "--yes")

    def _invite(self, text: str) -> dict[str, Any] | None:
        invites: list[dict[str, Any]] = self._do("invites")["invites"]
        return next((invite for invite in invites if text in invite["text"]), None)

    def leave(self, post: str) -> None:
        self._do("leave", post)

    def timeline(self) -> list[dict[str, Any]]:
        """The home timeline, newest first; fields as in ``PostView``."""
        posts: list[dict[str, Any]] = self._do("timeline")["posts"]
        return posts

    def find(self, post: str) -> dict[str, Any] | None:
        return next((it for it in self.timeline() if it["uri"] == post), None)

    def _do(self, *arguments: str) -> Any:
        return self.server.cli(*arguments, "--as", self.name)


def eventually(look: Callable[[], T | None], complaint: str, *, seconds: float = 20) -> T:
    """The first thing ``look`` finds, asked again and again; a failure with ``complaint`` else."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > until:
            raise AssertionError(f"{complaint} after {seconds} s")
        time.sleep(0.1)
