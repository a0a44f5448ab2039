"""Going on elsewhere: other accounts of yours, moving, and lists of people as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from fedi_cotweet.cli.client import UsageError, called, handles
from fedi_cotweet.cli.reading import CONTROL, HandleArgument
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line
from fedi_cotweet.domain.plurals import count

ListArgument = Annotated[
    str,
    typer.Argument(
        metavar="LIST", help="following, blocks, mutes, domain_blocks, lists or bookmarks."
    ),
]


def aliases(
    session: Session,
    add: Annotated[
        str | None,
        typer.Option("--add", metavar="HANDLE", help="This one is yours.", show_default=False),
    ] = None,
    remove: Annotated[
        str | None,
        typer.Option("--remove", metavar="HANDLE", help="Not any more.", show_default=False),
    ] = None,
) -> None:
    """List other accounts of yours, which may move here; or change the list."""
    client, path = session.client(), f"{CONTROL}/aliases"
    if add is not None:
        [known] = handles([add])
        answer = client.post(path, {"handle": known})
    elif remove is not None:
        answer = client.post(f"{path}/remove", {"handle": remove.removeprefix("@")})
    else:
        answer = client.get(path)
    found = answer.document().get("aliases") or ["You have named no other account."]
    session.show(answer, lambda: Text("\n".join(line(str(uri)) for uri in found)))


def move(session: Session, handle: HandleArgument) -> None:
    """Go on as another account of yours, which must name this one. Your followers are told.

    Posts stay here and yours. Once in 30 days.
    """
    [known] = handles([handle])
    answer = session.client().post(f"{CONTROL}/move", {"handle": known})
    session.show(
        answer, lambda: Text(f"You are {called(known)} now; your followers are being told.")
    )


def stay(session: Session) -> None:
    """Go on here after all. Followers who went are not brought back."""
    answer = session.client().post(f"{CONTROL}/move/cancel")
    session.show(answer, lambda: Text("You go on here."))


def export_people(
    session: Session,
    kind: ListArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to; it must not be there.")],
) -> None:
    """Write whom you follow, block or mute, your lists or bookmarks, as Mastodon's CSV."""
    answer = session.client().get(f"{CONTROL}/people/{kind}")
    text = str(answer.document().get("csv"))
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.") from None
    session.show(answer, lambda: Text(f"Written to {line(str(file))}."))


def import_people(
    session: Session,
    kind: ListArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file of Mastodon's.")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="What is not in it goes.", show_default=False)
    ] = False,
) -> None:
    """Do what each row of a CSV file says, one a second: follow, block, mute, keep."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}.") from None
    how = {"overwrite": True} if overwrite else {}
    answer = session.client().post(f"{CONTROL}/imports", {"kind": kind, "csv": text, **how})
    rows = int(answer.document().get("rows") or 0)
    said = f"Working off {count(rows, 'row')}. See: fedi-cotweet people imports"
    session.show(answer, lambda: Text(said))


def imports(session: Session) -> None:
    """Show how far your imports are."""
    answer = session.client().get(f"{CONTROL}/imports")
    found = answer.document().get("imports") or []
    lines = [
        f"{line(str(item['kind']))}: {item['done']} done, {item['waiting']} waiting,"
        f" {item['failed']} failed"
        for item in found
    ]
    session.show(answer, lambda: Text("\n".join(lines) or "You have imported nothing."))
