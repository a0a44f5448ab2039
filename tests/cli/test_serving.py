"""The server's own commands, and what happens when it does not run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

import fedi_cotweet
from fedi_cotweet.cli import reference
from fedi_cotweet.cli.main import app
from fedi_cotweet.cli.serving import free_port
from fedi_cotweet.settings import Settings, definitions
from tests.cli.conftest import TOKEN, Run, Script

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, str | None]]:
    """What the server would have been started with, instead of serving forever."""
    calls: list[tuple[Settings, str | None]] = []
    module: Any = types.ModuleType("fedi_cotweet.process")
    module.run_server = lambda settings, first_account: calls.append((settings, first_account))
    monkeypatch.setitem(sys.modules, "fedi_cotweet.process", module)
    monkeypatch.setattr(fedi_cotweet, "app", module, raising=False)
    return calls


async def test_without_a_server_the_way_to_start_one_is_told(run: Run, tmp_path: Path) -> None:
    shown = await run("invites")
    assert (shown.code, shown.out) == (3, "")
    assert f"fedi-cotweet --data {tmp_path} up" in shown.err


@pytest.mark.parametrize(("process", "code"), [("own", "starting"), ("0", "not_running")])
async def test_a_server_that_is_starting_is_waited_for(
    run: Run, tmp_path: Path, process: str, code: str
) -> None:
    number = str(os.getpid()) if process == "own" else "999999999"
    (tmp_path / "server.starting").write_text(number)
    shown = await run("timeline", "--json")
    assert (shown.code, shown.document["error"]) == (3, f"server_{code}")


async def test_a_server_that_was_killed_is_not_running(run: Run, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (tmp_path / "server.json").write_text(json.dumps({"listen": f"http://127.0.0.1:{port}"}))
    (tmp_path / "operator.token").write_text(TOKEN)
    shown = await run("timeline", "--json")
    assert shown.code == 3
    assert shown.document["error"] == "server_not_running"


@pytest.mark.parametrize("content", ["", "[]", '{"listen": 5}', '{"listen": "file:///etc"}'])
async def test_a_damaged_server_file_is_no_running_server(
    run: Run, tmp_path: Path, content: str
) -> None:
    (tmp_path / "server.json").write_text(content)
    (tmp_path / "operator.token").write_text(TOKEN)
    assert (await run("drafts")).code == 3


async def test_an_error_page_without_reason_is_still_reported(script: Script, run: Run) -> None:
    script.expect("GET", "/api/v1/cotweets", {}, status=500)
    shown = await run("drafts")
    assert shown.code == 1
    assert "status 500" in shown.err
    assert "log" in shown.err


async def test_a_new_account_is_printed_with_its_credentials(script: Script, run: Run) -> None:
    answer = {
        "username": "bob",
        "handle": "@bob@b.example",
        "uri": "https://b.example/users/bob",
        "password": "one two three",
        "sign_in_link": "https://b.example/auth/link/t",
    }
    body = {"username": "bob", "name": "Bob B."}
    script.expect("POST", "/api/v1/control/accounts", answer, body=body)
    shown = await run("account", "create", "bob", "--display-name", "Bob B.")
    for value in ("@bob@b.example", "one two three", "https://b.example/auth/link/t"):
        assert value in shown.out


async def test_a_sign_in_link_is_printed_with_its_end(script: Script, run: Run) -> None:
    answer = {"url": "https://b.example/auth/link/t", "expires_at": 1_795_341_600_000}
    script.expect("POST", "/api/v1/control/sign-in-links", answer, body={"username": "bob"})
    shown = await run("account", "sign-in-link", "bob")
    assert "https://b.example/auth/link/t" in shown.out
    assert "once, until 2026-11-22 10:00 UTC" in shown.out


async def test_up_gives_the_server_its_checked_settings(
    run: Run, tmp_path: Path, served: list[tuple[Settings, str | None]]
) -> None:
    shown = await run("up", "--base-url", "https://a.example", "--account", "alice")
    assert shown.code == 0
    [(settings, first_account)] = served
    assert (settings.data, settings.base_url) == (tmp_path, "https://a.example")
    assert first_account == "alice"
    assert settings.development is False


async def test_up_outside_development_refuses_plain_http(
    run: Run, served: list[tuple[Settings, str | None]]
) -> None:
    shown = await run("up", "--base-url", "http://a.example")
    assert shown.code == 2
    assert "plain http" in shown.err
    assert served == []


def test_up_on_a_port_that_is_taken_says_so_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "fedi_cotweet.cli.main", "--data", str(tmp_path), "up"]
        ended = subprocess.run(
            [*command, "--development", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    said = " ".join(ended.stderr.split())
    assert f"Cannot listen on 127.0.0.1:{port}: address already in use." in said
    assert "choose another place: --port, --host" in said
    assert "Traceback" not in said


async def test_up_in_development_takes_the_next_free_port_and_keeps_it(
    run: Run, tmp_path: Path, served: list[tuple[Settings, str | None]]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) != port
    (tmp_path / "server.json").write_text('{"listen": "http://127.0.0.1:18123"}')
    assert (await run("up", "--development")).code == 0
    assert served[0][0].base_url == "http://127.0.0.1:18123"
    assert (await run("up", "--development", "--port", "18124")).code == 0
    assert served[1][0].base_url == "http://127.0.0.1:18124"


async def test_settings_show_where_each_value_comes_from_but_no_password(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text(
        'max_authors = 3\ndatabase = "postgresql://me:hunter2@db.example/cotweet"\n'
    )
    shown = await run("settings")
    assert "max_authors 3 in" in shown.words
    assert "hunter2" not in "".join(shown.out.split())
    found = (await run("settings", "--json")).document
    assert found["max_authors"]["value"] == 3
    assert found["database"]["value"] == "postgresql://me:***@db.example/cotweet"
    assert set(found) == {item.name for item in definitions()}


async def test_the_version_is_printed(run: Run) -> None:
    assert (await run("version")).out == f"fedi-cotweet {fedi_cotweet.__version__}\n"
    assert (await run("version", "--json")).document == {"version": fedi_cotweet.__version__}


async def test_the_reference_of_settings_is_in_step(run: Run) -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    assert (await run("settings", "--markdown")).out == page


def test_the_reference_of_commands_is_in_step() -> None:
    page = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    assert reference.commands_page(app) == page
