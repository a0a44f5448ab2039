"""Whom you keep at a distance, and who may follow you."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import Answer, UsageError, called, handles
from fedi_cotweet.cli.reading import CONTROL, HandleArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import distance, line, seconds_of

HostArgument = Annotated[str, typer.Argument(metavar="HOST", help="Such as b.example.")]


def block(session: Session, handle: HandleArgument) -> None:
    """Have nothing to do with somebody: follows and open invites between you end, posts are hidden.

    It holds for every author of a post. Posts you wrote together stay; you are asked about them.
    """
    [known] = handles([handle])
    answer = session.client().post(f"{CONTROL}/block", {"handle": known})
    session.show(answer, lambda: Text(f"You have blocked {called(known)}."))


def unblock(session: Session, handle: HandleArgument) -> None:
    """Take a block back. Follows stay ended."""
    [known] = handles([handle])
    answer = session.client().post(f"{CONTROL}/unblock", {"handle": known})
    session.show(answer, lambda: Text(f"{called(known)} is not blocked any more."))


def mute(
    session: Session,
    handle: HandleArgument,
    lasts: Annotated[
        str | None,
        typer.Option("--for", metavar="TIME", help="Such as 12h or 7d.", show_default=False),
    ] = None,
) -> None:
    """Do not see somebody's posts, whoever wrote them with them. They are not told."""
    [known] = handles([handle])
    document: dict[str, Any] = {"handle": known}
    if lasts is not None:
        document["for_seconds"] = seconds_of(lasts)
        if not document["for_seconds"]:
            raise UsageError(f'"{lasts}" is no duration.', "Write it like 12h, 7d or 2w.")
    answer = session.client().post(f"{CONTROL}/mute", document)
    session.show(answer, lambda: Text(f"You have muted {called(known)}."))


def unmute(session: Session, handle: HandleArgument) -> None:
    """See somebody's posts again."""
    [known] = handles([handle])
    answer = session.client().post(f"{CONTROL}/unmute", {"handle": known})
    session.show(answer, lambda: Text(f"{called(known)} is not muted any more."))


def block_host(session: Session, host: HostArgument) -> None:
    """Want nothing from a whole server: none of its people's posts, no follows."""
    answer = session.client().post(f"{CONTROL}/block-host", {"host": host})
    session.show(answer, lambda: Text(f"You have blocked all of {line(host)}."))


def unblock_host(session: Session, host: HostArgument) -> None:
    """Take the block of a server back."""
    answer = session.client().post(f"{CONTROL}/unblock-host", {"host": host})
    session.show(answer, lambda: Text(f"{line(host)} is not blocked any more."))


def blocks(session: Session) -> None:
    """List the people and servers you block."""
    answer = session.client().get(f"{CONTROL}/blocks")
    session.show(answer, lambda: _blocks(answer))


def mutes(session: Session) -> None:
    """List the people you mute, and until when."""
    answer = session.client().get(f"{CONTROL}/mutes")
    session.show(answer, lambda: _people(answer, "mutes", "You mute nobody."))


def filter_co_tweets(
    session: Session,
    wish: Annotated[
        str | None,
        typer.Argument(
            metavar="WISH",
            help="all, if_i_follow_primary, if_i_follow_all or none; default is all, and with --of "
            "what counts for everybody. Without one: show what is chosen.",
        ),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            "--of", metavar="HANDLE", help="Only of this person you follow.", show_default=False
        ),
    ] = None,
) -> None:
    """Choose which posts of several authors your timelines show, or see what you have chosen."""
    client = session.client()
    if wish is None:
        if of is not None:
            raise UsageError("What of them?", "Say all, none, or default, as of everybody.")
        answer = client.get(f"{CONTROL}/co-tweets")
    else:
        document: dict[str, Any] = {"co_tweets": None if wish == "default" else wish}
        if of is not None:
            [document["handle"]] = handles([of])
        answer = client.post(f"{CONTROL}/co-tweets", document)
    session.show(answer, lambda: _filter(answer))


WISHES = {
    "all": "you follow one of them, or somebody you follow boosted it",
    "if_i_follow_primary": "you follow the one named first",
    "if_i_follow_all": "you follow all of them",
}


def _filter(answer: Answer) -> RenderableType:
    document = answer.document()
    lines = [Text(f"A post of several authors is in your timelines {_if(document)}")]
    for entry in document.get("people") or []:
        handle = line(str((entry.get("person") or {}).get("handle")))
        lines.append(Text(f"  through @{handle}: {_if(entry)}"))
    return Group(*lines)


def _if(entry: dict[str, Any]) -> str:
    wish = line(str(entry.get("co_tweets")))
    when = f"if {WISHES[wish]}" if wish in WISHES else "never"
    return f"{when} ({wish})."


def follow_requests(
    session: Session,
    accept: Annotated[
        str | None,
        typer.Option("--accept", metavar="HANDLE", help="Let them follow.", show_default=False),
    ] = None,
    reject: Annotated[
        str | None,
        typer.Option("--reject", metavar="HANDLE", help="Do not.", show_default=False),
    ] = None,
) -> None:
    """List who waits to follow you, or answer one of them."""
    path = f"{CONTROL}/follow-requests"
    if accept is not None and reject is not None:
        raise UsageError("Accept or reject, one at a time.")
    given = accept if accept is not None else reject
    if given is None:
        listed = session.client().get(path)
        session.show(listed, lambda: _people(listed, "follow_requests", "Nobody waits."))
        return
    [known] = handles([given])
    document = {"handle": known, "accept": accept is not None}
    answer = session.client().post(path, document)
    verb = "follows you now" if accept is not None else "does not follow you"
    session.show(answer, lambda: Text(f"{called(known)} {verb}."))


def lock(session: Session) -> None:
    """Approve every follower by hand from now on."""
    answer = session.client().post(f"{CONTROL}/lock", {"locked": True})
    session.show(answer, lambda: Text("Who wants to follow you has to be let in."))


def unlock(session: Session) -> None:
    """Let anybody follow you. Those who wait already still do."""
    answer = session.client().post(f"{CONTROL}/lock", {"locked": False})
    session.show(answer, lambda: Text("Anybody can follow you."))


def _blocks(answer: Answer) -> RenderableType:
    hosts = answer.document().get("hosts")
    lines = [
        Text(line(str(entry.get("host"))), style="bold")
        for entry in (hosts if isinstance(hosts, list) else [])
        if isinstance(entry, dict)
    ]
    nobody = "" if lines else "You block nobody."
    return Group(_people(answer, "people", nobody), *lines)


def _people(answer: Answer, member: str, nobody: str) -> RenderableType:
    found = answer.document().get(member)
    lines = []
    for entry in found if isinstance(found, list) else []:
        person, until = entry.get("person") or {}, entry.get("until")
        text = Text(f"@{line(str(person.get('handle')))}", style="bold cyan")
        if isinstance(until, int):
            text.append(f"  until {distance(until, now())}", style="dim")
        lines.append(text)
    return Group(*lines) if lines else Text(nobody)
