"""Notes and their kin: reading every shape there is, building the core of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from activitypub.documents.bounds import OPTION, TAG, TITLE, cut
from activitypub.documents.kinds import MAX_KIND, post_kind
from activitypub.documents.links import (
    context_language,
    image_url,
    language_map,
    language_tag,
    natural,
    page_url,
)
from activitypub.documents.media import AttachmentView, build_attachment, parse_attachments
from activitypub.documents.polls import build_options
from activitypub.errors import DocumentError
from activitypub.html import from_text
from activitypub.quotes.forms import quote_members, quote_tag, read_quotation
from activitypub.vocab.reading import (
    as_id,
    as_list,
    format_time,
    ids,
    origin,
    parse_time,
    same_origin,
    text,
    types,
)
from activitypub.vocab.terms import PUBLIC, PUBLIC_FORMS, Doc

__all__ = ["AttachmentView", "NoteView", "TagView", "build_note", "parse_note"]

MAX_ADDRESSEES: Final = 1000
MAX_TAGS: Final = 256
MAX_OPTIONS: Final = 64

Visibility = Literal["public", "unlisted", "followers", "direct"]


@dataclass(frozen=True, slots=True)
class TagView:
    """A ``tag``: ``kind`` is its type (``Mention``, ``Hashtag``, ``Emoji``, …).

    ``name`` as written, with ``@``, ``#`` or colons; ``icon`` is the URL of an emoji's image.
    """

    kind: str
    href: str | None
    name: str
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as its document says. Nothing is sanitised, nobody's authorship is verified.

    ``content`` and ``summary`` are HTML, ``name`` and option names are text; times are in ms since
    1970. Every form of the public collection is written as its full identifier. ``quote`` is the
    quoted object by whichever property names it. ``options`` are a poll's (name, votes), ``voters``
    how many voted if the document says so; ``closed_at`` is when it says that the poll was closed.
    """

    id: str
    kind: str
    attributed_to: tuple[str, ...]
    co_authors: tuple[str, ...]
    stamps: tuple[str, ...]
    content: str
    content_map: Mapping[str, str]
    summary: str
    name: str
    sensitive: bool
    language: str | None
    in_reply_to: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    audience: tuple[str, ...]
    url: str
    published_at: int | None
    updated_at: int | None
    attachments: tuple[AttachmentView, ...]
    tags: tuple[TagView, ...]
    quote: str | None
    options: tuple[tuple[str, int], ...]
    multiple: bool
    end_at: int | None
    raw: Doc
    voters: int | None = None
    closed_at: int | None = None

    @property
    def visibility(self) -> Visibility:
        """Who may see it. ``followers``: a followers collection of the note's origin is addressed.

        Anything else without the public collection is ``direct``: for those addressed only.
        """
        if PUBLIC in self.to:
            return "public"
        if PUBLIC in self.cc or PUBLIC in self.audience:
            return "unlisted"
        addressed = (*self.to, *self.cc, *self.audience)
        if any("/followers" in entry and same_origin(entry, self.id) for entry in addressed):
            return "followers"
        return "direct"


def parse_note(document: Doc) -> NoteView:
    """The note in ``document``; DocumentError without an http(s) ``id`` or what is no post.

    Whether the sender may say this about this ``id`` is for ``origins`` to decide.
    """
    note_id = as_id(document.get("id"))
    if note_id is None or origin(note_id) is None:
        raise DocumentError("an object without an http(s) id")
    kind = post_kind(document)
    if kind is None:
        raise DocumentError("not an object to show as a post")
    content_map = language_map(document.get("contentMap"))
    options, multiple = _options(document)
    return NoteView(
        id=note_id,
        kind=kind,
        attributed_to=ids(document.get("attributedTo")),
        co_authors=ids(document.get("coAuthors")),
        stamps=ids(document.get("coAuthorAuthorization")),
        content=_content(document),
        content_map=content_map,
        summary=natural(document, "summary"),
        name=cut(natural(document, "name"), TITLE),
        sensitive=_is_sensitive(document),
        language=_language(document, content_map),
        in_reply_to=next(iter(ids(document.get("inReplyTo"))), None),
        to=_addressees(document.get("to")),
        cc=_addressees(document.get("cc")),
        audience=_addressees(document.get("audience")),
        url=_page(document, note_id),
        published_at=parse_time(document.get("published")),
        updated_at=parse_time(document.get("updated")),
        attachments=parse_attachments(document.get("attachment")),
        tags=_tags(document),
        quote=quotation.quoted if (quotation := read_quotation(document)) is not None else None,
        options=options,
        multiple=multiple,
        end_at=parse_time(document.get("endTime")) or parse_time(document.get("closed")),
        raw=document,
        voters=_count(document.get("votersCount")),
        closed_at=parse_time(document.get("closed")),
    )


def _page(document: Doc, note_id: str) -> str:
    """Its page on its own server. Another server's would pass for the original: with names chosen
    to match, for somebody else's post."""
    page = page_url(document.get("url"))
    return page if page is not None and same_origin(page, note_id) else note_id


def _is_sensitive(document: Doc) -> bool:
    """Whether it, or a file of it, says so."""
    marked = (document, *as_list(document.get("attachment")))
    return any(
        isinstance(entry, Mapping)
        and (entry.get("sensitive") is True or entry.get("as:sensitive") is True)
        for entry in marked
    )


def _count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _content(document: Doc) -> str:
    content = natural(document, "content")
    media_type = text(document.get("mediaType")).partition(";")[0].strip().lower()
    # Markdown and the like are shown as they are written: their source is not ours to interpret.
    return content if media_type in {"", "text/html"} else from_text(content)


def _language(document: Doc, content_map: Mapping[str, str]) -> str | None:
    content = text(document.get("content"))
    for tag, translation in content_map.items():
        if translation == content or not content:
            return language_tag(tag)
    declared = document.get("language")
    identifier = declared.get("identifier") if isinstance(declared, Mapping) else declared
    return language_tag(identifier) or context_language(document)


def _addressees(value: Any) -> tuple[str, ...]:
    return tuple(
        PUBLIC if entry in PUBLIC_FORMS else entry for entry in ids(value)[:MAX_ADDRESSEES]
    )


def _tags(document: Doc) -> tuple[TagView, ...]:
    found = []
    for entry in as_list(document.get("tag"))[:MAX_TAGS]:
        kind = next(iter(types(entry)), None) if isinstance(entry, Mapping) else None
        if kind is not None:
            href = as_id(entry.get("href"))
            name = cut(natural(entry, "name"), TAG)
            kind = kind.removeprefix("as:")
            found.append(TagView(kind[:MAX_KIND], href, name, image_url(entry.get("icon"))))
    return tuple(found)


def _options(document: Doc) -> tuple[tuple[tuple[str, int], ...], bool]:
    single, several = as_list(document.get("oneOf")), as_list(document.get("anyOf"))
    found = []
    for entry in (single or several)[:MAX_OPTIONS]:
        name = natural(entry, "name") if isinstance(entry, Mapping) else ""
        if name:
            replies = entry.get("replies")
            votes = replies.get("totalItems") if isinstance(replies, Mapping) else 0
            found.append((cut(name, OPTION), votes if type(votes) is int and votes > 0 else 0))
    return tuple(found), bool(several) and not single


def build_note(
    *,
    id: str,  # noqa: A002 - the field's own name
    to: Sequence[str],
    cc: Sequence[str],
    content: str,
    kind: str = "Note",
    language: str | None = None,
    name: str = "",
    summary: str = "",
    sensitive: bool = False,
    tags: Sequence[TagView] = (),
    emoji: Sequence[Doc] = (),
    attachments: Sequence[AttachmentView] = (),
    media_digests: bool = True,
    in_reply_to: str | None = None,
    options: Sequence[str] = (),
    multiple: bool = False,
    end_at: int | None = None,
    url: str | None = None,
    published_at: int | None = None,
    updated_at: int | None = None,
    quote: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The core of a note of ours: everything but its authors, stamps, proofs and context.

    The same arguments give the same document, so the consent digest of a draft stays that of the
    published note. ``media_digests=False`` belongs to notes without co-authors (see
    ``build_attachment``). A draft has no ``published_at``. With ``options`` it is a poll, which
    ends at ``end_at`` (ms) and has ``kind`` ``Question``. ``emoji`` are tags as ``build_emoji``
    makes them. ``quote`` is a quoted post's identifier and page; the line for it in the text is
    the caller's to write.
    """
    document: dict[str, Any] = {"id": id, "type": kind, "to": list(to), "cc": list(cc)}
    optional: dict[str, Any] = {
        "name": name,
        "summary": summary,
        "sensitive": sensitive,
        "inReplyTo": in_reply_to,
        **build_options(options, multiple=multiple),
        "endTime": None if end_at is None else format_time(end_at),
        "url": url,
        "published": None if published_at is None else format_time(published_at),
        "updated": None if updated_at is None else format_time(updated_at),
        "contentMap": {language: content} if language is not None else None,
        "tag": [
            *(_build_tag(tag) for tag in tags),
            *emoji,
            *([quote_tag(*quote)] if quote is not None else ()),
        ],
        "attachment": [
            build_attachment(attachment, with_digest=media_digests) for attachment in attachments
        ],
    }
    if quote is not None:
        optional |= quote_members(quote[0])
    document["content"] = content
    return document | {member: value for member, value in optional.items() if value}


def _build_tag(tag: TagView) -> dict[str, Any]:
    document: dict[str, Any] = {"type": tag.kind, "name": tag.name}
    return document if tag.href is None else {**document, "href": tag.href}
