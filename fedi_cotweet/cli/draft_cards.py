"""Co-tweets of one's own as a terminal shows them: who has agreed, and what can be done next."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from fedi_cotweet.cli.pieces import (
    AUDIENCES,
    CONSENTS,
    credited,
    differences_of,
    facts_table,
    heading,
    hint,
    pictures_of,
    poll_of,
    quoted,
    words_of,
)
from fedi_cotweet.cli.text import distance, line, moment
from fedi_cotweet.services.views import DraftAuthorView, DraftView

STATES = {
    "draft": "a draft, seen by you and those you invited",
    "offered": "waiting for answers, seen by its authors only",
    "waiting": "waiting for answers, seen by its authors only",
    "ready": "everyone agreed; it can be published",
    "publishing": "being published",
    "published": "published",
    "declined": "declined; it needs your decision",
    "expired": "not answered in time; a draft again",
    "deleted": "deleted",
}


MODES = {
    "wait_all": "nothing is published; you decide what becomes of it",
    "publish_without_decliners": "it is published with those who do, as soon as everybody has "
    "answered or their time is over; under your name alone only if you say so",
    "scheduled": "nothing is published, also when its time has come; you decide what becomes of it",
}
"""What happens when somebody declines or does not answer, by a draft's mode."""


def draft(view: DraftView, now: int) -> RenderableType:
    """A co-tweet of one's own: who has agreed, and what happens next."""
    state = line(STATES.get(view.state, view.state))
    body: list[RenderableType] = [Text(state[:1].upper() + state[1:] + ".", style="bold"), Text()]
    body += words_of(view.post.summary, view.post.text, view.post.sensitive)
    body += poll_of(view.post.poll, now)
    body += pictures_of(view.post.media)
    body += quoted(view.post.quote)
    body += [Text(), heading("Co-authors")]
    body += [_consent(entry, now) for entry in view.co_authors]
    if view.change is not None:
        body += [Text(), heading("A change waits for consent; until then the text above stands")]
        body += [*differences_of(view.change.differences)]
        body += [_consent(entry, now) for entry in view.change.co_authors]
    facts = facts_table()
    if view.state != "published":
        facts.add_row("If not all agree", line(MODES.get(view.mode, view.mode)))
    if view.state == "draft" and view.publish_at is not None:
        facts.add_row("Not before", f"{moment(view.publish_at)}, {distance(view.publish_at, now)}")
    facts.add_row("Audience", line(AUDIENCES.get(view.post.visibility, view.post.visibility)))
    if view.state == "published":
        facts.add_row("Page", line(view.post.url or view.post.uri))
    body += [Text(), facts]
    body += [Text(), *_next_steps(view)]
    title = Text(f" Co-tweet {line(view.post.id)} ", style="bold")
    return Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))


def _consent(entry: DraftAuthorView, now: int) -> Text:
    label, style = CONSENTS.get(entry.state, (line(entry.state), "default"))
    text = Text("  ").append_text(credited(entry.author)).append(f"  {label}", style=style)
    if entry.state == "offered" and entry.expires_at is not None:
        text.append(f" (until {moment(entry.expires_at)}, {distance(entry.expires_at, now)})")
    if entry.channel == "message":
        text.append(", asked by message", style="dim")
    if entry.reason:
        text.append(f": {line(entry.reason)}")
    return text


def _next_steps(view: DraftView) -> list[RenderableType]:
    post_id = line(view.post.id)
    publish = f"fedi-cotweet publish {post_id}"
    if view.change is not None:
        without = "Publish it without those who did not agree"
        return [
            hint("Call the change off", f"fedi-cotweet cancel-change {post_id}"),
            hint(without if _agreed(view.change.co_authors) else _ALONE, publish),
        ]
    if view.state == "published":
        return [hint("Delete", f"fedi-cotweet delete {post_id}")]
    return [
        hint("Publish with those who agreed" if _agreed(view.co_authors) else _ALONE, publish),
        hint("Take invites back", f"fedi-cotweet withdraw {post_id} [--from HANDLE]"),
        hint("Throw it away", f"fedi-cotweet discard {post_id}"),
    ]


_ALONE = "Nobody has agreed. Publish alone, as an ordinary post"


def _agreed(entries: Sequence[DraftAuthorView]) -> bool:
    return any(entry.state == "accepted" for entry in entries)
