"""Somebody with an account on a GoToSocial, and what they do and see in their app."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.judges.cast import eventually

if TYPE_CHECKING:
    from tests.judges.gotosocial_peer import GoToSocial


@dataclass
class Person:
    """Somebody with an account there, as an app that they use."""

    server: GoToSocial
    name: str
    token: str

    @property
    def handle(self) -> str:
        return f"@{self.name}@{self.server.host}"

    def call(self, method: str, path: str, **form: str | Sequence[str]) -> Any:
        """One call of the Mastodon API."""
        data = urllib.parse.urlencode(form, doseq=True).encode() if form else None
        if method == "GET" and data is not None:
            path, data = f"{path}?{data.decode()}", None
        return self._request(method, path, data)

    def _request(
        self, method: str, path: str, data: bytes | None, more: Mapping[str, str] | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "User-Agent": "judge", **(more or {})}
        request = urllib.request.Request(self.server.base + path, data, headers, method=method)
        with self.server.open(request) as response:
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
        return dict(self.search(url)[0])

    def search(self, url: str) -> list[dict[str, Any]]:
        """The same, or none."""
        found = self.call("GET", "/api/v2/search", q=url, resolve="true", type="statuses")
        return list(found["statuses"])

    def account(self, handle: str) -> dict[str, Any]:
        """Somebody anywhere, looked up by their handle."""
        found = self.call("GET", "/api/v2/search", q=handle, resolve="true", type="accounts")
        return dict(found["accounts"][0])

    def towards(self, handle: str, what: str, **form: str) -> dict[str, Any]:
        """``follow``, ``unfollow``, ``block`` … somebody; the relationship after it."""
        path = f"/api/v1/accounts/{self.account(handle)['id']}/{what}"
        return dict(self.call("POST", path, **form or {"judge": "1"}))

    def relation(self, handle: str) -> dict[str, Any]:
        """How this person stands to somebody, as their app is told."""
        who = self.account(handle)["id"]
        return dict(self.call("GET", "/api/v1/accounts/relationships", **{"id[]": who})[0])

    def post(self, text: str, **form: str | Sequence[str]) -> dict[str, Any]:
        """A new public status, or as ``form`` has it."""
        return dict(
            self.call(
                "POST", "/api/v1/statuses", **{"visibility": "public", **form, "status": text}
            )
        )

    def act(self, status: dict[str, Any], what: str) -> dict[str, Any]:
        """``favourite``, ``reblog`` … a status; the status after it."""
        return dict(self.call("POST", f"/api/v1/statuses/{status['id']}/{what}", judge="1"))

    def now(self, status: dict[str, Any]) -> dict[str, Any]:
        """A status as it is now."""
        return dict(self.call("GET", f"/api/v1/statuses/{status['id']}"))

    def context(self, status: dict[str, Any]) -> dict[str, Any]:
        """``ancestors`` and ``descendants`` of a status."""
        return dict(self.call("GET", f"/api/v1/statuses/{status['id']}/context"))

    def home(self) -> list[dict[str, Any]]:
        """The home timeline, newest first."""
        return list(self.call("GET", "/api/v1/timelines/home", limit="40"))

    def at_home(self, uri: str) -> list[dict[str, Any]]:
        """Every entry of the home timeline that shows this post, boosts too.

        GoToSocial 0.20 fills an answer up with the same entries from its database if it remembers
        fewer than were asked for: what is newer than the entry before it is such a one.
        """
        entries = self.home()
        ids = [entry["id"] for entry in entries]
        ordered = next((n for n in range(1, len(ids)) if ids[n] >= ids[n - 1]), len(ids))
        return [it for it in entries[:ordered] if (it["reblog"] or it)["uri"] == uri]

    def arrives(self, uri: str) -> dict[str, Any]:
        """A post, once it is in the home timeline."""
        return eventually(
            lambda: next(iter(self.at_home(uri)), None),
            f"{uri} does not come to {self.handle}",
            seconds=60,
        )

    def told(self, kind: str) -> list[dict[str, Any]]:
        """Notifications of one type, newest first."""
        found = self.call("GET", "/api/v1/notifications", limit="80")
        return [entry for entry in found if entry["type"] == kind]

    def upload(self, picture: bytes, description: str) -> str:
        """The id of an attachment for a status."""
        edge = "judge-of-pictures"
        parts = (
            f'--{edge}\r\nContent-Disposition: form-data; name="description"\r\n\r\n'
            f"{description}\r\n"
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="p.png"\r\n'
            "Content-Type: image/png\r\n\r\n"
        )
        body = parts.encode() + picture + f"\r\n--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return str(self._request("POST", "/api/v2/media", body, kind)["id"])
