"""Whether a proposed text is another than what the post says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.notice import remove_notice
from activitypub.documents.note import parse_note
from activitypub.html import link_targets, to_text
from fedi_cotweet.services.circles import Circle
from fedi_cotweet.services.companions import text_without
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.words import Words
from storage.models import Post


def check_new(around: Circle, words: Words) -> None:
    """``nothing_changed`` (409) for what a co-author has before them already.

    Links are counted only: each server writes those of mentions and hashtags in its own way.
    """
    if around.offer is None:
        return
    if around.post is not None:
        content, summary = around.post.content, around.post.summary
        language = around.post.language
    else:
        note = parse_note(orjson.loads(around.offer.document)["object"])
        content, summary = remove_notice(note.content, around.named), to_text(note.summary)
        language = note.language
    wanted = _Words(words.body.html, words.summary, words.language)
    if _same(_Words(content, summary, language), wanted):
        raise ServiceError(
            "nothing_changed",
            409,
            "That is what the post says already.",
            "Propose another text, or say what you think: fedi-cotweet discuss ID",
        )


def is_said_already(around: Circle, post: Post, proposed: Mapping[str, Any]) -> bool:
    """Whether a post or draft of ours says just what is proposed by somebody elsewhere: its
    ``content``, ``summary`` (plain text) and ``language``."""
    content = remove_notice(proposed["content"], around.named)
    wanted = _Words(content, proposed["summary"], proposed["language"])
    return _same(_Words(post.content, post.summary, post.language), wanted)


@dataclass(frozen=True, slots=True)
class _Words:
    """``content`` is HTML, ``summary`` plain text."""

    content: str
    summary: str
    language: str | None


def _same(now: _Words, wanted: _Words) -> bool:
    before, after = text_without(now.content), text_without(wanted.content)
    return (
        to_text(after).strip() == to_text(before).strip()
        and len(link_targets(after)) == len(link_targets(before))
        and wanted.summary == now.summary
        and wanted.language in (None, now.language)
    )
