"""What is told, as the REST API would answer it to the same reader; made once where it is alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import orjson

from fedi_cotweet.domain.windows import Window
from fedi_cotweet.mastodon_api import conversations
from fedi_cotweet.mastodon_api.entities import accounts, announcements, notifications, statuses
from fedi_cotweet.mastodon_api.entities.statuses import Document, Shown
from fedi_cotweet.mastodon_api.streaming.listeners import Message
from fedi_cotweet.services import announcing, client_notices, correspondence, hiding
from fedi_cotweet.services.broadcasting import Channel, Listening, Told, Viewer, see, told
from fedi_cotweet.services.env import Env
from storage.engine import Tx
from storage.models import Post, StreamEvent
from storage.queries import notifications as stored_notifications
from storage.queries import posts, quotes, streams


@dataclass(frozen=True, slots=True)
class Telling:
    """A message for one viewer on one channel."""

    channel: Channel
    viewer: Viewer
    message: Message


def tellings(tx: Tx, env: Env, event: StreamEvent, listening: Listening) -> Iterator[Telling]:
    """Everything that an event brings to those who listen, in order."""
    for one in told(tx, env, event, listening):
        messages = _messages(tx, env, one)
        for channel, viewers in one.to.items():
            for viewer in viewers:
                if viewer in messages:
                    yield Telling(channel, viewer, messages[viewer])


def _messages(tx: Tx, env: Env, one: Told) -> Mapping[Viewer, Message]:
    if one.event == "delete":
        return dict.fromkeys(one.viewers, Message("delete", str(one.subject)))
    if one.event == "announcement.delete":
        return dict.fromkeys(one.viewers, Message("announcement.delete", str(one.subject)))
    if one.event in ("announcement", "announcement.reaction"):
        return _announcements(tx, env, one)
    if one.event == "filters_changed":
        return dict.fromkeys(one.viewers, Message("filters_changed", ""))
    if one.event == "notifications_merged":
        return dict.fromkeys(one.viewers, Message("notifications_merged", "1"))
    if one.event == "conversation":
        return _conversations(tx, env, one)
    if one.event == "notification" or one.post is None:
        return _notifications(tx, env, one)
    boosted_by = one.boosted_by if one.event == "update" else None
    shown = Shown(one.post, one.subject, boosted_by)
    return _statuses(tx, env, one, shown)


def _notifications(tx: Tx, env: Env, one: Told) -> Mapping[Viewer, Message]:
    found: dict[Viewer, Message] = {}
    for viewer in one.viewers:
        if viewer is None:
            continue
        window = Window(1, before=one.subject + 1, since=one.subject - 1)
        rows = stored_notifications.of_account(tx, viewer, window)
        page = client_notices.told(tx, env, viewer, rows, fallback=False)
        for document in notifications.documents(tx, env, viewer, page, None):
            found[viewer] = Message("notification", orjson.dumps(document).decode())
    return found


def _announcements(tx: Tx, env: Env, one: Told) -> Mapping[Viewer, Message]:
    if one.event == "announcement.reaction":
        answered = announcements.reaction(tx, env, one.subject, one.name)
        return dict.fromkeys(one.viewers, _message(one.event, answered))
    found: dict[Viewer, Message] = {}
    for viewer in one.viewers:
        # Each has reacted to what they did, and has dismissed what they did.
        if viewer is not None:
            shown = announcing.current(tx, env, viewer, with_dismissed=False, key=one.subject)
            for document in announcements.announcements(tx, env, shown):
                found[viewer] = _message(one.event, document)
    return found


def _conversations(tx: Tx, env: Env, one: Told) -> Mapping[Viewer, Message]:
    found: dict[Viewer, Message] = {}
    for viewer in one.viewers:
        if viewer is None or one.post is None:
            continue
        shown = correspondence.news(tx, env, viewer, one.subject, one.post.id)
        for document in conversations.documents(tx, env, viewer, shown):
            found[viewer] = _message("conversation", document)
    return found


def _statuses(tx: Tx, env: Env, one: Told, shown: Shown) -> dict[Viewer, Message]:
    """``Status`` for each viewer; those to whom it is the same share the message."""
    viewers = one.viewers
    apart = _apart(tx, env, shown.post, viewers)
    made: dict[Viewer, Message] = {}
    for viewer in apart | ({None} & viewers):
        [document] = statuses.statuses(tx, env, [shown], viewer, counted=accounts.beside)
        made[viewer] = _message(one.event, document)
    alike = {viewer for viewer in viewers if viewer is not None} - apart
    if not alike:
        return made
    [document] = statuses.statuses(tx, env, [shown], None, counted=accounts.beside)
    marks = streams.marks(tx, shown.post.id, alike)
    by_marks: dict[frozenset[str], Message] = {}
    for viewer in alike:
        own = frozenset(marks.get(viewer, ()))
        if own not in by_marks:
            by_marks[own] = _message(one.event, statuses.marked(document, own))
        made[viewer] = by_marks[own]
    return made


def _apart(tx: Tx, env: Env, post: Post, viewers: Collection[Viewer]) -> set[Viewer]:
    """To whom a post looks different in more than what they did with it themselves.

    They have filters, voted in its poll, or may not see what it quotes.
    """
    people = {viewer for viewer in viewers if viewer is not None}
    apart: set[Viewer] = {*streams.filtering(tx, people)}
    if post.kind == "Question":
        apart |= streams.voters(tx, post.id, people) | (people & {post.author_id})
    quote = quotes.quotes_of(tx, [post.id]).get(post.id)
    if quote is not None:
        quoted = posts.posts_by_uri(tx, [quote.quoted_uri]).get(quote.quoted_uri)
        if quoted is not None:
            seeing = see(tx, env.now(), {None, *people}, quoted, hiding.THREAD)
            apart |= people - seeing if None in seeing else people
    return apart


def _message(event: str, document: Document) -> Message:
    return Message(event, orjson.dumps(document).decode())
