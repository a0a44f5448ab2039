"""What authors say and propose to each other, as they see it: data, without what makes it.

The command line reads these too, and must not load a database library for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from fedi_cotweet.services.views import AuthorView


@dataclass(frozen=True, slots=True)
class CommentView:
    """A remark. ``content`` is sanitised HTML, ``text`` the same without."""

    id: str
    author: AuthorView
    content: str
    text: str
    created_at: int
    mine: bool


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A stretch of text. ``op``: ``same``, ``removed`` or ``added``."""

    op: str
    text: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """What somebody proposes for a co-tweet.

    ``kind``: ``edit`` or ``delete``; ``state``: ``proposed``, ``applied``, ``declined`` or
    ``cancelled``. ``object`` is the post's identifier, ``post`` its id here or None. ``diff``
    leads from the text as it is now to the proposed one; empty once it is decided.
    """

    id: str
    kind: str
    state: str
    object: str
    post: str | None
    by: AuthorView
    mine: bool
    comment: str
    content: str
    text: str
    summary: str
    language: str | None
    mentions: tuple[str, ...]
    diff: tuple[DiffPart, ...]
    created_at: int
    decided_at: int | None
    reason: str
