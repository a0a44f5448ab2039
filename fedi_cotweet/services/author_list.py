"""Who is an author: adding, replacing and removing co-authors, of drafts and of published posts."""

from __future__ import annotations

import orjson

from activitypub.coauthorship.roles import AUTHOR
from fedi_cotweet.domain.consent import Move
from fedi_cotweet.services import (
    applying,
    changes,
    companions,
    documents,
    draft_authors,
    messages,
    publishing,
    standing,
    unnaming,
)
from fedi_cotweet.services.accounts import find_actor
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.mistaken import not_named, not_theirs
from fedi_cotweet.services.offers import current_offers, take_off
from fedi_cotweet.services.posts import rewrite
from fedi_cotweet.services.shortening import named_in
from fedi_cotweet.services.words import present_words
from storage.engine import Tx
from storage.models import Actor, Post
from storage.queries import changes as changes_stored
from storage.queries import post_authors, posts


def add(
    tx: Tx,
    env: Env,
    author_id: int,
    post_id: int,
    person: Actor,
    *,
    replaces: Actor | None = None,
    again: bool = False,
    by_message: bool = False,
    role: str = AUTHOR,
) -> None:
    """Invite one more co-author, or one in the place of another; everybody is asked anew.

    Of a published post this is a change for all (FEP-af48, Changes); of a draft all Offers are
    replaced. ``again``: also if they once said no and the content has changed since (C15).
    ``by_message``: if their server knows nothing of co-authors, they are asked by message.
    ``role``: what they did.
    """
    post = own_cotweet(tx, author_id, post_id)
    if post.state == "draft":
        draft_authors.add(
            tx,
            env,
            author_id,
            post_id,
            person,
            replaces=replaces,
            again=again,
            by_message=by_message,
            role=role,
        )
        return
    named = changes.co_authors_of(tx, post)
    beside = companions.people(tx, post.id)
    if any(actor.id == person.id for actor in (*named, *beside)):
        raise ServiceError("author_twice", 422, "A co-author is named twice.")
    words = present_words(tx, post, named)
    wanted = beside if person.can_co_author is None else named
    if replaces is None:
        wanted.append(person)
    else:
        _replace(tx, post, named, beside, wanted, person, replaces)
    changes.offer_change(
        tx,
        env,
        author_id,
        post_id,
        words,
        authors=named,
        beside=beside,
        again=again,
        by_message=by_message,
        roles={person.uri: role},
    )


def _replace(
    tx: Tx,
    post: Post,
    named: list[Actor],
    beside: list[Actor],
    wanted: list[Actor],
    person: Actor,
    replaces: Actor,
) -> None:
    """In the same place, or at the end of those who are named in the other way."""
    for people in (named, beside):
        for position, actor in enumerate(people):
            if actor.id == replaces.id:
                del people[position]
                wanted.insert(position if people is wanted else len(wanted), person)
                return
    raise not_named(tx, post, replaces)


def remove(tx: Tx, env: Env, author_id: int, post_id: int, person: Actor) -> None:
    """Take a co-author off (C36): at once and everywhere from a published post.

    From a draft: their invite is taken back; and if they had said no, it is not waited for them
    any more.
    """
    post = own_cotweet(tx, author_id, post_id)
    if post.state == "draft":
        publishing.go_on_without(tx, env, author_id, post_id, person)
        return
    row = post_authors.post_author(tx, post.id, person.uri)
    if row is None or row not in documents.claimed_rows([row]):
        _remove_from_change(tx, env, post, person)
        return
    author = find_actor(tx, author_id)
    offer = current_offers(tx, post).get(person.id)
    if row.via == "message" and offer is not None:
        if unnaming.take_off(tx, env, offer, person, Move.REMOVE):
            messages.send_word(tx, env, offer, "removed")
        return
    if offer is not None:
        take_off(tx, env, offer, author.uri)
    post_authors.remove_author(tx, post.id, person.uri)
    document = documents.without_mention(orjson.loads(post.document), person.uri)
    rewrite(tx, env, post, document, also=() if person.local else (person.id,))
    kept = [actor.uri for actor in changes.co_authors_of(tx, post)]
    standing.no_longer_named(tx, env, post.uri, kept)
    applying.not_in_change(tx, env, post, person, why="removed")


def _remove_from_change(tx: Tx, env: Env, post: Post, person: Actor) -> None:
    """Somebody who was to be added by the open change is not asked any more."""
    change = changes_stored.open_change(tx, post.uri)
    if change is None or person.uri not in named_in(change):
        raise not_named(tx, post, person)
    applying.not_in_change(tx, env, post, person, why="removed")


def own_cotweet(tx: Tx, author_id: int, post_id: int) -> Post:
    """A draft or published post of this author (else as ``not_theirs`` says)."""
    post = posts.post(tx, post_id)
    if post is None or post.author_id != author_id or post.state not in ("draft", "published"):
        raise not_theirs(tx, post, author_id, "co-tweet")
    return post
