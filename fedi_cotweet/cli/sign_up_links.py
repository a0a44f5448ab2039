"""Sign-up links, for whoever runs the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.client import UsageError, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line, moment
from fedi_cotweet.services.views import SignUpLinkView

LINKS = f"{CONTROL}/sign-up-links"

UsesOption = Annotated[
    int | None,
    typer.Option("--uses", metavar="N", help="How many people it lets in (1).", show_default=False),
]
UnlimitedOption = Annotated[
    bool, typer.Option("--unlimited", help="Let in any number of people.", show_default=False)
]
DaysOption = Annotated[
    int, typer.Option("--days", metavar="N", help="How long it is open (7), at most 90.")
]
ForOption = Annotated[
    str, typer.Option("--for", metavar="TEXT", help="For whom it is, for you.", show_default=False)
]
LinkArgument = Annotated[
    str, typer.Argument(metavar="LINK", help="Its id, from `account sign-up-links`.")
]


def make(
    session: Session,
    uses: UsesOption = None,
    unlimited: UnlimitedOption = False,
    days: DaysOption = 7,
    for_whom: ForOption = "",
) -> None:
    """Make a link with which people get an account at once. It is printed this once."""
    if unlimited and uses is not None:
        raise UsageError("It is --uses or --unlimited, not both.")
    most = None if unlimited else 1 if uses is None else uses
    answer = session.client().post(LINKS, {"uses": most, "days": days, "for_whom": for_whom})

    def render() -> RenderableType:
        document = answer.document()
        made = read_view(SignUpLinkView, document.get("link"))
        return Group(
            # On one line, however narrow the terminal: it is there to be copied.
            Text(line(str(document.get("url"))), no_wrap=True, overflow="ignore"),
            Text(f"It lets {_most(made)} in, until {moment(made.expires_at)}. Shown this once."),
        )

    session.show(answer, render)


def list_all(session: Session) -> None:
    """List everybody's links: open, used up and over."""
    answer = session.client().get(LINKS)
    session.show(
        answer, lambda: _table(read_list(SignUpLinkView, answer.document(), "sign_up_links"))
    )


def end(session: Session, link: LinkArgument) -> None:
    """End a link, whoever made it: it lets nobody in any more."""
    answer = session.client().delete(f"{LINKS}/{segment(link)}")
    session.show(answer, lambda: Text("It lets nobody in any more."))


def _most(view: SignUpLinkView) -> str:
    if view.most_uses is None:
        return "any number of people"
    return "one person" if view.most_uses == 1 else f"{view.most_uses} people"


def _table(found: Sequence[SignUpLinkView]) -> RenderableType:
    if not found:
        return Text("There are no sign-up links.")
    table = Table(box=None, pad_edge=False)
    for title in ("Link", "By", "State", "Used", "Until", "For"):
        table.add_column(title, overflow="fold")
    for view in found:
        most = "any number" if view.most_uses is None else str(view.most_uses)
        cells = (
            view.id,
            line(view.by),
            view.state.replace("_", " "),
            f"{view.used} of {most}",
            moment(view.expires_at),
            line(view.for_whom),
        )
        table.add_row(*(Text(cell) for cell in cells))
    return table
