"""What is different between two versions of a co-tweet, as plain text for anybody to show."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import NoDigest, consent_projection, visibility
from activitypub.documents.emoji import read_emoji
from activitypub.documents.note import NoteView, parse_note
from activitypub.html import link_targets, to_text
from activitypub.vocab.terms import Doc
from fedi_cotweet.services.people import handles_at
from storage.engine import Tx

_OTHERS: Final[Mapping[str, str]] = {
    "name": "Title",
    "nameMap": "Title in other languages",
    "summaryMap": "Warning in other languages",
    "contentMap": "Text in other languages",
    "sensitive": "Marked as sensitive",
    "quote": "Quotes",
    "oneOf": "Answers, one of",
    "anyOf": "Answers, several of",
    "endTime": "Ends",
    "startTime": "Begins",
    "duration": "Lasts",
    "location": "Place",
    "image": "Image",
    "mediaType": "Written as",
    "addressees": "Sent to",
    "audience": "Also sent to",
}
"""What the consent projection holds besides what ``_lines`` says by itself."""


def differences(
    tx: Tx, old: Doc, old_authors: Sequence[str], new: Doc, new_authors: Sequence[str]
) -> tuple[str, ...]:
    """Lines that begin with ``+`` (new), ``-`` (gone) or two spaces (text beside them, the same).

    Everything that consent covers is compared: authors in order, audience, warning, text and its
    translations, pictures, emoji, questions, links, mentions. Without a difference there are no
    lines.
    """
    before, after = _lines(tx, old, old_authors), _lines(tx, new, new_authors)
    found = difflib.unified_diff(before, after, n=1, lineterm="")
    return tuple(
        line
        for line in found
        if line.startswith(("+", "-", "  ")) and not line.startswith(("---", "+++"))
    )


def _lines(tx: Tx, document: Doc, authors: Sequence[str]) -> list[str]:
    note = parse_note(document)
    lines = [
        f"Authors: {', '.join(handles_at(tx, authors))}",
        f"Audience: {visibility(document) or 'nobody'}",
    ]
    if note.language:
        lines.append(f"Language: {note.language}")
    if note.in_reply_to:
        lines.append(f"In reply to: {note.in_reply_to}")
    if note.summary:
        lines.append(f"Warning: {_one_line(to_text(note.summary))}")
    content = remove_notice(note.content, authors)
    lines += [f" {line}".rstrip() for line in to_text(content).splitlines()]
    lines += [f"Link: {target}" for target in link_targets(content)]
    lines += [
        f"Picture: {_one_line(item.name) or 'without description'} ({item.digest})"
        for item in note.attachments
    ]
    lines += _tags(tx, document, note, authors)
    lines += _others(tx, document, note, authors)
    return lines


def _tags(tx: Tx, document: Doc, note: NoteView, authors: Sequence[str]) -> list[str]:
    lines = []
    for tag in note.tags:
        if tag.kind == "Mention" and tag.href not in authors:
            lines += [f"Mention: {handle}" for handle in handles_at(tx, [tag.href])]
        elif tag.kind not in ("Mention", "Emoji"):
            lines.append(f"{tag.kind}: {_one_line(tag.name)} ({tag.href})")
    return lines + [
        f"Emoji: :{view.shortcode}: ({view.digest})"
        for view in read_emoji(document.get("tag"), covered=True)
    ]


def _others(tx: Tx, document: Doc, note: NoteView, authors: Sequence[str]) -> list[str]:
    try:
        covered = consent_projection(document, authors)
    except NoDigest:  # a draft that cannot be one any more: what it says is compared all the same
        return []
    show: Mapping[str, Callable[[Any], str]] = {
        "sensitive": lambda _: "yes",
        "addressees": lambda uris: ", ".join(handles_at(tx, uris)),
        "quote": ", ".join,
        "audience": ", ".join,
        "contentMap": lambda texts: _json(
            {language: to_text(text) for language, text in texts.items()}
        ),
    }
    if document.get("contentMap") == {note.language: note.content}:
        covered.pop("contentMap", None)
    return [
        f"{label}: {_one_line(show.get(name, _json)(covered[name]))}"
        for name, label in _OTHERS.items()
        if covered.get(name)
    ]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _one_line(text: str) -> str:
    return " ".join(text.split())
