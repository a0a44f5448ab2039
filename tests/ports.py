"""Ports for servers of tests that no other test of this machine takes in between.

A port that the system chose is given to somebody else as soon as the probe is closed, and a
random one may be chosen twice: so every test process keeps a few neighbouring ports for itself.
"""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from itertools import cycle
from pathlib import Path
from typing import IO

# Of four digits, so that a page shows them at their width; below what the system gives to
# connections; without those a browser refuses to open (fetch specification, "bad port").
_FIRST, _LAST, _TOGETHER = 7000, 9999, 20
_PLACES = range(_FIRST, _LAST + 1, _TOGETHER)

_kept: dict[int, IO[bytes]] = {}
_turns: dict[int, cycle[int]] = {}


def free_port() -> int:
    """A free port of 127.0.0.1, of four digits, which only this process takes."""
    for start in (*_kept, *_PLACES):
        if _keep(start):
            turn = _turns[start]
            for port in (next(turn) for _ in range(_TOGETHER)):
                if is_free(port):
                    return port
    raise RuntimeError(f"All ports from {_FIRST} to {_LAST} are taken by servers or other tests.")


def _keep(start: int) -> bool:
    if start in _kept:
        return True
    folder = Path(tempfile.gettempdir(), f"cotweet-test-ports-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    lock = (folder / str(start)).open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return False
    # A worker begins somewhere else than the last one: what was closed just now is left in peace.
    offset = os.getpid() % _TOGETHER
    _turns[start] = cycle(start + (offset + number) % _TOGETHER for number in range(_TOGETHER))
    _kept[start] = lock
    return True


def is_free(port: int) -> bool:
    """Whether nobody listens there on 127.0.0.1."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
