"""Those who are named with the authors of a post and are none: they agreed by message.

Their software knows nothing of co-authors (FEP-af48, An actor whose software does not implement
this document). They stand in the text, as its last paragraph, with a Mention and in ``cc``: all of
it ordinary content, covered by the digest that co-authors agree to. Never in ``attributedTo``,
``coAuthors`` or among the stamps.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from html import escape
from typing import Any

from activitypub.coauthorship.notice import without_notice
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.vocab.reading import as_list
from activitypub.vocab.terms import Doc
from fedi_cotweet.services.composing import mention_tag
from storage.engine import Tx
from storage.models import Actor, PostAuthor
from storage.queries import actors, post_authors

WITH = {"en": "With ", "fr": "Avec ", "ko": "함께: "}
"""How the paragraph begins, by the language of the post."""

_PERSON = (
    r'<span class="h-card"><a href="[^"<>]*" class="u-url mention">@<span>[^<>]*</span></a></span>'
)
_BYLINE = re.compile(rf"<p>(?:{'|'.join(WITH.values())}){_PERSON}(?:, {_PERSON})*</p>\Z")


def byline(people: Sequence[Actor], language: str | None) -> str:
    """The paragraph that names them, or nothing for nobody."""
    if not people:
        return ""
    opening = WITH.get((language or "").partition("-")[0].lower(), WITH["en"])
    names = (
        f'<span class="h-card"><a href="{escape(person.url)}" class="u-url mention">'
        f"@<span>{escape(person.username)}@{escape(person.host)}</span></a></span>"
        for person in people
    )
    return f"<p>{opening}{', '.join(names)}</p>"


def named_in(document: Doc, people: Sequence[Actor], language: str | None) -> dict[str, Any]:
    """The core of a post with these people named in it, and nobody else in their way."""
    if not people:
        return dict(document)
    line, uris = byline(people, language), {person.uri for person in people}
    tags = [tag for tag in as_list(document.get("tag")) if not _mentions(tag, uris)]
    for person in people:
        tag = mention_tag(person)
        tags.append({"type": tag.kind, "name": tag.name, "href": tag.href})
    cc = dict.fromkeys([*as_list(document.get("cc")), *(person.uri for person in people)])
    named = {**document, "tag": tags, "cc": list(cc), "content": f"{document['content']}{line}"}
    if "contentMap" in document:
        named["contentMap"] = {key: f"{text}{line}" for key, text in document["contentMap"].items()}
    return named


def without(document: Doc, actor: Actor, rest: Sequence[Actor], language: str | None) -> Doc:
    """The core of a post that named ``actor`` and ``rest``, with the name of the former off."""
    bare = dict(document)
    bare["content"] = _BYLINE.sub("", str(document["content"]))
    if "contentMap" in document:
        bare["contentMap"] = {
            key: _BYLINE.sub("", str(text)) for key, text in document["contentMap"].items()
        }
    bare["tag"] = [tag for tag in as_list(document.get("tag")) if not _mentions(tag, {actor.uri})]
    for field in ("to", "cc"):
        if field in document:
            bare[field] = [uri for uri in as_list(document[field]) if uri != actor.uri]
    return named_in(bare, rest, language)


def without_all(
    document: Doc, gone: Sequence[Actor], rest: Sequence[Actor], language: str | None
) -> Doc:
    """The same for several."""
    for actor in gone:
        document = without(document, actor, rest, language)
    return document


def text_without(content: str) -> str:
    """The HTML of a post that names people so, without the paragraph that does."""
    return _BYLINE.sub("", content)


def only_unnamed(agreed: Doc, present: Doc, authors: Sequence[str]) -> tuple[str, ...]:
    """Who is named so in the one version and not in the other, if that is all the difference.

    Identifiers; nobody if anything else is another, by the digest for ``authors``.
    """
    agreed, present = (without_notice(version, authors) for version in (agreed, present))
    before, after = _named_by(agreed), _named_by(present)
    if not set(after) < set(before):
        return ()
    gone = _mentioned(agreed) - _mentioned(present)
    rest = [_bare(document, gone) for document in (agreed, present)]
    digests = {try_consent_digest(document, authors) for document in rest}
    return tuple(sorted(gone)) if len(digests) == 1 and None not in digests else ()


def _named_by(document: Doc) -> list[str]:
    line = _BYLINE.search(str(document.get("content")))
    return re.findall(_PERSON, line.group()) if line is not None else []


def _mentioned(document: Doc) -> set[str]:
    tags = [tag for tag in as_list(document.get("tag")) if isinstance(tag, dict)]
    return {str(tag.get("href")) for tag in tags if tag.get("type") == "Mention"}


def _bare(document: Doc, gone: Container[str]) -> Doc:
    """A version without the paragraph, and without any trace of those in ``gone``."""
    bare = {**document, "content": text_without(str(document.get("content")))}
    if isinstance(texts := document.get("contentMap"), dict):
        bare["contentMap"] = {key: text_without(str(text)) for key, text in texts.items()}
    bare["tag"] = [tag for tag in as_list(document.get("tag")) if not _mentions(tag, gone)]
    for field in ("to", "cc"):
        bare[field] = [uri for uri in as_list(document.get(field)) if uri not in gone]
    return bare


def _mentions(tag: Any, uris: Container[str]) -> bool:
    if not isinstance(tag, dict) or tag.get("type") != "Mention":
        return False
    return str(tag.get("href")) in uris


def rows(tx: Tx, post_id: int) -> list[PostAuthor]:
    """Who a post of ours names so, invited ones of a draft included, in order."""
    held = post_authors.companions_of(tx, [post_id])[post_id]
    return [row for row in held if row.via == "message" and row.state != "revoked"]


def people(tx: Tx, post_id: int, but: int | None = None) -> list[Actor]:
    """The same as actors, without one of them."""
    wanted = [row.actor_id or 0 for row in rows(tx, post_id) if row.actor_id != but]
    found = actors.actors(tx, wanted)
    return [found[actor_id] for actor_id in wanted if actor_id in found]
