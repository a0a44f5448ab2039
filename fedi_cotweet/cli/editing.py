"""Published posts and drafts of one's own, changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from fedi_cotweet.cli.client import Client, RefusedError, UsageError, segment
from fedi_cotweet.cli.decoding import read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.post_options import AltOption, LanguageOption
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.showing import show_post
from fedi_cotweet.cli.writing import (
    COTWEETS,
    MEDIA,
    POSTS,
    duration_of,
    show_draft,
    text_of,
)
from fedi_cotweet.services.views import PostView

TextArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[TEXT]",
        help="The new text; - reads it from standard input. Without, it stays.",
        show_default=False,
    ),
]
WarningOption = Annotated[
    str | None,
    typer.Option(
        "--cw", metavar="TEXT", help="Another content warning; '' for none.", show_default=False
    ),
]
SensitiveOption = Annotated[
    bool | None,
    typer.Option(
        "--sensitive/--not-sensitive",
        help="Whether its pictures are hidden until they are wanted.",
        show_default=False,
    ),
]
DescribeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--describe",
        metavar="N=TEXT",
        help="What picture N shows, counted from 1. May be repeated.",
        show_default=False,
    ),
]
FocusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--focus",
        metavar="N=X,Y",
        help="What stays in sight of picture N where it is cut: each from -1 (left, bottom) to 1.",
        show_default=False,
    ),
]
AddOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--add",
        metavar="FILE",
        help="Another picture, after the others; needs its --alt. May be repeated.",
        show_default=False,
    ),
]
DropOption = Annotated[
    list[int] | None,
    typer.Option(
        "--drop", metavar="N", help="Without picture N. May be repeated.", show_default=False
    ),
]
OrderOption = Annotated[
    str | None,
    typer.Option(
        "--order",
        metavar="N,N",
        help="The pictures it has, in another order: 2,1,3.",
        show_default=False,
    ),
]
PollOption = Annotated[
    list[str] | None,
    typer.Option(
        "--poll",
        metavar="TEXT",
        help="All options of its poll anew. Votes so far are void if they differ.",
        show_default=False,
    ),
]
PollEndsOption = Annotated[
    str | None,
    typer.Option(
        "--poll-ends", metavar="1d", help="How long people can still vote.", show_default=False
    ),
]
PollMultipleOption = Annotated[
    bool | None,
    typer.Option(
        "--poll-multiple/--poll-single",
        help="How many options readers may choose. Votes so far are void if it differs.",
        show_default=False,
    ),
]


def edit(
    session: Session,
    target: PostArgument,
    text: TextArgument = None,
    warning: WarningOption = None,
    sensitive: SensitiveOption = None,
    language: LanguageOption = None,
    describe: DescribeOption = None,
    focus: FocusOption = None,
    add: AddOption = None,
    alt: AltOption = None,
    drop: DropOption = None,
    order: OrderOption = None,
    poll: PollOption = None,
    poll_ends: PollEndsOption = None,
    poll_multiple: PollMultipleOption = None,
) -> None:
    """Change a post. What is not named stays; earlier versions stay in its history.

    A co-tweet's authors are asked again, and until then the old text stands. Its text, warning and
    language can be changed.
    """
    client, named = session.client(), segment(target)
    if len(add or ()) != len(alt or ()):
        raise UsageError("Every --add needs its --alt.", "Say what the picture shows ('' for none)")
    asked = {
        "options": poll,
        "ends_in_seconds": duration_of(poll_ends) if poll_ends else None,
        "multiple": poll_multiple,
    }
    said: dict[str, Any] = {
        "text": None if text is None else text_of(text),
        "summary": warning,
        "language": language,
    }
    more: dict[str, Any] = {"sensitive": sensitive, "poll": _given(asked) or None}
    pictured = bool(describe or focus or add or drop or order)
    try:
        client.get(f"{COTWEETS}/{named}")
    except RefusedError as error:
        if error.status != 404:
            raise
    else:
        if pictured or _given(more):
            raise UsageError(
                "Of a co-tweet the text, --cw and --language can be changed.",
                "For other pictures or another poll write a new one.",
            )
        if text is None:
            raise UsageError("Say the whole new text.", "Its authors are asked about all of it.")
        show_draft(session, client.put(f"{COTWEETS}/{named}", _given(said)))
        return
    if pictured:
        more["media"] = _pictures(client, named, describe, focus, drop, order)
        more["media"] += [
            {"id": client.upload(MEDIA, file, {"alt": words}).document().get("id")}
            for file, words in zip(add or (), alt or (), strict=True)
        ]
    document = _given(said | more)
    if not document:
        raise UsageError(
            "Nothing is to be changed.", "To see what can be: fedi-cotweet edit --help"
        )
    show_post(session, client.put(f"{POSTS}/{named}", document))


def _given(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _pictures(
    client: Client,
    named: str,
    describe: Sequence[str] | None,
    focus: Sequence[str] | None,
    drop: Sequence[int] | None,
    order: str | None,
) -> list[dict[str, Any]]:
    """The pictures that the post has, as they are to be."""
    post = read_view(PostView, client.get(f"{POSTS}/{named}").document())
    held: list[dict[str, Any]] = [{"id": item.id} for item in post.media]
    for name, given in (("alt", describe), ("focus", focus)):
        for entry in given or ():
            number, equals, value = entry.partition("=")
            if not equals:
                raise UsageError(f'"{entry}" names no picture.', "Write it like 1=A cat on a sofa.")
            held[_place(number, len(held))][name] = value
    places = [_place(number, len(held)) for number in (order or "").split(",") if number.strip()]
    if order is not None and sorted(places) != list(range(len(held))):
        raise UsageError("The order names each picture once.", "Write it like 2,1,3.")
    gone = {_place(str(number), len(held)) for number in drop or ()}
    return [held[at] for at in places or range(len(held)) if at not in gone]


def _place(number: str, count: int) -> int:
    given = number.strip()
    if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= count):
        raise UsageError(f'There is no picture "{given}".', f"The post has {count}.")
    return int(given) - 1
