"""For whoever runs the server: relays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line
from fedi_cotweet.services.views import RelayView

RELAYS = f"{CONTROL}/relays"
STATES = {
    "pending": "asked, no answer yet",
    "accepted": "subscribed",
    "rejected": "it said no",
}


def add(
    session: Session,
    address: Annotated[
        str,
        typer.Argument(
            metavar="ADDRESS",
            help="Its inbox (https://relay.example/inbox) or actor (https://relay.example/relay).",
        ),
    ],
) -> None:
    """Subscribe to a relay: public posts of its servers come here, and ours go there."""
    answer = session.client().post(RELAYS, {"address": address})

    def render() -> RenderableType:
        view = read_view(RelayView, answer.document())
        return Text(f"Asked {line(view.address)}. What it says: fedi-cotweet relays list")

    session.show(answer, render)


def list_all(session: Session) -> None:
    """List the relays of this server."""
    answer = session.client().get(RELAYS)
    session.show(answer, lambda: _table(read_list(RelayView, answer.document(), "relays")))


def remove(
    session: Session,
    relay: Annotated[str, typer.Argument(metavar="RELAY", help="Its id, from `relays list`.")],
) -> None:
    """Leave a relay: nothing goes there or is taken from there any more."""
    answer = session.client().delete(f"{RELAYS}/{segment(relay)}")
    session.show(answer, lambda: Text("Left."))


def _table(found: Sequence[RelayView]) -> RenderableType:
    if not found:
        return Text("This server subscribes to no relay.")
    table = Table(box=None, pad_edge=False)
    for title in ("Relay", "Address", "State"):
        table.add_column(title, overflow="fold")
    for view in found:
        state = STATES.get(view.state, view.state)
        table.add_row(Text(view.id), Text(line(view.address)), Text(state))
    return table
