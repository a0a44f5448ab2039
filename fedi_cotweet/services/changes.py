"""Changing a published co-tweet: everybody is asked, and until then nothing changes.

The primary author's side (FEP-af48, Changes). One change of a post is out for consent at a time;
``services.applying`` carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from activitypub.coauthorship.projection import try_consent_digest
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, OFFER_SHORTEST
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    companions,
    documents,
    inviting,
    message_questions,
    polls,
    repeats,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.applying import try_apply
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import record, tell
from fedi_cotweet.services.message_questions import Asking
from fedi_cotweet.services.offers import (
    change_offers,
    has_agreed,
    offer_to,
    offerable,
    take_back,
)
from fedi_cotweet.services.posts import later_than, own_post, rewrite
from fedi_cotweet.services.refusals import check_not_refused
from fedi_cotweet.services.shortening import shorten
from fedi_cotweet.services.words import Words, check_words, shared_document
from storage.engine import Tx
from storage.models import Actor, Change, Post
from storage.queries import changes, post_authors, post_media


def co_authors_of(tx: Tx, post: Post) -> list[Actor]:
    """The co-authors that a post of ours names, in order of credit."""
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    return [find_actor(tx, row.actor_id) for row in rows if row.actor_id is not None]


def offer_change(
    tx: Tx,
    env: Env,
    author_id: int,
    post_id: int,
    words: Words,
    *,
    authors: Sequence[Actor] | None = None,
    beside: Sequence[Actor] | None = None,
    expires_in: int | None = None,
    again: bool = False,
    by_message: bool = False,
    roles: Mapping[str, str] | None = None,
) -> int | None:
    """Ask everybody for consent to a new version of a published post; the id of the change.

    Until the last of them accepts, the old version stands everywhere. None: the consent digest
    stays the same, so nobody had to be asked and it is published, if it is not what is published.

    ``words`` is the whole new version; its visibility and the post it answers stay what they were
    whatever it says. ``authors`` are the co-authors it will name, in order of credit, without the
    primary author, ``beside`` those it will name by message; those it names now if one is left out.
    ``again``: people among them who once said no may be asked once more (C15). ``by_message``: new
    ones in ``beside`` may be asked so. ``roles`` say, by identifier, what new ones did.
    ``expires_in`` is in milliseconds. A change that was out
    already is over: its Offers are replaced. If it is this very version, and everybody it asks has
    agreed or can still answer, nothing changes.

    Refusals: 404 for anything but a published post of this author, ``ordinary_post`` (409) where
    nobody else is named, ``nothing_changed`` (409) for what is published, while another change is
    out, ``content_unchanged`` and ``declined_before`` (409), and those of writing and inviting.
    """
    did = dict(roles or {})
    inviting.check_roles(did.values())
    post, author = own_post(tx, author_id, post_id), find_actor(tx, author_id)
    now = [*co_authors_of(tx, post), *companions.people(tx, post.id)]
    named = co_authors_of(tx, post) if authors is None else list(authors)
    with_them = companions.people(tx, post.id) if beside is None else list(beside)
    everyone = [*named, *with_them]
    if not everyone:
        raise ServiceError(
            "ordinary_post", 409, "This post has no co-authors.", "Change it as an ordinary post."
        )
    # Where a post stands in its thread, who may read it and what its poll asks stay as they are.
    words = replace(words, visibility=post.visibility, in_reply_to=post.in_reply_to_uri, poll=None)
    lasts = env.limits.invite_expiry_ms if expires_in is None else expires_in
    lasts = max(lasts, OFFER_SHORTEST + CLOCK_DIFFERENCE) if expires_in is None else lasts
    inviting.check_version(env, author, everyone, words, lasts)
    check_words(tx, env, author_id, words, post_id)
    words = replace(words, poll=polls.words_of(tx, post.id))
    document = _core(tx, env, post, author, words, named, with_them)
    older = changes.open_change(tx, post.uri)
    if older is not None and repeats.change_stands(
        tx, env, older, document, [author, *named], with_them, did
    ):
        return older.id
    held = {actor.id for actor in now}
    new = [actor for actor in everyone if actor.id not in held]
    inviting.check_invitees(tx, env, author, new, by_message=by_message)
    all_roles = documents.roles_of(tx, post) | did
    note = documents.offered_note(document, author, named, all_roles)
    if not new and len(everyone) == len(now) and _same_words(tx, post, note, author, named):
        _at_once(tx, env, post, document, named, older)
        return None
    check_not_refused(tx, post, note, everyone, again=again, new=new)
    said = {
        "content": words.body.html,
        "summary": words.summary,
        "language": words.language,
        "roles": did,
    }
    change_id = _open(tx, env, post, document, said, named, with_them)
    old = documents.full_note(tx, post)
    present = [author.uri, *(actor.uri for actor in named)]
    asking = Asking(post, author, note, present, with_them, lasts, old, change_id)
    message_questions.ask_about_change(tx, env, asking)
    _offer(tx, env, post, note, named, lasts, change_id, all_roles)
    if older is not None:
        _call_off(tx, env, older, author.uri, why="edit")
    return change_id


def ask_again(tx: Tx, env: Env, post: Post) -> None:
    """Ask the co-authors of a published post for consent to it as it stands, nothing else changed.

    They agreed to it with a name more in its text, and are not shown until they agree to this.
    """
    author, named = find_actor(tx, post.author_id), co_authors_of(tx, post)
    document = orjson.loads(post.document)
    document["updated"] = documents.format_time(later_than(post, env.now()))
    said = {
        "content": post.content,
        "summary": post.summary,
        "language": post.language,
        "as_it_stands": True,
    }
    change_id = _open(tx, env, post, document, said, named, companions.people(tx, post.id))
    roles = documents.roles_of(tx, post)
    note = documents.offered_note(document, author, named, roles)
    lasts = max(env.limits.invite_expiry_ms, OFFER_SHORTEST + CLOCK_DIFFERENCE)
    _offer(tx, env, post, note, named, lasts, change_id, roles, agreed_before_at=env.now())


def _open(
    tx: Tx,
    env: Env,
    post: Post,
    document: dict[str, Any],
    said: dict[str, Any],
    named: Sequence[Actor],
    beside: Sequence[Actor],
) -> int:
    author, change_id = find_actor(tx, post.author_id), env.new_id()
    changes.add_change(
        tx,
        id=change_id,
        object_uri=post.uri,
        post_id=post.id,
        by_id=author.id,
        state="offered",
        words={**said, "beside": [person.uri for person in beside]},
        document=orjson.dumps(document).decode(),
        authors=[author.uri, *(actor.uri for actor in named)],
        created_at=env.now(),
    )
    return change_id


def _offer(
    tx: Tx,
    env: Env,
    post: Post,
    note: dict[str, Any],
    named: Sequence[Actor],
    lasts: int,
    change_id: int,
    roles: dict[str, str],
    *,
    agreed_before_at: int | None = None,
) -> None:
    if not named:
        return
    everyone = [find_actor(tx, post.author_id).uri, *(actor.uri for actor in named)]
    version = offerable(note, everyone, roles)
    for actor in named:
        offer_to(
            tx,
            env,
            post,
            actor,
            version,
            lasts,
            change_id=change_id,
            agreed_before_at=agreed_before_at,
        )


def _core(
    tx: Tx,
    env: Env,
    post: Post,
    author: Actor,
    words: Words,
    named: Sequence[Actor],
    beside: Sequence[Actor],
) -> dict[str, Any]:
    media = post_media.media_of(tx, post_ids=[post.id])
    document = shared_document(tx, env, author, post.id, words, media, named)
    document = companions.named_in(document, beside, words.language)
    document["published"] = documents.format_time(post.published_at or env.now())
    document["updated"] = documents.format_time(later_than(post, env.now()))
    return document


def _same_words(
    tx: Tx, post: Post, note: dict[str, Any], author: Actor, named: Sequence[Actor]
) -> bool:
    """Whether the new version has the digest of the published one, for the same authors.

    Not if they are asked about the published one as it stands.
    """
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    if any(row.stamp_uri is None for row in rows):
        return False
    everyone = [author.uri, *(actor.uri for actor in named)]
    now = documents.full_note(tx, post)
    listed = [str(uri) for uri in now.get("coAuthors", [])]
    return listed == everyone[1:] and try_consent_digest(now, everyone) == try_consent_digest(
        note, everyone
    )


def _at_once(
    tx: Tx,
    env: Env,
    post: Post,
    document: dict[str, Any],
    named: Sequence[Actor],
    other: Change | None,
) -> None:
    """Nothing that was agreed to changes: publish it now, and tell every author (C37)."""
    if repeats.says_already(post.document, document):
        if other is None:
            return
        raise ServiceError(
            "nothing_changed",
            409,
            "That is what the post says already; another version waits for consent.",
            "To keep what is published, call the change off.",
        )
    rewrite(tx, env, post, document)
    for actor in named:
        if actor.local:
            tell(
                tx,
                env,
                actor.id,
                "cotweet.updated",
                f"{post.uri} {env.now()}",
                actor_id=post.author_id,
                post_id=post.id,
                text=say("A post you wrote together was updated. What you agreed to is the same."),
            )


def cancel_change(tx: Tx, env: Env, author_id: int, post_id: int) -> None:
    """Call the open change off: the published version stands. ``no_change`` (409) without one."""
    change = own_change(tx, author_id, post_id)
    _call_off(tx, env, change, find_actor(tx, author_id).uri, why="cancelled")
    post = own_post(tx, author_id, post_id)
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    if any(row.stamp_uri is None for row in rows) and not change.words.get("as_it_stands"):
        ask_again(tx, env, post)


def _call_off(tx: Tx, env: Env, change: Change, by: str, *, why: str) -> None:
    for offer in change_offers(tx, change).values():
        take_back(tx, env, offer, by, why=why)
    changes.set_change(tx, change.id, state="cancelled", decided_at=env.now())
    record(tx, env, object_uri=change.object_uri, actor_uri=by, move="change:cancelled", why=why)


def publish_without(tx: Tx, env: Env, author_id: int, post_id: int) -> bool:
    """Go on with those who agreed to the open change: the others are taken off the post.

    False when somebody has to be waited for: a stamp has to be fetched anew, or the text lost a
    name and co-authors who agreed are asked about it without. It is published right after that.
    """
    change = own_change(tx, author_id, post_id)
    offers = change_offers(tx, change).items()
    missing = [find_actor(tx, target_id) for target_id, offer in offers if not has_agreed(offer)]
    shorten(tx, env, change, missing, why="left out")
    return try_apply(tx, env, change.id, alone=True)


def own_change(tx: Tx, author_id: int, post_id: int) -> Change:
    """The open change of a post of this author: 404 without the post, 409 without a change."""
    post = own_post(tx, author_id, post_id)
    change = changes.open_change(tx, post.uri)
    if change is None:
        raise ServiceError(
            "no_change", 409, "No change of this post waits for consent.", "Begin one: edit it."
        )
    return change
