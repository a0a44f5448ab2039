"""What becomes of a delivered activity: the rules of Mastodon, one function per type.

A rule runs in one transaction and fetches nothing: it says ``Need`` and is asked again with what
was fetched. The sources named are files of Mastodon 4.3 to 4.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from activitypub import origins
from activitypub.activities import peek
from activitypub.activities.accept import parse_accept
from activitypub.activities.announce import parse_announce
from activitypub.activities.create import parse_create
from activitypub.activities.delete import parse_delete
from activitypub.activities.reject import parse_reject
from activitypub.activities.undo import parse_undo
from activitypub.activities.update import parse_update
from activitypub.documents.actor import ActorView, parse_actor
from activitypub.documents.note import NoteView, parse_note
from activitypub.errors import DocumentError
from activitypub.verdicts import Fetched, Known, Need, Refused
from activitypub.vocab.reading import host_of, parse_json
from demo.plain_server import records
from demo.plain_server.records import Delivery, Tx

DAY = 86_400_000
SUPPORTED = ("Note", "Question")
UNREACHABLE = ("dns_failed", "tls_failed", "connection_failed", "timeout")


@dataclass(frozen=True, slots=True)
class Done:
    """It was processed. ``what`` says with which result."""

    what: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing wrong with it, and nothing to do. ``why`` is for the log."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """A server could not be reached: try again. An answer of any kind is never tried again."""

    why: str


Outcome = Done | Ignored | Refused | Later
Verdict = Outcome | Need


@dataclass(frozen=True, slots=True)
class Case:
    """A delivery and everything its rule may look at."""

    tx: Tx
    base: str
    signer: str
    personal: str | None
    arrival: int
    now: int
    document: dict[str, Any]
    known: Known


def decide(tx: Tx, base: str, delivery: Delivery, known: Known, now: int) -> Verdict:
    """What becomes of a delivery whose signature is that of ``delivery.signer``."""
    try:
        document = parse_json(delivery.body)
        rule = RULES.get(peek(document).type)
        if rule is None:
            return Ignored("not an activity this server understands")
        return rule(
            Case(
                tx, base, delivery.signer, delivery.personal, delivery.arrival, now, document, known
            )
        )
    except DocumentError as error:
        return Refused(error.code, error.safe)


def accept(case: Case) -> Verdict:
    if records.accept_follow(case.tx, parse_accept(case.document).object_id, case.signer):
        return Done("the follow was accepted")
    return Ignored("an answer to nothing asked here")


def reject(case: Case) -> Verdict:
    if records.drop_follow(case.tx, parse_reject(case.document).object_id, case.signer):
        return Done("the follow was rejected")
    return Ignored("an answer to nothing asked here")


def create(case: Case) -> Verdict:
    """``activity/create.rb``: the author is the signer, whatever ``attributedTo`` says."""
    activity = parse_create(case.document)
    if activity.object is None:
        return Refused("not_embedded", "a post is delivered embedded")
    return _store_delivered(case, activity.object)


def _store_delivered(case: Case, embedded: Mapping[str, Any]) -> Verdict:
    note = parse_note(embedded)
    refused = _acceptable(note) or _own_host(case.signer, note.id)
    if refused is not None:
        return refused
    if records.buried(case.tx, note.id, case.signer):
        return Refused("deleted", "its author deleted it")
    author = records.note_author(case.tx, note.id)
    if author is not None:
        if author != case.signer:
            return Refused("authorship_change", "the post is another author's")
        return Ignored("the post is here already")
    if not _concerns_us(case, note):
        return Refused("irrelevant", "nobody here follows its author or is addressed")
    records.save_note(case.tx, note, case.signer, case.now, case.arrival)
    return Done("stored")


def _acceptable(note: NoteView) -> Refused | None:
    if note.kind not in SUPPORTED:
        return Refused("unsupported_type", "not a kind of post this server shows")
    return None


def _own_host(signer: str, object_id: str) -> Refused | None:
    if host_of(signer) is None or host_of(signer) != host_of(object_id):
        return Refused("other_host", "the object is not on its sender's host")
    return None


def _concerns_us(case: Case, note: NoteView) -> bool:
    """``related_to_local_activity?``: by visibility, the narrower the fewer reasons count."""
    addressed = case.personal is not None or any(
        recipient.startswith(f"{case.base}/users/") for recipient in (*note.to, *note.cc)
    )
    followed = records.a_follower(case.tx, case.signer) is not None
    match note.visibility:
        case "public" | "unlisted":
            return addressed or followed or _replies_to_followed(case, note)
        case "followers":
            return addressed or followed
        case _:
            return addressed


def _replies_to_followed(case: Case, note: NoteView) -> bool:
    if note.in_reply_to is None:
        return False
    author = records.note_author(case.tx, note.in_reply_to)
    return author is not None and records.a_follower(case.tx, author) is not None


def announce(case: Case) -> Verdict:
    """``activity/announce.rb``: only of people followed here, the post fetched if unknown."""
    activity = parse_announce(case.document)
    if records.a_follower(case.tx, case.signer) is None:
        return Refused("irrelevant", "nobody here follows the booster")
    if records.buried(case.tx, activity.id, case.signer):
        return Ignored("the boost was undone before")
    if records.boosted(case.tx, activity.id, case.signer, activity.object_id):
        return Ignored("the boost is here already")
    if records.note_author(case.tx, activity.object_id) is None:
        fetched = _fetch_note(case, activity.object_id)
        if fetched is not None:
            return fetched
    visibility = records.note_visibility(case.tx, activity.object_id)
    if visibility not in ("public", "unlisted"):
        return Refused("not_announceable", "the boosted post is not public")
    records.save_boost(case.tx, activity.id, case.signer, activity.object_id, case.arrival)
    return Done("boosted")


def _fetch_note(case: Case, note_id: str) -> Verdict | None:
    """Store an unknown post from its id; None if that worked.

    ``fetch_remote_status_service.rb``: any answer but the post itself loses the boost for good.
    """
    document = _fetched(case, note_id)
    if not isinstance(document, dict):
        return document
    note = parse_note(document)
    if not note.attributed_to:
        return Refused("no_author", "the post names no author")
    author = note.attributed_to[0]
    refused = _acceptable(note) or _own_host(author, note.id)
    if refused is not None:
        return refused
    if records.buried(case.tx, note.id, author):
        return Refused("deleted", "its author deleted it")
    if note.visibility not in ("public", "unlisted"):
        return Refused("not_announceable", "the boosted post is not public")
    if records.actor_by_id(case.tx, author) is None:
        actor = _fetched(case, author)
        if not isinstance(actor, dict):
            return actor
        records.save_actor(case.tx, usable_actor(actor), case.now)
    records.save_note(case.tx, note, author, case.now, case.arrival)
    return None


def _fetched(case: Case, url: str) -> dict[str, Any] | Refused | Need | Later:
    answer = case.known.get(url)
    if answer is None:
        return Need((url,))
    if unreachable(answer):
        return Later(f"{url} cannot be reached ({answer.error})")
    return origins.check_fetched(answer)


def unreachable(answer: Fetched) -> bool:
    """Whether no server answered at all."""
    return answer.status == 0 and answer.error in UNREACHABLE


def usable_actor(document: Mapping[str, Any]) -> ActorView:
    """An actor with an RSA key, the only kind looked at. Raises ``DocumentError``."""
    view = parse_actor(document)
    if not any(key.kind == "rsa" for key in view.keys):
        raise DocumentError("the actor has no RSA key")
    return view


def update(case: Case) -> Verdict:
    """``activity/update.rb``: of the signer's own profile, or own post with a newer ``updated``."""
    embedded = parse_update(case.document).object
    if embedded is None:
        return Refused("not_embedded", "an update is delivered embedded")
    if embedded.get("id") == case.signer:
        records.save_actor(case.tx, usable_actor(embedded), case.now)
        return Done("the profile was updated")
    note = parse_note(embedded)
    refused = _acceptable(note) or _own_host(case.signer, note.id)
    if refused is not None:
        return refused
    if records.note_author(case.tx, note.id) != case.signer:
        if note.published_at is not None and note.published_at < case.now - DAY:
            return Ignored("an update of an old post that is not here")
        return _store_delivered(case, embedded)
    if note.updated_at is None or note.updated_at <= records.note_version(case.tx, note.id):
        return Ignored("the version here is not older")
    records.change_note(case.tx, note, note.updated_at)
    return Done("updated")


def delete(case: Case) -> Verdict:
    """``activity/delete.rb``: by the author alone; the id stays dead."""
    gone = parse_delete(case.document).object_id
    if gone == case.signer:
        records.forget_actor(case.tx, case.signer)
        return Done("the actor and all posts were removed")
    refused = _own_host(case.signer, gone)
    if refused is not None:
        return refused
    if records.delete_note(case.tx, gone, case.signer):
        return Done("the post and its boosts were removed")
    return Ignored("no post of the sender here")


def undo(case: Case) -> Verdict:
    """``activity/undo.rb``: a boost of the signer, embedded or by its id."""
    activity = parse_undo(case.document)
    refused = _own_host(case.signer, activity.object_id)
    if refused is not None:
        return refused
    records.bury(case.tx, activity.object_id, case.signer)
    if records.drop_boost(case.tx, activity.object_id, case.signer):
        return Done("the boost was undone")
    return Ignored("nothing of the sender to undo here")


RULES: Mapping[str, Callable[[Case], Verdict]] = {
    "Accept": accept,
    "Reject": reject,
    "Create": create,
    "Announce": announce,
    "Update": update,
    "Delete": delete,
    "Undo": undo,
}
"""All other types, ``Offer`` among them, are answered with 202 and nothing more."""
