"""For whoever runs the server: people and servers to be kept out."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import Answer, UsageError, handles, segment
from fedi_cotweet.cli.decoding import read_list
from fedi_cotweet.cli.reading import CONTROL, HandleArgument
from fedi_cotweet.cli.relations import HostArgument
from fedi_cotweet.cli.session import Session, interactive
from fedi_cotweet.cli.text import distance, line, plain
from fedi_cotweet.services.views import StaffNoteView

DOMAINS = f"{CONTROL}/domains"
ACTORS = f"{CONTROL}/actors"

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The account.")]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="For you.", show_default=False)
]
TextOption = Annotated[
    str | None,
    typer.Option("--text", metavar="TEXT", help="What they are told.", show_default=False),
]
DryRunOption = Annotated[
    bool,
    typer.Option("--dry-run", help="Only show what it would concern.", show_default=False),
]


def block(
    session: Session,
    host: HostArgument,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Have nothing to do with a server: nothing is taken, fetched or sent, its posts are hidden.

    Its people are taken off posts as co-authors. Holds for every name below it, on every port.
    """
    _rule(session, host, "suspend", reason, dry_run)


def limit(
    session: Session,
    host: HostArgument,
    reason: ReasonOption = None,
    dry_run: DryRunOption = False,
) -> None:
    """Keep a server out of public timelines and away from people who follow nobody there."""
    _rule(session, host, "limit", reason, dry_run)


def unblock(session: Session, host: HostArgument) -> None:
    """Take the rule about a server back."""
    answer = session.client().post(f"{DOMAINS}/remove", {"host": host})
    session.show(answer, lambda: Text(f"There is no rule about {line(host)} any more."))


def domains(session: Session) -> None:
    """List the rules about servers."""
    answer = session.client().get(DOMAINS)
    session.show(answer, lambda: _domains(answer))


def suspend_account(
    session: Session, name: NameArgument, reason: ReasonOption = None, text: TextOption = None
) -> None:
    """Shut an account of this server out. Its posts are deleted, its names on others' posts go."""
    _change(session, "suspend", name, "is suspended", reason=reason, text=text)


def unsuspend_account(session: Session, name: NameArgument) -> None:
    """Let an account of this server in again; what it wrote stays deleted."""
    _change(session, "unsuspend", name, "is not suspended")


def delete_account(
    session: Session,
    name: NameArgument,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask.", show_default=False)
    ] = False,
) -> None:
    """Delete an account and all it wrote, everywhere. Nobody gets its name again."""
    if not yes:
        if not interactive():
            raise UsageError("There is no terminal to ask you on.", "If you are sure: --yes")
        if not typer.confirm(f"Delete {line(name)} and every post of theirs?", default=False):
            return
    answer = session.client().post(f"{CONTROL}/accounts/delete", {"username": name})
    session.show(answer, lambda: Text(f"{line(name)} is being deleted everywhere."))


def suspend(session: Session, handle: HandleArgument, reason: ReasonOption = None) -> None:
    """Shut somebody out, from any server: posts are hidden, names on others' posts go."""
    _change(session, "suspend", handle, "is suspended", reason=reason)


def unsuspend(session: Session, handle: HandleArgument) -> None:
    """Let somebody in again."""
    _change(session, "unsuspend", handle, "is not suspended")


def limit_person(
    session: Session,
    handle: HandleArgument,
    reason: ReasonOption = None,
    text: TextOption = None,
) -> None:
    """Keep somebody of any server out of the sight of people who do not follow them."""
    _change(session, "limit", handle, "is limited", reason=reason, text=text)


def unlimit_person(session: Session, handle: HandleArgument) -> None:
    """Let everybody come across somebody again."""
    _change(session, "unlimit", handle, "is not limited")


def warn(
    session: Session,
    handle: HandleArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What they are told.")],
) -> None:
    """Write to somebody of this server, in the name of those who look after it."""
    [known] = handles([handle])
    answer = session.client().post(f"{ACTORS}/warnings", {"handle": known, "text": text})
    session.show(answer, lambda: Text(f"@{line(known)} is told."))


def note(
    session: Session,
    handle: HandleArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="For moderators alone.")],
) -> None:
    """Write something down about somebody, for those who look after the server."""
    [known] = handles([handle])
    answer = session.client().post(f"{ACTORS}/notes", {"handle": known, "text": text})
    session.show(answer, lambda: Text(f"Kept as note {line(str(answer.document().get('id')))}."))


def notes(session: Session, handle: HandleArgument) -> None:
    """Read what was written down about somebody."""
    answer = session.client().get(f"{ACTORS}/notes", handle=handles([handle])[0])

    def render() -> RenderableType:
        found = read_list(StaffNoteView, answer.document(), "notes")
        return Group(*(_note(view) for view in found)) if found else Text("No notes.")

    session.show(answer, render)


def remove_note(
    session: Session,
    note_id: Annotated[str, typer.Argument(metavar="NOTE", help="Id of the note.")],
) -> None:
    """Forget a note."""
    answer = session.client().delete(f"{ACTORS}/notes/{segment(note_id)}")
    session.show(answer, lambda: Text("The note is forgotten."))


def _note(view: StaffNoteView) -> RenderableType:
    who = "the command line" if view.by == "operator" else f"@{line(view.by)}"
    entry = Text(f"{line(view.id)}  {who}  ", style="bold")
    entry.append(distance(view.created_at, now()), style="dim")
    entry.append(f"\n  {plain(view.text)}", style="default")
    return entry


def _change(
    session: Session,
    what: str,
    handle: str,
    state: str,
    *,
    reason: str | None = None,
    text: str | None = None,
) -> None:
    [known] = handles([handle])
    said = {name: value for name, value in (("reason", reason), ("text", text)) if value}
    answer = session.client().post(f"{ACTORS}/{what}", {"handle": known, **said})
    session.show(answer, lambda: Text(f"@{line(known)} {state}."))


def rotate_keys(
    session: Session,
    name: NameArgument,
    forget_old: Annotated[
        bool,
        typer.Option("--forget-old", help="They were stolen: what they proved is void."),
    ] = False,
) -> None:
    """Give an account new keys. Other servers are told with the old one, which they know.

    The server has keys too, with which it fetches and reports: NAME is instance.actor then.
    Without --forget-old what was proven with the old keys still holds: consent to co-tweets.
    """
    document = {"username": name, "forget_old": forget_old}
    answer = session.client().post(f"{CONTROL}/rotate-keys", document)
    session.show(answer, lambda: Text(f"{line(name)} has new keys; other servers are being told."))


def _rule(session: Session, host: str, severity: str, reason: str | None, dry_run: bool) -> None:
    document: dict[str, Any] = {"host": host, "severity": severity, "dry_run": dry_run}
    if reason:
        document["reason"] = reason
    answer = session.client().post(DOMAINS, document)
    session.show(answer, lambda: _affected(answer))


_COUNTED = {
    "people": "people known here",
    "posts": "posts of theirs",
    "co_authorships": "posts of others that name them",
    "own_posts": "posts of this server that name them",
    "follows": "follows between here and there",
    "deliveries": "deliveries that wait",
}


def _affected(answer: Answer) -> RenderableType:
    document = answer.document()
    said = "Done. It concerned" if document.get("applied") else "Nothing was done. It would concern"
    text = Text(f"{said}, on {line(str(document.get('host')))}:")
    counts = document.get("affected")
    for name, label in _COUNTED.items():
        number = counts.get(name) if isinstance(counts, dict) else None
        text.append(f"\n  {number} {label}")
    return text


def _domains(answer: Answer) -> RenderableType:
    found = answer.document().get("domains")
    if not isinstance(found, list) or not found:
        return Text("There are no rules.")
    table = Table(box=None, pad_edge=False)
    for title in ("Server", "Rule", "Reason"):
        table.add_column(title, overflow="fold")
    for entry in found:
        cells = (line(str(entry.get(name) or "")) for name in ("host", "severity", "reason"))
        table.add_row(*(Text(cell) for cell in cells))
    return table
