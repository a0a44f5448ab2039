"""What a post shows besides its text: a title, when and where, files, the page it comes from.

Other software publishes films, events, links and articles. As Mastodon does, each becomes a post
whose title and link stand in the text, so that it can be read in every app.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Final
from urllib.parse import unquote, urlsplit

from activitypub.documents.bounds import TITLE, cut
from activitypub.documents.links import image_url, natural, page_url
from activitypub.documents.media import AttachmentView
from activitypub.documents.note import NoteView
from activitypub.html import to_text
from activitypub.vocab.reading import as_list, origin, parse_time
from activitypub.vocab.terms import Doc

WORDS: Final = frozenset({"Note", "Question", "ChatMessage"})
"""Types whose text is all there is; objects of all others have a page worth a link."""

MAX_FILES: Final = 16
MAX_HASHTAGS: Final = 32
_MAX_LABEL: Final = 200
_ONE_TAG: Final = re.compile(r"#[^\s#]{1,100}")
_MAX_PLACE: Final = 300
_LAST_YEAR: Final = 253_402_300_799_999  # milliseconds; where datetime ends


def is_converted(note: NoteView) -> bool:
    """Whether it is something else than words, so that its summary is no content warning."""
    return note.kind not in WORDS


def warning(note: NoteView) -> str:
    """The content warning. Of an article or a film the summary is its abstract, unless it says
    that it is sensitive."""
    return note.summary if note.sensitive or not is_converted(note) else ""


def titled(name: str) -> str:
    """A title as the first line of a text."""
    return f"<p><strong>{escape(name)}</strong></p>" if name else ""


def shown(note: NoteView, content: str) -> str:
    """``content`` with all that belongs to it, as HTML that is not sanitised yet.

    Pictures are not in it: they are shown as pictures.
    """
    plain = to_text(content) if note.name or any(t.kind == "Hashtag" for t in note.tags) else ""
    own_title = note.kind != "Question" and note.name.strip() != plain
    parts = [titled(note.name) if own_title else ""]
    if is_converted(note):
        parts += [_when_and_where(note.raw), content or ("" if note.sensitive else note.summary)]
    else:
        parts.append(content)
    files = [item for item in note.attachments if item.kind != "Image"]
    parts += [_file(item) for item in files[:MAX_FILES] if item.url not in content]
    # Here it is a link like any other, with its address to be read, also to another server.
    page = page_url(note.raw.get("url")) or note.url
    if is_converted(note) and page not in content:
        parts.append(_link(page, page))
    parts.append(_hashtags(note, plain))
    return "".join(parts)


def shown_of_co_tweet(document: Doc, kind: str, content: str) -> str:
    """``content`` with the title: what the consent digest covers, read under the very names that
    it covers, and nothing else."""
    name = document.get("name")
    title = cut(name, TITLE) if isinstance(name, str) and kind != "Question" else ""
    if title and title.strip() == to_text(content):
        title = ""
    return titled(title) + content


def attached_pictures(note: NoteView) -> tuple[AttachmentView, ...]:
    """The pictures among its attachments."""
    return tuple(item for item in note.attachments if item.kind == "Image")


def pictures(note: NoteView) -> tuple[AttachmentView, ...]:
    """Its pictures; of a film, an event or a page without any, the one it is announced with."""
    found = attached_pictures(note)
    if found or not is_converted(note):
        return found
    url = image_url(note.raw.get("image")) or image_url(note.raw.get("icon"))
    return (AttachmentView("Image", url),) if url is not None else ()


def _link(url: str, label: str) -> str:
    return f'<p><a href="{escape(url)}">{escape(label)}</a></p>'


def _hashtags(note: NoteView, plain: str) -> str:
    """Those that its author did not write into the text, as blogs and film sites do."""
    written = set(plain.casefold().split())
    found: dict[str, str] = {}
    for tag in note.tags:
        name = "#" + tag.name.lstrip("#")
        if tag.kind == "Hashtag" and _ONE_TAG.fullmatch(name) and name.casefold() not in written:
            found.setdefault(name.casefold(), _hashtag(name, tag.href))
    shown_tags = list(found.values())[:MAX_HASHTAGS]
    return f"<p>{' '.join(shown_tags)}</p>" if shown_tags else ""


def _hashtag(name: str, href: str | None) -> str:
    label = f"#<span>{escape(name[1:])}</span>"
    if origin(href) is None:
        return escape(name)
    return f'<a href="{escape(href or "")}" class="mention hashtag" rel="tag">{label}</a>'


def _file(item: AttachmentView) -> str:
    """What it is called, and of what sort it is: nobody opens a film unawares."""
    if item.kind in ("Link", "Page"):
        return _link(item.url, item.name[:_MAX_LABEL] or item.url)
    label = item.name[:_MAX_LABEL] or _file_name(item.url)
    sort = item.kind.lower() if item.kind in ("Audio", "Video") else item.media_type
    return _link(item.url, f"{label} ({sort})" if sort else label)


def _file_name(url: str) -> str:
    parts = urlsplit(url)
    return unquote(parts.path.rpartition("/")[2])[:_MAX_LABEL] or parts.netloc


def _when_and_where(document: Doc) -> str:
    """Of an event. Times are UTC, as nothing says what zone its readers are in."""
    times = [_time(document.get("startTime")), _time(document.get("endTime"))]
    if not times[0]:
        return ""
    places = (
        natural(place, "name")
        for place in as_list(document.get("location"))[:1]
        if isinstance(place, Mapping)
    )
    line = " – ".join(dict.fromkeys(time for time in times if time))
    place = next(places, "")[:_MAX_PLACE]
    return f"<p>{line}{', ' + escape(place) if place else ''}</p>"


def _time(value: object) -> str:
    at = parse_time(value)
    if at is None or not 0 <= at <= _LAST_YEAR:
        return ""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
