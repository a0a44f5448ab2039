"""Objects of other servers: stored and renewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.publication import at_most, version_at
from activitypub.documents.emoji import EmojiView
from activitypub.documents.interactions import NO_TOTALS, Totals
from activitypub.documents.note import AttachmentView, NoteView
from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.services import (
    audiences,
    correspondence,
    edit_notices,
    hearing,
    indexing,
    link_cards,
    notices,
    remote_parts,
    streams,
    timelines,
    versions,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.posts import tell_of_mention
from fedi_cotweet.services.replies import kept_out, replied
from fedi_cotweet.services.unwelcome import kept_away, unwelcome
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import actors, follows, places, posts


@dataclass(frozen=True, slots=True)
class Arrival:
    """A remote object that was authenticated, sanitised and dated; ready to be stored."""

    note: NoteView
    author: Actor
    content: str
    """Sanitised, without inline notice."""
    summary: str
    """Plain text."""
    text: str
    """The object's JSON as received, with the ``@context`` that governs it, without the sizes
    of its collections, which change without being a new version."""
    digest: str | None
    carrier: str | None
    """The activity with its proof, as received: what may be forwarded."""
    media: tuple[AttachmentView, ...]
    tags: tuple[dict[str, Any], ...]
    co_authors: tuple[str, ...]
    """Claimed, not verified."""
    totals: Totals = NO_TOTALS
    """What its own server counts."""
    emoji: tuple[EmojiView, ...] = ()

    @property
    def addressed(self) -> tuple[str, ...]:
        """Everybody it is addressed to."""
        return (*self.note.to, *self.note.cc, *self.note.audience)

    @property
    def visibility(self) -> str:
        """Who may see it: the followers of somebody else are none of its author's."""
        note, followers = self.note, self.author.followers_uri
        if note.visibility == "followers" and followers and followers not in self.addressed:
            return "direct"
        return note.visibility


def refused_unread(
    tx: Tx, env: Env, note: NoteView, author: Actor, *, asked: bool, recipient_id: int | None
) -> str | None:
    """Why an object will not be stored, as far as that is told without looking at its content."""
    if posts.post_by_uri(tx, note.id) is not None:
        return None
    unread = Arrival(
        note=note,
        author=author,
        content="",
        summary="",
        text="",
        digest=None,
        carrier=None,
        media=(),
        tags=(),
        co_authors=note.co_authors,
    )
    return _refused(tx, env, unread, asked=asked, recipient_id=recipient_id)


def _refused(
    tx: Tx, env: Env, arrival: Arrival, *, asked: bool, recipient_id: int | None
) -> str | None:
    """Why a new object is nobody's business here; None: somebody follows its author, is addressed,
    was replied to, or (``asked``) wants it.

    What is not for everybody is held only for those who may read it, whoever asks: else a relay, or
    anybody who names it, had it fetched with this server's signature for readers it has not here.
    Whoever keeps the author away has nothing of it, not even in their own inbox.
    """
    author = arrival.author
    if recipient_id is not None and not kept_away(tx, [recipient_id], author):
        return None
    everybodys = arrival.visibility in audiences.EVERYBODYS
    if asked and recipient_id is None and everybodys:
        return None
    if arrival.visibility != "direct" and follows.is_followed_here(tx, [author.id]):
        return None
    uris = [author.uri, *arrival.co_authors, *arrival.note.to, *arrival.note.cc]
    people = actors.actors_by_uri(tx, uris)
    here = [actor.id for actor in people.values() if actor.local]
    wanting = [account_id for account_id in here if not kept_away(tx, [account_id], author)]
    if wanting:
        return None
    barred = "kept_away" if here or recipient_id is not None else "not_relevant"
    if not everybodys:
        return barred
    if follows.is_followed_here(tx, [people[u].id for u in arrival.co_authors if u in people]):
        return None
    target = arrival.note.in_reply_to
    answered = posts.post_by_uri(tx, target) if target is not None else None
    if answered is None or answered.state != "published":
        return barred
    return "kept_away" if unwelcome(tx, env, answered, author) else None


def store_arrival(
    tx: Tx,
    env: Env,
    arrival: Arrival,
    *,
    update: bool,
    asked: bool = True,
    quiet: bool = False,
    counted: bool = False,
    depth: int = 0,
    recipient_id: int | None = None,
) -> tuple[int | None, str]:
    """Store a new object, or a newer version of a known one; (post id, outcome).

    ``asked``: somebody here wants it, else it may be nobody's business here. ``quiet``: it is of
    the past, so nobody is notified. ``counted``: the server of what it answers has said so.
    ``depth``: over how many quotes we came to it. ``recipient_id``: to whose own inbox it was
    sent. Outcomes:
    ``created``, ``updated``, ``older`` (an old version, ignored), ``same``, ``not_relevant``,
    ``kept_away`` (it is for nobody here but people who keep its author away),
    ``deleted_before``, ``other_author`` (the id belongs to somebody else).
    """
    note = arrival.note
    known = posts.post_by_uri(tx, note.id)
    if known is None:
        refused = _refused(tx, env, arrival, asked=asked, recipient_id=recipient_id)
        if refused is not None:
            return None, refused
    if posts.buried(tx, note.id, arrival.author.uri) is not None:
        return None, "deleted_before"
    if known is None:
        post_id, sort_id = _add(tx, env, arrival)
        remote_parts.keep(tx, env, arrival, post_id, None, depth)
        _begin(
            tx,
            env,
            arrival,
            post_id,
            sort_id,
            quiet=quiet,
            counted=counted,
            recipient_id=recipient_id,
        )
        if not quiet:
            link_cards.begin(tx, env, post_id, arrival.content)
        return post_id, "created"
    if known.author_id != arrival.author.id or known.local:
        return None, "other_author"
    if known.state == "deleted":
        return None, "deleted_before"
    ours, theirs = _dates(env, known, note)
    if theirs < ours:
        return known.id, "older"
    if theirs == ours and (not update or known.document == arrival.text):
        remote_parts.note_totals(tx, known.id, arrival.totals, env.now())
        return known.id, "same"
    before, values = versions.present(tx, known), _values(arrival, env.now())
    if theirs == ours and known.digest is not None and known.digest == arrival.digest:
        # Fetched again, which brings no proof to pass on.
        values["carrier"] = arrival.carrier or known.carrier
    # Its author may have begun to answer somebody who keeps them away.
    values["kept_out_at"] = kept_out(tx, env, note.in_reply_to, arrival.author)
    posts.change_post(tx, known.id, updated_at=_updated_at(env, note), **values)
    remote_parts.keep(tx, env, arrival, known.id, known, depth, recount=theirs == ours)
    edited = versions.keep(tx, env, before)
    audiences.keep_remote(tx, known.id, arrival.addressed, recipient_id)
    correspondence.add(tx, env, known.id)
    if edited:
        edit_notices.tell_of_edit(tx, env, known.id)
    link_cards.refresh(tx, env, known.id)
    indexing.refresh(tx, known.id)
    timelines.refresh(tx, known.id, env.now())
    streams.edited(tx, env, known.id)
    return known.id, "updated"


def _values(arrival: Arrival, now: int) -> dict[str, Any]:
    """The columns that every version has."""
    note = arrival.note
    return {
        "visibility": arrival.visibility,
        "kind": note.kind,
        "content": arrival.content,
        "summary": arrival.summary,
        "name": note.name,
        "sensitive": note.sensitive,
        "language": note.language,
        "in_reply_to_uri": note.in_reply_to,
        "url": note.url or note.id,
        "tags": list(arrival.tags),
        "document": arrival.text,
        "digest": arrival.digest,
        "carrier": arrival.carrier,
        "co_authored": bool(arrival.co_authors),
        "fetched_at": now,
    }


def _published_at(env: Env, note: NoteView) -> int:
    return min(note.published_at or env.now(), env.now())


def _updated_at(env: Env, note: NoteView) -> int | None:
    return None if note.updated_at is None else at_most(note.updated_at, env.now())


def _dates(env: Env, known: Post, note: NoteView) -> tuple[int, int]:
    """When the version we hold was made, and the one that came."""
    ours = at_most(known.updated_at or known.published_at or 0, known.fetched_at)
    updated_at = _updated_at(env, note)
    if updated_at != note.updated_at and _same_date(known, note):
        return ours, ours
    return ours, updated_at or _published_at(env, note)


def _add(tx: Tx, env: Env, arrival: Arrival) -> tuple[int, int]:
    """Its id and its place in timelines."""
    post_id, published_at = env.new_id(), _published_at(env, arrival.note)
    sort_id = places.free(tx, id_at(published_at, post_id))
    updated_at = _updated_at(env, arrival.note)
    posts.add_post(
        tx,
        id=post_id,
        sort_id=sort_id,
        uri=arrival.note.id,
        author_id=arrival.author.id,
        local=False,
        state="published",
        published_at=published_at,
        updated_at=updated_at,
        edited_at=versions.first_edit(published_at, updated_at),
        **_values(arrival, env.now()),
    )
    return post_id, sort_id


def _begin(
    tx: Tx,
    env: Env,
    arrival: Arrival,
    post_id: int,
    sort_id: int,
    *,
    quiet: bool,
    counted: bool,
    recipient_id: int | None,
) -> None:
    """A new post is shown to those who want it, and those whom it is about hear of it."""
    note = arrival.note
    named = audiences.keep_remote(tx, post_id, arrival.addressed, recipient_id)
    notices.keep_muted(tx, env, post_id, note.id)
    correspondence.add(tx, env, post_id, past=quiet)
    told: list[int] = []
    if note.in_reply_to is not None:
        told = replied(
            tx,
            env,
            note.in_reply_to,
            arrival.author,
            post_id=post_id,
            uri=note.id,
            visibility=arrival.visibility,
            quiet=quiet,
            counted=counted,
        )
    # A co-author's Mention is for software that knows nothing of co-authors.
    tagged = {tag["href"] for tag in arrival.tags}.difference(arrival.co_authors)
    people = actors.actors_by_uri(tx, tagged.intersection([*note.to, *note.cc])).values()
    mentioned = [actor.id for actor in people if actor.local]
    if arrival.visibility == "direct":
        mentioned += named  # for them alone, whether it mentions them or not
    for account_id in dict.fromkeys(mentioned):
        if account_id not in told and not quiet:
            tell_of_mention(tx, env, account_id, arrival.author, post_id)
    timelines.begin(tx, post_id, sort_id, arrival.author.id, arrival.visibility)
    indexing.begin(tx, post_id, sort_id, arrival.author, _values(arrival, env.now()))
    if arrival.tags:
        timelines.bring_by_tags(tx, post_id, env.now())
    streams.posted(tx, env, post_id)
    if not quiet:
        hearing.tell_of_post(tx, env, post_id, [arrival.author.id], [*told, *mentioned])


def _same_date(known: Post, note: NoteView) -> bool:
    """Whether it is the version we hold, by a date that nobody believes."""
    return version_at(orjson.loads(known.document)) == note.updated_at
