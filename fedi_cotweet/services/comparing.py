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
from fedi_cotweet.languages.wording import Said, mark, run_on, say
from fedi_cotweet.services.people import handles_at
from storage.engine import Tx

_OTHERS: Final[Mapping[str, str]] = {
    "name": mark("Title: {words}"),
    "nameMap": mark("Title in other languages: {words}"),
    "summaryMap": mark("Warning in other languages: {words}"),
    "contentMap": mark("Text in other languages: {words}"),
    "sensitive": mark("Marked as sensitive: {words}"),
    "quote": mark("Quotes: {words}"),
    "oneOf": mark("Answers, one of: {words}"),
    "anyOf": mark("Answers, several of: {words}"),
    "endTime": mark("Ends: {words}"),
    "startTime": mark("Begins: {words}"),
    "duration": mark("Lasts: {words}"),
    "location": mark("Place: {words}"),
    "image": mark("Image: {words}"),
    "mediaType": mark("Written as: {words}"),
    "addressees": mark("Sent to: {words}"),
    "audience": mark("Also sent to: {words}"),
}
"""What the consent projection holds besides what ``_lines`` says by itself."""

_AUDIENCES: Final[Mapping[str | None, str]] = {
    "public": mark("public"),
    "unlisted": mark("unlisted"),
    None: mark("nobody"),
}


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
    made = {str(line): line for line in before + after}
    return tuple(
        run_on([line[0], made[line[1:]]])
        for line in found
        if line.startswith(("+", "-", "  ")) and not line.startswith(("---", "+++"))
    )


def _lines(tx: Tx, document: Doc, authors: Sequence[str]) -> list[str]:
    note = parse_note(document)
    lines = [
        say("Authors: {people}", people=", ".join(handles_at(tx, authors))),
        say("Audience: {audience}", audience=_audience(document)),
    ]
    if note.language:
        lines.append(say("Language: {language}", language=note.language))
    if note.in_reply_to:
        lines.append(say("In reply to: {address}", address=note.in_reply_to))
    if note.summary:
        lines.append(say("Warning: {words}", words=_one_line(to_text(note.summary))))
    content = remove_notice(note.content, authors)
    lines += [f" {line}".rstrip() for line in to_text(content).splitlines()]
    lines += [say("Link: {address}", address=target) for target in link_targets(content)]
    lines += [
        say(
            "Picture: {words} ({digest})",
            words=_one_line(item.name) or say("without description"),
            digest=str(item.digest),
        )
        for item in note.attachments
    ]
    lines += _tags(tx, document, note, authors)
    lines += _others(tx, document, note, authors)
    return lines


def _tags(tx: Tx, document: Doc, note: NoteView, authors: Sequence[str]) -> list[str]:
    lines = []
    for tag in note.tags:
        if tag.kind == "Mention" and tag.href not in authors:
            lines += [say("Mention: {who}", who=handle) for handle in handles_at(tx, [tag.href])]
        elif tag.kind not in ("Mention", "Emoji"):
            lines.append(f"{tag.kind}: {_one_line(tag.name)} ({tag.href})")
    return lines + [
        say("Emoji: :{shortcode}: ({digest})", shortcode=view.shortcode, digest=str(view.digest))
        for view in read_emoji(document.get("tag"), covered=True)
    ]


def _others(tx: Tx, document: Doc, note: NoteView, authors: Sequence[str]) -> list[str]:
    try:
        covered = consent_projection(document, authors)
    except NoDigest:  # a draft that cannot be one any more: what it says is compared all the same
        return []
    show: Mapping[str, Callable[[Any], str]] = {
        "sensitive": lambda _: say("yes"),
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
        say(label, words=_one_line(show.get(name, _json)(covered[name])))
        for name, label in _OTHERS.items()
        if covered.get(name)
    ]


def _json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _one_line(text: str) -> str:
    return text if isinstance(text, Said) else " ".join(text.split())


def _audience(document: Doc) -> str:
    return say(_AUDIENCES[visibility(document)])
