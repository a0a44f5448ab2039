"""People who ask for an account, for whoever runs the server."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import Answer
from fedi_cotweet.cli.operating import NameArgument
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, moment

SIGN_UPS = f"{CONTROL}/sign-ups"


def waiting(session: Session) -> None:
    """List who asks for an account, with what they say about it."""
    answer = session.client().get(SIGN_UPS)
    session.show(answer, lambda: _waiting(answer))


def approve(session: Session, name: NameArgument) -> None:
    """Let somebody in who asked for an account. Nobody writes to them: their app works now."""
    answer = session.client().post(f"{SIGN_UPS}/approve", {"username": name})
    handle = line(str(answer.document().get("handle")))
    session.show(answer, lambda: Text(f"{handle} has an account now."))


def reject(session: Session, name: NameArgument) -> None:
    """Turn somebody down who asked for an account. The request is forgotten."""
    answer = session.client().post(f"{SIGN_UPS}/reject", {"username": name})
    session.show(answer, lambda: Text(f"{line(name)} gets no account; the name is free."))


def _waiting(answer: Answer) -> RenderableType:
    found = answer.document().get("sign_ups")
    if not isinstance(found, list) or not found:
        return Text("Nobody asks for an account.")
    table = Table(box=None, pad_edge=False)
    for title in ("Name", "Since", "Says"):
        table.add_column(title, overflow="fold", no_wrap=title != "Says")
    for entry in found:
        cells = (line(str(entry["username"])), moment(entry["created_at"]), line(entry["reason"]))
        table.add_row(*(Text(cell) for cell in cells))
    return table
