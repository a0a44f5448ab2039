"""Somebody on a server of ours, and what they do and see there."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activitypub.vocab.terms import ACTIVITY_JSON
from tests.federation.pictures import png
from tests.servers import RealServer

CONTROL = "/api/v1/control"


@dataclass(frozen=True, slots=True)
class Ours:
    """Somebody on our server, using its API."""

    server: RealServer
    name: str

    @property
    def actor(self) -> str:
        return f"{self.server.origin}/users/{self.name}"

    @property
    def handle(self) -> str:
        return self.server.handle(self.name)

    def do(self, method: str, path: str, **members: Any) -> Any:
        """A call of the control API as this person."""
        document = members or ({} if method == "POST" else None)
        return self.server.call(method, CONTROL + path, document, account=self.name)

    def post(self, text: str, **members: Any) -> dict[str, Any]:
        """A new post, as shown."""
        return dict(self.do("POST", "/posts", text=text, **members))

    def post_picture(self, text: str, alt: str, folder: Path) -> dict[str, Any]:
        """A new post with a picture."""
        file = folder / "picture.png"
        file.write_bytes(png((200, 30, 30)))
        made = self.server.cli("post", text, "--media", str(file), "--alt", alt, "--as", self.name)
        return dict(made)

    def act(self, post: dict[str, Any], what: str, **members: Any) -> Any:
        """``like``, ``boost``, ``votes`` … on a post."""
        return self.do("POST", f"/posts/{post['id']}/{what}", **members)

    def read(self, uri: str) -> dict[str, Any] | None:
        """A post of the home timeline."""
        posts = self.do("GET", "/timeline")["posts"]
        return next((dict(post) for post in posts if post["uri"] == uri), None)

    def now(self, post: dict[str, Any]) -> dict[str, Any]:
        """A post as it is now."""
        return dict(self.do("GET", f"/posts/{post['id']}"))

    def follows(self) -> int:
        """How many people, of those who agreed."""
        return self._size("following")

    def followers(self) -> int:
        """How many people."""
        return self._size("followers")

    def _size(self, collection: str) -> int:
        path = f"/users/{self.name}/{collection}"
        return int(json.loads(self._get(path, ACTIVITY_JSON))["totalItems"])

    def page(self, path: str) -> str:
        """A page of this server, as a visitor sees it."""
        return self._get(path, "text/html").decode()

    def look(self, path: str) -> bytes:
        """What is at a path of this server."""
        return self._get(path, "*/*")

    def _get(self, path: str, accept: str) -> bytes:
        request = urllib.request.Request(self.server.base + path, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=30) as response:
            return bytes(response.read())

    def told(self, words: str) -> bool:
        """Whether a notification says so."""
        told = self.do("GET", "/notifications")["notifications"]
        return any(words in entry["text"] + entry["about"] for entry in told)


def following(who: Ours) -> str:
    """Whom somebody follows or asks to, as they export it: handles without their first sign."""
    return str(who.do("GET", "/people/following")["csv"])
