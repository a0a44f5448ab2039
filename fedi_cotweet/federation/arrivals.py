"""From a remote object, authenticated, to something that can be stored and shown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from activitypub.coauthorship.authors import WHOLE_OBJECT, AuthorList, read_author_list
from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.documents import bounds
from activitypub.documents.interactions import read_totals, without_totals
from activitypub.documents.kinds import post_kind
from activitypub.documents.media import description
from activitypub.documents.note import parse_note
from activitypub.documents.polls import covered_options
from activitypub.documents.showing import (
    attached_pictures,
    pictures,
    shown,
    shown_of_co_tweet,
    warning,
)
from activitypub.html import sanitise, to_text
from activitypub.html_cost import is_too_expensive
from activitypub.quotes.forms import without_inline
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, ids, parse_time
from activitypub.vocab.terms import Doc
from fedi_cotweet.services import emoji
from fedi_cotweet.services.arrivals import Arrival
from storage.models import Actor

SMALL: Final = 8_192
"""Characters of JSON that are read where they came in; cleaning them takes some milliseconds at
most. Of ordinary posts, with proof and signature, hardly any are longer."""


async def read_arrival_aside(
    document: Doc,
    author: Actor,
    *,
    size: int,
    context: Any = None,
    carrier: str | None = None,
) -> Arrival | Refused:
    """``read_arrival`` in a thread if ``size``, the characters it came in, is not ``SMALL``."""
    if size <= SMALL:
        return read_arrival(document, author, context=context, carrier=carrier)
    return await asyncio.to_thread(read_arrival, document, author, context=context, carrier=carrier)


def read_arrival(
    document: Doc, author: Actor, *, context: Any = None, carrier: str | None = None
) -> Arrival | Refused:
    """Read an object that ``author`` was proven to have written.

    A co-authored one must have been parsed strictly. ``context`` is the ``@context`` of the
    activity it was embedded in; ``carrier`` that activity's text if it carries a proof. What is no
    post at all is ``not_a_post``; raises ``DocumentError`` for one that cannot be read.
    """
    if post_kind(document) is None:
        return Refused("not_a_post", "an object of a type that is not shown as a post")
    note = parse_note(document)
    authors = read_author_list(document)
    if isinstance(authors, Refused) and authors.code in WHOLE_OBJECT:
        return authors
    # Whatever else is wrong with the list, its first entry is who the object says it belongs to.
    if ids(document.get("attributedTo"))[:1] != (author.uri,):
        return Refused("not_the_author", "the object is somebody else's")
    # An embedded object's own context only adds to the one around it: both decide what it means.
    contexts = [*as_list(context), *as_list(document.get("@context"))]
    whole = {**document, "@context": contexts} if contexts else dict(document)
    content, digest = note.content, None
    co_authors: tuple[str, ...] = ()
    if isinstance(authors, AuthorList):
        co_authors = authors.co_authors
        content = remove_notice(note.content, authors.everyone)
        digest = try_consent_digest(whole, authors.everyone)
        # Shown is only what the digest covers, under the names that it covers.
        languages = [tag for tag, text in note.content_map.items() if text == note.content]
        names, multiple = covered_options(document)
        votes = dict(note.options)
        note = replace(
            note,
            options=tuple((bounds.cut(name, bounds.OPTION), votes.get(name, 0)) for name in names),
            multiple=multiple,
            end_at=parse_time(document.get("endTime")),
            sensitive=document.get("sensitive") is True,
            language=languages[0] if languages else None,
        )
    content = content if note.quote is None else without_inline(content)
    source = shown_of_co_tweet(document, note.kind, content) if co_authors else shown(note, content)
    html, summary = sanitise(source), to_text(note.summary if co_authors else warning(note))
    if co_authors and not _whole(document, source, html, summary):
        # Nobody agreed to a part of it: it is shown as its first author's alone, and says that it
        # was cut. What it is checked against is the document, which stays as it came.
        co_authors, digest = (), None
    emojis, kept = emoji.tags_to_keep(
        document.get("tag"),
        content,
        note.summary,
        *(name for name, _ in note.options),
        covered=bool(co_authors),
    )
    return Arrival(
        note=note,
        author=author,
        content=bounds.cut_html(html, bounds.CONTENT, note.url),
        summary=bounds.cut(summary, bounds.WARNING),
        text=orjson.dumps(without_totals(whole)).decode(),
        totals=read_totals(document),
        digest=digest,
        carrier=carrier,
        # The authors of a co-tweet agreed to its attachments, and to no other picture.
        media=attached_pictures(note) if co_authors else pictures(note),
        tags=(
            *(
                {"type": tag.kind, "href": tag.href, "name": tag.name, "icon": tag.icon}
                for tag in note.tags
                if tag.kind != "Emoji"
            ),
            *kept,
        ),
        emoji=emojis,
        co_authors=co_authors,
    )


def _whole(document: Doc, source: str, html: str, summary: str) -> bool:
    """Whether a co-tweet can be shown with all that its authors agreed to."""
    files = (item for item in as_list(document.get("attachment")) if isinstance(item, Mapping))
    name = document.get("name")
    return (
        not is_too_expensive(source)
        and len(html) <= bounds.CONTENT
        and len(summary) <= bounds.WARNING
        and (not isinstance(name, str) or len(name) <= bounds.TITLE)
        and all(len(option) <= bounds.OPTION for option in covered_options(document)[0])
        and all(len(description(item)) <= bounds.ALT for item in files)
    )
