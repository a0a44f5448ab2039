"""What a ``Create`` or ``Update`` embeds, completed by what the activity itself says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from activitypub.coauthorship.discussion import is_private
from activitypub.documents.kinds import post_kind
from activitypub.documents.note import parse_note
from activitypub.documents.polls import read_vote
from activitypub.vocab.reading import types
from activitypub.vocab.terms import Doc
from fedi_cotweet.federation.incoming import Incoming


def one(incoming: Incoming) -> Incoming:
    """The activity with its one object, which may have come as a list of one."""
    made = incoming.document.get("object")
    if not isinstance(made, list) or len(made) != 1:
        return incoming
    return replace(incoming, document={**incoming.document, "object": made[0]})


def attributed(incoming: Incoming) -> Incoming:
    """A new object that says of nobody that they wrote it is by whoever publishes it (Mastodon).

    Not so a co-tweet, whose list of authors has a first; nor an Update, which takes over nothing.
    """
    made = incoming.document.get("object")
    if not isinstance(made, Mapping) or made.get("attributedTo") or made.get("coAuthors"):
        return incoming
    return _with(incoming, {**made, "attributedTo": incoming.actor.uri})


def anonymous(incoming: Incoming) -> Incoming | None:
    """The same Create with a name for its post; None unless that has none.

    An object whose ``id`` is null is a part of what it came in (ActivityPub 3.1), and so it is
    known here by the identifier of its Create, which lies on the author's server like any other:
    by that its author can change and delete it, and people here can answer it. What has to be
    named by others is never taken so: what several wrote, votes, and what is for those it names
    alone, which may be an answer to a question of ours or a remark on a draft.
    """
    made = incoming.document.get("object")
    if not isinstance(made, Mapping) or made.get("id") is not None or made.get("coAuthors"):
        return None
    whole = {**made, "id": incoming.envelope.id}
    if post_kind(whole) is None or read_vote(whole) is not None:
        return None
    if is_private(whole) or parse_note(whole).visibility == "direct":
        return None
    return _with(incoming, whole)


def is_tombstone(made: Doc) -> bool:
    """Whether it says that something is gone."""
    return "Tombstone" in types(made)


def _with(incoming: Incoming, made: Doc) -> Incoming:
    return replace(incoming, document={**incoming.document, "object": made})
