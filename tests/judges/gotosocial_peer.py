"""Starts a GoToSocial that is already on this machine, and acts for its people over its own API.

``COTWEET_GOTOSOCIAL`` names the binary; its ``web`` folder lies beside it, as in a release. It
listens on loopback only, speaks plain http as our servers in development mode do, and reaches
nothing but loopback.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.judges.gotosocial_person import Person
from tests.ports import free_port

BINARY = os.environ.get("COTWEET_GOTOSOCIAL", "")
PASSWORD = "a long pass phrase for a test only 7!"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass
class GoToSocial:
    """One server in its own process, with a folder of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    trusted: ssl.SSLContext | None = None
    """For https: whom those who use it believe."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What it finds in its environment, beside its settings."""
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"http://{self.host}"

    def open(self, request: urllib.request.Request, seconds: float = 30) -> Any:
        """The answer to a request."""
        return urllib.request.urlopen(request, timeout=seconds, context=self.trusted)

    def look(self, url: str) -> bytes:
        """What is at an address."""
        with self.open(urllib.request.Request(url, headers={"User-Agent": "judge"})) as response:
            return bytes(response.read())

    def settings(self) -> dict[str, str]:
        """By the names of their environment variables, without what these begin with."""
        web = Path(BINARY).parent / "web"
        return {
            "HOST": self.host,
            "PROTOCOL": "http",
            "BIND_ADDRESS": "127.0.0.1",
            "PORT": str(self.port),
            "DB_TYPE": "sqlite",
            "DB_ADDRESS": str(self.folder / "sqlite.db"),
            "STORAGE_LOCAL_BASE_PATH": str(self.folder / "storage"),
            "WEB_TEMPLATE_BASE_DIR": f"{web}/template/",
            "WEB_ASSET_BASE_DIR": f"{web}/assets/",
            "LETSENCRYPT_ENABLED": "false",
            "HTTP_CLIENT_ALLOW_IPS": "127.0.0.1/32",
            "HTTP_CLIENT_INSECURE_OUTGOING": "true",
            "INSTANCE_FEDERATION_SPAM_FILTER": "false",
            "ADVANCED_RATE_LIMIT_REQUESTS": "0",
            "ADVANCED_THROTTLING_MULTIPLIER": "0",
            "LOG_LEVEL": "info",
        }

    def _environment(self) -> dict[str, str]:
        named = {f"GTS_{name}": value for name, value in self.settings().items()}
        places = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        return {**places, **self.environment, **named}

    def _command(self, *arguments: str) -> None:
        subprocess.run(
            [BINARY, *arguments],
            env=self._environment(),
            cwd=self.folder,
            check=True,
            capture_output=True,
            timeout=120,
        )

    def create(self, name: str) -> None:
        """Make an account, confirmed. The server must have run once, and not run now."""
        account = ["admin", "account", "create", "--username", name]
        self._command(*account, "--email", f"{name}@example.org", "--password", PASSWORD)
        self._command("admin", "account", "confirm", "--username", name)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "log.txt").open("ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "server", "start"],
                env=self._environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError((self.folder / "log.txt").read_text()[-3000:])
            try:
                request = urllib.request.Request(
                    f"{self.base}/api/v1/instance", headers={"User-Agent": "judge"}
                )
                with self.open(request, 2):
                    return
            except OSError:
                time.sleep(0.2)
        raise AssertionError("GoToSocial does not answer")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def sign_in(self, name: str) -> Person:
        """A token for an app of theirs, by the way that every app goes."""
        jar = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(jar),
            urllib.request.HTTPSHandler(context=self.trusted),
        )
        browser.addheaders = [("User-Agent", "judge"), ("Accept", "text/html,application/json")]

        def post(path: str, **form: str) -> tuple[str, bytes]:
            data = urllib.parse.urlencode(form).encode()
            with browser.open(self.base + path, data, timeout=30) as response:
                return response.url, response.read()

        app = json.loads(
            post(
                "/api/v1/apps",
                client_name="judge",
                redirect_uris=OUT_OF_BAND,
                scopes="read write",
            )[1]
        )
        asked = {
            "client_id": app["client_id"],
            "redirect_uri": OUT_OF_BAND,
            "response_type": "code",
            "scope": "read write",
        }
        with browser.open(f"{self.base}/oauth/authorize?{urllib.parse.urlencode(asked)}") as page:
            page.read()
        post("/auth/sign_in", username=f"{name}@example.org", password=PASSWORD)
        landed, _ = post("/oauth/authorize")
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(landed).query)["code"][0]
        token = json.loads(
            post(
                "/oauth/token",
                grant_type="authorization_code",
                code=code,
                client_id=app["client_id"],
                client_secret=app["client_secret"],
                redirect_uri=OUT_OF_BAND,
                scope="read write",
            )[1]
        )
        return Person(self, name, token["access_token"])
