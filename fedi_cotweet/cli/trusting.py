"""Whose changes of posts written together you agree to in advance."""

from __future__ import annotations

from typing import Any

from rich.text import Text

from fedi_cotweet.cli.client import called, handles
from fedi_cotweet.cli.reading import HandleArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line

TRUSTED = "/api/v1/cotweets/trusted"


def trust(session: Session, handle: HandleArgument) -> None:
    """Agree in advance to what somebody changes in the words of posts you wrote together.

    Never to more authors, a wider audience, new pictures, another reply target, or a first invite.
    You are told each time what changed, and can leave then.
    """
    [known] = handles([handle])
    answer = session.client().post(TRUSTED, {"who": known})
    session.show(
        answer,
        lambda: Text(
            f"You agree in advance to what {called(known)} changes. You are told each time.\n"
            f"To undo it: fedi-cotweet untrust {called(known)}"
        ),
    )


def untrust(session: Session, handle: HandleArgument) -> None:
    """Decide about somebody's changes yourself again."""
    [known] = handles([handle])
    answer = session.client().post(f"{TRUSTED}/remove", {"who": known})
    session.show(answer, lambda: Text(f"You decide yourself about what {called(known)} changes."))


def trusted(session: Session) -> None:
    """List whose changes you agree to in advance."""
    answer = session.client().get(TRUSTED)
    session.show(answer, lambda: _trusted(answer.document()))


def _trusted(document: dict[str, Any]) -> Text:
    found = document.get("trusted") or []
    if not found:
        return Text("You agree to nobody's changes in advance.")
    return Text("\n").join(Text(f"@{line(item['handle'])}") for item in found)
