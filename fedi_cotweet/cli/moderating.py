"""Reports, and what became of one's posts."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli import pieces
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import UsageError, handles, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import distance, line, moment, plain
from fedi_cotweet.cli.writing import COTWEETS
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.services.views import ReportView, StatisticsView

REPORTS = "/api/v1/control/reports"

ReportArgument = Annotated[str, typer.Argument(metavar="REPORT", help="Id of the report.")]


def stats(session: Session, target: PostArgument) -> None:
    """Show what became of a post of yours. Every author sees the same; nobody sees who it was."""
    client = session.client()
    answer = client.get(f"{COTWEETS}/{segment(target)}/statistics")
    session.show(answer, lambda: _statistics(read_view(StatisticsView, answer.document())))


def _statistics(view: StatisticsView) -> RenderableType:
    numbers = (
        count(view.views, "view"),
        count(view.likes, "like"),
        count(view.boosts, "boost"),
        count(view.replies, "reply", "replies"),
    )
    gained = count(view.followers_gained, "follower")
    lines = [
        Text(", ".join(numbers), style="bold"),
        Text(f"At least {gained} gained, counted until {moment(view.gained_until)}."),
    ]
    if view.without:
        hosts = ", ".join(line(host) for host in view.without)
        lines.append(Text(f"Without {hosts}: no answer from there.", style="yellow"))
    return Group(*lines)


def report(
    session: Session,
    target: Annotated[
        str, typer.Argument(metavar="POST_OR_HANDLE", help="A post's id or address, or a handle.")
    ],
    comment: Annotated[
        str, typer.Option("--comment", metavar="TEXT", help="What is wrong.", show_default=False)
    ] = "",
    servers: Annotated[
        list[str] | None,
        typer.Option(
            "--to",
            metavar="HOST",
            help="Tell this author's server, and no other. May be repeated.",
            show_default=False,
        ),
    ] = None,
    only_here: Annotated[
        bool, typer.Option("--only-here", help="Tell no other server.", show_default=False)
    ] = False,
) -> None:
    """Report a post with all its authors, or a person.

    The moderators of this server see it, and those of every author's server, which do not learn
    who reported it.
    """
    if servers and only_here:
        raise UsageError("--to and --only-here cannot both be meant.")
    document: dict[str, Any] = {"comment": comment}
    if target.startswith("@"):
        document["person"] = handles([target])[0]
    else:
        document["post"] = target
    if servers or only_here:
        document["servers"] = servers or []
    answer = session.client().post(REPORTS, document)
    session.show(answer, lambda: _report(read_view(ReportView, answer.document())))


def list_reports(
    session: Session,
    resolved: Annotated[
        bool, typer.Option("--resolved", help="Those that were dealt with.", show_default=False)
    ] = False,
) -> None:
    """Show reports, made here and received."""
    answer = session.client().get(REPORTS, state="resolved" if resolved else "open")

    def render() -> RenderableType:
        found = read_list(ReportView, answer.document(), "reports")
        return Group(*(_report(view) for view in found)) if found else Text("No reports.")

    session.show(answer, render)


def show_report(session: Session, report_id: ReportArgument) -> None:
    """Show one report."""
    answer = session.client().get(f"{REPORTS}/{segment(report_id)}")
    session.show(answer, lambda: _report(read_view(ReportView, answer.document())))


def resolve_report(
    session: Session,
    report_id: ReportArgument,
    said: Annotated[
        str,
        typer.Option(
            "--answer", metavar="TEXT", help="For who made it, besides.", show_default=False
        ),
    ] = "",
) -> None:
    """Mark a report as dealt with. Who made it here is told that it was looked at."""
    answer = session.client().post(f"{REPORTS}/{segment(report_id)}/resolve", {"answer": said})
    session.show(answer, lambda: _report(read_view(ReportView, answer.document())))


def _report(view: ReportView) -> RenderableType:
    title = Text(f"Report {line(view.id)}, {line(view.state)}", style="bold")
    title.append(f"  {distance(view.created_at, now())}", style="dim")
    parts: list[RenderableType] = [title]
    if view.by is not None:
        parts.append(Text("  by ").append_text(pieces.person(view.by)))
    parts += [Text("  of ").append_text(pieces.person(person)) for person in view.people]
    for post in view.posts:
        parts.append(Text(f"  post {line(post.id)}  {line(post.uri)}"))
        parts.append(Text("    by ").append_text(pieces.names(post.authors)))
        if post.log_entries:
            entries = count(post.log_entries, "entry", "entries")
            parts.append(Text(f"    {entries} in its consent log", style="dim"))
    parts += [Text(f"  not known here: {line(uri)}") for uri in view.unknown]
    parts += [Text(f"  breaks: {line(rule)}") for rule in view.rules]
    if view.comment:
        parts.append(Text(f"  {plain(view.comment)}"))
    if view.answer:
        parts.append(Text(f"  answered: {plain(view.answer)}"))
    if view.forwarded_to:
        parts.append(Text(f"  told: {', '.join(line(host) for host in view.forwarded_to)}"))
    return Group(*parts)
