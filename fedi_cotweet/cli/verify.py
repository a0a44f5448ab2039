"""Verify a post from anywhere: who of its authors really agreed to it."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import CommandError, UsageError
from fedi_cotweet.cli.pieces import whole
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import distance, line, moment
from fedi_cotweet.configuration import overview
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.settings_errors import SettingValueError

if TYPE_CHECKING:  # the other commands start faster without the protocol
    from fedi_cotweet.operations.conditions import Condition
    from fedi_cotweet.operations.reports import CoAuthor, Proof, Report

NOT_VERIFIED = 1
NOT_FETCHED = 4

_MARKS = {
    "verified": ("✓", "bold green"),
    "stale": ("✗", "bold yellow"),
    "revoked": ("✗", "bold red"),
    "unknown": ("?", "bold yellow"),
    "invalid": ("✗", "bold red"),
}
_ANSWERS = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("·", "dim")}


class _NothingToVerifyError(CommandError):
    exit_code = NOT_FETCHED


def verify(
    session: Session,
    url: Annotated[str, typer.Argument(metavar="URL", help="Address of a post or of its page.")],
    development: Annotated[
        bool,
        typer.Option(
            "--development",
            help="Also fetch over plain http, from any port and from this machine.",
            show_default=False,
        ),
    ] = False,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="With the digests, the other authors and every condition.",
            show_default=False,
        ),
    ] = False,
) -> None:
    """Check a post on any server, author by author: who agreed to exactly this text?

    Fetches the post and its stamps as any stranger can; needs no server of your own. Exit codes:
    0 all authors verified, 1 some are not, 4 the post could not be fetched.
    """
    from fedi_cotweet.operations.locating import NotFetchedError

    if not url.lower().startswith(("https://", "http://")):
        raise UsageError(f'"{line(url)}" is no address.', "Give one that begins with https://")
    values = {name: value for name, value, _ in overview(session.data)}
    ca_file = values["ca_file"] if isinstance(values["ca_file"], Path) else None
    try:
        report = asyncio.run(_verify(session.data, url, development, values, ca_file))
    except NotFetchedError as error:
        if error.code == "bad_address":
            fix = "For servers on this machine: fedi-cotweet verify --development URL"
            raise UsageError(str(error), fix) from None
        raise _NothingToVerifyError(error.code, error.message, error.fix) from None
    except OSError as error:
        raise SettingValueError(f"ca_file cannot be read: {error}.", "Name a PEM file.") from None
    if session.as_json:
        sys.stdout.write(json.dumps(report.document()) + "\n")
    else:
        session.say(render(report, _now(), details=details))
    if not report.verified:
        raise typer.Exit(NOT_VERIFIED)


async def _verify(
    data: Path,
    url: str,
    development: bool,
    values: Mapping[str, object],
    ca_file: Path | None,
) -> Report:
    from fedi_cotweet.operations.own_key import instance_key
    from fedi_cotweet.operations.verify import verify_url

    return await verify_url(
        url,
        development=development or values["development"] is True,
        ca_file=ca_file,
        clock=_now,
        key=await instance_key(data),
    )


def _now() -> int:
    return time.time_ns() // 1_000_000


def render(report: Report, now: int, *, details: bool = False) -> RenderableType:
    """The report for a terminal; ``details`` adds what is needed to check it by hand.

    Nothing in it acts there: strangers wrote all of it.
    """
    title = whole(Text(line(report.id), style="bold"))
    facts = [line(report.kind)]
    if report.published_at is not None:
        facts.append(f"published {moment(report.published_at)}")
    if report.updated_at is not None:
        facts.append(f"edited {moment(report.updated_at)}")
    if report.files:
        facts.append(_files(report))
    parts: list[RenderableType] = [title, Text(", ".join(facts), style="dim"), Text()]
    good = report.primary.verified
    parts.append(_author("✓" if good else "✗", "bold green" if good else "bold red",
                         report.primary.sentence))  # fmt: skip
    for author in report.co_authors:
        mark, style = _MARKS[str(author.state)]
        parts += [Text(), _author(mark, style, author.sentence, str(author.state))]
        parts += _evidence(author, now, details=details)
    for entry in report.companions:
        parts += [Text(), _author("✓", "bold green", entry.sentence, "agreed by reply")]
        parts.append(whole(Text(f"  {line(entry.note)}", style="dim")))
    parts += [Text(), Text(line(report.summary), style="bold green" if report.verified else "bold")]
    return Group(*parts)


def _author(mark: str, style: str, sentence: str, state: str = "") -> Text:
    text = Text(f"{mark} ", style=style, overflow="fold").append(line(sentence), style="bold")
    return text.append(f"  {state}", style=style) if state else text


def _evidence(author: CoAuthor, now: int, *, details: bool) -> list[RenderableType]:
    """What shows it: the stamp, and what does not hold; with ``details`` all that was looked at."""
    facts: list[tuple[str, str]] = []
    if author.stamp is not None:
        facts.append(("stamp", line(author.stamp)))
    if author.issued_at is not None:
        issued = f"{moment(author.issued_at)}, {distance(author.issued_at, now)}"
        told = not details and author.stamp_digest is not None and author.proof.state != "none"
        facts.append(("issued", f"{issued}; proof {_proof(author.proof)}" if told else issued))
    same = author.stamp_digest == author.post_digest
    if author.stamp_digest is not None and (details or not same):
        facts.append(("agreed to", line(author.stamp_digest)))
        shown = "the same" if same else line(author.post_digest or "no digest")
        facts.append(("this post", shown))
    if author.stamp_digest is not None and details:
        facts.append(("together with", _others(author)))
        facts.append(("proof", _proof(author.proof)))
    parts: list[RenderableType] = [
        whole(Text(f"  {name + ' ':<{15 if details else 11}}", style="dim").append(value))
        for name, value in facts
    ]
    found = [one for one in author.conditions if details or one.holds is not True]
    if found:
        parts.append(Padding(_conditions(tuple(found)), (0, 0, 0, 2)))
    return parts


def _others(author: CoAuthor) -> str:
    return ", ".join(line(other) for other in author.consented_authors if other != author.id)


def _proof(proof: Proof) -> str:
    match proof.state:
        case "none":
            return "none; none is needed"
        case "valid":
            return "valid, by their own key"
        case "invalid":
            return f"invalid: {line(proof.reason)} (for information; the stamp counts by its place)"
    return f"not checked: {line(proof.reason)}"


def _conditions(conditions: tuple[Condition, ...]) -> RenderableType:
    """Yes and no in two columns, in the order of the check."""
    table = Table.grid(padding=(0, 3))
    cells = []
    for condition in conditions:
        mark, style = _ANSWERS[condition.holds]
        cells.append(Text(f"{mark} ", style=style).append(line(condition.text), style="dim"))
    half = (len(cells) + 1) // 2
    for row in range(half):
        table.add_row(*cells[row::half])
    return table


def _files(report: Report) -> str:
    files = count(report.files, "file")
    if report.files_with_digest == report.files:
        return f"{files} by digest (not downloaded)"
    return f"{files}, {report.files - report.files_with_digest} without digest"
