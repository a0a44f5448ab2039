"""The process in which files of strangers are decoded: one fork for each, with little to waste.

It holds no secret of the server: a fresh interpreter, an empty environment, no file but those it
is sent. A fork may use so much memory and time; over that the kernel ends it, whatever the decoder
is doing, and with it goes whatever a file made of the decoder.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import resource
import signal
import socket
from typing import Any, Final

from fedi_cotweet.services import films, pictures
from fedi_cotweet.services.errors import ServiceError

MEMORY: Final = 1024 * 1024 * 1024
"""Octets of one fork's addresses: enough for the largest picture there may be, turned upright."""
CPU_S: Final = 30
WALL_S: Final = 90
MAX_MESSAGE: Final = 4_096
OPEN_FILES: Final = 32
GENTLER: Final = 5


def serve(channel: socket.socket) -> None:
    """Decode what comes over ``channel`` until its other end is closed. Single-threaded."""
    pictures.prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forks that end are nobody's concern
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for the server, which closes the channel
    while True:
        message, files, _, _ = socket.recv_fds(channel, MAX_MESSAGE, 4)
        if not message:
            return
        if os.fork() == 0:
            channel.close()
            os._exit(_work(message, *files))
        for file in files:
            os.close(file)
        channel.sendall(b".")


def _work(message: bytes, reply: int, source: int, target: int, preview: int) -> int:
    with socket.socket(fileno=reply) as answers:
        wanted = json.loads(message)
        _bound(int(wanted["most"]))
        try:
            answer = (
                _remake(source, target, preview)
                if wanted["work"] == "film"
                else _decode(wanted, source, target)
            )
        except ServiceError as error:
            answer = {"error": error.code}
        except MemoryError:
            answer = {}
        answers.sendall(json.dumps(answer).encode())
    return 0


def _bound(most: int) -> None:
    """No way back: both limits, the soft and the hard one. ``most``: octets of what it writes."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # libraries complain there
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    signal.setitimer(signal.ITIMER_REAL, WALL_S)  # nothing handles it, so it ends the process
    with contextlib.suppress(OSError):
        os.nice(GENTLER)


def _decode(wanted: dict[str, Any], source: int, target: int) -> dict[str, Any]:
    with os.fdopen(source, "rb") as file:
        file.seek(0)
        octets = file.read()
    bounds = pictures.Bounds(**wanted["bounds"])
    if wanted["work"] == "read":
        found, colours = pictures.read_picture(octets, bounds), None
    else:
        made = pictures.poster_picture if wanted["work"] == "poster" else pictures.clean_picture
        clean = made(octets, bounds)
        found, colours = clean.picture, clean.blurhash
        if len(clean.octets) > wanted["most"]:
            return {"size": len(clean.octets)}
        with os.fdopen(target, "wb") as out:
            out.write(clean.octets)
    return {
        "media_type": found.media_type,
        "width": found.width,
        "height": found.height,
        "blurhash": colours,
    }


def _remake(source: int, target: int, preview: int) -> dict[str, Any]:
    with os.fdopen(source, "rb") as file:
        file.seek(0)
        return dataclasses.asdict(films.remake(file, target, preview))
