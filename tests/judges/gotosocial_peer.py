"""Starts a GoToSocial that is already on this machine, and acts for its people over its own API.

``COTWEET_GOTOSOCIAL`` names the binary; its ``web`` folder lies beside it, as in a release. It
listens on loopback only, speaks plain http as our servers in development mode do, and reaches
nothing but loopback.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.judges.cast import eventually
from tests.ports import free_port

BINARY = os.environ.get("COTWEET_GOTOSOCIAL", "")
PASSWORD = "a long pass phrase for a test only 7!"
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


@dataclass
class Person:
    """Somebody with an account there, as an app that they use."""

    server: GoToSocial
    name: str
    token: str

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.server.host}"

    def call(self, method: str, path: str, **form: str) -> Any:
        """One call of the Mastodon API."""
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "judge"}
        if method == "GET" and data is not None:
            path, data = f"{path}?{data.decode()}", None
        request = urllib.request.Request(self.server.base + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read() or b"null")

    def direct_messages(self, containing: str = "") -> list[dict[str, Any]]:
        """Statuses addressed to this person alone, oldest first."""
        found = self.call("GET", "/api/v1/notifications", limit="80")
        statuses = {
            entry["status"]["id"]: entry["status"]
            for entry in found
            if entry["type"] == "mention" and entry["status"]["visibility"] == "direct"
        }
        return [s for _, s in sorted(statuses.items()) if containing in s["content"]]

    def message(self, containing: str) -> dict[str, Any]:
        """The newest direct message with these words, once it is here."""
        return eventually(
            lambda: next(iter(self.direct_messages(containing)[::-1]), None),
            f"no message with {containing!r} for {self.handle}",
            seconds=40,
        )

    def answer(self, message: dict[str, Any], text: str, visibility: str = "direct") -> str:
        """Reply as an app does, with the mention it puts first; the status' id."""
        mention = message["account"]["acct"]
        status = self.call(
            "POST",
            "/api/v1/statuses",
            status=f"@{mention} {text}",
            in_reply_to_id=message["id"],
            visibility=visibility,
        )
        return str(status["id"])

    def find(self, url: str) -> dict[str, Any]:
        """A status anywhere, looked up by its address."""
        found = self.call("GET", "/api/v2/search", q=url, resolve="true", type="statuses")
        return dict(found["statuses"][0])


@dataclass
class GoToSocial:
    """One server in its own process, with a folder of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def base(self) -> str:
        return f"http://{self.host}"

    def _environment(self) -> dict[str, str]:
        web = Path(BINARY).parent / "web"
        settings = {
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
        named = {f"GTS_{name}": value for name, value in settings.items()}
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), **named}

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
                with urllib.request.urlopen(request, timeout=2):
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
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
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
