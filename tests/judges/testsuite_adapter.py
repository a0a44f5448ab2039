"""Plugs a server of ours into activitypub-testsuite (github.com/steve-bate/activitypub-testsuite).

A copy of this file is the ``conftest.py`` beside their tests, in a folder outside this project:
README.md says how. What a person does through the client-to-server API there, they do here through
our own API, as long as there is no ``POST outbox``: write a post, follow. Nobody accepts a follow
by hand.
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


class OurActor(HttpxLocalActor):  # type: ignore[misc]
    """Somebody on the server under test, new for every test."""

    def get_actor_uri(self, server: Any, actor_name: str) -> str:
        self.name = f"{actor_name.replace('-', '_')}_{next(SERIAL)}"[:30]
        call("POST", "/api/v1/control/accounts", username=self.name)
        return f"{BASE}/users/{self.name}"

    def setup_object(self, properties: Any = None, with_id: bool = True) -> Any:
        text = (properties or {}).get("content") or "Just a test..."
        view = call("POST", "/api/v1/control/posts", self.name, text=text)
        return self.get_json(view["uri"])

    def setup_activity(self, properties: Any = None, with_id: bool = False) -> Any:
        if properties.get("type") != "Follow":
            return super().setup_activity(properties, with_id)
        asked = str(properties["object"])
        call("POST", "/api/v1/control/follow", self.name, handle=asked)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for request in reversed(self.server.httpd.requests):
                sent = request.json or {}
                if sent.get("type") == "Follow" and sent.get("actor") == self.id:
                    return sent
            time.sleep(0.05)
        raise AssertionError("the Follow was not delivered")

    def post(self, url: str, data: Any, exception: bool = True, media_type: Any = None) -> Any:
        if url == self.outbox and data.get("type") == "Accept":
            # Follows of people who approve nobody by hand are accepted as they come.
            time.sleep(1)
            return httpx.Response(201, headers={"Location": data["object"]})
        return super().post(url, data, exception, media_type)


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
def instance_metadata() -> dict[str, str]:
    return {"software": "fedi-cotweet", "name": "fedi_cotweet"}


@pytest.fixture(scope="session")
def report_project_metadata() -> dict[str, str]:
    return {"Name": "fedi_cotweet", "settings": json.dumps({"development": True})}
