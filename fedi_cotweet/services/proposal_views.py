"""Proposals as their two sides see them, with what they would change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

import orjson

from activitypub.documents.note import parse_note
from activitypub.html import to_text
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.circles import Circle, circle, own_circle
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.people import author_view, handles_at
from fedi_cotweet.services.talk_views import DiffPart, ProposalView
from fedi_cotweet.services.views import AuthorView
from storage.engine import Tx
from storage.models import Change
from storage.queries import actors, changes, posts

MOST_SHOWN = 100
MOST_WORDS = 4_000
"""Of longer texts, whole lines are compared: comparing words would take seconds."""
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def proposals(tx: Tx, env: Env, account_id: int, number: int) -> list[ProposalView]:
    """What was proposed for a post or draft, newest first: all for its primary author, for a
    co-author what they proposed themselves."""
    around = own_circle(tx, env, account_id, number)
    me = actors.actor(tx, account_id)
    found = changes.proposals_for(tx, around.object_uri, MOST_SHOWN)
    if me is None or me.uri != around.primary:
        found = [change for change in found if change.by_id == account_id]
    return _views(tx, env, account_id, found, _text_now(around))


def is_proposal(tx: Tx, number: int) -> bool:
    """Whether there is a proposal of this id, whoever may see it."""
    return changes.change_by_id(tx, number) is not None


def waiting(tx: Tx, env: Env, account_id: int, number: int) -> int:
    """The id of the one proposal for a post or draft that waits for an answer, as ``proposals``.

    Raises ``not_found`` (404) for none, ``several_proposals`` (409) for more than one.
    """
    found = [one.id for one in proposals(tx, env, account_id, number) if one.state == "proposed"]
    if not found:
        raise not_found("proposal")
    if len(found) > 1:
        raise ServiceError(
            "several_proposals",
            409,
            say("{count} proposals for this post wait for an answer.", count=len(found)),
            say(
                "Say which one: {choices}. To look at them: fedi-cotweet proposals {post}",
                choices=", ".join(found),
                post=str(number),
            ),
        )
    return int(found[0])


def proposal(tx: Tx, env: Env, account_id: int, change_id: int) -> ProposalView:
    """One proposal, for who made it and for the primary author."""
    change = changes.change_by_id(tx, change_id)
    post = posts.post_by_uri(tx, change.object_uri) if change is not None else None
    asked = post is not None and post.local and post.author_id == account_id
    if change is None or change.uri is None or not (asked or change.by_id == account_id):
        raise not_found("proposal")
    around = circle(tx, env, change.object_uri, account_id)
    before = _text_now(around) if around is not None else ""
    return _views(tx, env, account_id, [change], before)[0]


def _text_now(around: Circle) -> str:
    if around.post is not None:
        return to_text(around.post.content)
    if around.offer is None:
        return ""
    return to_text(parse_note(orjson.loads(around.offer.document)["object"]).content)


def _views(
    tx: Tx, env: Env, account_id: int, found: Sequence[Change], before: str
) -> list[ProposalView]:
    people = actors.actors(tx, [change.by_id for change in found])
    return [
        _view(tx, env, change, author_view(env, people[change.by_id]), account_id, before)
        for change in found
    ]


def _view(
    tx: Tx, env: Env, change: Change, by: AuthorView, account_id: int, before: str
) -> ProposalView:
    words = change.words
    content = str(words.get("content") or "")
    text = to_text(content)
    waits = change.kind == "edit" and change.state == "proposed"
    return ProposalView(
        id=str(change.id),
        kind=change.kind,
        state=change.state,
        object=change.object_uri,
        post=str(change.post_id) if change.post_id is not None else None,
        by=by,
        mine=change.by_id == account_id,
        comment=change.comment,
        content=content,
        text=text,
        summary=str(words.get("summary") or ""),
        language=words.get("language"),
        mentions=handles_at(
            tx, (tag["href"] for tag in words.get("tags", ()) if tag["type"] == "Mention")
        ),
        diff=difference(before, text) if waits else (),
        created_at=change.created_at,
        decided_at=change.decided_at,
        reason=change.reason,
    )


def difference(before: str, after: str) -> tuple[DiffPart, ...]:
    """What leads from one plain text to another, word by word; joined without the added parts it
    is ``before``, without the removed ones ``after``."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > MOST_WORDS:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    parts: list[DiffPart] = []
    for op, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(DiffPart("same", "".join(old[a:b])))
            continue
        if b > a:
            parts.append(DiffPart("removed", "".join(old[a:b])))
        if d > c:
            parts.append(DiffPart("added", "".join(new[c:d])))
    return tuple(parts)
