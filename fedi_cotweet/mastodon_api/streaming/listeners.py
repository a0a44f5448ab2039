"""One open stream: what it listens to, what waits to be sent, and why it ended."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Final

import orjson

from fedi_cotweet.mastodon_api.streaming.channels import hears_notifications
from fedi_cotweet.services.broadcasting import Channel
from fedi_cotweet.services.tokens import Bearer

MOST_WAITING: Final = 200
"""Messages that wait for a client that reads too slowly; with one more the stream ends."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a stream ended. ``code``: that of a WebSocket's close (RFC 6455, 7.4.1)."""

    code: int
    reason: str


TOKEN_OVER: Final = Ending(1008, "The access token is not valid any more")
TOO_SLOW: Final = Ending(1013, "Too many messages wait to be read")
STOPPING: Final = Ending(1001, "The server is stopping")
NOT_TEXT: Final = Ending(1003, "Only text is understood here")


@dataclass(eq=False, slots=True)
class Message:
    """An event with its payload as text; made once for all to whom it looks alike."""

    event: str
    payload: str
    _frames: dict[tuple[str, ...], str] = field(default_factory=dict)

    def frame(self, names: tuple[str, ...]) -> str:
        """For a WebSocket, on a stream of this name."""
        if names not in self._frames:
            document = {"stream": names, "event": self.event}
            if self.payload:
                document["payload"] = self.payload
            self._frames[names] = orjson.dumps(document).decode()
        return self._frames[names]

    @property
    def server_sent(self) -> bytes:
        """For a stream of server-sent events: JSON has no line breaks."""
        return f"event: {self.event}\ndata: {self.payload}\n\n".encode()


@dataclass(eq=False, slots=True)
class Listener:
    """One connection. Whoever serves it sends what waits, by ``next``, and closes it at the end."""

    bearer: Bearer
    channels: dict[Channel, tuple[str, ...]] = field(default_factory=dict)
    """With the name that its events give."""
    ending: Ending | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when there is an ``ending``."""
    _waiting: deque[tuple[Message, tuple[str, ...]]] = field(default_factory=deque)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def viewer(self) -> int | None:
        """For whom it is; None: for nobody, as of an app alone."""
        return self.bearer.account_id

    def tell(self, message: Message, channel: Channel) -> None:
        """Put a message behind the others, if it is for this one; never waits."""
        names = self.channels.get(channel)
        if self.ending is not None or names is None:
            return
        if (
            message.event == "notification"
            and channel[0] == "user"
            and not hears_notifications(self.bearer.scopes)
        ):
            return
        if len(self._waiting) >= MOST_WAITING:
            self.end(TOO_SLOW)
            return
        self._waiting.append((message, names))
        self._changed.set()

    def end(self, why: Ending) -> None:
        """Nothing more is told; what waits is dropped."""
        if self.ending is None:
            self.ending = why
            self._waiting.clear()
            self._changed.set()
            self.over.set()

    async def next(self) -> tuple[Message, tuple[str, ...]] | None:
        """The message that waits longest and the name of its stream; None at the end."""
        while self.ending is None:
            if self._waiting:
                return self._waiting.popleft()
            self._changed.clear()
            await self._changed.wait()
        return None
