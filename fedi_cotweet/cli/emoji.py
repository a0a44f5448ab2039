"""For whoever runs the server: its custom emoji."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import Answer
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line

EMOJI = f"{CONTROL}/emoji"

ShortcodeArgument = Annotated[
    str, typer.Argument(metavar="SHORTCODE", help="Its name: letters, digits and underscores.")
]
FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A PNG, GIF or WebP of at most 256 KiB."),
]


def add(session: Session, shortcode: ShortcodeArgument, file: FileArgument) -> None:
    """Add an emoji to this server: whoever writes :SHORTCODE: here posts the picture.

    Posts that have an older one of this name keep it.
    """
    answer = session.client().upload(EMOJI, file, {"shortcode": shortcode})
    code = line(str(answer.document().get("shortcode")))
    session.show(answer, lambda: Text(f"Everybody here can write :{code}: now."))


def list_all(session: Session) -> None:
    """List the emoji of this server."""
    answer = session.client().get(EMOJI)
    session.show(answer, lambda: _table(answer))


def remove(session: Session, shortcode: ShortcodeArgument) -> None:
    """Offer an emoji no more. Posts that have it keep it."""
    code = shortcode.strip(":")
    answer = session.client().delete(f"{EMOJI}/{quote(code, safe='')}")
    session.show(answer, lambda: Text(f":{line(code)}: is an emoji here no more."))


def _table(answer: Answer) -> RenderableType:
    found = answer.document().get("emoji")
    if not isinstance(found, list) or not found:
        return Text("This server has no emoji of its own.")
    table = Table(box=None, pad_edge=False)
    for title in ("Emoji", "Picture"):
        table.add_column(title, overflow="fold")
    for entry in found:
        code, url = line(str(entry.get("shortcode"))), line(str(entry.get("url")))
        table.add_row(Text(f":{code}:"), Text(url))
    return table
