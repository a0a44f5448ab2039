"""How long what others write may be here, and how it is cut.

Every text of a remote post or profile that is stored passes one of these, after it was cleaned:
what is short on the wire may be five times as long escaped. Lengths are in characters. What is
longer ends in ``…``; a post also with a link to the whole. Of a co-tweet nothing may be cut, since
its authors agreed to the whole (FEP-af48).
"""

from __future__ import annotations

import re
import unicodedata
from html import escape
from typing import Final

CONTENT: Final = 100_000
"""The HTML of a post with title, files and hashtags."""
WARNING: Final = 2_000
TITLE: Final = 500
OPTION: Final = 500
"""The name of an option of a poll."""
ALT: Final = 10_000
"""What is said to be seen on a picture, heard or shown."""
TAG: Final = 500
"""The name of a mention, hashtag or link. Shortcodes of emoji are no longer than 64 anyway."""
PERSON: Final = 500
"""The name of a person."""
PROFILE: Final = 20_000
"""What somebody says of themself: HTML as it came, which is only shown as text."""
FIELD_NAME: Final = 255
FIELD_VALUE: Final = 4_000
PICTURE_ALT: Final = 1_500
"""The same as ``ALT``, for the pictures of a profile."""

ELLIPSIS: Final = "…"
_LINK_ROOM: Final = 200
_PIECE = re.compile(r"</?([a-z0-9]+)[^<>]*>|&[a-zA-Z0-9#]{1,32};|[^<&]+|.", re.DOTALL)
_JOINERS: Final = frozenset("\u200d\ufe0e\ufe0f")
_MOST_JOINED: Final = 32


def cut(words: str, limit: int) -> str:
    """``words``, or as much as fits into ``limit`` with an ellipsis at the end."""
    if len(words) <= limit:
        return words
    return words[: _boundary(words, limit - 1)] + ELLIPSIS


def cut_source(html: str, limit: int) -> str:
    """The same for HTML that is not cleaned yet: no tag or entity is cut in two."""
    if len(html) <= limit:
        return html
    short = html[: _boundary(html, limit - 1)]
    begun = short.rfind("<")
    if begun > short.rfind(">"):
        short = short[:begun]
    begun = short.rfind("&", len(short) - 32 if len(short) > 32 else 0)
    if begun >= 0 and ";" not in short[begun:]:
        short = short[:begun]
    return short + ELLIPSIS


def cut_html(html: str, limit: int, whole_at: str) -> str:
    """The same for HTML as ``sanitise`` leaves it: every element is closed, and a link leads to
    ``whole_at``, an http(s) address."""
    if len(html) <= limit:
        return html
    link = escape(whole_at)
    label = escape(cut(whole_at, _LINK_ROOM))
    last = f'<p>{ELLIPSIS} <a href="{link}" rel="nofollow noopener noreferrer" target="_blank">'
    last += f"{label}</a></p>"
    room = limit - len(last) - len(ELLIPSIS)
    kept: list[str] = []
    closing: list[str] = []
    for match in _PIECE.finditer(html):
        piece, tag = match[0], match[1]
        if tag is None and piece[0] != "&" and len(piece) > room:
            kept.append(piece[: _boundary(piece, max(room, 0))])
            room = -1
        elif piece.startswith("</"):
            if closing:
                closing.pop()  # its room was kept when it was opened
            kept.append(piece)
            continue
        else:
            opens = tag is not None and tag != "br"
            room -= len(piece) + (len(tag) + 3 if opens else 0)
            if room >= 0:
                kept.append(piece)
                if opens:
                    closing.append(f"</{tag}>")
        if room < 0:
            break
    return "".join([*kept, ELLIPSIS, *reversed(closing), last])


def _boundary(words: str, at: int) -> int:
    """Where to cut at or before ``at``, so that no letter loses its accent, no emoji its parts."""
    end = at
    for _ in range(_MOST_JOINED):
        if not 0 < end < len(words):
            break
        if not (
            unicodedata.combining(words[end])
            or words[end] in _JOINERS
            or words[end - 1] == "\u200d"
            or "\U0001f3fb" <= words[end] <= "\U0001f3ff"
        ):
            return end
        end -= 1
    return end if 0 < end < len(words) else at
