"""Where streams are opened: one WebSocket for many, or one request for one (server-sent events).

Server-sent events are written by hand: Mastodon's are not those of the standard in all points
(``:)`` at the beginning, ``:thump`` as heartbeat), and the rest is three lines.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
import orjson
from aiohttp import WSMsgType, web

from fedi_cotweet.mastodon_api.answers import open_to_browsers
from fedi_cotweet.mastodon_api.calls import Call, protocols
from fedi_cotweet.mastodon_api.errors import ApiError
from fedi_cotweet.mastodon_api.operations.operation import Endpoint
from fedi_cotweet.mastodon_api.streaming.channels import channel_of
from fedi_cotweet.mastodon_api.streaming.hub import HUB
from fedi_cotweet.mastodon_api.streaming.listeners import NOT_TEXT, STOPPING, Listener
from storage.engine import Tx

HEARTBEAT_S: Final = 15.0
"""Between heartbeats of server-sent events; of WebSockets twice that, as in Mastodon."""
LOOK_S: Final = 1.0
"""How often is looked whether a client of server-sent events is still there."""
CLOSE_S: Final = 1.0
"""How long a client may take to let itself be closed."""
MOST_CHANNELS: Final = 50
"""On one WebSocket."""
LONGEST_MESSAGE: Final = 4096


class Which(msgspec.Struct):
    """Which of the posts of a public stream."""

    only_media: bool = False


async def connect(call: Call) -> web.StreamResponse:
    """A WebSocket on which streams are subscribed to."""
    socket = web.WebSocketResponse(
        heartbeat=2 * HEARTBEAT_S,
        timeout=CLOSE_S,
        max_msg_size=LONGEST_MESSAGE,
        compress=False,
        protocols=protocols(call.request),
    )
    if not socket.can_prepare(call.request):
        raise ApiError(400, "Unknown channel requested")
    async with _joined(call) as listener:
        refused = None
        if call.request.query.get("stream"):
            # Before the client knows that it is connected: nothing is missed from then on.
            refused = await _subscribe(call, listener, call.request.query)
        await socket.prepare(call.request)
        await _answer(socket, refused)
        tasks = [
            asyncio.create_task(_send(socket, listener)),
            asyncio.create_task(_close(call, socket, listener)),
        ]
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await _said(call, socket, listener, message.data)
                elif message.type is WSMsgType.BINARY:
                    listener.end(NOT_TEXT)
            if listener.ending is not None:
                await asyncio.wait([tasks[1]], timeout=2 * CLOSE_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    return socket


def listen_to(name: str) -> Endpoint:
    """The endpoint of one stream as server-sent events."""

    async def listen(call: Call) -> web.StreamResponse:
        media = name.startswith("public") and call.query(Which).only_media
        async with _joined(call) as listener:
            await _add(call, listener, f"{name}:media" if media else name, call.request.query)
            response = web.StreamResponse(
                headers={
                    "Content-Type": "text/event-stream",
                    "Cache-Control": "private, no-store",
                    "X-Accel-Buffering": "no",
                    "X-Content-Type-Options": "nosniff",
                }
            )
            open_to_browsers(response)
            await response.prepare(call.request)
            cutting = asyncio.create_task(_cut(call, listener))
            try:
                await _write(call, response, listener)
            finally:
                cutting.cancel()
        return response

    return listen


@asynccontextmanager
async def _joined(call: Call) -> AsyncIterator[Listener]:
    assert call.bearer is not None
    hub, listener = call.request.app[HUB], Listener(call.bearer)
    await hub.join(listener)
    try:
        yield listener
    finally:
        hub.leave(listener)


async def _add(call: Call, listener: Listener, name: str, given: Mapping[str, Any]) -> None:
    """Listen to a stream too. Raises ``ApiError``."""
    tag, list_id = str(given.get("tag") or ""), str(given.get("list") or "")

    def read(tx: Tx) -> tuple[tuple[str, int | str], tuple[str, ...]]:
        return channel_of(tx, listener.bearer, name, tag=tag, list_id=list_id)

    channel, names = await call.site.read(read)
    if channel not in listener.channels and len(listener.channels) >= MOST_CHANNELS:
        raise ApiError(429, f"One connection has at most {MOST_CHANNELS} streams")
    listener.channels.setdefault(channel, names)


# --- WebSockets ---


async def _said(call: Call, socket: web.WebSocketResponse, listener: Listener, text: str) -> None:
    """A client said something: what is not understood is passed over, as Mastodon does."""
    try:
        given = orjson.loads(text)
    except orjson.JSONDecodeError:
        return
    if not isinstance(given, dict):
        return
    if given.get("type") == "subscribe":
        await _answer(socket, await _subscribe(call, listener, given))
    elif given.get("type") == "unsubscribe":
        name = _name(given)
        wanted = tuple(str(given[key]) for key in ("tag", "list") if given.get(key))
        for channel, names in list(listener.channels.items()):
            if names in ((name,), (name, *wanted)):
                del listener.channels[channel]


async def _subscribe(call: Call, listener: Listener, given: Mapping[str, Any]) -> ApiError | None:
    """Listen to what a client asks for, or why not."""
    try:
        await _add(call, listener, _name(given), given)
    except ApiError as error:
        return error
    return None


async def _answer(socket: web.WebSocketResponse, refused: ApiError | None) -> None:
    if refused is not None:
        with contextlib.suppress(ConnectionError):
            await socket.send_json({"error": refused.text, "status": refused.status})


def _name(given: Mapping[str, Any]) -> str:
    name = given.get("stream")
    return str(name[0] if isinstance(name, list) and name else name)


async def _send(socket: web.WebSocketResponse, listener: Listener) -> None:
    with contextlib.suppress(ConnectionError):
        while (found := await listener.next()) is not None:
            message, names = found
            await socket.send_str(message.frame(names))


async def _close(call: Call, socket: web.WebSocketResponse, listener: Listener) -> None:
    """At the end: say why, and do not wait for a client that does not read."""
    await listener.over.wait()
    ending = listener.ending or STOPPING
    with contextlib.suppress(TimeoutError, ConnectionError):
        async with asyncio.timeout(CLOSE_S):
            await socket.close(code=ending.code, message=ending.reason.encode())
            return
    _abort(call)


# --- server-sent events ---


async def _write(call: Call, response: web.StreamResponse, listener: Listener) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        await response.write(b":)\n")
        beat = loop.time() + HEARTBEAT_S
        while not _hung_up(call):
            found = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    found = await listener.next()
            if listener.ending is not None:
                await response.write(f": {listener.ending.reason}\n\n".encode())
                await response.write_eof()
                return
            if found is not None:
                await response.write(found[0].server_sent)
            elif loop.time() >= beat:
                await response.write(b":thump\n")
            else:
                continue
            beat = loop.time() + HEARTBEAT_S


async def _cut(call: Call, listener: Listener) -> None:
    """The same for a client that does not read."""
    await listener.over.wait()
    await asyncio.sleep(CLOSE_S)
    _abort(call)


def _hung_up(call: Call) -> bool:
    transport = call.request.transport
    return transport is None or transport.is_closing()


def _abort(call: Call) -> None:
    transport = call.request.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
