"""From what a person typed to the HTML of a post: links, mentions, hashtags, paragraphs.

What is made here passes ``activitypub.html.consent_safe``: another server can show it unchanged.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from linkify_it import LinkifyIt

from activitypub.documents.note import TagView
from storage.models import Actor

HANDLE = re.compile(
    r"(?<![\w@/])@(?P<name>[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
    r"(?:@(?P<host>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?))?"
)
HASHTAG = re.compile(r"(?<![\w&/#])#(?P<tag>\w*[^\W\d]\w*)")

_links = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})


@dataclass(frozen=True, slots=True)
class Composed:
    """A text made ready. ``mentioned`` are actor ids (ours), in order, without repeats."""

    html: str
    tags: tuple[TagView, ...]
    mentioned: tuple[int, ...]


def handles_in(text: str) -> tuple[str, ...]:
    """The handles a text mentions, as typed and without the first @, each once."""
    found = []
    for match in HANDLE.finditer(text):
        name = match["name"] if match["host"] is None else f"{match['name']}@{match['host']}"
        found.append(name.lower())
    return tuple(dict.fromkeys(found))


def hashtags_in(markup: str) -> tuple[str, ...]:
    """The hashtags of HTML that ``compose`` made, in lower case, each once."""
    found = re.findall(r'class="mention hashtag" rel="tag">#<span>(\w+)</span>', markup)
    return tuple(dict.fromkeys(name.lower() for name in found))


def compose(text: str, people: Mapping[str, Actor], base: str) -> Composed:
    """Turn plain text into a post.

    ``people`` maps handles in lower case (as ``handles_in`` gives them) to actors; a handle that
    is not in it stays text. ``base`` is where hashtag pages live.
    """
    tags: dict[tuple[str, str], TagView] = {}
    mentioned: dict[int, None] = {}

    def hashtag(match: re.Match[str]) -> str:
        name = match["tag"]
        href = f"{base}/tags/{name.lower()}"
        tags[("Hashtag", name.lower())] = TagView("Hashtag", href, f"#{name}")
        return (
            f'<a href="{html.escape(href)}" class="mention hashtag" rel="tag">'
            f"#<span>{html.escape(name)}</span></a>"
        )

    def plain(piece: str) -> str:
        out, at = [], 0
        for match in re.finditer(f"{HANDLE.pattern}|{HASHTAG.pattern}", piece):
            out.append(html.escape(piece[at : match.start()], quote=False))
            at = match.end()
            if match["tag"] is not None:
                out.append(hashtag(match))
                continue
            typed = match["name"] if match["host"] is None else f"{match['name']}@{match['host']}"
            actor = people.get(typed.lower())
            if actor is None:
                out.append(html.escape(match[0], quote=False))
                continue
            mentioned[actor.id] = None
            tags[("Mention", actor.uri)] = mention_tag(actor)
            out.append(
                f'<span class="h-card"><a href="{html.escape(actor.url)}" class="u-url mention">'
                f"@<span>{html.escape(actor.username)}</span></a></span>"
            )
        out.append(html.escape(piece[at:], quote=False))
        return "".join(out)

    def line(words: str) -> str:
        out, at = [], 0
        for found in _links.match(words) or ():
            if not found.url.startswith(("http://", "https://")):
                continue
            out.append(plain(words[at : found.index]))
            out.append(
                f'<a href="{html.escape(found.url)}">{html.escape(found.text, quote=False)}</a>'
            )
            at = found.last_index
        out.append(plain(words[at:]))
        return "".join(out)

    cleaned = text.replace("\r\n", "\n").replace("\x00", "").strip()
    paragraphs = [p for p in re.split(r"\n[ \t]*\n+", cleaned) if p.strip()]
    body = "".join(
        f"<p>{'<br>'.join(line(words) for words in paragraph.split(chr(10)))}</p>"
        for paragraph in paragraphs
    )
    return Composed(html=body, tags=tuple(tags.values()), mentioned=tuple(mentioned))


def mention_tag(actor: Actor) -> TagView:
    """The ``Mention`` that makes other software address an actor in replies."""
    return TagView("Mention", actor.uri, f"@{actor.username}@{actor.host}")
