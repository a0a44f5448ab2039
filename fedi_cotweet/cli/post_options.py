"""What can be said of a new post on the command line."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from activitypub.coauthorship.roles import ROLES, Role


class Audience(StrEnum):
    """Who may read a post."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    PRIVATE = "private"
    DIRECT = "direct"
    LOCAL = "local"


class QuotePolicyChoice(StrEnum):
    """Who may quote a post."""

    PUBLIC = "public"
    FOLLOWERS = "followers"
    ASK = "ask"
    NOBODY = "nobody"


class Mode(StrEnum):
    """When a co-tweet goes out."""

    WAIT_ALL = "wait_all"
    PUBLISH_WITHOUT_DECLINERS = "publish_without_decliners"


TextArgument = Annotated[
    str, typer.Argument(metavar="TEXT", help="What to say; - reads it from standard input.")
]
WithOption = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="HANDLE[:ROLE]",
        help="Invite a co-author, in the order of credit. May be repeated. With a role: "
        "@bob@b.example:artist.",
        show_default=False,
    ),
]
RoleOption = Annotated[
    Role | None,
    typer.Option(
        "--role",
        metavar="|".join(ROLES),
        help="What you did yourself, if not simply write.",
        show_default=False,
    ),
]
MediaOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--media",
        metavar="FILE",
        help="A picture. May be repeated; each needs its --alt.",
        show_default=False,
    ),
]
AltOption = Annotated[
    list[str] | None,
    typer.Option(
        "--alt",
        metavar="TEXT",
        help="What the picture shows, in the order of --media.",
        show_default=False,
    ),
]
FocusOption = Annotated[
    list[str] | None,
    typer.Option(
        "--focus",
        metavar="X,Y",
        help="What stays in sight where the picture is cut, in the order of --media: each from -1 "
        "(left, bottom) to 1 (right, top); 0,0 is the middle.",
        show_default=False,
    ),
]
WarningOption = Annotated[
    str | None,
    typer.Option("--cw", metavar="TEXT", help="A content warning.", show_default=False),
]
SensitiveOption = Annotated[
    bool,
    typer.Option("--sensitive", help="Hide its pictures until they are wanted."),
]
LanguageOption = Annotated[
    str | None,
    typer.Option("--language", metavar="xx", help="Its language.", show_default=False),
]
VisibilityOption = Annotated[
    Audience | None,
    typer.Option(
        "--visibility",
        metavar="public|unlisted|followers|direct|local",
        help="Who may read it: everybody, your followers (also “private”), the people it mentions, "
        "or this server. An answer is as public as what it answers.",
        show_default="public",
    ),
]
ReplyOption = Annotated[
    str | None,
    typer.Option(
        "--reply-to",
        metavar="POST",
        help="The post it answers, by an id or its address.",
        show_default=False,
    ),
]
QuoteOption = Annotated[
    str | None,
    typer.Option(
        "--quote",
        metavar="POST",
        help="A post to show in it, by an id or its address.",
        show_default=False,
    ),
]
QuotePolicyOption = Annotated[
    QuotePolicyChoice | None,
    typer.Option(
        "--quote-policy",
        metavar="public|followers|ask|nobody",
        help="Who may quote it, if not as your account says.",
        show_default=False,
    ),
]
PollOption = Annotated[
    list[str] | None,
    typer.Option(
        "--poll",
        metavar="TEXT",
        help="An option to choose from: makes it a poll. Give it twice or more.",
        show_default=False,
    ),
]
PollEndsOption = Annotated[
    str | None,
    typer.Option("--poll-ends", metavar="1d", help="How long people can vote.", show_default="1d"),
]
PollMultipleOption = Annotated[
    bool,
    typer.Option("--poll-multiple", help="Readers may choose several options."),
]
ExpiresOption = Annotated[
    str | None,
    typer.Option(
        "--expires",
        metavar="7d",
        help="How long the invites stay open: 12h, 7d, 2w.",
        show_default=False,
    ),
]
ModeOption = Annotated[
    Mode | None,
    typer.Option(
        "--mode",
        metavar="wait_all|publish_without_decliners",
        help="What to do when someone declines.",
        show_default=False,
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="TIME",
        help="Not before this time (2026-12-24T18:00), within thirty days.",
        show_default=False,
    ),
]
ByMessageOption = Annotated[
    bool,
    typer.Option(
        "--by-message",
        help="Ask those by direct message whose servers know nothing of co-authors.",
        show_default=False,
    ),
]
