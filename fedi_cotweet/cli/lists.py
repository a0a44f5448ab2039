"""Lists of people, and what they write."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli import pieces, post_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import Answer, handles, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.reading import CONTROL, BeforeOption, HandleArgument, LimitOption
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.services.views import ListView, TimelinePage

LISTS = f"{CONTROL}/lists"

ListArgument = Annotated[str, typer.Argument(metavar="LIST", help="Id of a list.")]
TitleArgument = Annotated[str, typer.Argument(metavar="TITLE", help="What to call it.")]


def create(session: Session, title: TitleArgument) -> None:
    """Make a list."""
    answer = session.client().post(LISTS, {"title": title})
    session.show(answer, lambda: _one(answer))


def show_all(session: Session) -> None:
    """Show your lists."""
    answer = session.client().get(LISTS)

    def render() -> RenderableType:
        found = read_list(ListView, answer.document(), "lists")
        if not found:
            return Text("No lists yet. Make one: fedi-cotweet list create TITLE")
        return Group(*(_head(one) for one in found))

    session.show(answer, render)


def show(session: Session, chosen: ListArgument) -> None:
    """Show who is on a list."""
    answer = session.client().get(f"{LISTS}/{segment(chosen)}")
    session.show(answer, lambda: _one(answer))


def add(session: Session, chosen: ListArgument, handle: HandleArgument) -> None:
    """Put somebody whom you follow on a list."""
    [known] = handles([handle])
    answer = session.client().post(f"{LISTS}/{segment(chosen)}/add", {"handle": known})
    session.show(answer, lambda: _one(answer))


def remove(session: Session, chosen: ListArgument, handle: HandleArgument) -> None:
    """Take somebody off a list."""
    [known] = handles([handle])
    answer = session.client().post(f"{LISTS}/{segment(chosen)}/remove", {"handle": known})
    session.show(answer, lambda: _one(answer))


def rename(session: Session, chosen: ListArgument, title: TitleArgument) -> None:
    """Give a list another title."""
    answer = session.client().put(f"{LISTS}/{segment(chosen)}", {"title": title})
    session.show(answer, lambda: _one(answer))


def delete(session: Session, chosen: ListArgument) -> None:
    """Delete a list. Nobody is unfollowed."""
    answer = session.client().delete(f"{LISTS}/{segment(chosen)}")
    session.show(answer, lambda: Text("Deleted."))


def timeline(
    session: Session,
    chosen: ListArgument,
    limit: LimitOption = None,
    before: BeforeOption = None,
) -> None:
    """Read what the people on a list write, alone or with others."""
    path = f"{LISTS}/{segment(chosen)}/timeline"
    answer = session.client().get(path, limit=limit, before=before)
    session.show(
        answer,
        lambda: post_cards.timeline(
            read_view(TimelinePage, answer.document()),
            now(),
            empty="Nothing by the people on this list yet.",
            command=f"list timeline {chosen}",
        ),
    )


def _one(answer: Answer) -> RenderableType:
    found = read_view(ListView, answer.document())
    people = [Text("  ").append_text(pieces.person(member)) for member in found.members]
    return Group(_head(found), *people)


def _head(found: ListView) -> Text:
    head = Text(line(found.title), style="bold")
    return head.append(
        f"  {line(found.id)}, {count(len(found.members), 'person', 'people')}", style="dim"
    )
