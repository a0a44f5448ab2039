"""Tokens with which apps act for accounts, for whoever runs the server."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from fedi_cotweet.cli.client import Answer
from fedi_cotweet.cli.operating import NameArgument
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line

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


def _token(answer: Answer) -> RenderableType:
    document = answer.document()
    text = Text(line(str(document.get("token", ""))), overflow="fold")
    text.append(f"\nScopes: {line(str(document.get('scopes', '')))}. ", style="dim")
    text.append("It is not shown again.", style="dim")
    return text
