"""Which public consent notes a post has, ours or another server's, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from activitypub.coauthorship.authors import AuthorList, read_author_list
from activitypub.coauthorship.consent_notes import NoteState, NoteVerdict, listed_notes
from activitypub.vocab.reading import ids
from fedi_cotweet.domain.limits import DAY, HOUR, STAMP_RECHECK_AFTER
from fedi_cotweet.services import companions, documents, message_answers
from fedi_cotweet.services import posts as post_services
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from fedi_cotweet.services.messages import resting_on
from storage.engine import Tx
from storage.models import Post, PostAuthor
from storage.queries import actors, messages, post_authors, posts

_AFTER_AUTHORS = 100
"""Where people named by notes stand among a remote post's rows: after every co-author."""


@dataclass(frozen=True, slots=True)
class ToVerify:
    """A post with the notes to look at; plain data, read in one transaction."""

    post: Post
    document: dict[str, Any]
    authors: tuple[str, ...]


def to_verify(tx: Tx, env: Env, post_id: int) -> ToVerify | None:
    """The post with its notes, or None when there is none."""
    post = posts.post(tx, post_id)
    if post is None or post.state == "deleted":
        return None
    if post.local:
        document = documents.full_note(tx, post, state=post.state)
        document["consentNotes"] = [
            held.note_uri
            for row in companions.rows(tx, post_id)
            if row.state == "agreed" and (held := _conversation(tx, post, row)) and held.note_uri
        ]
    else:
        document = orjson.loads(post.document)
    held_rows = [row for row in post_authors.companions_of(tx, [post_id])[post_id] if row.stamp_uri]
    if not listed_notes(document) and not held_rows:
        return None
    listed = read_author_list(document)
    named = listed.everyone if isinstance(listed, AuthorList) else ids(document["attributedTo"])[:1]
    return ToVerify(post, document, named)


def _conversation(tx: Tx, post: Post, row: PostAuthor) -> Any:
    asked = resting_on(tx, post.uri, row.actor_id or 0)
    return messages.consent(tx, asked.id) if asked is not None else None


def apply(
    tx: Tx,
    env: Env,
    post_id: int,
    checked: Post,
    verdicts: Sequence[NoteVerdict],
    texts: Mapping[str, str],
) -> None:
    """Store verdicts. ``checked`` is the version judged: if there is another, that one is judged.

    On our own posts a note that is gone takes its author's name off, and what holds is listed.
    """
    post = posts.post(tx, post_id)
    if post is None or post.state == "deleted":
        return
    if post.document != checked.document:
        later(tx, env, "verify_consent_notes", str(post_id), post_id=post_id)
        return
    if post.local:
        _apply_to_ours(tx, env, post, verdicts, texts)
    else:
        _apply_to_theirs(tx, env, post, verdicts, texts)


def _apply_to_ours(
    tx: Tx, env: Env, post: Post, verdicts: Sequence[NoteVerdict], texts: Mapping[str, str]
) -> None:
    by_note = {verdict.uri: verdict for verdict in verdicts}
    changed = False
    for row in companions.rows(tx, post.id):
        held = _conversation(tx, post, row) if row.state == "agreed" else None
        verdict = by_note.get(held.note_uri) if held is not None and held.note_uri else None
        person = actors.actor_by_uri(tx, row.actor_uri)
        if verdict is None or held is None or person is None:
            continue
        if verdict.state is NoteState.GONE:
            message_answers.deleted(tx, env, person, verdict.uri)
            return  # the post is another one now, and is looked at again
        holds = verdict.state is NoteState.AGREED and verdict.actor == row.actor_uri
        if verdict.state is NoteState.UNKNOWN:
            _set(tx, post, row, next_check_at=env.now() + HOUR)
            continue
        was = row.stamp_uri
        _keep(tx, env, post, row, verdict if holds else None, texts)
        changed = changed or (was == verdict.uri) != holds
    if changed and post.state == "published":
        post_services.rewrite(tx, env, post, orjson.loads(post.document))


def _apply_to_theirs(
    tx: Tx, env: Env, post: Post, verdicts: Sequence[NoteVerdict], texts: Mapping[str, str]
) -> None:
    held = {row.actor_uri: row for row in post_authors.companions_of(tx, [post.id])[post.id]}
    silent = {verdict.uri for verdict in verdicts if verdict.state is NoteState.UNKNOWN}
    good = {v.actor: v for v in verdicts if v.state is NoteState.AGREED and v.actor is not None}
    for position, (uri, verdict) in enumerate(good.items(), start=_AFTER_AUTHORS):
        known = post_authors.post_author(tx, post.id, uri)
        if known is not None and known.via == "stamp":
            continue  # whoever is claimed as an author is one by a stamp or not at all
        actor = actors.actor_by_uri(tx, uri)
        post_authors.set_author(
            tx,
            post.id,
            uri,
            position=position,
            actor_id=actor.id if actor is not None else None,
            via="note",
            state="agreed",
        )
        row = post_authors.post_author(tx, post.id, uri)
        if row is not None:
            _keep(tx, env, post, row, verdict, texts)
    for uri, row in held.items():
        if uri in good:
            continue
        if row.stamp_uri in silent:
            _set(tx, post, row, next_check_at=env.now() + HOUR)
        else:
            _set(tx, post, row, state="revoked", next_check_at=None)


def _keep(
    tx: Tx,
    env: Env,
    post: Post,
    row: PostAuthor,
    verdict: NoteVerdict | None,
    texts: Mapping[str, str],
) -> None:
    now = env.now()
    young = now - (post.published_at or now) < 7 * DAY
    _set(
        tx,
        post,
        row,
        stamp_uri=verdict.uri if verdict is not None else None,
        stamp_document=texts.get(verdict.uri) if verdict is not None else None,
        fetched_at=verdict.fetched_at if verdict is not None else None,
        digest=post.digest,
        next_check_at=now + STAMP_RECHECK_AFTER if verdict is not None and young else None,
    )


def _set(tx: Tx, post: Post, row: PostAuthor, **values: Any) -> None:
    kept: dict[str, Any] = {"position": row.position, "state": row.state, "via": row.via}
    post_authors.set_author(tx, post.id, row.actor_uri, **(kept | values))
