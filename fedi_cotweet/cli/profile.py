"""What you say of yourself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli.client import Answer, UsageError
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import line

PROFILE = f"{CONTROL}/profile"


NameOption = Annotated[
    str | None, typer.Option("--name", help="What others see.", show_default=False)
]
AboutOption = Annotated[
    str | None, typer.Option("--about", help="A few sentences.", show_default=False)
]
FieldsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--field",
        metavar="NAME=VALUE",
        help="A line of the profile; several replace all. A link is verified if its page links"
        ' back with rel="me".',
        show_default=False,
    ),
]
TagsOption = Annotated[
    list[str] | None,
    typer.Option("--tag", help="A hashtag to show; several replace all.", show_default=False),
]
SitesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--site",
        metavar="HOST",
        help="A website that may name you as the author of its pages.",
        show_default=False,
    ),
]
ClearOption = Annotated[
    list[str] | None,
    typer.Option(
        "--clear",
        metavar="WHAT",
        help="fields, tags, sites, avatar or header: have none.",
        show_default=False,
    ),
]
AvatarOption = Annotated[
    Path | None, typer.Option("--avatar", metavar="FILE", help="A picture of at most 4 MiB.")
]
HeaderOption = Annotated[
    Path | None, typer.Option("--header", metavar="FILE", help="A wide picture.")
]
AvatarAltOption = Annotated[
    str | None,
    typer.Option("--avatar-alt", metavar="TEXT", help="What it shows.", show_default=False),
]
HeaderAltOption = Annotated[
    str | None,
    typer.Option("--header-alt", metavar="TEXT", help="What it shows.", show_default=False),
]
DiscoverableOption = Annotated[
    bool | None,
    typer.Option(
        "--discoverable/--not-discoverable",
        help="Whether directories and suggestions may show you.",
        show_default=False,
    ),
]
HidesOption = Annotated[
    bool | None,
    typer.Option(
        "--hide-network/--show-network",
        help="Whether only the number of your followers is public.",
        show_default=False,
    ),
]


def profile(
    session: Session,
    name: NameOption = None,
    about: AboutOption = None,
    fields: FieldsOption = None,
    tags: TagsOption = None,
    sites: SitesOption = None,
    clear: ClearOption = None,
    avatar: AvatarOption = None,
    avatar_alt: AvatarAltOption = None,
    header: HeaderOption = None,
    header_alt: HeaderAltOption = None,
    discoverable: DiscoverableOption = None,
    hides: HidesOption = None,
) -> None:
    """Show your profile, or change what is given."""
    client, emptied = session.client(), _emptied(clear or [])
    document: dict[str, Any] = dict(emptied["members"])
    given = {
        "name": name,
        "about": about,
        "fields": [_field(text) for text in fields] if fields else None,
        "featured_tags": tags or None,
        "attribution_domains": sites or None,
        "discoverable": discoverable,
        "hides_network": hides,
        "avatar_alt": avatar_alt,
        "header_alt": header_alt,
    }
    document |= {member: value for member, value in given.items() if value is not None}
    for kind in emptied["pictures"]:
        client.delete(f"{PROFILE}/pictures/{kind}")
    for kind, file in (("avatar", avatar), ("header", header)):
        if file is not None:
            client.upload(f"{PROFILE}/pictures", file, {"kind": kind})
    # Last, for a description is of the picture that is there.
    answer = client.put(PROFILE, document) if document else client.get(PROFILE)
    session.show(answer, lambda: _shown(answer))


def _field(text: str) -> dict[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f'"{text}" is no field.', "Write it like Website=https://example.org")
    return {"name": name, "value": value}


def _emptied(clear: list[str]) -> dict[str, Any]:
    members = {"fields": "fields", "tags": "featured_tags", "sites": "attribution_domains"}
    for what in clear:
        if what not in members and what not in ("avatar", "header"):
            raise UsageError(f'"{what}" cannot be cleared.', "Write fields, tags, sites, avatar.")
    return {
        "members": {members[what]: [] for what in clear if what in members},
        "pictures": [what for what in clear if what not in members],
    }


def _shown(answer: Answer) -> RenderableType:
    document = answer.document()
    lines = [Text(line(str(document.get("name"))), style="bold")]
    if document.get("about"):
        lines.append(Text(line(str(document["about"]))))
    for entry in document.get("fields") or []:
        tick = " ✓" if entry.get("verified_at") else ""
        lines.append(Text(f"{line(str(entry.get('name')))}: {line(str(entry.get('value')))}{tick}"))
    for what in ("avatar", "header"):
        if document.get(what):
            alt = line(str(document.get(f"{what}_alt") or "")) or "not described"
            lines.append(Text(f"{what.capitalize()}: {alt}", style="dim"))
    tags = " ".join(f"#{line(str(tag))}" for tag in document.get("featured_tags") or [])
    if tags:
        lines.append(Text(tags))
    sites = ", ".join(line(str(site)) for site in document.get("attribution_domains") or [])
    if sites:
        lines.append(Text(f"May name you as their author: {sites}", style="dim"))
    said = "may" if document.get("discoverable") else "may not"
    lines.append(Text(f"Directories {said} show you.", style="dim"))
    if document.get("hides_network"):
        lines.append(Text("Only the number of your followers is public.", style="dim"))
    return Group(*lines)
