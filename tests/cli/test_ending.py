"""How a server ends when it is told to: soon, and not silently where it takes a while."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_port


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_a_server_that_ends_says_so_while_it_finishes_and_then_does_nothing_more(
    tmp_path: Path,
) -> None:
    port = free_port()
    command = [sys.executable, "-m", "fedi_cotweet.cli.main", "--data", str(tmp_path / "data")]
    server = subprocess.Popen(
        [*command, "up", "--development", "--port", str(port), "--account", "alice"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    while "Sign in" not in (line := server.stdout.readline()):
        assert line, "it did not begin"
    with socket.create_connection(("127.0.0.1", port)) as half:
        head = "POST /users/alice/inbox HTTP/1.1", "Host: x", "Content-Length: 9"
        half.sendall("\r\n".join((*head, "Expect: 100-continue", "", "{")).encode())
        assert half.recv(99).startswith(b"HTTP/1.1 100")  # it is being answered
        server.send_signal(signal.SIGINT)
        while not (line := server.stdout.readline()).startswith("Stopping: finishing"):
            assert line, "it said nothing"
        before = _cpu_seconds(server.pid)
    _, status, used = os.wait4(server.pid, 0)
    server.returncode = os.waitstatus_to_exitcode(status)
    assert server.returncode == 0
    # Python's own end of a process this large takes half a second of work, and more where others
    # work too.
    assert used.ru_utime + used.ru_stime - before < 0.3
    server.stdout.close()


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
