"""What every command has: the data folder, the acting account, JSON or words.

``--data``, ``--as`` and ``--json`` may stand before the command or after it.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console, Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli.client import Answer, Client, CommandError, RefusedError
from fedi_cotweet.cli.text import plain
from fedi_cotweet.settings_errors import SettingsError

DATA_DEFAULT = Path("data")

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of the server's data. (default: $COTWEET_DATA, else ./data)",
        show_default=False,
    ),
]
AsOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Account to act as. (default: $COTWEET_ACCOUNT, else the only one)",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the API's JSON as it is.", show_default=False)
]


@dataclass(slots=True)
class Session:
    """How one command was called, and where its output goes."""

    data: Path
    account: str | None
    as_json: bool

    def client(self) -> Client:
        """The running server of the data folder. Raises ``NotRunningError``."""
        return Client.open(self.data, self.account)

    def show(self, answer: Answer, render: Callable[[], RenderableType]) -> None:
        """Print an answer: as it is with ``--json``, else what ``render`` makes of it."""
        if self.as_json:
            sys.stdout.write(answer.body.decode("utf-8", "replace").rstrip("\n") + "\n")
        else:
            self.say(render())

    def say(self, *parts: RenderableType) -> None:
        """Print for a person."""
        # What must stay on one line may be longer than the terminal is wide: it breaks that itself.
        _console().print(Group(*parts), crop=False)


def interactive() -> bool:
    """Whether a person can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _console(*, stderr: bool = False) -> Console:
    """Looks at the stream of this moment; without a terminal: no colours, lines of 100."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else 100
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


def remember(
    context: typer.Context,
    data: DataOption = None,
    account: AsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the options that stand before the command."""
    context.obj = (data, account, as_json)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Make ``function(session, ...)`` a command: adds the common options, reports its errors."""
    signature = inspect.signature(function, eval_str=True)
    own = [item for item in signature.parameters.values() if item.name != "session"]
    common = inspect.signature(remember, eval_str=True).parameters.values()

    @functools.wraps(function)
    def run(**given: Any) -> None:
        context: typer.Context = given.pop("context")
        data, account, as_json = context.find_root().obj or (None, None, False)
        session = Session(
            given.pop("data") or data or Path(os.environ.get("COTWEET_DATA") or DATA_DEFAULT),
            given.pop("account") or account or os.environ.get("COTWEET_ACCOUNT") or None,
            given.pop("as_json") or as_json,
        )
        try:
            function(session, **given)
        except SettingsError as error:
            report(CommandError(error.code, error.message, error.fix), as_json=session.as_json)
            raise typer.Exit(2) from None
        except CommandError as error:
            report(error, as_json=session.as_json)
            raise typer.Exit(error.exit_code) from None

    parameters = [item.replace(kind=inspect.Parameter.KEYWORD_ONLY) for item in (*own, *common)]
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {item.name: item.annotation for item in parameters} | {"return": None}
    del run.__wrapped__  # Typer must see the signature above, not the function's own
    return run


def report(error: CommandError, *, as_json: bool = False) -> None:
    """Say what happened and what to do: words to stderr, or the API's form to stdout."""
    if as_json:
        document: dict[str, object] = {
            "error": error.code,
            "message": error.message,
            "fix": error.fix,
        }
        if isinstance(error, RefusedError):
            document["status"] = error.status
        sys.stdout.write(json.dumps(document) + "\n")
        return
    text = Text.assemble((plain(error.message), "bold red"))
    if error.fix:
        text.append("\n" + plain(error.fix))
    _console(stderr=True).print(text, soft_wrap=True)
