"""One's own posts and co-tweets: write, invite, change, publish, take back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.text import Text

from fedi_cotweet.cli import draft_cards
from fedi_cotweet.cli.answering import now
from fedi_cotweet.cli.client import Answer, RefusedError, UsageError, handles, segment
from fedi_cotweet.cli.credited import credited
from fedi_cotweet.cli.decoding import read_list, read_view
from fedi_cotweet.cli.naming import PostArgument
from fedi_cotweet.cli.post_options import (
    AltOption,
    AtOption,
    ByMessageOption,
    ExpiresOption,
    FocusOption,
    LanguageOption,
    MediaOption,
    ModeOption,
    PollEndsOption,
    PollMultipleOption,
    PollOption,
    QuoteOption,
    QuotePolicyOption,
    ReplyOption,
    RoleOption,
    SensitiveOption,
    TextArgument,
    VisibilityOption,
    WarningOption,
    WithOption,
)
from fedi_cotweet.cli.session import Session
from fedi_cotweet.cli.showing import show_post
from fedi_cotweet.cli.text import seconds_of
from fedi_cotweet.services.views import DraftView

POSTS = "/api/v1/control/posts"
COTWEETS = "/api/v1/cotweets"
MEDIA = "/api/v1/control/media"


def post(
    session: Session,
    text: TextArgument,
    co_authors: WithOption = None,
    role: RoleOption = None,
    media: MediaOption = None,
    alt: AltOption = None,
    focus: FocusOption = None,
    warning: WarningOption = None,
    sensitive: SensitiveOption = False,
    language: LanguageOption = None,
    visibility: VisibilityOption = None,
    reply_to: ReplyOption = None,
    quote: QuoteOption = None,
    quote_policy: QuotePolicyOption = None,
    options: PollOption = None,
    poll_ends: PollEndsOption = None,
    poll_multiple: PollMultipleOption = False,
    expires: ExpiresOption = None,
    mode: ModeOption = None,
    at: AtOption = None,
    by_message: ByMessageOption = False,
) -> None:
    """Write a post. With co-authors it is a co-tweet: published once they have agreed.

    Until then nobody but its authors can see it.
    """
    if not co_authors and (expires or mode or at or role or by_message):
        raise UsageError(
            "--expires, --mode, --at, --role and --by-message are for co-tweets.",
            "Add --with @bob@b.example.",
        )
    _check(options, poll_ends, media, alt, multiple=poll_multiple)
    _check_focus(media, focus)
    said: dict[str, Any] = {
        "text": text_of(text),
        "visibility": visibility and visibility.value,
        "summary": warning,
        "sensitive": sensitive,
        "language": language,
        "in_reply_to": reply_to,
        "quote": quote,
        "quote_policy": quote_policy and quote_policy.value,
        "with": [credited(text) for text in co_authors or ()],
        "expires_in_seconds": duration_of(expires) if expires else None,
        "poll": _poll(options, poll_ends, multiple=poll_multiple),
        "mode": mode and mode.value,
        "publish_at": moment_of(at) if at else None,
        "by_message": by_message,
        "role": role and role.value,
    }
    document = {name: value for name, value in said.items() if value}
    client = session.client()
    if media:
        document["media"] = [
            client.upload(MEDIA, file, said_of).document().get("id")
            for file, said_of in zip(media, _described(alt, focus), strict=True)
        ]
    if co_authors:
        show_draft(session, client.post(COTWEETS, document))
    else:
        show_post(session, client.post(POSTS, document))


def _check(
    options: Sequence[str] | None,
    poll_ends: str | None,
    media: Sequence[Path] | None,
    alt: Sequence[str] | None,
    *,
    multiple: bool,
) -> None:
    if not options and (poll_ends or multiple):
        raise UsageError(
            "--poll-ends and --poll-multiple are for polls.", 'Add --poll "Tea" --poll "Coffee".'
        )
    if len(media or ()) != len(alt or ()):
        raise UsageError(
            "Every --media needs its --alt.",
            "Say what the picture shows, for those who cannot see it (--alt '' for none).",
        )


def _check_focus(media: Sequence[Path] | None, focus: Sequence[str] | None) -> None:
    if len(focus or ()) > len(media or ()):
        raise UsageError("Every --focus needs its --media.", "They are taken in the same order.")


def _described(
    alt: Sequence[str] | None, focus: Sequence[str] | None
) -> Iterator[Mapping[str, str]]:
    """What is said of each picture; the last ones may have no focal point."""
    for text, point in zip_longest(alt or (), focus or (), fillvalue=""):
        yield {"alt": text, "focus": point}


def _poll(
    options: Sequence[str] | None, ends: str | None, *, multiple: bool
) -> dict[str, Any] | None:
    if not options:
        return None
    lasts = duration_of(ends or "1d")
    return {"options": options, "ends_in_seconds": lasts, "multiple": multiple}


def delete(session: Session, target: PostArgument) -> None:
    """Delete a published post of yours, for everybody."""
    client = session.client()
    answer = client.delete(f"{POSTS}/{segment(target)}")
    session.show(answer, lambda: Text("Deleted. Other servers are being told."))


def vote(
    session: Session,
    target: PostArgument,
    choices: Annotated[
        list[int],
        typer.Argument(metavar="NUMBER...", help="Which option, counted from 1.", min=1),
    ],
) -> None:
    """Vote in a poll, once."""
    client = session.client()
    document = {"choices": [choice - 1 for choice in choices]}
    show_post(session, client.post(f"{POSTS}/{segment(target)}/votes", document))


def drafts(session: Session) -> None:
    """Show your co-tweets that are not published yet, and who has agreed."""
    answer = session.client().get(COTWEETS)
    if session.as_json:
        session.show(answer, Text)
        return
    found = read_list(DraftView, answer.document(), "cotweets")
    if not found:
        session.say(Text('No drafts. Begin one: fedi-cotweet post "..." --with @bob@b.example'))
    for view in found:
        session.say(draft_cards.draft(view, now()))


def publish(session: Session, target: PostArgument) -> None:
    """Publish a co-tweet, or a change of one, with those who have agreed: the others are left out.

    If nobody has, it is published under your name alone, as an ordinary post. Of a published
    co-tweet whoever did not agree to the change is no author of it any more.
    """
    client = session.client()
    path = f"{COTWEETS}/{segment(target)}"
    try:
        answer = client.post(f"{path}/publish")
    except RefusedError as error:
        if error.code != "already_published":
            raise
        answer = client.post(f"{path}/changes/publish")
    show_draft(session, answer)


def withdraw(
    session: Session,
    target: PostArgument,
    co_author: Annotated[
        str | None,
        typer.Option("--from", metavar="HANDLE", help="Only this co-author.", show_default=False),
    ] = None,
) -> None:
    """Take back the invites to a co-tweet that is not published yet."""
    client = session.client()
    document = {"co_author": handles([co_author])[0]} if co_author else {}
    answer = client.post(f"{COTWEETS}/{segment(target)}/withdraw", document)
    show_draft(session, answer)


def discard(session: Session, target: PostArgument) -> None:
    """Throw a draft away; open invites to it end."""
    client = session.client()
    answer = client.delete(f"{COTWEETS}/{segment(target)}")
    session.show(answer, lambda: Text("Discarded. It was never published."))


def leave(session: Session, target: PostArgument) -> None:
    """Take your name off a co-tweet. Its other authors keep it, without you."""
    client = session.client()
    answer = client.post(f"{COTWEETS}/{segment(target)}/leave")
    session.show(
        answer,
        lambda: Text(
            "You are no longer an author of it. Your consent is deleted here, and the servers "
            "that know of the post are being told."
        ),
    )


def text_of(given: str) -> str:
    """A text as it was given, or what standard input holds."""
    text = sys.stdin.read().strip("\n") if given == "-" else given
    if not text.strip():
        raise UsageError("There is no text.")
    return text


def moment_of(text: str) -> int:
    """Milliseconds since 1970 of a time as people write it; without a zone it is local time."""
    try:
        return int(datetime.fromisoformat(text).astimezone().timestamp() * 1000)
    except ValueError:
        raise UsageError(f'"{text}" is no time.', "Write it like 2026-12-24T18:00.") from None


def duration_of(text: str) -> int:
    """Seconds."""
    seconds = seconds_of(text)
    if not seconds:
        raise UsageError(f'"{text}" is no duration.', "Write it like 12h, 7d or 2w.")
    return seconds


def show_draft(session: Session, answer: Answer) -> None:
    """A co-tweet of one's own, whatever was done to it."""

    def render() -> RenderableType:
        return draft_cards.draft(read_view(DraftView, answer.document()), now())

    session.show(answer, render)
