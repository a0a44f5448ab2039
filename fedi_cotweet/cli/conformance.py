"""Check whether a server, ours or another, does what FEP-af48 asks for."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import Client, CommandError, UsageError
from fedi_cotweet.cli.session import Session, interactive
from fedi_cotweet.cli.text import line
from fedi_cotweet.configuration import overview
from fedi_cotweet.domain.plurals import count

if TYPE_CHECKING:  # the other commands start faster without the kit
    from fedi_cotweet.conformance.drivers import Driver
    from fedi_cotweet.conformance.outcomes import Report, Result
    from fedi_cotweet.conformance.running import Place, Plan

FAILED = 1
NOT_TRIED = 2

_MARKS = {"passed": ("✓", "green"), "failed": ("✗", "bold red"), "not run": ("·", "yellow")}


_NOTHING = "Nothing could be tried. Name a driver: --driver own, a URL, a command, or ask."


class _NothingTriedError(CommandError):
    exit_code = NOT_TRIED


Url = Annotated[
    str, typer.Argument(metavar="URL", help="Id of the actor to try.", show_default=False)
]
How = Annotated[
    str | None,
    typer.Option(
        "--driver",
        metavar="HOW",
        help="How the actor's user decides: own (the server of --data), a URL, a command, ask "
        "(a person at this terminal), none.",
        show_default="ask in a terminal, else none",
    ),
]
Cases = Annotated[
    list[str] | None,
    typer.Option(
        "--case",
        metavar="ID",
        help="Only these cases; may be repeated, * stands for anything.",
        show_default=False,
    ),
]
Listed = Annotated[
    bool, typer.Option("--list", help="Show the cases and try nothing.", show_default=False)
]
Listen = Annotated[
    str | None,
    typer.Option(
        "--listen",
        metavar="HOST:PORT",
        help="Where the kit's five servers listen: this port and the next four.",
        show_default="127.0.0.1, any free ports",
    ),
]
Bases = Annotated[
    list[str] | None,
    typer.Option(
        "--base",
        metavar="URL",
        help="How the actor's server reaches them; five times, in the order of the ports.",
        show_default=False,
    ),
]
Patience = Annotated[
    float,
    typer.Option("--patience", metavar="SECONDS", help="Longest wait for what must happen."),
]
Grace = Annotated[
    float,
    typer.Option("--grace", metavar="SECONDS", help="How long to watch for what must not."),
]
Seconds = Annotated[float, typer.Option("--seconds", metavar="SECONDS", help="Longest whole run.")]


def conformance(
    session: Session,
    url: Url = "",
    driver: How = None,
    case: Cases = None,
    listed: Listed = False,
    listen: Listen = None,
    base: Bases = None,
    patience: Patience = 15.0,
    grace: Grace = 0.8,
    seconds: Seconds = 170.0,
) -> None:
    """Play the other side of every exchange of FEP-af48 with an actor, and report case by case.

    The kit is a federation of its own: its servers must be reachable for the actor's. Exit codes:
    0 nothing failed, 1 something did, 2 nothing could be tried.
    """
    from fedi_cotweet.conformance.running import choose

    cases = choose(case or [])
    if not cases:
        raise UsageError(f"No case is called {', '.join(case or [])}.", "See them with --list.")
    if listed:
        _list(session)
        return
    if not url.lower().startswith(("https://", "http://")):
        raise UsageError(f'"{line(url)}" is no address.', "Give the actor's id: https://…")
    plan = _plan(session, listen, base or [], patience, grace, seconds)
    report = asyncio.run(_run(session, url, _driver(session, url, driver), plan, case or []))
    _tell(session, report)


def _tell(session: Session, report: Report) -> None:
    """The end of the run, and its exit code."""
    if session.as_json:
        sys.stdout.write(json.dumps(report.document()) + "\n")
    else:
        session.say(_summary(report))
    if not report.conforms:
        raise typer.Exit(FAILED if report.failed else NOT_TRIED)


async def _run(session: Session, url: str, driver: Driver, plan: Plan, ids: list[str]) -> Report:
    from fedi_cotweet.conformance.running import choose, run
    from fedi_cotweet.conformance.target import TargetError

    def tell(result: Result) -> None:
        if not session.as_json:
            session.say(_row(result))

    try:
        return await run(url, driver, plan, choose(ids), tell)
    except TargetError as error:
        raise _NothingTriedError("no_actor", f"{error}.", error.fix) from None
    except OSError as error:
        fix = "Name a free address with --listen HOST:PORT."
        raise _NothingTriedError("cannot_listen", f"The kit cannot listen: {error}.", fix) from None


def _plan(
    session: Session,
    listen: str | None,
    bases: list[str],
    patience: float,
    grace: float,
    seconds: float,
) -> Plan:
    from pathlib import Path

    from activitypub.shell.tls import build_ssl_context
    from fedi_cotweet.conformance.running import Plan
    from fedi_cotweet.conformance.waiting import Waits

    values = {name: value for name, value, _ in overview(session.data)}
    ca_file = values["ca_file"] if isinstance(values["ca_file"], Path) else None
    return Plan(
        _places(listen, bases),
        Waits(patience=patience, grace=grace),
        seconds,
        ssl_context=build_ssl_context(ca_file),
    )


def _places(listen: str | None, bases: list[str]) -> list[Place]:
    from fedi_cotweet.conformance.running import SERVERS, Place, free_places

    if bases and len(bases) != SERVERS:
        raise UsageError(f"--base is needed {SERVERS} times, or not at all.")
    if listen is None:
        places = free_places()
    else:
        host, _, port = listen.rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) <= 65535 - SERVERS:
            raise UsageError(f'"{line(listen)}" is no address to listen on.', "Write HOST:PORT.")
        places = [Place(host.strip("[]"), int(port) + number) for number in range(SERVERS)]
    return [
        Place(place.host, place.port, base.rstrip("/"))
        for place, base in zip(places, bases or [""] * SERVERS, strict=True)
    ]


def _driver(session: Session, url: str, given: str | None) -> Driver:
    from fedi_cotweet.conformance.drivers import CommandDriver, HttpDriver, Nobody, Person
    from fedi_cotweet.conformance.own_driver import OwnDriver

    match given or ("ask" if interactive() else "none"):
        case "own":
            client = Client.open(session.data, session.account)
            account = session.account or urlsplit(url).path.rpartition("/")[2]
            return OwnDriver(client.listen, client.token, account)
        case "ask":
            return Person(lambda text: session.say(Text(line(text), style="bold")), input)
        case "none":
            return Nobody()
        case address if address.startswith(("http://", "https://")):
            return HttpDriver(address)
        case command:
            return CommandDriver(command)


def _list(session: Session) -> None:
    from fedi_cotweet.conformance.cases import CASES

    if session.as_json:
        document = [
            {
                "id": case.id,
                "part": case.part.value,
                "section": case.section,
                "severity": case.severity.value,
                "title": case.title,
            }
            for case in CASES.values()
        ]
        sys.stdout.write(json.dumps(document) + "\n")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("Case", "The actor is", "", "What it does", "Section"):
        table.add_column(title, overflow="fold")
    for case in CASES.values():
        table.add_row(case.id, case.part.value, case.severity.value, case.title, case.section)
    session.say(table)


def _row(result: Result) -> RenderableType:
    mark, style = _MARKS[result.state.value]
    text = Text(f"{mark} ", style=style).append(result.id, style="bold")
    text.append(f"  {line(result.title)}")
    if result.why:
        where = f"{result.state.value} ({result.severity}, “{result.section}”)"
        text.append(f"\n    {where}: {line(result.why)}", style=style)
    return text


def _summary(report: Report) -> RenderableType:
    counts = ", ".join(f"{number} {state}" for state, number in report.counts().items())
    text = Text(f"\n{counts}, in {report.seconds:.0f} s.", style="bold")
    if not report.conforms:
        said = f"{count(len(report.failed), 'case')} failed." if report.failed else _NOTHING
        text.append(f"\n{said}", style="bold red")
    if report.left:
        text.append(f"\nNot everything is as it was before: {line(report.left)}", style="yellow")
    return text
