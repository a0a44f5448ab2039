"""Talking about a co-tweet with its other authors: remarks, proposals, a wish to delete."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer
from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from fedi_cotweet.cli import pieces
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import UsageError, segment
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.naming import PostArgument, ProposalArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import distance, line, plain
from fedi_cotweet.services.talk_views import CommentView, DiffPart, ProposalView

COTWEETS = "/api/v1/cotweets"
PROPOSALS = f"{COTWEETS}/proposals"

CommentOption = Annotated[
    str | None,
    typer.Option(
        "--comment", metavar="TEXT", help="A word to the primary author.", show_default=False
    ),
]


class Answer(StrEnum):
    """What becomes of a proposal."""

    TAKE = "take"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


def discuss(
    session: Session,
    target: PostArgument,
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="TEXT", help="What to say; - reads it from standard input.", show_default=False
        ),
    ] = None,
    delete: Annotated[
        str | None,
        typer.Option(
            "--delete", metavar="COMMENT", help="Take a comment of yours back.", show_default=False
        ),
    ] = None,
) -> None:
    """Read what the authors say about a draft, or say something. Nobody else can see it."""
    client, path = session.client(), f"{COTWEETS}/{segment(target)}/comments"
    if delete is not None:
        if text is not None:
            raise UsageError("Say something or delete something, not both at once.")
        answer = client.delete(f"{path}/{segment(delete)}")
        session.show(answer, lambda: Text("Taken back."))
        return
    answer = client.get(path) if text is None else client.post(path, {"text": _text(text)})
    session.show(answer, lambda: _thread(read_list(CommentView, answer.document(), "comments")))


def propose(
    session: Session,
    target: PostArgument,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help="How the post should read; - reads it from standard input."
        ),
    ],
    comment: CommentOption = None,
    warning: Annotated[
        str | None,
        typer.Option("--cw", metavar="TEXT", help="A content warning.", show_default=False),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="xx", help="Its language.", show_default=False),
    ] = None,
) -> None:
    """Propose another text of a co-tweet, draft or published, to its primary author."""
    given = {"text": _text(text), "comment": comment, "summary": warning, "language": language}
    document = {name: value for name, value in given.items() if value}
    answer = session.client().post(f"{COTWEETS}/{segment(target)}/proposals", document)
    session.show(answer, lambda: proposal(read_view(ProposalView, answer.document()), now()))


def ask_deletion(session: Session, target: PostArgument, comment: CommentOption = None) -> None:
    """Ask the primary author to delete a published co-tweet of yours.

    To take only your own name off, nobody has to be asked: fedi-cotweet leave.
    """
    document = {"comment": comment} if comment else {}
    answer = session.client().post(f"{COTWEETS}/{segment(target)}/ask-deletion", document)
    session.show(answer, lambda: proposal(read_view(ProposalView, answer.document()), now()))


def proposals(session: Session, target: PostArgument) -> None:
    """Show what was proposed for a co-tweet, and what it would change."""
    answer = session.client().get(f"{COTWEETS}/{segment(target)}/proposals")
    if session.as_json:
        session.show(answer, Text)
        return
    found = read_list(ProposalView, answer.document(), "proposals")
    if not found:
        session.say(Text("Nothing was proposed."))
    for view in found:
        session.say(proposal(view, now()))


def answer_proposal(
    session: Session,
    what: Annotated[
        Answer,
        typer.Argument(
            metavar="take|decline|withdraw",
            help="Do it, leave everything as it is, or take one's own proposal back.",
        ),
    ],
    target: ProposalArgument,
    reason: Annotated[
        str | None,
        typer.Option("--reason", metavar="TEXT", help="Why not.", show_default=False),
    ] = None,
) -> None:
    """Answer a proposal, or take yours back.

    Taking over another text asks every author for consent to it; taking over a deletion deletes.
    """
    if reason and what is not Answer.DECLINE:
        raise UsageError("--reason is for decline.")
    document = {"reason": reason} if reason else {}
    path = f"{PROPOSALS}/{segment(target)}/{what.value}"
    answer = session.client().post(path, document)
    session.show(answer, lambda: proposal(read_view(ProposalView, answer.document()), now()))


def _text(given: str) -> str:
    text = sys.stdin.read().strip("\n") if given == "-" else given
    if not text.strip():
        raise UsageError("There is no text.")
    return text


def _thread(found: Sequence[CommentView]) -> RenderableType:
    if not found:
        return Text("Nobody has said anything yet.")
    parts: list[RenderableType] = []
    for view in found:
        head = pieces.person(view.author)
        head.append(f"  {distance(view.created_at, now())}", style="dim")
        if view.mine:
            head.append(f"  comment {line(view.id)}", style="dim")
        parts += [head, Text(plain(view.text)), Text()]
    return Group(*parts[:-1])


STATES = {
    "proposed": "waits for an answer",
    "applied": "taken over",
    "declined": "declined",
    "cancelled": "taken back",
}


def proposal(view: ProposalView, at: int) -> RenderableType:
    """One proposal: by whom, what it changes, and how to answer it."""
    what = " proposes this text." if view.kind == "edit" else " asks that this post be deleted."
    body: list[RenderableType] = [pieces.person(view.by).append(what, style="default")]
    if view.comment:
        body.append(Text(f"“{plain(view.comment)}”", style="italic"))
    body.append(Text())
    if view.kind == "edit":
        if view.summary:
            body.append(Text(f"Content warning: {line(view.summary)}", style="bold yellow"))
        body += [_diff(view.diff) if view.diff else Text(plain(view.text)), Text()]
        body += pieces.links_of(view.content)
        if view.mentions:
            body.append(Text(f"Mentions {', '.join(line(name) for name in view.mentions)}"))
    state = STATES.get(view.state, line(view.state))
    body.append(
        Text(f"{state[:1].upper()}{state[1:]}, {distance(view.created_at, at)}.", style="dim")
    )
    if view.reason:
        body.append(Text(f"Reason: {plain(view.reason)}"))
    steps: list[RenderableType] = []
    if view.state == "proposed":
        answers = ("withdraw",) if view.mine else ("take", "decline")
        steps = [
            pieces.whole(Text(f"fedi-cotweet proposal {answer} {line(view.id)}", style="bold"))
            for answer in answers
        ]
    title = Text(f" Proposal {line(view.id)} ", style="bold")
    card = Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))
    return pieces.with_steps(card, steps)


def _diff(parts: Sequence[DiffPart]) -> Text:
    """In colours, and with marks for those who see or print none."""
    text = Text(overflow="fold")
    for part in parts:
        if part.op == "removed":
            text.append(f"[-{plain(part.text)}-]", style="red strike")
        elif part.op == "added":
            text.append(f"{{+{plain(part.text)}+}}", style="green")
        else:
            text.append(plain(part.text))
    return text
