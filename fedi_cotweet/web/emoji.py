"""Custom emoji in pages and feeds: a small picture for each ``:shortcode:`` in a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

from markupsafe import Markup

from activitypub.documents.emoji import IN_TEXT
from fedi_cotweet.services.views import EmojiView

HEIGHT: Final = 20
"""Pixels, where no style sheet says otherwise: in feed readers."""
_WIDEST: Final = 4
"""Times the height."""
_PIECE: Final = re.compile(r"""(<(?:[^<>"']|"[^"]*"|'[^']*')*>)""")
_NAME: Final = re.compile(r"</?([a-z0-9]+)", re.IGNORECASE)
# A link must show where it leads, code what is in it.
_LEFT_ALONE: Final = frozenset({"a", "code", "pre"})


def with_emoji(content: str, emojis: Sequence[EmojiView], base: str = "") -> Markup:
    """Sanitised HTML with pictures in its texts: never in tags, links or code.

    ``base`` stands before the addresses of the pictures, where they must be whole.
    """
    if not emojis:
        return Markup(content)  # noqa: S704 - sanitised by the services
    replace = _replacing(emojis, base)
    inside = 0
    pieces = []
    for number, piece in enumerate(_PIECE.split(content)):
        if number % 2:
            name = _NAME.match(piece)
            if name is not None and name[1].lower() in _LEFT_ALONE:
                inside += -1 if piece.startswith("</") else 1
        elif not inside:
            pieces.append(IN_TEXT.sub(replace, piece))
            continue
        pieces.append(piece)
    return Markup("".join(pieces))  # noqa: S704 - as above, and pictures of ours


def emoji_text(text: str, emojis: Sequence[EmojiView]) -> Markup:
    """Plain text, escaped, with pictures."""
    escaped = escape(text)
    if not emojis:
        return Markup(escaped)  # noqa: S704 - escaped
    return Markup(IN_TEXT.sub(_replacing(emojis, ""), escaped))  # noqa: S704 - as above


def _replacing(emojis: Sequence[EmojiView], base: str) -> Callable[[re.Match[str]], str]:
    known: Mapping[str, EmojiView] = {emoji.shortcode: emoji for emoji in emojis}

    def replace(match: re.Match[str]) -> str:
        found = known.get(match[1])
        return match[0] if found is None else _picture(found, base)

    return replace


def _picture(emoji: EmojiView, base: str) -> str:
    name = escape(f":{emoji.shortcode}:")
    # Of the same shape as the picture, so that the page keeps its place when it comes.
    shape = (emoji.width or 1) / (emoji.height or 1)
    width = max(1, round(HEIGHT * min(shape, _WIDEST)))
    return (
        f'<img class="emoji" src="{escape(base + emoji.url)}" alt="{name}" title="{name}"'
        f' width="{width}" height="{HEIGHT}" loading="lazy" decoding="async" draggable="false">'
    )
