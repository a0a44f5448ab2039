"""Notifications as they are shown: plain data for the JSON API, the command line and pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from fedi_cotweet.domain.notification_types import GROUPED_WITHIN
from fedi_cotweet.languages.wording import Said, say_count
from fedi_cotweet.services.views import AuthorView


@dataclass(frozen=True, slots=True)
class NotificationView:
    """Something a person should hear of. ``text``: a sentence in English, which pages translate.

    ``about``: the first words of the post, or its warning. ``post`` is its id here, where it can be
    seen, and ``draft`` whether it is one; ``invite`` that of an invitation which waits for an
    answer, or whose draft is discussed; ``proposal`` that of a proposal; ``warning`` that of what
    those who look after the server wrote. ``by``: who brought it about, if that was somebody.
    """

    id: str
    kind: str
    text: str
    created_at: int
    invite: str | None = None
    proposal: str | None = None
    post: str | None = None
    about: str = ""
    draft: bool = False
    warning: str | None = None
    by: AuthorView | None = None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """What a page tells in one line: one notification, or several of the same happening.

    ``newest`` has the text and all the rest; ``others`` did the same before. ``fresh``: it was not
    there when its reader looked last.
    """

    newest: NotificationView
    text: str
    others: tuple[AuthorView, ...] = ()
    fresh: bool = False


def lines(found: Iterable[NotificationView], read_to: int = 0) -> list[NoticeLine]:
    """Notifications, newest first, with those of the same happening to the same post in one line.

    ``read_to``: the id of the last one that was read (``Marker``).
    """
    groups: dict[object, list[NotificationView]] = {}
    for notice in found:
        key: object = notice.id
        # Of posts that are gone nobody can tell whether they were the same.
        whole = notice.post is not None or notice.kind == "follow"
        if whole and notice.by is not None and _several_of(notice) is not None:
            key = (_template(notice), notice.post, notice.created_at // GROUPED_WITHIN)
        groups.setdefault(key, []).append(notice)
    return [_line(group, read_to) for group in groups.values()]


def _line(group: list[NotificationView], read_to: int) -> NoticeLine:
    newest, people = group[0], {one.by.uri: one.by for one in group if one.by is not None}
    others = tuple(people.values())[1:]
    several = _several_of(newest)
    text = newest.text
    if others and several is not None and newest.by is not None:
        text = several(f"@{newest.by.handle}", len(others))
    return NoticeLine(newest, text, others, int(newest.id) > read_to)


def _several_of(notice: NotificationView) -> Callable[[str, int], str] | None:
    return _SEVERAL.get(_template(notice))


def _template(notice: NotificationView) -> str:
    return notice.text.one if isinstance(notice.text, Said) else notice.text


_SEVERAL: Final[Mapping[str, Callable[[str, int], str]]] = {
    "{who} liked your post.": lambda who, count: say_count(
        "{who} and {count} other liked your post.",
        "{who} and {count} others liked your post.",
        count=count,
        who=who,
    ),
    "{who} boosted your post.": lambda who, count: say_count(
        "{who} and {count} other boosted your post.",
        "{who} and {count} others boosted your post.",
        count=count,
        who=who,
    ),
    "{who} follows you.": lambda who, count: say_count(
        "{who} and {count} other follow you.",
        "{who} and {count} others follow you.",
        count=count,
        who=who,
    ),
    "{who} agreed to your post.": lambda who, count: say_count(
        "{who} and {count} other agreed to your post.",
        "{who} and {count} others agreed to your post.",
        count=count,
        who=who,
    ),
}
"""What several people did alike, by what one of them did: who was the last, and how many besides.
"""
