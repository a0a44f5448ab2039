"""What happened: each with the post it is about, and the command for what can be done next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.decoding import read_list
from fedi_cotweet.cli.reading import CONTROL
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.text import distance, line, plain
from fedi_cotweet.services.notice_views import NotificationView

_LOOK: Final = ("show {post}",)
_TO_DECIDE: Final = ("drafts", "publish {post}", "discard {post}")
"""``drafts`` shows also whom one can go on without, or ask instead."""
_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    "cotweet.invite": ("accept {invite}", "decline {invite}"),
    "cotweet.reminder": ("accept {invite}", "decline {invite}"),
    "cotweet.comment": ("discuss {invite}", "discuss {post}"),
    "cotweet.proposal": ("proposal take {proposal}", "proposal decline {proposal}"),
    "cotweet.deletion_asked": ("proposal take {proposal}", "proposal decline {proposal}"),
    "cotweet.declined": _TO_DECIDE,
    "cotweet.expired": _TO_DECIDE,
    "cotweet.lapsed": _TO_DECIDE,
    "cotweet.due": _TO_DECIDE,
    "cotweet.change_refused": ("cancel-change {post}", "publish {post}"),
    "cotweet.poll_over": ("edit {post} TEXT", "discard {post}"),
    "cotweet.agreed_in_advance": ("leave {post}", "trusted"),
    "cotweet.with_blocked": ("show {post}", "leave {post}", "delete {post}"),
    "credit.asked": ("credits",),
    "quote_request": ("quotes",),
    "follow_request": ("follow-requests",),
}
"""Commands by kind; of those only the ones whose ids there are. All others: look at the post."""


def notifications(session: Session) -> None:
    """Read what happened: invites, answers, follows, replies, and what you can do about it."""
    answer = session.client().get(f"{CONTROL}/notifications")
    if session.as_json:
        session.show(answer, Text)
        return
    found = read_list(NotificationView, answer.document(), "notifications")
    session.say(Group(*(_notice(view) for view in found)) if found else Text("Nothing new."))


def _notice(view: NotificationView) -> RenderableType:
    entry = Text(f"{line(view.kind)}  ", style="bold cyan")
    entry.append(distance(view.created_at, now()), style="dim")
    entry.append(f"\n  {plain(view.text)}", style="default")
    if view.about:
        entry.append(f"\n    “{line(view.about)}”", style="italic")
    for command in _commands(view):
        entry.append(f"\n    fedi-cotweet {command}", style="dim")
    return entry


def _commands(view: NotificationView) -> list[str]:
    ids = {"invite": view.invite, "post": view.post, "proposal": view.proposal}
    here = {name: line(value) for name, value in ids.items() if value}
    wanted = _NEXT.get(view.kind, _LOOK)
    if wanted is _TO_DECIDE and not view.draft:
        wanted = _LOOK
    return [text.format(**here) for text in wanted if _known(text, here)]


def _known(text: str, here: Mapping[str, str]) -> bool:
    return all(f"{{{name}}}" not in text or name in here for name in ("invite", "post", "proposal"))
