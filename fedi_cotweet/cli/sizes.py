"""What takes how much room."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import Answer
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line

SHOWN = 15
"""Tables that are shown; ``--json`` has all."""


def storage(session: Session) -> None:
    """Show what takes how much room: the database, its tables, files, copies of others."""
    answer = session.client().get(f"{CONTROL}/storage")
    session.show(answer, lambda: _sizes(answer))


def _sizes(answer: Answer) -> RenderableType:
    document: dict[str, Any] = answer.document()
    database, media, copies = (document[name] for name in ("database", "media", "copies"))
    text = Text()
    text.append(f"Database  {_mib(database['octets'])}, of which {_mib(database['free'])} free\n")
    text.append(f"Files     {_mib(media['octets'])}, {media['files']:,} of them on the disk\n")
    text.append(f"Copies    {_mib(copies['octets'])}, {copies['files']:,} of others' files")
    if not document["tables"]:
        return Group(text, Text("\nThis SQLite cannot tell how large its tables are."))
    table = Table(box=None, pad_edge=False)
    table.add_column("\nTable, with its indexes", overflow="fold")
    table.add_column("\nSize", justify="right")
    for row in document["tables"][:SHOWN]:
        table.add_row(line(row["name"]), _mib(row["octets"]))
    rest = document["tables"][SHOWN:]
    if rest:
        table.add_row(f"{len(rest)} others", _mib(sum(row["octets"] for row in rest)))
    return Group(text, table)


def _mib(octets: int) -> str:
    return f"{octets / 2**20:,.1f} MiB"
