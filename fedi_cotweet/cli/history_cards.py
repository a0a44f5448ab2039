"""All versions of a post as a terminal shows them."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from fedi_cotweet.cli.pieces import names, words_of
from fedi_cotweet.cli.text import distance, line, moment, plain
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.services.history_views import HistoryView, VersionMediaView, VersionView


def history(view: HistoryView, now: int) -> RenderableType:
    """Newest first: what it says now stands at the top."""
    parts: list[RenderableType] = [names(view.post.authors)]
    parts += [_version(version, now) for version in view.versions]
    if view.missing:
        text = count(view.missing, "earlier version is", "earlier versions are")
        parts.append(Text(f"{text} not shown.", style="dim"))
    if not view.complete:
        parts.append(Text("It was changed before it came here: what it said first is not known."))
    elif len(view.versions) == 1 and not view.missing:
        parts.append(Text("This post was never changed."))
    return Group(*parts)


def _version(version: VersionView, now: int) -> RenderableType:
    when = moment(version.published_at), distance(min(version.published_at, now), now)
    body: list[RenderableType] = [Text(", ".join(when), style="dim"), Text()]
    if version.name:
        body.append(Text(f"  {line(version.name)}", style="bold", overflow="fold"))
    body += words_of(version.summary, version.text, version.sensitive)
    for number, option in enumerate(version.options, 1):
        body.append(Text(f"  {number}. {line(option)}", overflow="fold"))
    body += [_described(item) for item in version.media]
    if len(version.authors) > 1:
        agreed = Text("agreed to by ", style="dim").append_text(names(version.authors[1:]))
        body += [Text(), agreed]
    if version.others:
        gone = count(version.others, "person who agreed is", "people who agreed are")
        body.append(Text(f"{gone} not an author any more", style="dim"))
    if version.digest:
        body.append(Text(line(version.digest), style="dim", overflow="fold"))
    title = Text(f" version {version.number} ", style="dim")
    return Panel(Group(*body), title=title, title_align="right", box=box.ROUNDED, padding=(0, 1))


def _described(item: VersionMediaView) -> Text:
    text = Text("  Picture", style="bold").append(f"  {line(item.media_type)}", style="dim")
    text.append(f"\n    {plain(item.alt)}" if item.alt else "\n    (no description)")
    text.append(f"\n    {line(item.url) if item.url else 'not kept'}", style="dim")
    text.overflow = "fold"
    return text
