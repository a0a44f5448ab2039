"""Parts of what a terminal shows: what a post holds, headings, hints, lists of facts.

Everything that people wrote goes through ``text.plain`` or ``text.line``: nothing of it is ever
read as markup or as a terminal's control sequence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from fedi_cotweet.cli.text import distance, line, links, moment, plain, shown_name
from fedi_cotweet.domain.plurals import count
from fedi_cotweet.services.views import AuthorView, CardView, MediaView, PollView, QuoteView

AUDIENCES = {
    "public": "public: anyone can read it, and it is listed everywhere",
    "unlisted": "unlisted: anyone can read it, but it is not listed in public timelines",
    "followers": "followers only",
    "direct": "only the people it mentions",
    "local": "only people of this server",
}

CONSENTS = {
    "offered": ("invited, no answer yet", "yellow"),
    "accepted": ("agreed", "green"),
    "published": ("agreed, named on the post", "green"),
    "declined": ("declined", "red"),
    "expired": ("did not answer in time", "red"),
    "withdrawn": ("invite withdrawn", "dim"),
    "superseded": ("asked again for the newer text", "dim"),
    "lapsed": ("agreed, but it was never published", "dim"),
    "left": ("left the post", "dim"),
    "removed": ("not on the published post", "dim"),
    "deleted": ("the post is deleted", "dim"),
}


def person(author: AuthorView) -> Text:
    """Name and handle; the handle alone of somebody whose name could pass for a byline."""
    name = shown_name(author.name)
    text = Text().append(f"{name}  " if name else "", style="bold")
    text.append(f"@{line(author.handle)}", style="cyan")
    if author.moved_to:
        text.append(f" (now @{line(author.moved_to)})", style="dim")
    return text


CREDITS = {
    "artist": "art by",
    "photographer": "photos by",
    "translator": "translated by",
    "host": "hosted by",
    "other": "with help from",
}


def credited(author: AuthorView) -> Text:
    """What somebody did, where it is not simply writing, and who: ``art by Bob @bob@b.example``."""
    if author.role == "author":
        return person(author)
    role = CREDITS.get(author.role, line(author.role))
    return Text(f"{role} ").append_text(person(author))


def names(authors: Iterable[AuthorView]) -> Text:
    """Every author in order: ``Alice @alice@a.example and Bob @bob@b.example``."""
    people = list(authors)
    text = Text()
    for position, each in enumerate(people):
        if position:
            last = position == len(people) - 1 and each.role == "author"
            text.append(" and " if last else ", ")
        text.append_text(credited(each))
    return text


QUOTES = {
    "pending": "quotes a post whose author has not agreed yet",
    "rejected": "quotes a post whose author does not agree",
    "revoked": "quotes a post whose author does not agree any more",
    "deleted": "quotes a post that is deleted",
    "unauthorised": "quotes a post whose author was not asked",
    "hidden": "quotes a post that you do not see",
}


def quoted(view: QuoteView | None) -> list[RenderableType]:
    """What a post quotes, or why it is not shown."""
    if view is None:
        return []
    parts: list[RenderableType] = [Text()]
    if view.state != "accepted":
        parts.append(Text(f"  {QUOTES.get(view.state, line(view.state))}", style="dim"))
    if view.post is not None:
        words = words_of(view.post.summary, view.post.text, view.post.sensitive)
        inside = Group(names(view.post.authors), *words, *pictures_of(view.post.media))
        parts.append(Padding(Panel(inside, box=ROUNDED, style="default"), (0, 2)))
    if view.url:
        parts.append(Text(f"  {line(view.url)}", style="dim", overflow="fold"))
    return parts


def linked(card: CardView | None) -> list[RenderableType]:
    """The page that a post links to, as that page describes itself."""
    if card is None:
        return []
    inside = [Text(line(card.host), style="dim"), Text(line(card.title), style="bold")]
    if card.description:
        inside.append(Text(line(card.description)))
    if card.author is not None:
        inside.append(Text("by ", style="dim").append_text(person(card.author)))
    inside.append(Text(line(card.url), style="dim", overflow="fold"))
    return [Text(), Padding(Panel(Group(*inside), box=ROUNDED, style="default"), (0, 2))]


def words_of(summary: str, text: str, sensitive: bool) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if summary:
        parts.append(Text(f"Content warning: {line(summary)}", style="bold yellow"))
    elif sensitive:
        parts.append(Text("Marked as sensitive", style="bold yellow"))
    parts.append(Padding(Text(plain(text).strip("\n"), overflow="fold"), (0, 2)))
    return parts


def poll_of(view: PollView | None, now: int, *, begun: bool = True) -> list[RenderableType]:
    """What is asked and how it stands. Not ``begun``: of a draft, in which nobody can vote yet."""
    if view is None:
        return []
    total = max(sum(option.votes for option in view.options), 1)
    parts: list[RenderableType] = [Text()]
    for position, option in enumerate(view.options):
        text = Text(f"  {position + 1}. ").append(line(option.name), style="bold")
        if begun:
            text.append(f"  {option.votes * 100 // total} % ({option.votes})", style="dim")
        if position in view.own:
            text.append("  your vote", style="green")
        text.overflow = "fold"
        parts.append(text)
    facts = [count(view.voters, "person has voted", "people have voted")] if begun else ["a poll"]
    if view.multiple:
        facts.append("several can be chosen")
    if view.over:
        facts.append("it is over")
    elif view.ends_at is not None:
        facts.append(f"ends {moment(view.ends_at)}, {distance(view.ends_at, now)}")
    return [*parts, Text(f"  {'; '.join(facts)}", style="dim")]


def pictures_of(media: Sequence[MediaView]) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for position, item in enumerate(media, 1):
        size = f" {item.width}×{item.height}" if item.width and item.height else ""
        text = Text(f"  Picture {position}", style="bold")
        text.append(f"  {line(item.media_type)}{size}", style="dim")
        text.append(f"\n    {plain(item.alt)}" if item.alt else "\n    (no description)")
        if item.focal is not None:
            text.append(f"\n    focal point {item.focal[0]:g},{item.focal[1]:g}", style="dim")
        if item.credit is not None:
            made_by = item.credit.author
            text.append("\n    picture by ")
            text.append_text(
                person(made_by) if made_by else Text(shown_name(item.credit.name) or "somebody")
            )
        text.append(f"\n    {line(item.url)}", style="dim")
        if not item.verified:
            text.append("\n    This file is not the one the post promises.", style="bold red")
        text.overflow = "fold"
        parts.append(text)
    return parts


def links_of(content: str) -> list[RenderableType]:
    """Where the links of a text lead, which the text alone does not show."""
    found = links(content)
    if not found:
        return []
    parts: list[RenderableType] = [heading("Where its links lead")]
    for text, target in found:
        parts.append(Text(f"  {line(text)} → {line(target)}", overflow="fold"))
    return parts


def differences_of(lines: Sequence[str]) -> list[RenderableType]:
    styles = {"+": "green", "-": "red"}
    return [Text(f"  {line(text)}", style=styles.get(text[:1], "dim")) for text in lines]


def facts_table() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    return table


def joined(texts: Sequence[str]) -> Text:
    return Text(", ".join(line(text) for text in texts))


def deadline(at: int, now: int) -> Text:
    style = "bold red" if at - now < 24 * 3_600_000 else "default"
    return Text(f"{moment(at)} ({distance(at, now)})", style=style)


def heading(text: str) -> Text:
    return Text(text, style="bold")


def hint(what: str, how: str) -> Text:
    return whole(Text(f"{what}:  ", style="dim").append(how, style="bold"))


def whole(text: Text) -> Text:
    """On one line, however narrow the terminal is: commands and addresses are copied. Only where
    it stands by itself: frames, tables and paddings cut it off."""
    text.no_wrap, text.overflow = True, "ignore"
    return text


def with_steps(card: RenderableType, steps: Iterable[RenderableType]) -> RenderableType:
    """A card, and below its frame what can be done next."""
    return Group(card, *steps, Text())
