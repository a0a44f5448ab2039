"""Notifications as they are shown: plain data for the JSON API and the command line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotificationView:
    """Something a person should hear of. ``text``: a sentence in English, which pages translate.

    ``about``: the first words of the post, or its warning. ``post`` is its id here, where it can be
    seen, and ``draft`` whether it is one; ``invite`` that of an invitation which waits for an
    answer, or whose draft is discussed; ``proposal`` that of a proposal.
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
