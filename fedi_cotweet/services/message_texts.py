"""What the messages about consent say, in plain words.

Two people read them: one who has never heard of this software, in whatever app they use. So a
message says who asks, shows all that would be published, and says what to answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from activitypub.html import sanitise, to_text
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import Doc
from fedi_cotweet.services.message_catalogue import CATALOGUE
from storage.models import Actor

LINE = "accept {object} {digest}"
"""What a public answer has to say so that others can check it (FEP-af48, Consent notes)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody is asked. ``note`` is the post as it would be published, with ``target``.

    ``old`` is how it stands now, if it is published; ``named``: it names ``target`` already.
    """

    asker: Actor
    target: Actor
    note: Doc
    authors: Sequence[Actor]
    companions: Sequence[Actor]
    digest: str
    expires_at: int
    host: str
    visibility: str
    language: str | None
    replaces: bool = False
    old: Doc | None = None
    named: bool = False


def language_of(language: str | None) -> str:
    """The language in which to write to somebody about a post: its own if there is a catalogue."""
    primary = (language or "").partition("-")[0].lower()
    return primary if primary in CATALOGUE else "en"


def question(asked: Question) -> str:
    """The message that asks, as HTML."""
    texts = CATALOGUE[language_of(asked.language)]
    values = _values(asked)
    opening = [texts["replaces"]] if asked.replaces else []
    opening.append(texts[_what_is_asked(asked)])
    facts = "<br>".join(_facts(asked, texts))
    parts = [
        f"<p>{_mention(asked.target)} {_fill(' '.join(opening), values)}</p>",
        *_before(asked, texts),
        f"<p>{_fill(texts['shown' if asked.old is None else 'shown_change'], values)}</p>",
        f"<blockquote>{sanitise(str(asked.note.get('content', '')))}</blockquote>",
        f"<p>{facts}</p>",
        f"<p>{_fill(texts['answer'], values)}</p>",
        f"<p>{_words(texts, values, change=asked.named)}</p>",
        f"<p>{_fill(texts['later'], values)}</p>",
        f"<p>{_fill(texts['counts'], values)}</p>",
        _line_to_copy(texts, values),
    ]
    return "".join(parts)


def _what_is_asked(asked: Question) -> str:
    if asked.old is None:
        return "asks"
    return "asks_change" if asked.named else "asks_published"


def _before(asked: Question, texts: Mapping[str, str]) -> list[str]:
    """How a published post stands now, so that what changes is plain."""
    if asked.old is None:
        return []
    warning = to_text(str(asked.old.get("summary") or ""))
    shown = [f"<p>{texts['stands']}</p>"]
    if warning:
        shown.append(f"<p>{texts['fact_warning']} {escape(warning)}</p>")
    return [*shown, f"<blockquote>{sanitise(str(asked.old.get('content', '')))}</blockquote>"]


def about_a_change(kind: str) -> str:
    """The kind of word that says the same to somebody whose name stands on the post already."""
    return f"{kind}_change" if f"word_{kind}_change" in CATALOGUE["en"] else kind


def word(
    kind: str,
    asker: Actor,
    target: Actor,
    *,
    language: str | None,
    host: str,
    link: str = "",
    line: str = "",
    person: Actor | None = None,
) -> str:
    """A message that says what became of an answer, of ``kind`` as in the catalogue, as HTML."""
    texts = CATALOGUE[language_of(language)]
    values = {"asker": _name(asker), "host": escape(host), "link": _link(link)}
    values["person"] = _name(person) if person is not None else ""
    said = f"<p>{_mention(target)} {_fill(texts[f'word_{kind}'], values)}</p>"
    return said + (_line_to_copy(texts, {"line": escape(line)}) if line else "")


def line_to_copy(object_uri: str, digest: str) -> str:
    """The line that makes a public answer verifiable."""
    return LINE.format(object=object_uri, digest=digest)


def _line_to_copy(texts: Mapping[str, str], values: Mapping[str, str]) -> str:
    return f"<p>{texts['line']}<br><code>{values['line']}</code></p>"


def _words(texts: Mapping[str, str], values: Mapping[str, str], *, change: bool) -> str:
    suffix = "_change" if change else ""
    said = ((word, _fill(texts[word + suffix], values)) for word in ("accept", "decline"))
    return "<br>".join(f"<strong>{word}</strong> – {meaning}" for word, meaning in said)


def _values(asked: Question) -> dict[str, str]:
    return {
        "asker": _name(asked.asker),
        "host": escape(asked.host),
        "deadline": _moment(asked.expires_at),
        "line": escape(line_to_copy(str(asked.note["id"]), asked.digest)),
    }


def _facts(asked: Question, texts: Mapping[str, str]) -> list[str]:
    """Everything besides the text that the digest covers, one line each."""
    note = asked.note
    facts: list[tuple[str, str]] = []
    if note.get("name"):
        facts.append(("title", escape(str(note["name"]))))
    if note.get("summary"):
        facts.append(("warning", escape(to_text(str(note["summary"])))))
    elif note.get("sensitive") is True:
        facts.append(("sensitive", ""))
    options = as_list(note.get("oneOf")) or as_list(note.get("anyOf"))
    if options:
        named = [str(entry.get("name", "")) for entry in options if isinstance(entry, Mapping)]
        facts.append(("poll", escape(" / ".join(named))))
        facts.append(("several" if note.get("anyOf") else "one", ""))
    if note.get("endTime"):
        facts.append(("until", escape(str(note["endTime"]))))
    for position, item in enumerate(as_list(note.get("attachment")), start=1):
        words = str(item.get("name") or "") if isinstance(item, Mapping) else ""
        facts.append(("picture", f"{position}: {escape(words) or texts['undescribed']}"))
    if note.get("inReplyTo"):
        facts.append(("reply", _link(str(note["inReplyTo"]))))
    facts.append(("authors", ", ".join(_name(person) for person in asked.authors)))
    facts.append(("with", ", ".join(_name(person) for person in asked.companions)))
    mentioned = _mentioned(asked)
    if mentioned:
        facts.append(("mentions", escape(", ".join(mentioned))))
    facts.append(("audience", texts[asked.visibility]))
    if asked.language:
        facts.append(("language", escape(asked.language)))
    return [f"{texts[f'fact_{name}']} {value}".strip() for name, value in facts]


def _mentioned(asked: Question) -> list[str]:
    named = {person.uri for person in (*asked.authors, *asked.companions)}
    return [
        str(tag.get("name", ""))
        for tag in as_list(asked.note.get("tag"))
        if isinstance(tag, Mapping)
        and tag.get("type") == "Mention"
        and tag.get("href") not in named
    ]


def _fill(text: str, values: Mapping[str, str]) -> str:
    return text.format_map(dict(values))


def _name(actor: Actor) -> str:
    handle = f"@{actor.username}@{actor.host}"
    return escape(f"{actor.name} ({handle})" if actor.name else handle)


def _mention(actor: Actor) -> str:
    return (
        f'<span class="h-card"><a href="{escape(actor.url)}" class="u-url mention">'
        f"@<span>{escape(actor.username)}</span></a></span>"
    )


def _link(url: str) -> str:
    return f'<a href="{escape(url)}">{escape(url)}</a>' if url else ""


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def summary_of(asked: Question) -> str | None:
    """What stands over the message where the post has a content warning: it is folded like it."""
    warning = to_text(str(asked.note.get("summary") or ""))
    if not warning:
        return None
    texts = CATALOGUE[language_of(asked.language)]
    return escape(_fill(texts["folded"], {"warning": warning, "asker": asked.asker.name}))
