"""Ports of tests: no two processes are given the same."""

from __future__ import annotations

import socket
import subprocess
import sys

from tests.docs.pages import ROOT
from tests.ports import free_port

TAKE = "import sys; from tests.ports import free_port; print([free_port() for _ in range(30)])"


def test_no_other_process_is_given_a_port_of_this_one() -> None:
    ours = {free_port() for _ in range(30)}
    with subprocess.Popen(
        [sys.executable, "-c", f"{TAKE}; sys.stdout.flush(); sys.stdin.read()"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        theirs = {int(port) for port in other.stdout.readline().strip("[]\n").split(",")}
        third = subprocess.run(
            [sys.executable, "-c", TAKE], cwd=ROOT, capture_output=True, text=True, check=True
        )
        other.communicate("")
    last = {int(port) for port in third.stdout.strip("[]\n").split(",")}
    assert theirs
    assert last
    assert not ours & theirs
    assert not ours & last
    assert not theirs & last


def test_a_port_on_which_somebody_listens_is_passed_over() -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert port not in {free_port() for _ in range(45)}
