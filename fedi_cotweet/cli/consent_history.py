"""The consent log of a co-tweet in words: when, who, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.text import line, moment

_DID: Final[Mapping[str, str]] = {
    "offer": "asked {of} to be an author",
    "accept": "agreed",
    "decline": "said no",
    "expire": "{of} did not answer in time",
    "withdraw": "withdrew the invite to {of}",
    "supersede": "replaced the question to {of} by another one",
    "publish": "published it, with {of} as an author",
    "lapse": "the consent of {of} ran out: it was never published",
    "leave": "took their name off",
    "remove": "took {of} off",
    "delete": "deleted the post",
    "change:applied": "published the change",
    "change:cancelled": "called the change off",
    "answer:accept": "answered yes by message",
    "answer:decline": "answered no by message",
    "verdict:verified": "is shown as an author: their consent was checked",
    "verdict:revoked": "is not shown any more: they took their consent back",
    "verdict:invalid": "is not shown: their consent is not to this version",
    "verdict:unknown": "is not shown: their server gave no answer",
    "credit:offer": "asked somebody to be named under a picture",
    "credit:accept": "agreed to be named under a picture",
    "credit:decline": "does not want to be named under a picture",
    "credit:leave": "took their name off a picture",
    "credit:withdraw": "took back a question about a picture",
    "credit:expire": "a question about a picture was not answered in time",
    "credit:delete": "deleted the post with the picture",
}
_WHY: Final[Mapping[str, str]] = {
    "edit": "because the text changed",
    "discard": "and threw the draft away",
    "cancelled": "because the change was called off",
    "shorter list": "to ask again with fewer authors",
    "shorter text": "to ask again with fewer names in the text",
    "left out": "and goes on without them",
    "gone": "because they are not there any more",
    "removed": "because they were taken off",
    "left": "because they left",
    "degraded": "because that server ended posts with several authors",
}
_BY_TIME: Final = frozenset({"expire", "lapse", "credit:expire"})
_SHOWN: Final = ("why", "reason", "how")


def log(document: Mapping[str, Any], *, details: bool) -> RenderableType:
    """All entries, oldest first; ``details`` adds the identifiers, one below the other."""
    parts: list[RenderableType] = [
        Text(f"Consent log of {line(str(document['object']))}", style="bold", overflow="fold")
    ]
    for entry in document["log"]:
        row = Table.grid(padding=(0, 2))
        row.add_column(style="dim", no_wrap=True)
        row.add_column(overflow="fold")
        row.add_row(moment(entry["at"]), _sentence(entry))
        parts.append(row)
        if details:
            parts += [
                Padding(Text(f"{line(name)}  {line(str(value))}", "dim", overflow="fold"), (0, 4))
                for name, value in _details(entry)
            ]
    return Group(*parts)


def _sentence(entry: Mapping[str, Any]) -> Text:
    move, detail = str(entry["move"]), entry["detail"]
    of = f"@{line(entry['concerns'])}" if entry.get("concerns") else "somebody"
    words = _DID.get(move, line(move)).format(of=of)
    if detail.get("why") in _WHY and move != "change:cancelled":
        words += f" {_WHY[detail['why']]}"
    if detail.get("how"):
        words += f" ({line(str(detail['how']))})"
    if detail.get("reason") and not move.startswith("verdict:"):
        words += f": {line(str(detail['reason']))}"
    if move in _BY_TIME:
        return Text(f"{words[:1].upper()}{words[1:]}.")
    who = f"@{line(entry['handle'])}" if entry["handle"] else line(entry["actor"])
    return Text(f"{who} ", style="bold").append(f"{words}.", style="not bold")


def _details(entry: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = [(name, entry[name]) for name in ("offer", "digest", "stamp", "key") if entry[name]]
    return found + [(name, value) for name, value in entry["detail"].items() if name not in _SHOWN]
