"""Which of the co-authors an object names did consent (FEP-af48, Verification).

The check asks for stamps by returning ``Need``, until everything it may know is in ``known``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from activitypub.coauthorship.authors import (
    MAX_CO_AUTHORS,
    WHOLE_OBJECT,
    AuthorList,
    listed_stamps,
    read_author_list,
)
from activitypub.coauthorship.notice import same_without_notice
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.stamps import Stamp, read_fetched_stamp
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import as_list, same_origin
from activitypub.vocab.terms import Doc, is_activitypub_type

WEEK: Final = 7 * 24 * 60 * 60 * 1000

_GONE: Final = frozenset({404, 410})
_UNANSWERED: Final = frozenset({0, 401, 403, 429})


class CoAuthorState(StrEnum):
    """Only a ``VERIFIED`` co-author may be shown, notified or given the post as theirs."""

    VERIFIED = "verified"
    STALE = "stale"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class CoAuthorVerdict:
    """The state of one co-author of one version of one object.

    ``reason`` is a stable code, empty when freshly verified; ``kept`` means that the stamp's
    server did not answer and an earlier result still counts. ``digest``, ``consented_authors``,
    ``consented_roles`` and ``fetched_at`` (ms) are the stamp's; kept so that the verdict can be
    given as ``previous``.
    """

    actor: str
    state: CoAuthorState
    reason: str = ""
    object_id: str = ""
    stamp_uri: str | None = None
    digest: str | None = None
    consented_authors: tuple[str, ...] = ()
    fetched_at: int | None = None
    consented_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What must be fetched before this candidate can be judged."""

    url: str


def verify_authors(
    document: Doc,
    *,
    known: Known,
    now: int,
    deleted_stamps: Collection[tuple[str, str]] = frozenset(),
    known_primary: str | None = None,
    previous: Mapping[str, CoAuthorVerdict] | None = None,
    gone_actors: Collection[str] = frozenset(),
    inherited_context: Any = None,
    max_age: int = WEEK,
) -> tuple[CoAuthorVerdict, ...] | Need | Refused:
    """A verdict for every co-author that ``document`` names, in order.

    ``document`` is an authenticated object, parsed strictly; ``inherited_context`` the ``@context``
    of the activity it came in. ``deleted_stamps`` holds (stamp id, actor who deleted it),
    ``gone_actors`` who is deleted or suspended, ``known_primary`` the primary author the object
    was first seen with, ``previous`` the last verdicts by actor. Answers in ``known`` that are
    older than ``max_age`` are asked for again; leave out what shall be refreshed earlier.

    ``Need`` never holds more than one stamp per co-author, nor one of an origin that is not a
    listed co-author's. ``Refused``: reject the object as a whole.
    """
    authors = read_author_list(document)
    if isinstance(authors, Refused) and authors.code in WHOLE_OBJECT:
        return authors
    primary = authors.primary if isinstance(authors, AuthorList) else _primary_of(document)
    if known_primary is not None and primary != known_primary:
        return Refused("primary_changed", "the object's primary author has changed")
    if isinstance(authors, Refused):
        return _all_invalid(document, authors.code)
    if try_consent_digest(document, authors.everyone, inherited_context=inherited_context) is None:
        return _all_invalid(document, "no_digest")
    check = _Check(
        document,
        authors,
        known,
        now,
        deleted_stamps,
        previous or {},
        inherited_context,
        min(max_age, WEEK),
    )
    return check.run(gone_actors)


@dataclass(frozen=True, slots=True)
class _Check:
    document: Doc
    authors: AuthorList
    known: Known
    now: int
    deleted_stamps: Collection[tuple[str, str]]
    previous: Mapping[str, CoAuthorVerdict]
    inherited_context: Any
    max_age: int

    def run(self, gone_actors: Collection[str]) -> tuple[CoAuthorVerdict, ...] | Need:
        verdicts: list[CoAuthorVerdict] = []
        wanted: dict[str, None] = {}
        waiting = False
        for actor in self.authors.co_authors:
            if actor in gone_actors:
                verdicts.append(self._verdict(actor, CoAuthorState.INVALID, "actor_gone"))
                continue
            answer = self._judge(actor)
            if isinstance(answer, CoAuthorVerdict):
                verdicts.append(answer)
                continue
            waiting = True
            # Two co-authors of one origin take turns: one stamp each at a time.
            wanted.update(dict.fromkeys([url for url in answer if url not in wanted][:1]))
        return Need(tuple(wanted)) if waiting else tuple(verdicts)

    def _judge(self, actor: str) -> CoAuthorVerdict | list[str]:
        """The verdict, or the URLs of which one has to be fetched next."""
        unread: list[str] = []
        unsure: list[str] = []
        best = self._verdict(actor, CoAuthorState.INVALID, "no_stamp")
        for uri in listed_stamps(self.document):
            if not same_origin(uri, actor):
                continue
            answer = self._judge_stamp(actor, uri)
            if isinstance(answer, _Wanted):
                (unread if answer.url == uri else unsure).append(answer.url)
            elif answer.state is CoAuthorState.VERIFIED:
                return answer
            elif best.reason == "no_stamp" or _RANK[answer.state] > _RANK[best.state]:
                best = answer
        return unread or unsure or best

    def _judge_stamp(self, actor: str, uri: str) -> CoAuthorVerdict | _Wanted:
        if (uri, actor) in self.deleted_stamps:
            return self._verdict(actor, CoAuthorState.REVOKED, "deleted", uri)
        fetched = self._fetched(uri)
        if fetched is None:
            return _Wanted(uri)
        if _is_unanswered(fetched):
            return self._kept(actor, uri) or self._verdict(
                actor, CoAuthorState.UNKNOWN, "no_answer", uri
            )
        if fetched.status in _GONE and fetched.same_origin:
            return self._gone(actor, uri, fetched)
        stamp = read_fetched_stamp(fetched, uri)
        if isinstance(stamp, Refused):
            return self._verdict(actor, CoAuthorState.INVALID, stamp.code, uri)
        return self._compare(actor, stamp, fetched.fetched_at)

    def _compare(self, actor: str, stamp: Stamp, fetched_at: int) -> CoAuthorVerdict:
        verdict = replace(
            self._verdict(actor, CoAuthorState.INVALID, "", stamp.id),
            digest=stamp.digest,
            consented_authors=stamp.authors,
            fetched_at=fetched_at,
            consented_roles=stamp.roles,
        )
        reason = mismatch(stamp, actor, self.document, self.authors.everyone)
        if reason is not None:
            return replace(verdict, reason=reason)
        digest = try_consent_digest(
            self.document, stamp.authors, inherited_context=self.inherited_context
        )
        if digest != stamp.digest:
            return replace(verdict, state=CoAuthorState.STALE, reason="other_digest")
        return replace(verdict, state=CoAuthorState.VERIFIED)

    def _kept(self, actor: str, uri: str) -> CoAuthorVerdict | None:
        """The last result, where it was verified and everything it rests on is unchanged."""
        last = self.previous.get(actor)
        if (
            last is None
            or last.state is not CoAuthorState.VERIFIED
            or (last.actor, last.stamp_uri) != (actor, uri)
            or last.digest is None
            or last.fetched_at is None
            or self.now - last.fetched_at > self.max_age
        ):
            return None
        stamp = Stamp(
            uri,
            actor,
            last.object_id,
            last.consented_authors,
            last.digest,
            0,
            last.consented_roles,
        )
        again = self._compare(actor, stamp, last.fetched_at)
        return replace(again, reason="kept") if again.state is CoAuthorState.VERIFIED else None

    def _gone(self, actor: str, uri: str, answer: Fetched) -> CoAuthorVerdict | _Wanted:
        """A missing stamp may be one that a newer version of the object has replaced."""
        object_id = self.document["id"]
        newest = self._fetched(object_id)
        if newest is None or newest.fetched_at < answer.fetched_at:
            return _Wanted(object_id)
        if _is_unanswered(newest):
            return self._verdict(actor, CoAuthorState.UNKNOWN, "object_unanswered", uri)
        if (
            newest.status != 200
            or newest.document is None
            or not newest.same_origin
            or not same_origin(object_id, newest.final_url or newest.url)
            or not is_activitypub_type(newest.media_type)
            or newest.document.get("id") != object_id
        ):
            return self._verdict(actor, CoAuthorState.INVALID, "object_gone", uri)
        if uri not in listed_stamps(newest.document):
            return self._verdict(actor, CoAuthorState.INVALID, "object_changed", uri)
        return self._verdict(actor, CoAuthorState.REVOKED, "stamp_gone", uri)

    def _fetched(self, url: str) -> Fetched | None:
        fetched = self.known.get(url)
        if fetched is None or self.now - fetched.fetched_at > self.max_age:
            return None
        return fetched

    def _verdict(
        self, actor: str, state: CoAuthorState, reason: str, uri: str | None = None
    ) -> CoAuthorVerdict:
        return CoAuthorVerdict(actor, state, reason, str(self.document["id"]), uri)


_RANK: Final = {
    CoAuthorState.INVALID: 0,
    CoAuthorState.REVOKED: 1,
    CoAuthorState.STALE: 2,
    CoAuthorState.UNKNOWN: 3,
    CoAuthorState.VERIFIED: 4,
}


def mismatch(stamp: Stamp, actor: str, document: Doc, everyone: Sequence[str]) -> str | None:
    """Why ``stamp`` is not ``actor``'s for this object and these authors, apart from the digest.

    Somebody whom the stamp names may have left since; nobody may have joined, and those who remain
    stand in the order that was agreed to.
    """
    if stamp.issuer != actor or not same_origin(stamp.id, actor):
        return "other_issuer"
    if stamp.object_id != document.get("id"):
        return "other_object"
    if stamp.authors[0] != everyone[0]:
        return "other_primary"
    if not set(everyone) <= set(stamp.authors):
        return "author_not_consented"
    if [author for author in stamp.authors if author in everyone] != list(everyone):
        return "other_order"
    if not same_without_notice(document, everyone, stamp.authors):
        return "other_notice"
    return None


def _is_unanswered(fetched: Fetched) -> bool:
    return fetched.same_origin and (fetched.status in _UNANSWERED or 500 <= fetched.status <= 599)


def _primary_of(document: Doc) -> str:
    first = as_list(document.get("attributedTo"))[0]
    return str(first.get("id") if isinstance(first, Mapping) else first)


def _all_invalid(document: Doc, reason: str) -> tuple[CoAuthorVerdict, ...]:
    """One verdict for each co-author an object names against the rules, as far as they count."""
    named = [name for name in as_list(document.get("coAuthors")) if isinstance(name, str)]
    return tuple(
        CoAuthorVerdict(actor, CoAuthorState.INVALID, reason, str(document.get("id")))
        for actor in dict.fromkeys(named[: MAX_CO_AUTHORS + 1])
    )
