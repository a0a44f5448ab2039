"""Servers of the demo start whatever else this machine does, and end when they are told to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import processes
from demo.processes import Children, EndedError, Server, StartError, launch_plain
from demo.visiting import look


@pytest.fixture
def children() -> Iterator[Children]:
    found = Children({})
    yield found
    found.close()


def test_a_port_that_somebody_else_took_is_left_to_them(
    children: Children, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = processes._free_port()
    with socket.socket() as taken:
        taken.bind((processes.HOST, 0))
        taken.listen()
        ports = iter([taken.getsockname()[1], free])
        monkeypatch.setattr(processes, "_free_port", lambda: next(ports))
        server = launch_plain(children, "u", tmp_path / "u", "gina")
    assert server.port == free
    assert look(f"{server.base}/users/gina").document()["id"] == f"{server.base}/users/gina"


def test_a_server_that_cannot_start_says_why(children: Children, tmp_path: Path) -> None:
    with pytest.raises(StartError) as error:
        launch_plain(children, "u", tmp_path / "u", "--nobody")
    assert "usage:" in error.value.log


def test_all_are_ended_and_none_is_started_any_more(children: Children, tmp_path: Path) -> None:
    server = launch_plain(children, "u", tmp_path / "u", "gina")
    assert server.process is not None
    children.close()
    assert server.process.poll() is not None
    with pytest.raises(EndedError):
        launch_plain(children, "u", tmp_path / "v", "gina")


def test_settings_of_whoever_runs_the_demo_do_not_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COTWEET_DATABASE", "postgresql://somewhere")
    children = Children({"COTWEET_LOG_FORMAT": "json"})
    finished = children.run(
        "fedi_cotweet.cli.main", ["settings", "--json", "--data", str(tmp_path)]
    )
    assert "postgresql" not in finished.output
    assert '"log_format": {"value": "json"' in finished.output


def test_addresses_are_said_by_the_letter_of_their_server(tmp_path: Path) -> None:
    server = Server("a", tmp_path, 4161)
    text = "http://127.0.0.1:4161/notes/1 @alice@127.0.0.1:4161 http://127.0.0.1:41617/"
    assert server.say(text) == "a/notes/1 @alice@a http://127.0.0.1:41617/"


def test_both_servers_faults_are_found(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text(
        "http://127.0.0.1:1 is up\nINFO demo delivery 1\nERROR demo delivery 2 failed\n"
        'Traceback (most recent call last):\n{"event": "followed", "level": "info"}\n'
        '{"event": "job_failed", "level": "error"}\n'
    )
    assert Server("u", tmp_path).faults() == [
        "job_failed",
        "ERROR demo delivery 2 failed",
        "Traceback (most recent call last):",
    ]
