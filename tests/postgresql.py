"""A PostgreSQL cluster of the tests' own: made, started, stopped and thrown away.

Uses the installed server programs (on PATH or where Debian keeps them). PostgreSQL refuses to run
as root, so then it runs as ``postgres`` or ``nobody``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

REQUIRE = "COTWEET_REQUIRE"
"""Environment variable: names what may not be skipped, such as ``postgresql``."""


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, newest version first; None without them."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    on_path = shutil.which("postgres")
    if on_path:
        found.insert(0, Path(on_path).resolve())
    for path in reversed(found):
        if (path.parent / "initdb").exists():
            return path.parent
    return None


def skip_or_fail(reason: str) -> None:
    """Skip the test, or fail it when the run was told to have PostgreSQL."""
    if "postgresql" in os.environ.get(REQUIRE, ""):
        pytest.fail(f"{reason} ({REQUIRE} asks for it)")
    pytest.skip(reason)


@contextlib.contextmanager
def cluster() -> Iterator[str]:
    """Run a fresh server; gives a URL up to the database name: ``postgresql://...:port``."""
    bin_dir = programs()
    if bin_dir is None:
        skip_or_fail("PostgreSQL is not installed: no initdb and postgres found")
        return
    user = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="cotweet-pg-"))
    try:
        if user:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        yield from _running(bin_dir, folder, user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _running(bin_dir: Path, folder: Path, user: str | None) -> Iterator[str]:
    data = folder / "data"
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    made = subprocess.run(
        [bin_dir / "initdb", "-D", data, "-U", "cotweet", "-A", "trust", "-E", "UTF8", "-N"],
        user=user,
        group=_group(user),
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")
    port = _free_port()
    options = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        # The data is thrown away: nothing here needs to survive a crash.
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "autovacuum": "off",
        # Tables of some rows: what a compiled plan saves is less than its compiling takes.
        "jit": "off",
        "max_connections": "60",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [bin_dir / "postgres", "-D", data, *(f"--{k}={v}" for k, v in options.items())],
            user=user,
            group=_group(user),
            env=environment,
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(server, port, folder / "log")
        yield f"postgresql://cotweet@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGINT)  # "fast": ends connections, then stops
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and server.poll() is None:
        if b"ready to accept connections" in log.read_bytes():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')}")


def _unprivileged() -> str | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("PostgreSQL does not run as root, and there is no user to run it as")


def _group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
