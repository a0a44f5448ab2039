"""Every condition of FEP-af48's verification, apart, for people who want to see them.

The verdict is ``verify_authors``' alone; these say how it came about. Exactly the verified have
all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activitypub.coauthorship.authors import AuthorList, listed_stamps, read_author_list
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.stamps import STAMP_TYPE, Stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorVerdict
from activitypub.verdicts import Fetched, Known
from activitypub.vocab.reading import as_list, host_of, same_origin, types
from activitypub.vocab.terms import PROFILE_1, Doc, is_activitypub_type

_SILENT: Final = frozenset({0, 401, 403, 429})


@dataclass(frozen=True, slots=True)
class Condition:
    """``code`` is stable, ``text`` for people; ``holds`` is None where it could not be checked."""

    code: str
    text: str
    holds: bool | None


def post_conditions(document: Doc, *, one_reading: bool) -> tuple[Condition, ...]:
    """What must hold of the post itself, whoever the co-author.

    ``one_reading``: its text is I-JSON, which every parser reads alike.
    """
    authors = read_author_list(document)
    one_meaning = None
    if isinstance(authors, AuthorList):
        one_meaning = one_reading and try_consent_digest(document, authors.everyone) is not None
    return (
        Condition(
            "author_list", "the post names its authors by the rules", one_meaning is not None
        ),
        Condition("one_meaning", "the post reads the same to everybody", one_meaning),
    )


def stamp_conditions(
    document: Doc, authors: AuthorList, verdict: CoAuthorVerdict, known: Known
) -> tuple[Condition, ...]:
    """What must hold of the stamp that ``verdict`` is about."""
    host = host_of(verdict.actor) or "their server"
    uri = verdict.stamp_uri
    listed = any(same_origin(entry, verdict.actor) for entry in listed_stamps(document))
    fetched = known.get(uri) if uri is not None else None
    answered = _answered(fetched)
    there = stayed = as_document = stamp = None
    if answered and fetched is not None:
        there, stayed = fetched.status == 200, fetched.same_origin
        # What was found elsewhere, or not at all, is not looked at.
        if there and stayed:
            stamp = fetched.document
            as_document = stamp is not None and is_activitypub_type(fetched.media_type)
    return (
        Condition("listed", f"the post lists a stamp on {host}", listed),
        Condition("answered", f"{host} answered", answered),
        Condition("there", "the stamp is there", there),
        Condition("stayed", f"it was found on {host} itself", stayed),
        Condition("media_type", "it is served as an ActivityPub document", as_document),
        *_contents(stamp, document, authors, verdict),
    )


def _answered(fetched: Fetched | None) -> bool | None:
    if fetched is None:
        return None
    unanswered = fetched.status in _SILENT or 500 <= fetched.status <= 599
    # A redirect to another server was an answer, and a wrong one.
    return not (unanswered and fetched.same_origin)


def _contents(
    stamp: Doc | None, document: Doc, authors: AuthorList, verdict: CoAuthorVerdict
) -> tuple[Condition, ...]:
    actor, everyone = verdict.actor, authors.everyone
    checks: dict[str, tuple[str, bool | None]] = {
        "own_id": ("its id is its address", None),
        "kind": ("it is a co-author's authorization", None),
        "complete": ("nothing is missing in it", None),
        "issuer": ("it is by and about this co-author", None),
        "object": ("it is about this post", None),
        "authors": ("it names every author, the first one first", None),
        "profile": ("its digest is made in a known way", None),
        "digest": ("its digest is this post's", None),
    }
    if stamp is not None:
        named = stamp.get("consentedAuthors")
        consented = named if isinstance(named, list) else []
        read = parse_stamp(stamp)
        found = {
            "own_id": stamp.get("id") == verdict.stamp_uri,
            "kind": STAMP_TYPE in types(stamp),
            "complete": isinstance(read, Stamp) or read.code not in _INCOMPLETE,
            "issuer": single(stamp.get("attributedTo")) == actor
            and single(stamp.get("interactionTarget")) == actor,
            "object": single(stamp.get("interactingObject")) == document.get("id"),
            "authors": consented[:1] == [everyone[0]]
            and all(author in consented for author in everyone),
            "profile": single(stamp.get("consentProfile")) == PROFILE_1,
            "digest": _same_digest(stamp, document, consented),
        }
        checks = {code: (checks[code][0], holds) for code, holds in found.items()}
    return tuple(Condition(code, text, holds) for code, (text, holds) in checks.items())


_INCOMPLETE: Final = frozenset({"bad_stamp", "bad_digest"})


def _same_digest(stamp: Doc, document: Doc, consented: Sequence[Any]) -> bool:
    if not all(isinstance(author, str) for author in consented):
        return False
    digest = try_consent_digest(document, consented)
    return digest is not None and digest == single(stamp.get("consentDigest"))


def single(value: Any) -> str | None:
    """The one string in ``value``, which may be a list of one; else None."""
    entries = as_list(value)
    return entries[0] if len(entries) == 1 and isinstance(entries[0], str) else None
