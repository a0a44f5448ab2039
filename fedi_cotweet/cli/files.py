"""``media move``: files between the disk and a bucket, with or without a running server."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.text import Text

from fedi_cotweet.cli.client import CommandError, UsageError
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import plain
from fedi_cotweet.configuration import load
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.settings import Settings

if TYPE_CHECKING:
    from fedi_cotweet.services.moving_files import Moved

EVERY = 100


def move(
    session: Session,
    to: Annotated[
        Literal["s3", "disk"], typer.Option("--to", help="Where they shall be from now on.")
    ],
) -> None:
    """Move all files to a bucket, or back. The server may run, and shows them all the while.

    Set media_store to where they go and restart the server first, so that new files are there.
    Each is read back before it is removed where it was. Can be stopped and begun anew.
    """
    # What needs the server's address plays no part here.
    settings = load(session.data, options={"development": True})
    if not settings.s3_bucket:
        raise UsageError("There is no bucket.", "Set s3_bucket and what belongs to it.")
    if settings.media_store != to:
        raise UsageError(
            f"New files go to {settings.media_store}.",
            f"Set media_store to {to}, restart the server, and run this again.",
        )
    moved = asyncio.run(_moved(session, settings, to))
    if session.as_json:
        sys.stdout.write(json.dumps(asdict(moved)) + "\n")
    else:
        done = f"{count(moved.files, 'file')} moved, {moved.octets / 1024 / 1024:.1f} MiB"
        already = moved.there_already
        session.say(Text(done + (f"; {already} were there already." if already else ".")))
    if moved.damaged:
        raise CommandError(
            "files_damaged",
            f"{count(len(moved.damaged), 'file')} stayed: not what was uploaded: "
            + ", ".join(moved.damaged[:20]),
            "Put them back from a backup, and run this again.",
        )


async def _moved(session: Session, settings: Settings, to: str) -> Moved:
    # The other commands start faster without the database.
    from fedi_cotweet.services.errors import ServiceError
    from fedi_cotweet.services.file_stores import files_of
    from fedi_cotweet.services.media import token_of
    from fedi_cotweet.services.moving_files import move as move_files
    from storage.engine import open_store
    from storage.errors import StorageError
    from storage.queries import post_media

    loop = asyncio.get_running_loop()
    screen = Console(stderr=True, highlight=False)

    try:
        store = open_store(settings.database)
    except StorageError as error:
        raise CommandError(error.code, plain(error.safe), "Name the data folder: --data.") from None

    def digest_of(name: str) -> str | None:
        row = store.read(lambda tx: post_media.media_by_token(tx, token_of(name)))
        item = asyncio.run_coroutine_threadsafe(row, loop).result()
        return item.digest if item is not None and item.path == name else None

    def told(moved: Moved) -> None:
        if not session.as_json and (moved.files + moved.there_already) % EVERY == 0:
            screen.print(f"{count(moved.files, 'file')} moved so far")

    try:
        return await asyncio.to_thread(move_files, files_of(settings), to, digest_of, told)
    except ServiceError as error:
        again = "Nothing is lost. Run this again when it answers; it goes on from there."
        raise CommandError(error.code, error.safe, again) from None
    except StorageError as error:
        raise CommandError(error.code, plain(error.safe), "Run this again.") from None
    except OSError as error:
        fix = "Make room or mend its permissions, and run this again."
        raise CommandError("disk_failed", f"The disk failed: {error.strerror}.", fix) from None
    finally:
        await store.close()
