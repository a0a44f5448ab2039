"""Tokens with which apps act for accounts, for whoever runs the server."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import Answer, segment
from fedi_cotweet.cli.operating import NameArgument
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, moment

TOKENS = f"{CONTROL}/tokens"


def create(
    session: Session,
    name: NameArgument,
    scopes: Annotated[
        str, typer.Option("--scopes", metavar="TEXT", help="With spaces between them.")
    ] = "read write follow push",
    app: Annotated[
        str, typer.Option("--app", metavar="TEXT", help="As whose token it is listed.")
    ] = "Command line",
    value: Annotated[
        str | None,
        typer.Option(
            "--value",
            metavar="TEXT",
            help="The token itself, in development mode only.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print a token with which an app acts for an account. It is shown this once."""
    document = {"username": name, "scopes": scopes, "application": app}
    if value is not None:
        document["value"] = value
    answer = session.client().post(TOKENS, document)
    session.show(answer, lambda: _token(answer))


def list_all(session: Session) -> None:
    """List the apps and scripts that act for the account."""
    answer = session.client().get(TOKENS)
    session.show(answer, lambda: _tokens(answer))


def revoke(
    session: Session,
    token: Annotated[str, typer.Argument(metavar="ID", help="From: token list")],
) -> None:
    """End a token at once."""
    answer = session.client().delete(f"{TOKENS}/{segment(token)}")
    session.show(answer, lambda: Text("That token is over."))


def _tokens(answer: Answer) -> RenderableType:
    found = answer.document().get("tokens")
    if not isinstance(found, list) or not found:
        return Text("No app acts for this account.")
    table = Table(box=None, pad_edge=False)
    for title in ("Id", "App", "Scopes", "Since", "Last used"):
        table.add_column(title, overflow="fold", no_wrap=title == "Id")
    for entry in found:
        used = entry.get("used_at")
        table.add_row(
            Text(line(str(entry.get("id")))),
            Text(line(str(entry.get("application")))),
            Text(line(str(entry.get("scopes")))),
            Text(moment(entry["created_at"])),
            Text(moment(used) if isinstance(used, int) else "never"),
        )
    return table


def _token(answer: Answer) -> RenderableType:
    document = answer.document()
    text = Text(line(str(document.get("token", ""))), overflow="fold")
    text.append(f"\nScopes: {line(str(document.get('scopes', '')))}. ", style="dim")
    text.append("It is not shown again.", style="dim")
    return text
