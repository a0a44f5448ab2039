"""Co-tweets before they are published: the draft for its author, the invite for who is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fedi_cotweet.mastodon_api.entities import accounts, attachments, statuses
from fedi_cotweet.mastodon_api.entities.times import moment
from fedi_cotweet.services import author_views
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.post_views import Stale
from fedi_cotweet.services.views import InviteView
from storage.engine import Tx
from storage.models import Post
from storage.queries import actors, post_media

Document = dict[str, Any]

_STATES: Final[Mapping[str, str]] = {"offered": "pending"}
"""What other words are used for states of consent."""


def status(
    tx: Tx, env: Env, post: Post, viewer_id: int | None, stale: Stale | None = None
) -> Document:
    """A ``Status``; of a draft, which only its author may see, with ``cotweet``."""
    if post.state == "draft" and viewer_id == post.author_id:
        return draft(tx, env, post)
    return statuses.one(tx, env, post, viewer_id, stale)


def draft(tx: Tx, env: Env, post: Post) -> Document:
    """A draft for its author: a ``Status`` that says how far everybody's consent is."""
    view = author_views.draft(tx, env, post.author_id, post.id)
    document = statuses.one(tx, env, post, post.author_id)
    people = _people(tx, env, [one.author.uri for one in view.co_authors])
    document["co_authors"] = [
        {
            "account": people[one.author.uri],
            "role": one.author.role,
            "state": _STATES.get(one.state, one.state),
            "expires_at": None if one.expires_at is None else moment(one.expires_at),
            "reason": one.reason,
        }
        for one in view.co_authors
        if one.author.uri in people
    ]
    document["cotweet"] = {
        "state": "pending"
        if any(one.state in ("offered", "accepted") for one in view.co_authors)
        else "withdrawn",
        "mode": view.mode,
        "publish_at": None if view.publish_at is None else moment(view.publish_at),
    }
    return document


def invites(tx: Tx, env: Env, account_id: int) -> list[Document]:
    """Those that wait for an answer or for publication, newest first."""
    return _invites(tx, env, author_views.invitations(tx, env, account_id))


def invite(tx: Tx, env: Env, account_id: int, offer_id: int) -> Document:
    """One of them, in whatever state."""
    return _invites(tx, env, [author_views.invitation(tx, env, account_id, offer_id)])[0]


def _invites(tx: Tx, env: Env, found: Sequence[InviteView]) -> list[Document]:
    people = _people(
        tx, env, {one.author.uri for view in found for one in view.authors} | _senders(found)
    )
    pictures = {
        str(item.id): item
        for item in post_media.media_of(tx, offer_ids=[int(view.id) for view in found])
    }
    return [
        {
            "id": view.id,
            "state": _STATES.get(view.state, view.state),
            "digest": view.digest,
            "expires_at": moment(view.expires_at),
            "account": people[view.sender.uri],
            "authors": [
                {
                    "account": people.get(one.author.uri),
                    "uri": one.author.uri,
                    "role": one.author.role,
                    "standing": one.standing,
                }
                for one in view.authors
            ],
            "content": view.content,
            "text": view.text,
            "spoiler_text": view.summary,
            "sensitive": view.sensitive,
            "language": view.language,
            "visibility": statuses.VISIBILITIES.get(view.visibility, view.visibility),
            "in_reply_to": view.in_reply_to,
            "media_attachments": [attachments.media(env, item, pictures) for item in view.media],
            "poll": None if view.poll is None else attachments.poll(view.id, view.poll, None),
            "quoted": None if view.quote is None else view.quote.uri,
            "mentions": list(view.mentions),
            "emojis": accounts.emojis(env, view.emojis),
            "is_change": view.already_published,
            "differences": list(view.differences),
            "agreed_before": view.agreed_before,
            "publish_at": None if view.publish_at is None else moment(view.publish_at),
            "beyond_followers": view.beyond_followers,
            "cannot_accept": view.refusal,
        }
        for view in found
    ]


def _senders(found: Iterable[InviteView]) -> set[str]:
    return {view.sender.uri for view in found}


def _people(tx: Tx, env: Env, uris: Iterable[str]) -> dict[str, Document]:
    """``Account`` by actor id (URI), of those who are known here."""
    known = actors.actors_by_uri(tx, uris)
    made = accounts.documents(tx, env, known.values())
    return {uri: made[actor.id] for uri, actor in known.items()}
