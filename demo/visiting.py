"""Visiting the servers over HTTP: as a stranger, as a browser, as somebody else's server."""

from __future__ import annotations

import http.client
import http.cookies
import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from activitypub.signatures.cavage import sign_cavage
from activitypub.signatures.keys import SigningKey, load_private
from activitypub.vocab.terms import ACCEPT
from demo.markup import read_form
from demo.processes import Server

TIMEOUT_SECONDS = 30.0
MOST_REDIRECTS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. ``headers`` have lower-case names; of equal ones the last counts."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def document(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one if it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def ask(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Answer:
    """One request, redirects not followed."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(method, target, body, dict(headers or {}))
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    return Answer(
        url,
        response.status,
        {name.lower(): value for name, value in response.getheaders()},
        content,
        tuple(response.headers.get_all("Set-Cookie") or ()),
    )


def look(url: str, *, page: bool = False) -> Answer:
    """GET as a stranger: a document for programs, or the page that people get."""
    return ask("GET", url, {"Accept": "text/html" if page else ACCEPT})


def key_of(server: Server, person: str) -> SigningKey:
    """Somebody's own key, out of their server's database: to ask in their name."""
    with sqlite3.connect(f"file:{server.database}?mode=ro", uri=True) as database:
        row = database.execute("SELECT rsa_private FROM accounts WHERE username = ?", (person,))
        [pem] = row.fetchone()
    database.close()
    return SigningKey(f"{server.base}/users/{person}#main-key", load_private(pem))


def look_as(url: str, key: SigningKey) -> Answer:
    """GET signed with somebody's key, as their server would."""
    now = time.time_ns() // 1_000_000
    return ask("GET", url, sign_cavage("GET", url, None, key, now, {"Accept": ACCEPT}))


def control(server: Server, method: str, path: str, document: Any = None, person: str = "") -> Any:
    """The JSON API with the operator's token, for what would be a command each time."""
    token = (server.data / "operator.token").read_text(encoding="utf-8").strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    if person:
        headers["X-Account"] = person
    body = None if document is None else json.dumps(document).encode()
    answer = ask(method, server.base + path, headers, body)
    if not 200 <= answer.status < 300:
        raise UnexpectedAnswerError(answer)
    return json.loads(answer.body) if answer.body else None


def control_plain(server: Server, method: str, path: str) -> Any:
    """The control of the plain server."""
    token = (server.data / "control-token").read_text(encoding="utf-8").strip()
    answer = ask(method, server.base + path, {"Authorization": f"Bearer {token}"})
    if answer.status != 200:
        raise UnexpectedAnswerError(answer)
    return json.loads(answer.body)


class UnexpectedAnswerError(Exception):
    """A server refused what it must not refuse."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.url} answered {answer.status}: {answer.text[:500]}")


@dataclass
class Browser:
    """A browser with a cookie jar, for one server."""

    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, url: str) -> Answer:
        """GET a page, with redirects."""
        return self._follow(self._ask("GET", url))

    def sign_in(self, link: str) -> Answer:
        """Open a one-time link, and press the button on its page if there is one."""
        answer = self.open(link)
        form = read_form(answer.text)
        if answer.status != 200 or form is None or "/auth/" not in answer.url:
            return answer
        target = urljoin(answer.url, form.action)
        return self._follow(self._ask("POST", target, urlencode(form.fields).encode()))

    def _follow(self, answer: Answer) -> Answer:
        for _ in range(MOST_REDIRECTS):
            if answer.status not in (301, 302, 303, 307, 308):
                break
            answer = self._ask("GET", urljoin(answer.url, answer.headers["location"]))
        return answer

    def _ask(self, method: str, url: str, body: bytes | None = None) -> Answer:
        headers = {"Accept": "text/html", "User-Agent": "Mozilla/5.0 (demo)"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={text}" for name, text in self.cookies.items())
        if body is not None:
            parts = urlsplit(url)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        answer = ask(method, url, headers, body)
        for line in answer.cookies:
            for name, morsel in http.cookies.SimpleCookie(line).items():
                self.cookies[name] = morsel.value
        return answer
