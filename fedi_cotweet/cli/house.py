"""For whoever runs the server: its rules, and the texts about it."""

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
from fedi_cotweet.cli.writing import text_of
from fedi_cotweet.services.views import RuleView, ServerTextView

RULES = f"{CONTROL}/rules"
TEXTS = f"{CONTROL}/texts"

RuleTextArgument = Annotated[str, typer.Argument(metavar="TEXT", help="The rule, in a sentence.")]
HintOption = Annotated[
    str, typer.Option("--hint", metavar="TEXT", help="What it means, at more length.")
]
RuleArgument = Annotated[str, typer.Argument(metavar="RULE", help="Its id, from `rules list`.")]
KindArgument = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="description (more about the server), privacy (what becomes of people's data) or "
        "terms (what they agree to).",
    ),
]
TextArgument = Annotated[
    str, typer.Argument(metavar="TEXT", help="What to say; - reads standard input.")
]


def add_rule(session: Session, text: RuleTextArgument, hint: HintOption = "") -> None:
    """Lay down a rule for the people of this server; apps show it, and reports can name it."""
    answer = session.client().post(RULES, {"text": text, "hint": hint})

    def render() -> RenderableType:
        made = read_view(RuleView, answer.document())
        return Text(f"A rule, as {line(made.id)}. To take it back: rules remove")

    session.show(answer, render)


def list_rules(session: Session) -> None:
    """List the rules."""
    answer = session.client().get(RULES)
    session.show(answer, lambda: _rules(read_list(RuleView, answer.document(), "rules")))


def change_rule(
    session: Session, rule: RuleArgument, text: RuleTextArgument, hint: HintOption = ""
) -> None:
    """Say one anew: rule and hint are replaced."""
    answer = session.client().put(f"{RULES}/{segment(rule)}", {"text": text, "hint": hint})
    session.show(answer, lambda: Text("Changed."))


def remove_rule(session: Session, rule: RuleArgument) -> None:
    """Take one back; reports keep what it said."""
    answer = session.client().delete(f"{RULES}/{segment(rule)}")
    session.show(answer, lambda: Text("Removed."))


def set_text(session: Session, kind: KindArgument, text: TextArgument) -> None:
    """Say a text about the server, in place of what was said before; apps show it."""
    answer = session.client().put(f"{TEXTS}/{segment(kind)}", {"text": text_of(text)})
    session.show(answer, lambda: Text("Said."))


def list_texts(session: Session) -> None:
    """Show the texts about the server."""
    answer = session.client().get(TEXTS)
    session.show(answer, lambda: _texts(read_list(ServerTextView, answer.document(), "texts")))


def remove_text(session: Session, kind: KindArgument) -> None:
    """Say one no more."""
    answer = session.client().delete(f"{TEXTS}/{segment(kind)}")
    session.show(answer, lambda: Text("Removed."))


def _rules(found: Sequence[RuleView]) -> RenderableType:
    if not found:
        return Text("There are no rules.")
    table = Table(box=None, pad_edge=False)
    for title in ("Rule", "Text", "Hint"):
        table.add_column(title, overflow="fold")
    for view in found:
        table.add_row(Text(view.id), Text(line(view.text)), Text(line(view.hint)))
    return table


def _texts(found: Sequence[ServerTextView]) -> RenderableType:
    if not found:
        return Text("Nothing is said.")
    table = Table(box=None, pad_edge=False)
    for title in ("Text", "Since", "Says"):
        table.add_column(title, overflow="fold")
    for view in found:
        table.add_row(Text(view.kind), Text(moment(view.updated_at)), Text(line(view.text)))
    return table
