"""People of ours and people of a Fedify server, and what they do to each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activitypub.vocab.terms import PUBLIC
from tests.judges.cast import eventually
from tests.judges.fedify_peer import FedifyPeer, install
from tests.judges.ours import Ours
from tests.servers import RealServer, start_server


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
