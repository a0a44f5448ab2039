"""A name that was agreed to by message goes off a published post of ours."""

from __future__ import annotations

from typing import Any

import orjson

from fedi_cotweet.domain.consent import ConsentState, Move, Moved
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import applying, changes, companions, documents, timelines
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later, tell
from fedi_cotweet.services.messages import resting_on, send_word
from fedi_cotweet.services.offers import apply_move
from fedi_cotweet.services.posts import digest_of, save_update
from storage.engine import Tx
from storage.models import Actor, Offer, Post
from storage.queries import changes as stored_changes
from storage.queries import messages, post_authors, posts

_ASKED = (ConsentState.OFFERED.value, ConsentState.ACCEPTED.value)


def take_off(tx: Tx, env: Env, offer: Offer, person: Actor, what: Move, **detail: Any) -> bool:
    """Take a name off at once, ``offer`` being that by which it stands; whether it was there.

    It stands in the text, so co-authors' consent to the text with it is void: their names go off
    too, and they are asked about the text without it. A question about a change ends with it.
    """
    post = posts.post(tx, offer.post_id) if offer.post_id is not None else None
    if post is None or post.state != "published":
        return False
    if not isinstance(apply_move(tx, env, offer, what, person.uri, **detail), Moved):
        return False
    for asked in messages.offers_by_message(tx, post.uri, person.id):
        if asked.id != offer.id and asked.state in _ASKED:
            apply_move(tx, env, asked, Move.WITHDRAW, person.uri, why=what.value)
    _unname(tx, env, post, person)
    if what is Move.LEAVE:
        who = f"@{person.username}@{person.host}"
        tell(
            tx,
            env,
            post.author_id,
            "cotweet.left",
            f"{post.uri} {person.uri}",
            actor_id=person.id,
            post_id=post.id,
            text=say("{who} took their name off your post.", who=who),
        )
    return True


def _unname(tx: Tx, env: Env, post: Post, person: Actor) -> None:
    """The next version of a published post, without somebody who was named with its authors."""
    row = post_authors.post_author(tx, post.id, person.uri)
    if row is None or row.via != "message":
        return
    rest = companions.people(tx, post.id, but=person.id)
    post_authors.set_author(
        tx, post.id, person.uri, position=row.position, state="revoked", next_check_at=None
    )
    for other in companions.rows(tx, post.id):
        # What they said in public was about the text with the name in it.
        post_authors.set_author(
            tx,
            post.id,
            other.actor_uri,
            position=other.position,
            state=other.state,
            stamp_uri=None,
            stamp_document=None,
            next_check_at=None,
        )
    _void_stamps(tx, post)
    document = companions.without(orjson.loads(post.document), person, rest, post.language)
    save_update(tx, env, post, dict(document), content=document["content"])
    current = posts.post(tx, post.id) or post
    posts.change_post(tx, post.id, digest=digest_of(tx, current))
    for other_person in rest:
        held = resting_on(tx, post.uri, other_person.id)
        if held is not None:
            # Consent to be named with more people is consent to fewer.
            send_word(
                tx,
                env,
                held,
                "shortened",
                about=f"{person.uri} {current.updated_at}",
                person=person,
            )
    _ask_co_authors(tx, env, post, person)


def _void_stamps(tx: Tx, post: Post) -> None:
    """Co-authors agreed to the text with the name in it: they are shown for no other."""
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    for row in rows:
        post_authors.set_author(
            tx,
            post.id,
            row.actor_uri,
            position=row.position,
            state="stale",
            # Listed, its deletion for the mismatch, which is due, would count as leaving.
            stamp_uri=None,
            stamp_document=None,
            next_check_at=None,
        )


def _ask_co_authors(tx: Tx, env: Env, post: Post, person: Actor) -> None:
    """Ask them about the text without it; in the change that is open, if there is one."""
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post.id])[post.id])
    if stored_changes.open_change(tx, post.uri) is not None:
        applying.not_in_change(tx, env, post, person, why="left")
    elif rows:
        changes.ask_again(tx, env, posts.post(tx, post.id) or post)
    if not rows:
        return
    timelines.refresh(tx, post.id, env.now())
    later(tx, env, "verify_post", str(post.id), post_id=post.id)
    tell(
        tx,
        env,
        post.author_id,
        "cotweet.stale",
        f"{post.uri} {person.uri}",
        actor_id=person.id,
        post_id=post.id,
        text=say(
            "Without {who} the text of your post is another one: its co-authors have been asked"
            " about it, and are not shown until they agree.",
            who=f"@{person.username}@{person.host}",
        ),
    )
