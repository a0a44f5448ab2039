"""The server itself: start it, its accounts, its settings."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import socket
import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

import fedi_cotweet
from fedi_cotweet.cli import reference
from fedi_cotweet.cli.client import SERVER_FILE, STARTING_FILE, Answer, CommandError
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, moment
from fedi_cotweet.configuration import load, overview
from fedi_cotweet.packages import ForeignPackageError, check_packages
from fedi_cotweet.settings import SECRET, Value, definitions

ACCOUNTS = "/api/v1/control/accounts"
SIGN_IN_LINKS = "/api/v1/control/sign-in-links"


DevelopmentOption = Annotated[
    bool,
    typer.Option(
        "--development",
        help="Plain http, ports and loopback addresses. Never on the open network.",
        show_default=False,
    ),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        "--base-url",
        metavar="URL",
        help="Where the world reaches this server.",
        show_default=False,
    ),
]
HostOption = Annotated[
    str | None,
    typer.Option("--host", help="Address to listen on.", show_default=False),
]
PortOption = Annotated[
    int | None, typer.Option("--port", help="Port to listen on.", show_default=False)
]
DatabaseOption = Annotated[
    str | None,
    typer.Option("--database", metavar="URL", help="Database to use.", show_default=False),
]
FirstAccountOption = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NAME",
        help="Make this account first if there is none yet, and print its password.",
        show_default=False,
    ),
]


def up(
    session: Session,
    development: DevelopmentOption = False,
    base_url: BaseUrlOption = None,
    host: HostOption = None,
    port: PortOption = None,
    database: DatabaseOption = None,
    first_account: FirstAccountOption = None,
) -> None:
    """Serve: makes what is missing (folder, database, keys, first account) and runs until stopped.

    Every other command talks to the server that this one runs.
    """
    try:
        check_packages()
    except ForeignPackageError as error:
        raise CommandError("foreign_package", str(error)) from None
    options: dict[str, Value] = {
        name: value
        for name, value in (
            ("development", development or None),
            ("base_url", base_url),
            ("listen_host", host),
            ("listen_port", port),
            ("database", database),
        )
        if value is not None
    }
    settings = load(session.data, options=options)
    if settings.development and _undecided(session.data, options):
        options["listen_port"] = _last_port(session.data) or free_port(
            settings.listen_host, settings.listen_port
        )
        settings = load(session.data, options=options)
    starting = session.data / STARTING_FILE
    session.data.mkdir(parents=True, exist_ok=True)
    starting.write_text(str(os.getpid()), encoding="ascii")
    try:
        # What is imported stays: looking for garbage among it is a fifth of what a start costs.
        gc.disable()
        try:
            from fedi_cotweet.process import (
                run_server,  # the other commands start faster without the server
            )
        finally:
            gc.freeze()
            gc.enable()
        run_server(settings, first_account=first_account)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
            raise
        where = f"{settings.listen_host}:{settings.listen_port}"
        raise CommandError(
            "cannot_listen",
            f"Cannot listen on {where}: {os.strerror(error.errno).lower()}.",
            "Stop what listens there, or choose another place: --port, --host",
        ) from None
    finally:
        starting.unlink(missing_ok=True)


def create_account(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The part before the @.")],
    password: Annotated[
        str | None,
        typer.Option(
            "--password",
            metavar="TEXT",
            help="Leave it out to have one made and printed.",
            show_default=False,
        ),
    ] = None,
    display_name: Annotated[
        str | None,
        typer.Option(
            "--display-name", metavar="TEXT", help="Name as others see it.", show_default=False
        ),
    ] = None,
) -> None:
    """Make an account and print how to sign in."""
    document = {"username": name}
    if password:
        document["password"] = password
    if display_name:
        document["name"] = display_name
    answer = session.client().post(ACCOUNTS, document)
    session.show(answer, lambda: _account(answer))


def sign_in_link(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The account.")],
) -> None:
    """Print a link that signs in once, for whoever has lost the password."""
    answer = session.client().post(SIGN_IN_LINKS, {"username": name})
    session.show(answer, lambda: _link(answer))


def settings(
    session: Session,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Print the reference page of all settings."),
    ] = False,
) -> None:
    """Show every setting, its value and where that comes from."""
    if markdown:
        sys.stdout.write(reference.settings_page())
        return
    found = overview(session.data)
    if session.as_json:
        document = {
            name: {"value": _safe(name, value), "source": source} for name, value, source in found
        }
        sys.stdout.write(json.dumps(document) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("Setting", "Value", "From"):
        table.add_column(title, overflow="fold")
    shown = {item.name: item.shown_default for item in definitions()}
    for name, value, source in found:
        given = source != "default"
        text = Text(line(str(_safe(name, value))) if given else shown[name].replace("`", ""))
        table.add_row(Text(name), text, Text(source), style="bold" if given else "dim")
    session.say(table)


def version(session: Session) -> None:
    """Print the version."""
    number = fedi_cotweet.__version__
    sys.stdout.write(
        json.dumps({"version": number}) + "\n" if session.as_json else f"fedi-cotweet {number}\n"
    )


def free_port(host: str, first: int) -> int:
    """The first port from ``first`` on that nobody listens on; ``first`` if 50 are taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(first, min(first + 50, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    return first


def _undecided(data: Path, options: dict[str, Value]) -> bool:
    """Whether nobody chose a port or an address, so that any free port will do."""
    chosen = {name for name, _, source in overview(data) if source != "default"}
    return not {"listen_port", "base_url"} & (chosen | set(options))


def _last_port(data: Path) -> int | None:
    """The port this folder was served on before: its accounts' ids hold it."""
    try:
        address = json.loads((data / SERVER_FILE).read_text(encoding="utf-8"))
        port: int | None = urlsplit(address["listen"]).port
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return port


def _safe(name: str, value: Value) -> str | int | bool | None:
    """A value without secrets, such as the password of a database URL."""
    if name in SECRET and value:
        return "***"
    if value is None or isinstance(value, bool | int):
        return value
    return re.sub(r"(://[^/@]*?):[^/]*@", r"\1:***@", str(value))


def _account(answer: Answer) -> RenderableType:
    document = answer.document()
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for label, member in (
        ("Handle", "handle"),
        ("Actor", "uri"),
        ("Password", "password"),
        ("Sign in", "sign_in_link"),
    ):
        value = document.get(member)
        if isinstance(value, str) and value:
            table.add_row(
                label, line(f"@{value.removeprefix('@')}" if member == "handle" else value)
            )
    return table


def _link(answer: Answer) -> Text:
    document = answer.document()
    text = Text(line(str(document.get("url", ""))), overflow="fold")
    expires_at = document.get("expires_at")
    if isinstance(expires_at, int):
        text.append(f"\nIt works once, until {moment(expires_at)}.", style="dim")
    return text
