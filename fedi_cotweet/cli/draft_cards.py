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
    with_steps,
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
    state = _DECIDE if _needs_decision(view) else line(STATES.get(view.state, view.state))
    body: list[RenderableType] = [Text(state[:1].upper() + state[1:] + ".", style="bold"), Text()]
    body += words_of(view.post.summary, view.post.text, view.post.sensitive)
    body += poll_of(view.post.poll, now, begun=view.state == "published")
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
    body += [Text(), facts]
    steps = _next_steps(view)
    if view.state == "published":
        steps = [hint("Page", line(view.post.url or view.post.uri)), *steps]
    title = Text(f" Co-tweet {line(view.post.id)} ", style="bold")
    card = Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))
    return with_steps(card, steps)


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
            hint(without if _agreed(view.change.co_authors) else _CHANGED_ALONE, publish),
        ]
    if view.state == "published":
        return [hint("Delete", f"fedi-cotweet delete {post_id}")]
    return [
        *_those_who_said_no(view),
        *_publishing(view, publish),
        *_taking_back(view),
        hint("Throw it away", f"fedi-cotweet discard {post_id}"),
    ]


_DECIDE = "a draft that needs your decision: whoever was asked is not going to be an author"
_ALONE = "Nobody has agreed. Publish alone, as an ordinary post"
_CHANGED_ALONE = "Nobody has agreed to the change. Make it all the same, as a post by you alone"
_OVER = frozenset({"declined", "expired", "withdrawn", "lapsed"})
"""States of somebody who was asked and does not answer any more."""


def _those_who_said_no(view: DraftView) -> list[RenderableType]:
    """What can be done about each: somebody else in their place, or nobody."""
    post_id = line(view.post.id)
    others = any(entry.state in ("offered", "accepted") for entry in view.co_authors)
    steps: list[RenderableType] = []
    for entry in view.co_authors:
        if entry.state in _OVER:
            who = f"@{line(entry.author.handle)}"
            invite = f"fedi-cotweet invite {post_id} @NAME@SERVER --instead-of {who}"
            steps.append(hint(f"Invite somebody else instead of {who}", invite))
            if others:
                steps.append(hint(f"Go on without {who}", f"fedi-cotweet remove {post_id} {who}"))
    return steps


def _needs_decision(view: DraftView) -> bool:
    over = [entry.state in _OVER for entry in view.co_authors]
    return view.state == "draft" and bool(over) and all(over)


def _publishing(view: DraftView, publish: str) -> list[RenderableType]:
    if _agreed(view.co_authors):
        return [hint("Publish with those who agreed", publish)]
    return [hint(_ALONE, publish)]


def _taking_back(view: DraftView) -> list[RenderableType]:
    """Only while somebody is asked."""
    post_id = line(view.post.id)
    asked = [entry for entry in view.co_authors if entry.state in ("offered", "accepted")]
    if not asked:
        return []
    whole = f"fedi-cotweet withdraw {post_id}"
    if len(asked) == 1:
        return [hint("Take the invite back", whole)]
    one = f"{whole} --from @{line(asked[-1].author.handle)}"
    return [hint("Take all invites back", whole), hint("Or one", one)]


def _agreed(entries: Sequence[DraftAuthorView]) -> bool:
    return any(entry.state == "accepted" for entry in entries)
