"""Who lives the day, and what was asked in it."""

from __future__ import annotations

import inspect
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from mastodon import Mastodon
from PIL import Image

from tests.servers import RealServer

T = TypeVar("T")

PASSWORD: Final = "tea with lemon and honey"
SCOPES: Final = ["read", "write", "follow", "push", "profile"]
SETTINGS: Final = {
    "COTWEET_REGISTRATIONS": "open",
    "COTWEET_SIGN_UPS_PER_ADDRESS": "100",
    "COTWEET_API_REQUESTS_OF_STRANGERS": "10000",
    "COTWEET_PASSWORD_GRANT": "true",
    "COTWEET_HOST_RULES_SHOWN_TO": "people",
}


class Recorded:
    """A client that notes the names of the methods that are asked of it."""

    def __init__(self, client: Any, called: set[str]) -> None:
        self._client, self._called = client, called

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if callable(found):
            self._called.add(name)
        return found


@dataclass
class Day:
    """The server, three people, and the methods that were asked."""

    server: RealServer
    folder: Path
    client_id: str = ""
    client_secret: str = ""
    called: set[str] = field(default_factory=set)
    alice: Any = None
    bob: Any = None
    carol: Any = None

    @property
    def base(self) -> str:
        """Where the server is."""
        return self.server.base

    def client(self, token: str | None = None, **options: Any) -> Any:
        """A client of the day's app."""
        made = Mastodon(
            client_id=self.client_id,
            client_secret=self.client_secret,
            access_token=token,
            api_base_url=self.base,
            **options,
        )
        return Recorded(made, self.called)

    def static(self) -> Any:
        """What needs no client."""
        return Recorded(Mastodon, self.called)

    def newer(self, person: Any) -> Any:
        """The same person, who asks for what only later versions of Mastodon have."""
        return self.client(person.access_token, version_check_mode="none")

    def picture(self, colour: str = "teal") -> io.BytesIO:
        """A picture, as a file."""
        made = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(made, "PNG")
        made.seek(0)
        return made


def soon(look: Callable[[], T], seconds: float = 30) -> T:
    """What ``look`` finds, once it finds something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
    return found


def methods() -> dict[str, str]:
    """All that Mastodon.py can be asked: name → family."""
    found = inspect.getmembers(Mastodon, inspect.isroutine)
    return {
        name: method.__module__.removeprefix("mastodon.")
        for name, method in found
        if not name.startswith("_")
    }
