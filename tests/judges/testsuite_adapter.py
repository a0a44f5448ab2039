"""Plugs a server of ours into activitypub-testsuite (github.com/steve-bate/activitypub-testsuite).

A copy of this file is the ``conftest.py`` beside their tests, in a folder outside this project:
README.md says how. People come to be, and get their tokens, through our own API; all else they do
as clients of ActivityPub.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from activitypub_testsuite.fixtures import *  # noqa: F403 - how the suite is plugged in
from activitypub_testsuite.fixtures import ServerSubprocessConfig
from activitypub_testsuite.http.client import HttpxLocalActor, HttpxServerTestSupport

COMMAND = os.environ["SERVER_COMMAND"].split(" ")
DATA = Path(tempfile.mkdtemp(prefix="testsuite-"))
SERIAL = count(1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


PORT, REMOTE_PORT = _free_port(), _free_port()
BASE = f"http://127.0.0.1:{PORT}"


@pytest.fixture(scope="session", autouse=True)
def answering(local_server_subprocess: Any) -> None:
    """The suite waits 10 s for a server to start, which is not enough on a busy machine."""
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            httpx.get(f"{BASE}/.well-known/nodeinfo", timeout=5)
            return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError("the server under test does not answer")


def call(method: str, path: str, account: str = "", **document: Any) -> Any:
    """Our JSON API with the operator's token."""
    token = (DATA / "operator.token").read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}"}
    if account:
        headers["X-Account"] = account
    answer = httpx.request(method, BASE + path, json=document, headers=headers, timeout=30)
    answer.raise_for_status()
    return answer.json()


class Bearer(httpx.Auth):  # type: ignore[misc]
    """A token of our OAuth."""

    def __init__(self, token: str) -> None:
        self.token = token

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers["Authorization"] = f"Bearer {self.token}"
        yield request


class OurActor(HttpxLocalActor):  # type: ignore[misc]
    """Somebody on the server under test, new for every test."""

    def get_actor_uri(self, server: Any, actor_name: str) -> str:
        self.name = f"{actor_name.replace('-', '_')}_{next(SERIAL)}"[:30]
        call("POST", "/api/v1/control/accounts", username=self.name)
        minted = call("POST", "/api/v1/control/tokens", username=self.name, scopes="read write")
        self.auth = Bearer(minted["token"])
        return f"{BASE}/users/{self.name}"

    def make_object(self, properties: Any = None, with_id: bool = True) -> Any:
        """A post of nothing cannot be written here, so those of the suite say something."""
        made = super().make_object(properties, with_id)
        if "Note" in made["type"] and "content" not in made:
            made["content"] = "Just a test..."
        return made

    def make_activity(self, properties: Any = None, with_id: bool = False) -> Any:
        """People are followed and blocked (ActivityPub 6.5 and 6.9): where the suite, to see that
        an ``object`` is asked for, has a Note in that place, somebody else of ours stands there."""
        made = super().make_activity(properties, with_id)
        thing = made.get("object")
        if made["type"] in ("Follow", "Block") and isinstance(thing, dict) and "content" in thing:
            made["object"] = self.server.get_local_actor("somebody_else").id
        return made


class OurServer(HttpxServerTestSupport):  # type: ignore[misc]
    """The server under test."""

    def get_local_actor(self, actor_name: str = "local_actor") -> OurActor:
        return OurActor(self, actor_name)


@pytest.fixture
def server_support(request: Any, remote_base_url: str) -> OurServer:
    return OurServer(BASE, remote_base_url, request)


@pytest.fixture(scope="session")
def server_test_directory() -> str:
    return str(Path(__file__).parent)


@pytest.fixture(scope="session")
def local_base_url() -> str:
    return BASE


@pytest.fixture(scope="session")
def remote_base_url() -> str:
    return f"http://127.0.0.1:{REMOTE_PORT}"


@pytest.fixture(scope="session")
def server_subprocess_config() -> ServerSubprocessConfig:
    command = [*COMMAND, "--data", str(DATA), "up", "--development", "--port", str(PORT)]
    return ServerSubprocessConfig(command, str(DATA))


@pytest.fixture(scope="session")
def testsuite_config() -> dict[str, Any]:
    """What the suite lets a server say of itself: nobody is told that they are blocked."""
    return {"test_actor_blocking": {"status_code": 202}}


@pytest.fixture(scope="session")
def instance_metadata() -> dict[str, str]:
    return {"software": "fedi-cotweet", "name": "fedi_cotweet"}


@pytest.fixture(scope="session")
def report_project_metadata() -> dict[str, str]:
    return {"Name": "fedi_cotweet", "settings": json.dumps({"development": True})}
