"""Passwords and codes of accounts, for whoever runs the server."""

from __future__ import annotations

import getpass
import sys
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.text import Text

from fedi_cotweet.cli.client import Answer, UsageError
from fedi_cotweet.cli.operating import NameArgument
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line


def password(
    session: Session,
    name: NameArgument,
    make: Annotated[
        bool, typer.Option("--make", help="Have one made and printed.", show_default=False)
    ] = False,
) -> None:
    """Give an account a new password. Its browsers and apps have to sign in again.

    It is asked for on the terminal, or read from standard input; on a command line everybody on
    the machine could read it.
    """
    document = {"username": name}
    if not make:
        document["password"] = _read_password()
    answer = session.client().post(f"{CONTROL}/accounts/password", document)
    session.show(answer, lambda: _password(answer, show=make))


def role(
    session: Session,
    name: NameArgument,
    what: Annotated[
        str, typer.Argument(help="moderator, administrator or nobody.", show_default=False)
    ],
) -> None:
    """Let an account look after the server in a browser, at /admin, or no more.

    A moderator answers reports and sign-ups and shuts people out; an administrator also makes rules
    about servers, announcements and emoji.
    """
    answer = session.client().post(f"{CONTROL}/accounts/role", {"username": name, "role": what})
    session.show(answer, lambda: Text(f"{line(name)}: {line(what)}."))


def two_factor_off(session: Session, name: NameArgument) -> None:
    """Ask an account for no codes any more, for whoever lost phone and recovery codes."""
    answer = session.client().post(f"{CONTROL}/accounts/two-factor-off", {"username": name})
    session.show(answer, lambda: Text(f"{line(name)} signs in with the password alone."))


def _read_password() -> str:
    if not sys.stdin.isatty():
        given = sys.stdin.readline(2_000).rstrip("\r\n")
        if not given:
            raise UsageError("There is no password on standard input.", "Or have one made: --make")
        return given
    first = getpass.getpass("New password: ")
    if first != getpass.getpass("The same again: "):
        raise UsageError("These were two different passwords.", "Nothing was changed. Try again.")
    return first


def _password(answer: Answer, *, show: bool) -> RenderableType:
    document = answer.document()
    name = line(str(document.get("username")))
    if show:
        return Text(f"Password of {name}: {line(str(document.get('password')))}")
    return Text(f"{name} has a new password, and is signed out everywhere.")
