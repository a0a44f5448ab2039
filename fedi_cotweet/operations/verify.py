"""Who really wrote a post together: fetched by a stranger, checked author by author.

Needs no server and no account: everything is asked anonymously from where it is public, as FEP-af48
(Verification) has it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.consent_notes import (
    NoteState,
    NoteVerdict,
    listed_notes,
    verify_notes,
)
from activitypub.coauthorship.projection import try_consent_digest
from activitypub.coauthorship.stamps import Stamp, parse_stamp
from activitypub.coauthorship.verification import CoAuthorState, CoAuthorVerdict, verify_authors
from activitypub.documents.actor import ActorView, parse_actor
from activitypub.documents.note import parse_note
from activitypub.errors import ActivityPubError, DocumentError
from activitypub.origins import check_fetched
from activitypub.proofs.eddsa_jcs_2022 import check_proof, proof_key_id
from activitypub.shell.cache import Getter
from activitypub.shell.client import FederationClient
from activitypub.shell.fetching import resolve
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.tls import build_ssl_context
from activitypub.signatures.keys import SigningKey, load_public
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import as_list, host_of, ids, parse_strict_json
from activitypub.vocab.terms import Doc
from fedi_cotweet import __version__
from fedi_cotweet.operations.conditions import Condition, post_conditions, stamp_conditions
from fedi_cotweet.operations.locating import Located, NotFetchedError, locate
from fedi_cotweet.operations.reports import CoAuthor, Companion, Primary, Proof, Report
from fedi_cotweet.operations.sentences import sentence

USER_AGENT: Final = f"fedi_cotweet/{__version__} (verify)"

_MAX_ROUNDS: Final = 24
"""Nine stamps of one server, one at a time, and the post once more."""

_MAX_ALSO_NAMED: Final = 10


async def verify_url(
    url: str,
    *,
    development: bool,
    ca_file: Path | None,
    clock: Callable[[], int],
    key: SigningKey | None = None,
) -> Report:
    """Fetch the post at ``url`` (its id or a page of it) and judge everybody it names.

    Raises ``NotFetchedError`` when there is no post to be had; with the code ``bad_address`` when
    ``url`` is nothing that is ever requested. ``development`` also fetches over plain http, from
    any port and from this machine. ``ca_file`` (PEM) is trusted beside the system's authorities.
    ``key`` signs the requests for consent notes, which stand on servers of any kind: some answer
    nobody who does not say who they are.
    """
    policy = AddressPolicy(development=development)
    refused = policy.check_url(url)
    if isinstance(refused, Refused):
        raise NotFetchedError("bad_address", f"{url} is not fetched: {refused.reason}.")
    context = build_ssl_context(ca_file)
    async with FederationClient(USER_AGENT, policy, clock, context) as client:
        return await _report(client, await locate(client, url), clock, key)


@dataclass(frozen=True, slots=True)
class _Judged:
    verdicts: tuple[CoAuthorVerdict, ...] | Refused
    known: Known


async def _report(
    client: Getter, located: Located, clock: Callable[[], int], key: SigningKey | None
) -> Report:
    document, one_reading = _read_once(located.fetched)
    authors = read_author_list(document)
    named = _named(document, authors)
    judged, people, notes = await asyncio.gather(
        _judge(client, document, authors, one_reading, clock),
        _actors(client, named),
        _notes(client, document, named, one_reading, clock, key),
    )
    conditions = () if _is_ordinary(authors) else post_conditions(document, one_reading=one_reading)
    note = parse_note(document)
    primary = _primary(document, judged.verdicts, people)
    co_authors = _co_authors(document, authors, judged, people, conditions, clock())
    ordinary = primary.verified and not co_authors
    return Report(
        id=located.id,
        kind=note.kind,
        page=note.url,
        asked=located.steps,
        checked_at=clock(),
        published_at=note.published_at,
        updated_at=note.updated_at,
        summary=_summary(primary, co_authors) if not ordinary else _ordinary(primary),
        primary=primary,
        co_authors=co_authors,
        conditions=conditions,
        files=len(note.attachments),
        files_with_digest=sum(item.digest is not None for item in note.attachments),
        companions=notes,
    )


def _read_once(fetched: Fetched) -> tuple[Doc, bool]:
    """The document, and whether all parsers read its text alike."""
    try:
        return parse_strict_json(fetched.body), True
    except DocumentError:
        return fetched.document or {}, False


def _is_ordinary(authors: AuthorList | Refused) -> bool:
    return isinstance(authors, Refused) and authors.code == "not_co_authored"


def _named(document: Doc, authors: AuthorList | Refused) -> tuple[str, ...]:
    """Everybody the document names as an author, first the primary one; bounded."""
    if isinstance(authors, AuthorList):
        return authors.everyone
    everybody = (*ids(document.get("attributedTo")), *ids(document.get("coAuthors")))
    return tuple(dict.fromkeys(everybody))[: _MAX_ALSO_NAMED + 1]


async def _judge(
    client: Getter,
    document: Doc,
    authors: AuthorList | Refused,
    one_reading: bool,
    clock: Callable[[], int],
) -> _Judged:
    if isinstance(authors, AuthorList) and not one_reading:
        return _Judged(_everyone(authors, CoAuthorState.INVALID, "no_digest"), {})
    if _is_ordinary(authors):
        return _Judged((), {})
    seen: dict[str, Fetched] = {}

    def check(known: Known) -> tuple[CoAuthorVerdict, ...] | Need | Refused:
        seen.update(known)
        return verify_authors(document, known=known, now=clock())

    # Bounded by what a document may name: nine stamps, and the post once more.
    verdicts: tuple[CoAuthorVerdict, ...] | Refused = await resolve(
        check, client, max_rounds=_MAX_ROUNDS
    )
    if isinstance(verdicts, Refused) and isinstance(authors, AuthorList):
        return _Judged(_everyone(authors, CoAuthorState.UNKNOWN, verdicts.code), seen)
    return _Judged(verdicts, seen)


async def _notes(
    client: Getter,
    document: Doc,
    named: tuple[str, ...],
    one_reading: bool,
    clock: Callable[[], int],
    key: SigningKey | None,
) -> tuple[Companion, ...]:
    """Who agreed by a public reply that says nothing else."""
    if not one_reading or not listed_notes(document):
        return ()

    def check(known: Known) -> tuple[NoteVerdict, ...] | Need:
        return verify_notes(document, named, known=known, now=clock())

    verdicts: tuple[NoteVerdict, ...] | Refused = await resolve(check, client, key=key)
    if isinstance(verdicts, Refused):
        return ()
    agreed = {v.actor: v.uri for v in verdicts if v.state is NoteState.AGREED and v.actor}
    people = await _actors(client, agreed, key)
    return tuple(
        Companion(actor, _handle(actor, people), note, _BY_REPLY.format(who=who))
        for actor, note in agreed.items()
        for who in [_handle(actor, people) or actor]
    )


_BY_REPLY: Final = "{who} is named with the authors, and agreed by reply to exactly this text."


def _everyone(
    authors: AuthorList, state: CoAuthorState, reason: str
) -> tuple[CoAuthorVerdict, ...]:
    return tuple(CoAuthorVerdict(actor, state, reason) for actor in authors.co_authors)


async def _actors(
    client: Getter, named: Iterable[str], key: SigningKey | None = None
) -> dict[str, ActorView]:
    """Who answers under these ids, for their handles and keys; who does not is left out."""

    async def fetch(actor: str) -> ActorView | None:
        document = check_fetched(await client.get(actor, key=key))
        try:
            return None if isinstance(document, Refused) else parse_actor(document)
        except DocumentError:
            return None

    views = await asyncio.gather(*(fetch(actor) for actor in named))
    return {view.id: view for view in views if view is not None}


def _handle(actor: str | None, people: Mapping[str, ActorView]) -> str | None:
    view = people.get(actor or "")
    # By the host of the id: a claimed handle on another host would have to be looked up there.
    return f"{view.username}@{host_of(view.id)}" if view is not None else None


def _primary(
    document: Doc,
    verdicts: tuple[CoAuthorVerdict, ...] | Refused,
    people: Mapping[str, ActorView],
) -> Primary:
    actor = next(iter(ids(document.get("attributedTo"))), None)
    handle = _handle(actor, people)
    who = handle or actor or "Nobody"
    if isinstance(verdicts, Refused) or actor is None:
        return Primary(actor, handle, False, _NOT_THEIRS.format(who=who))
    return Primary(actor, handle, True, f"{who} is the author: the post is on their own server.")


_NOT_THEIRS: Final = "{who} is named as the author, but the post is not on their server."


def _co_authors(
    document: Doc,
    authors: AuthorList | Refused,
    judged: _Judged,
    people: Mapping[str, ActorView],
    conditions: tuple[Condition, ...],
    now: int,
) -> tuple[CoAuthor, ...]:
    if isinstance(judged.verdicts, Refused):
        return ()
    found = [
        _co_author(document, authors, verdict, judged.known, people, conditions, now)
        for verdict in judged.verdicts
    ]
    listed = {author.id for author in found}
    # Several authors without `coAuthors`: a name anybody can put there, with nothing to check.
    for actor in ids(as_list(document.get("attributedTo"))[1:])[:_MAX_ALSO_NAMED]:
        if actor not in listed and actor != ids(document.get("attributedTo"))[0]:
            listed.add(actor)
            handle = _handle(actor, people)
            said = sentence(CoAuthorState.INVALID, "not_a_co_author", handle or actor)
            found.append(CoAuthor(actor, handle, CoAuthorState.INVALID, "not_a_co_author", said))
    return tuple(found)


def _co_author(
    document: Doc,
    authors: AuthorList | Refused,
    verdict: CoAuthorVerdict,
    known: Known,
    people: Mapping[str, ActorView],
    conditions: tuple[Condition, ...],
    now: int,
) -> CoAuthor:
    handle = _handle(verdict.actor, people)
    if isinstance(authors, AuthorList):
        conditions = (*conditions, *stamp_conditions(document, authors, verdict, known))
    fetched = known.get(verdict.stamp_uri or "")
    held = fetched.document if fetched is not None and fetched.same_origin else None
    stamp = parse_stamp(held) if held is not None else None
    read = stamp if isinstance(stamp, Stamp) else None
    return CoAuthor(
        id=verdict.actor,
        handle=handle,
        state=verdict.state,
        reason=verdict.reason,
        sentence=sentence(verdict.state, verdict.reason, handle or verdict.actor),
        stamp=verdict.stamp_uri,
        issued_at=read.published_at if read else None,
        fetched_at=fetched.fetched_at if fetched is not None else None,
        post_digest=try_consent_digest(document, read.authors) if read else None,
        stamp_digest=read.digest if read else None,
        consented_authors=read.authors if read else (),
        proof=_proof(held, people.get(verdict.actor), now),
        conditions=conditions,
    )


def _proof(stamp: Doc | None, issuer: ActorView | None, now: int) -> Proof:
    """Checked with the issuer's key only: anybody can sign anything with a key of their own."""
    if stamp is None or "proof" not in stamp:
        return Proof("none")
    key_id = proof_key_id(stamp)
    if issuer is None:
        return Proof("unchecked", key_id, "the issuer's own document could not be fetched")
    keys = {key.id: key for key in issuer.keys if key.kind == "ed25519"}
    if key_id is None or key_id not in keys:
        return Proof("invalid", key_id, "it is not made with a key of the issuer")
    try:
        refused = check_proof(stamp, load_public("ed25519", keys[key_id].public), now=now)
    except ActivityPubError as error:
        return Proof("unchecked", key_id, error.safe)
    return Proof("valid", key_id) if refused is None else Proof("invalid", key_id, refused.reason)


def _ordinary(primary: Primary) -> str:
    return f"An ordinary post by {primary.handle or primary.id}. It names no co-author."


def _summary(primary: Primary, co_authors: tuple[CoAuthor, ...]) -> str:
    if not primary.verified:
        return "Not a valid post: nobody is verified as its author."
    total = 1 + len(co_authors)
    good = 1 + sum(author.state is CoAuthorState.VERIFIED for author in co_authors)
    return f"{'All' if good == total else f'{good} of'} {total} authors are verified."
