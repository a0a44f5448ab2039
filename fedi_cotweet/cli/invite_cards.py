"""Invites as a terminal shows them."""

from __future__ import annotations

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from fedi_cotweet.cli.pieces import (
    AUDIENCES,
    CONSENTS,
    credited,
    deadline,
    differences_of,
    facts_table,
    heading,
    hint,
    joined,
    links_of,
    person,
    pictures_of,
    poll_of,
    quoted,
    with_steps,
    words_of,
)
from fedi_cotweet.cli.text import distance, line, moment, plain
from fedi_cotweet.services.views import InviteView


def invite(view: InviteView, now: int) -> RenderableType:
    """The whole preview of an invite: nothing that consent would cover is left out."""
    follows = "follows you" if view.sender_follows_you else "does not follow you"
    opening = person(view.sender).append(f" ({follows})", style="dim")
    opening.append(_asked(view), style="default")
    body: list[RenderableType] = [opening, Text()]
    body.append(heading("Authors, in this order"))
    for position, entry in enumerate(view.authors, 1):
        style = "bold green" if entry.standing == "you" else "dim"
        text = Text(f"  {position}. ").append_text(credited(entry.author))
        body.append(text.append(f"  {line(entry.standing)}", style=style))
    body += [Text(), Rule(Text("exactly what would stand under your name"), style="dim")]
    body += words_of(view.summary, view.text, view.sensitive)
    body += poll_of(view.poll, now, begun=False)
    body += pictures_of(view.media)
    body += quoted(view.quote)
    body += [Rule(style="dim"), *links_of(view.content)]
    facts = facts_table()
    if view.mentions:
        facts.add_row("Mentions", joined(view.mentions))
    audience = line(AUDIENCES.get(view.visibility, view.visibility))
    if view.beyond_followers:
        audience += " (not only your followers, though your account is locked)"
    facts.add_row("Audience", audience)
    if view.language:
        facts.add_row("Language", line(view.language))
    if view.in_reply_to:
        facts.add_row("In reply to", line(view.in_reply_to))
    if view.publish_at is not None:
        facts.add_row("Not before", f"{moment(view.publish_at)}, {distance(view.publish_at, now)}")
    facts.add_row("Answer by", deadline(view.expires_at, now))
    facts.add_row("Digest", line(view.digest))
    body.append(facts)
    if view.differences:
        before = "agreed to" if view.agreed_before else "were asked before"
        body += [Text(), heading(f"What is different from what you {before}")]
        body += differences_of(view.differences)
    title = Text(f" Invite {line(view.id)} ", style="bold")
    card = Panel(Group(*body), title=title, title_align="left", box=box.ROUNDED, padding=(1, 2))
    return with_steps(card, _answers(view))


def _asked(view: InviteView) -> str:
    if not view.already_published:
        return " asks you to be an author of this post."
    if not view.already_author:
        return " asks to add your name to this published post."
    return " asks you to agree to a change of this post, which you are an author of."


def _answers(view: InviteView) -> list[RenderableType]:
    if view.refusal:
        return [
            Text(f"It cannot be accepted here: {plain(view.refusal)}", style="bold red"),
            hint("Decline", f"fedi-cotweet decline {line(view.id)}"),
        ]
    if view.state != "offered":
        label, style = CONSENTS.get(view.state, (line(view.state), "default"))
        answer = [Text(f"This invite is answered or closed: {label}.", style=style)]
        if view.state in {"accepted", "published"}:
            answer.append(hint("To take your name back", f"fedi-cotweet leave {line(view.id)}"))
        return list(answer)
    return [
        hint("Accept", f"fedi-cotweet accept {line(view.id)}"),
        hint("Decline", f"fedi-cotweet decline {line(view.id)} [--reason TEXT]"),
        Text(
            "Until everyone has agreed, the published version stands."
            if view.already_author
            else "No answer is an answer too: nothing is sent, and the invite ends.",
            style="dim",
        ),
    ]
