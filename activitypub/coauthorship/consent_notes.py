"""Public words of people whose software knows nothing of co-authorship (FEP-af48, Consent notes).

A consent note is at its author's own origin, says nothing but that they accept one version of one
object, and everybody can read it. It makes nobody an author.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from activitypub.coauthorship.projection import try_consent_digest
from activitypub.html import to_text
from activitypub.origins import check_fetched
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import as_list, ids, origin, same_origin, text, types
from activitypub.vocab.terms import PUBLIC_FORMS, Doc

MAX_NOTES: Final = 9
WEEK: Final = 7 * 24 * 60 * 60 * 1000
WORD: Final = "accept"

_UNANSWERED: Final = frozenset({0, 401, 403, 429})
_BESIDE_THE_WORDS: Final = (
    *("summary", "summaryMap", "name", "nameMap", "attachment", "oneOf", "anyOf"),
    *("quote", "quoteUrl", "quoteUri", "_misskey_quote", "sensitive", "as:sensitive"),
)
_STRUCK_OR_QUOTED = re.compile(r"<(?:blockquote|del|strike|s|q)(?![\w-])", re.IGNORECASE)
_MENTION = re.compile(r"@[\w.-]+(?:@[\w.-]+(?::\d+)?)?")


class NoteState(StrEnum):
    """Whether a listed note says what it is listed for."""

    AGREED = "agreed"
    STALE = "stale"
    """It is about another version."""
    GONE = "gone"
    UNKNOWN = "unknown"
    """Its server does not answer."""
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class NoteVerdict:
    """What a listed consent note is worth. ``reason`` is a stable code, empty when it holds."""

    uri: str
    state: NoteState
    reason: str = ""
    actor: str | None = None
    fetched_at: int | None = None


def listed_notes(document: Doc) -> tuple[str, ...]:
    """The identifiers in ``consentNotes``, in order; what is none, and too many, do not count."""
    named = as_list(document.get("consentNotes"))
    found = [uri for uri in named if isinstance(uri, str) and origin(uri) is not None]
    return tuple(dict.fromkeys(found))[:MAX_NOTES]


def says_so(said: str, object_id: str, digest: str | None) -> bool | None:
    """Whether a text is a consent note's for this object; None if it is for another version.

    ``said`` is plain. Nothing else may stand in it: whoever protests, or shows others what they
    were asked to write, repeats the words too.
    """
    words = [word for word in said.split() if not _MENTION.fullmatch(word)]
    if len(words) != 3 or words[0].casefold() != WORD or words[1] != object_id:
        return False
    return True if digest is not None and words[2] == digest else None


def verify_notes(
    document: Doc, authors: Sequence[str], *, known: Known, now: int, max_age: int = WEEK
) -> tuple[NoteVerdict, ...] | Need:
    """A verdict for every note that an authenticated object lists, in order.

    ``authors`` is its author list. A note counts once per person, for nobody among the authors, and
    only for whom the object mentions: its primary author says whose agreement it is.
    """
    wanted: list[str] = []
    verdicts: list[NoteVerdict] = []
    people: set[str] = set()
    digest = try_consent_digest(document, authors)
    for uri in listed_notes(document):
        fetched = known.get(uri)
        if fetched is None or now - fetched.fetched_at > min(max_age, WEEK):
            wanted.append(uri)
            continue
        verdict = check_note(fetched, document, authors, digest)
        if verdict.state is NoteState.AGREED and verdict.actor is not None:
            if verdict.actor in people:
                verdict = NoteVerdict(uri, NoteState.INVALID, "second_note", verdict.actor)
            people.add(verdict.actor or "")
        verdicts.append(verdict)
    return Need(tuple(wanted)) if wanted else tuple(verdicts)


def check_note(
    fetched: Fetched, document: Doc, authors: Sequence[str], digest: str | None
) -> NoteVerdict:
    """What one note, fetched from where it is listed, is worth for an object."""
    uri = fetched.url
    if fetched.same_origin and (fetched.status in _UNANSWERED or 500 <= fetched.status <= 599):
        return NoteVerdict(uri, NoteState.UNKNOWN, "no_answer")
    note = check_fetched(fetched)
    if isinstance(note, Refused):
        state = NoteState.GONE if note.code == "gone" and fetched.same_origin else NoteState.INVALID
        return NoteVerdict(uri, state, note.code)
    actor = sole_author(note)
    if actor is None:
        return NoteVerdict(uri, NoteState.INVALID, "not_one_author")
    verdict = NoteVerdict(uri, NoteState.INVALID, "", actor, fetched.fetched_at)
    if note.get("type") != "Note":
        return _because(verdict, "not_a_note")
    if PUBLIC_FORMS.isdisjoint([*ids(note.get("to")), *ids(note.get("cc"))]):
        return _because(verdict, "not_public")
    if actor in authors:
        return _because(verdict, "an_author")
    if not any(_is_mention(tag, actor) for tag in as_list(document.get("tag"))):
        return _because(verdict, "not_mentioned")
    content = text(note.get("content"))
    if _holds_more(note):
        return _because(verdict, "more_than_words")
    if _is_struck_or_quoted(content):
        return _because(verdict, "struck_or_quoted")
    said = says_so(to_text(content), str(document.get("id")), digest)
    if said is None:
        return NoteVerdict(uri, NoteState.STALE, "other_digest", actor, fetched.fetched_at)
    if not said:
        return _because(verdict, "other_words")
    return NoteVerdict(uri, NoteState.AGREED, "", actor, fetched.fetched_at)


def _holds_more(note: Doc) -> bool:
    """Whether a note shows anything but its text.

    Against protests: "I do NOT agree" as a content warning, a picture or a translation stands
    beside the very words that were asked for.
    """
    if any(_is_filled(note.get(member)) for member in _BESIDE_THE_WORDS):
        return True
    translations = note.get("contentMap")
    if isinstance(translations, Mapping):
        if any(entry != note.get("content") for entry in translations.values()):
            return True
    elif _is_filled(translations):
        return True
    # A Link with a relation is how FEP-e232 quotes.
    return any(
        isinstance(tag, Mapping) and "Link" in types(tag) and _is_filled(tag.get("rel"))
        for tag in as_list(note.get("tag"))
    )


def _is_filled(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_filled(entry) for entry in value.values())
    if isinstance(value, list):
        return any(_is_filled(entry) for entry in value)
    return bool(value.strip()) if isinstance(value, str) else value not in (None, False)


def _is_struck_or_quoted(content: str) -> bool:
    """Whether HTML strikes out or quotes anything: those are not, or no more, its author's words.

    Looks at the source and not at what a parser makes of it: a wrong yes costs a name that may be
    shown, a wrong no shows somebody who protested.
    """
    if _STRUCK_OR_QUOTED.search(content):
        return True
    return "quote-inline" in html.unescape(content).casefold()


def _because(verdict: NoteVerdict, reason: str) -> NoteVerdict:
    return NoteVerdict(verdict.uri, verdict.state, reason, verdict.actor, verdict.fetched_at)


def sole_author(note: Doc) -> str | None:
    """The one actor a note is attributed to, on the note's own origin; else None."""
    named: list[Any] = as_list(note.get("attributedTo"))
    if len(named) != 1:
        return None
    actor = named[0].get("id") if isinstance(named[0], Mapping) else named[0]
    return actor if isinstance(actor, str) and same_origin(note.get("id"), actor) else None


def _is_mention(tag: Any, actor: str) -> bool:
    return isinstance(tag, Mapping) and tag.get("type") == "Mention" and tag.get("href") == actor
