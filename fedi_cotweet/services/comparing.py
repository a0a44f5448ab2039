"""What is different between two versions of a co-tweet, as plain text for anybody to show."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import visibility
from activitypub.documents.note import parse_note
from activitypub.html import link_targets, to_text
from activitypub.vocab.terms import Doc
from storage.models import Actor


def differences(
    old: Doc,
    old_authors: Sequence[str],
    new: Doc,
    new_authors: Sequence[str],
    people: Mapping[str, Actor],
) -> tuple[str, ...]:
    """Lines that begin with ``+`` (new), ``-`` (gone) or a space (beside them, the same).

    Everything that consent covers and a reader sees is compared: authors in order, audience,
    warning, text, pictures, links, mentions. Without a difference there are no lines.
    """
    before, after = _lines(old, old_authors, people), _lines(new, new_authors, people)
    found = difflib.unified_diff(before, after, n=1, lineterm="")
    return tuple(line for line in found if not line.startswith(("---", "+++", "@@")))


def _lines(document: Doc, authors: Sequence[str], people: Mapping[str, Actor]) -> list[str]:
    note = parse_note(document)
    handles = [
        f"@{people[uri].username}@{people[uri].host}" if uri in people else uri for uri in authors
    ]
    lines = [f"Authors: {', '.join(handles)}", f"Audience: {visibility(document) or 'nobody'}"]
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
    lines += [
        f"{tag.kind}: {_one_line(tag.name)} ({tag.href})"
        for tag in note.tags
        if tag.href not in authors
    ]
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())
