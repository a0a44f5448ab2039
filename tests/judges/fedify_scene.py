"""People of ours and people of a Fedify server, and what they do to each other."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activitypub.vocab.terms import ACTIVITY_JSON, PUBLIC
from tests.federation.pictures import png
from tests.judges.cast import eventually
from tests.judges.fedify_peer import FedifyPeer, install
from tests.servers import RealServer, start_server

CONTROL = "/api/v1/control"


@dataclass(frozen=True, slots=True)
class Ours:
    """Somebody on our server, using its API."""

    server: RealServer
    name: str

    @property
    def actor(self) -> str:
        return f"{self.server.base}/users/{self.name}"

    @property
    def handle(self) -> str:
        return self.server.handle(self.name)

    def do(self, method: str, path: str, **members: Any) -> Any:
        """A call of the control API as this person."""
        document = members or ({} if method == "POST" else None)
        return self.server.call(method, CONTROL + path, document, account=self.name)

    def post(self, text: str, **members: Any) -> dict[str, Any]:
        """A new post, as shown."""
        return dict(self.do("POST", "/posts", text=text, **members))

    def post_picture(self, text: str, alt: str, folder: Path) -> dict[str, Any]:
        """A new post with a picture."""
        file = folder / "picture.png"
        file.write_bytes(png((200, 30, 30)))
        made = self.server.cli("post", text, "--media", str(file), "--alt", alt, "--as", self.name)
        return dict(made)

    def act(self, post: dict[str, Any], what: str, **members: Any) -> Any:
        """``like``, ``boost``, ``votes`` … on a post."""
        return self.do("POST", f"/posts/{post['id']}/{what}", **members)

    def read(self, uri: str) -> dict[str, Any] | None:
        """A post of the home timeline."""
        posts = self.do("GET", "/timeline")["posts"]
        return next((dict(post) for post in posts if post["uri"] == uri), None)

    def now(self, post: dict[str, Any]) -> dict[str, Any]:
        """A post as it is now."""
        return dict(self.do("GET", f"/posts/{post['id']}"))

    def follows(self) -> int:
        """How many people, of those who agreed."""
        url = f"{self.actor}/following"
        request = urllib.request.Request(url, headers={"Accept": ACTIVITY_JSON})
        with urllib.request.urlopen(request, timeout=10) as response:
            return int(json.load(response)["totalItems"])

    def told(self, words: str) -> bool:
        """Whether a notification says so."""
        told = self.do("GET", "/notifications")["notifications"]
        return any(words in entry["text"] + entry["about"] for entry in told)


@dataclass(frozen=True, slots=True)
class Scene:
    """Alice, carol and dora are ours; the judge, the clerk and the usher are Fedify's."""

    judge: FedifyPeer
    server: RealServer
    alice: Ours
    carol: Ours
    dora: Ours

    def person(self, name: str) -> str:
        """The actor of somebody of Fedify's."""
        return f"{self.judge.origin}/users/{name}"

    def handle(self, name: str) -> str:
        """Their handle."""
        return f"@{name}@" + self.judge.origin.removeprefix("http://")

    def hear(
        self, kind: str, who: Ours, where: Callable[[dict[str, Any]], bool] = lambda _: True
    ) -> dict[str, Any]:
        """What Fedify understands of an activity of ours, which all its verifiers accept.

        ``where`` chooses among those of that kind by the document.
        """
        entry = self.judge.wait_for(kind, who.actor, where=lambda it: where(it["document"]))
        assert (entry["status"], entry["http_signature"]) == (202, True), entry
        assert entry["proof"] is not False, entry
        assert entry["ld_signature"] is not False, entry
        return dict(self.judge.call("understood", index=entry["index"]))

    def hear_about(self, kind: str, who: Ours, uri: str) -> dict[str, Any]:
        """The same, chosen by the id of its object."""
        return self.hear(kind, who, lambda document: id_of(document["object"]) == uri)

    def send(self, activity: dict[str, Any], *, to: Ours, by: str = "judge") -> dict[str, Any]:
        """An activity from Fedify, taken at the first knock; its id and that of its object."""
        sent = self.judge.call("send", to=[to.actor], activity=activity, by=by)
        # Whatever else Fedify sends at that moment stands there too.
        assert {it["status"] for it in sent["knocks"]} == {202}, sent
        return dict(sent)

    def write(self, content: str, *, to: Ours, kind: str = "Note", **more: Any) -> str:
        """A public object by the judge, sent in a Create; its id."""
        uri = f"{self.judge.origin}/{'questions' if kind == 'Question' else 'notes'}/{fresh()}"
        audience = {
            "tos": more.pop("tos", [PUBLIC]),
            "ccs": more.pop("ccs", [f"{self.judge.actor}/followers"]),
        }
        note = self.note(uri, content, kind=kind, **audience, **more)
        self.send({"kind": "Create", "object": note, **audience}, to=to)
        return uri

    def note(self, uri: str, content: str, *, kind: str = "Note", **more: Any) -> dict[str, Any]:
        """The description of an object by the judge."""
        return {
            "kind": kind,
            "id": uri,
            "attribution": self.judge.actor,
            **({"content": content} if "contents" not in more else {}),
            "published": "2026-11-22T10:00:00Z",
            **more,
        }


_made = iter(range(1, 10_000))


def fresh() -> str:
    """A name that no object of the judge has yet."""
    return f"n{next(_made)}"


def id_of(value: Any) -> str | None:
    """The id of an object that is embedded or named."""
    return value.get("id") if isinstance(value, dict) else value


@contextmanager
def open_scene(folder: Path) -> Iterator[Scene]:
    """Both servers, the judge and alice following each other."""
    node = install()
    with (
        start_server(folder / "ours", people=["alice", "carol", "dora"]) as server,
        FedifyPeer(node, log=folder / "judge.log") as judge,
    ):
        alice, carol, dora = (Ours(server, name) for name in ("alice", "carol", "dora"))
        judge.call("follow", actor=alice.actor)
        judge.wait_for("Accept", alice.actor)
        alice.do("POST", "/follow", handle=judge.handle)
        eventually(lambda: alice.follows() == 1, "alice does not follow the judge")
        yield Scene(judge, server, alice, carol, dora)


def following(who: Ours) -> str:
    """Whom somebody follows or asks to, as they export it: handles without their first sign."""
    return str(who.do("GET", "/people/following")["csv"])
