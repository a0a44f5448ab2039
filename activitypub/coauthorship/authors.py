"""Who wrote an object together, as it says itself; and the two renditions of one object.

FEP-af48, Representation. An author list is a claim: ``verification`` says which of it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.notice import remove_notice
from activitypub.coauthorship.projection import visibility
from activitypub.coauthorship.roles import written_roles
from activitypub.verdicts import Refused
from activitypub.vocab.reading import as_list, origin, same_origin
from activitypub.vocab.terms import NOTE_TYPES, Doc

MAX_CO_AUTHORS: Final = 9

WHOLE_OBJECT: Final = frozenset({"no_primary_author", "other_origin", "primary_changed"})
"""Codes of refusals that concern the object itself. After any other refusal it remains a valid
object of its primary author, with no co-author verified."""


@dataclass(frozen=True, slots=True)
class AuthorList:
    """The authors an object claims, in order of credit."""

    primary: str
    co_authors: tuple[str, ...]

    @property
    def everyone(self) -> tuple[str, ...]:
        """The primary author, then the co-authors."""
        return (self.primary, *self.co_authors)


def read_author_list(document: Doc) -> AuthorList | Refused:
    """The author list of a co-authored object, from either rendition.

    Refused with a code of ``WHOLE_OBJECT`` when the object must be rejected, with
    ``not_co_authored`` when it names no co-author, else with the rule that it breaks; then no
    co-author of it is verified.
    """
    attributed = [_author_id(entry) for entry in as_list(document.get("attributedTo"))]
    primary = attributed[0] if attributed else None
    if primary is None:
        return Refused("no_primary_author", "the object names no author")
    if not same_origin(document.get("id"), primary):
        return Refused("other_origin", "the object is not on its author's server")

    named = document.get("coAuthors")
    if named is None or named == []:
        return Refused("not_co_authored", "the object names no co-author")
    if not isinstance(named, list) or any(
        not isinstance(name, str) or origin(name) is None for name in named
    ):
        return Refused("bad_co_authors", "the co-authors are not a list of identifiers")
    if len(named) > MAX_CO_AUTHORS:
        return Refused("too_many_co_authors", f"more than {MAX_CO_AUTHORS} co-authors")
    authors = AuthorList(primary, tuple(named))
    if len(set(authors.everyone)) != len(authors.everyone):
        return Refused("repeated_author", "an author is named twice")
    if len(attributed) > 1 and tuple(attributed) != authors.everyone:
        return Refused("attribution_differs", "the author list differs from the co-authors")
    if len(as_list(document.get("coAuthorAuthorization"))) > len(named):
        return Refused("too_many_stamps", "more stamps than co-authors")
    kind = document.get("type")
    if not isinstance(kind, str) or kind not in NOTE_TYPES:
        return Refused("bad_type", "not the single type Note, Article or Question")
    if visibility(document) is None:
        return Refused("not_public", "neither public nor unlisted")
    return authors


def listed_stamps(document: Doc) -> tuple[str, ...]:
    """The identifiers in ``coAuthorAuthorization``, in order. Of an embedded stamp, its ``id``."""
    found: list[str] = []
    for entry in as_list(document.get("coAuthorAuthorization")):
        stamp = entry.get("id") if isinstance(entry, Mapping) else entry
        if isinstance(stamp, str) and stamp not in found:
            found.append(stamp)
    return tuple(found)


def full_rendition(
    core: Doc,
    authors: Sequence[tuple[str, str]],
    stamps: Sequence[str] = (),
    *,
    notice: str = "",
    roles: Sequence[str] = (),
) -> dict[str, Any]:
    """What the object's ``id`` returns and aware servers receive.

    ``core`` is the object without authors, stamps and inline notice, with the full addressing.
    ``authors`` are (type, id), the primary author first; ``stamps`` is empty for a draft, ``roles``
    aligned with ``authors`` or empty. ``notice`` is for the ``id``, where unaware software reads
    too: see ``single_author_rendition``.
    """
    attributed = [{"type": kind, "id": author} for kind, author in authors]
    document = _rendition(core, attributed, authors, stamps, roles)
    return _noticed(document, notice, [author for _, author in authors])


def single_author_rendition(
    core: Doc,
    authors: Sequence[tuple[str, str]],
    stamps: Sequence[str] = (),
    *,
    followers_of: Collection[str] = (),
    notice: str = "",
    roles: Sequence[str] = (),
) -> dict[str, Any]:
    """What goes to inboxes not known to be aware, and to software that drops arrays.

    ``followers_of`` are the co-authors' ``followers`` collections, left out of the addressing;
    ``notice`` comes from ``build_notice``. It is appended to a text only if every reader will
    take it off again: a link to a foreign origin would make it content nobody consented to.
    """
    everyone = [author for _, author in authors]
    document = _rendition(core, everyone[0], authors, stamps, roles)
    for field in ("to", "cc"):
        if field in document:
            document[field] = [
                entry for entry in as_list(document[field]) if entry not in followers_of
            ]
    return _noticed(document, notice, everyone)


def _noticed(document: dict[str, Any], notice: str, authors: Sequence[str]) -> dict[str, Any]:
    if isinstance(content := document.get("content"), str):
        document["content"] = _with_notice(content, notice, authors)
    if isinstance(content_map := document.get("contentMap"), Mapping):
        document["contentMap"] = {
            language: _with_notice(text, notice, authors) for language, text in content_map.items()
        }
    return document


def _rendition(
    core: Doc,
    attributed: Any,
    authors: Sequence[tuple[str, str]],
    stamps: Sequence[str],
    roles: Sequence[str],
) -> dict[str, Any]:
    document = {
        **core,
        "attributedTo": attributed,
        "coAuthors": [author for _, author in authors[1:]],
    }
    if (written := written_roles(roles)) is not None:
        document["authorRoles"] = written
    if stamps:
        document["coAuthorAuthorization"] = list(stamps)
    return document


def _with_notice(text: str, notice: str, authors: Sequence[str]) -> str:
    return text + notice if remove_notice(text + notice, authors) == text else text


def _author_id(entry: Any) -> str | None:
    author = entry.get("id") if isinstance(entry, Mapping) else entry
    return author if origin(author) is not None else None
