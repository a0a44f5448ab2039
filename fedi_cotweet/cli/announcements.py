"""For whoever runs the server: what everybody who has an account on it is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, moment
from fedi_cotweet.cli.writing import moment_of, text_of
from fedi_cotweet.services.views import AnnouncementView

ANNOUNCEMENTS = f"{CONTROL}/announcements"

TextArgument = Annotated[
    str, typer.Argument(metavar="TEXT", help="What to say; - reads standard input.")
]
FromOption = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="TIME", help="When it begins (2026-12-24T18:00).", show_default=False
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="TIME",
        help="When it is over: nobody is shown it after that.",
        show_default=False,
    ),
]
AllDayOption = Annotated[bool, typer.Option("--all-day", help="The times are days.")]
AnnouncementArgument = Annotated[
    str, typer.Argument(metavar="ANNOUNCEMENT", help="Its id, from `announcements list`.")
]


def publish(
    session: Session,
    text: TextArgument,
    begins: FromOption = None,
    until: UntilOption = None,
    all_day: AllDayOption = False,
) -> None:
    """Tell everybody who has an account here something; their apps show it on top."""
    body = _body(text, begins, until, all_day)
    answer = session.client().post(ANNOUNCEMENTS, body)

    def render() -> RenderableType:
        made = read_view(AnnouncementView, answer.document())
        return Text(f"Announced as {line(made.id)}. To take it back: announcements remove")

    session.show(answer, render)


def list_all(session: Session) -> None:
    """List all announcements, over or not."""
    answer = session.client().get(ANNOUNCEMENTS)
    session.show(
        answer, lambda: _table(read_list(AnnouncementView, answer.document(), "announcements"))
    )


def change(
    session: Session,
    announcement: AnnouncementArgument,
    text: TextArgument,
    begins: FromOption = None,
    until: UntilOption = None,
    all_day: AllDayOption = False,
) -> None:
    """Say one anew: text and times are replaced."""
    body = _body(text, begins, until, all_day)
    answer = session.client().put(f"{ANNOUNCEMENTS}/{segment(announcement)}", body)
    session.show(answer, lambda: Text("Changed."))


def remove(session: Session, announcement: AnnouncementArgument) -> None:
    """Take one back."""
    answer = session.client().delete(f"{ANNOUNCEMENTS}/{segment(announcement)}")
    session.show(answer, lambda: Text("Removed."))


def _body(text: str, begins: str | None, until: str | None, all_day: bool) -> dict[str, object]:
    return {
        "text": text_of(text),
        "starts_at": moment_of(begins) if begins else None,
        "ends_at": moment_of(until) if until else None,
        "all_day": all_day,
    }


def _table(found: Sequence[AnnouncementView]) -> RenderableType:
    if not found:
        return Text("Nothing is announced.")
    table = Table(box=None, pad_edge=False)
    for title in ("Announcement", "Until", "Text", "Reactions"):
        table.add_column(title, overflow="fold")
    for view in found:
        until = "it is removed" if view.ends_at is None else moment(view.ends_at)
        reactions = "  ".join(f"{line(one.name)} {one.count}" for one in view.reactions)
        table.add_row(Text(view.id), Text(until), Text(line(view.text)), Text(reactions))
    return table
