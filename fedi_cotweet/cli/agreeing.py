"""Agreeing to something on the command line: look, compare the digest, ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import typer
from rich.console import RenderableType

from fedi_cotweet.cli.client import CommandError, UsageError
from fedi_cotweet.cli.session import Session, interactive


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked. ``accept`` and ``decline`` are the commands for it.

    ``refusal``: why it cannot be agreed to, if so. ``kind`` and ``parts`` name it and what it may
    have changed in; ``look`` is the command that shows it again.
    """

    digest: str
    shown: RenderableType
    ask: str
    kind: str
    parts: str
    look: str
    accept: str
    decline: str
    refusal: str | None = None


def digest_to_accept(
    session: Session, find: Callable[[], Question], digest: str | None, *, yes: bool
) -> str:
    """The digest that is agreed to: the given one, or that of what was just shown and agreed to.

    Raises ``CommandError`` for another digest than the given one, and for no.
    """
    unasked = yes or session.as_json
    if digest is not None and unasked:
        return digest
    question = find()
    if digest is not None and digest != question.digest:
        raise CommandError(
            "content_changed",
            f"The {question.kind} is not what you name: {question.parts} changed.",
            f"Look at it again: {question.look}    Its digest is {question.digest}",
        )
    if not unasked:
        _ask(session, question)
    return question.digest


def _ask(session: Session, question: Question) -> None:
    session.say(question.shown)
    if question.refusal:
        raise CommandError(
            "refused", f"This {question.kind} cannot be accepted: {question.refusal}"
        )
    if not interactive():
        raise UsageError(
            "There is no terminal to ask you on.",
            f"To agree to what is shown above: {question.accept} --digest {question.digest} --yes",
        )
    if not typer.confirm(question.ask, default=False):
        raise CommandError(
            "not_accepted",
            f"Nothing was agreed to; the {question.kind} stays open.",
            f"To say no: {question.decline}",
        )
