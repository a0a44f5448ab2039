"""Published posts of one author changed by them: words, marks, pictures, polls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from activitypub.documents.looks import Focal
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import (
    audiences,
    companions,
    correspondence,
    documents,
    polls,
    repeats,
    versions,
)
from fedi_cotweet.services.besides import Besides
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.posts import answered_by, document_of, own_post, save_update
from fedi_cotweet.services.words import Words, check_words
from storage.engine import Tx
from storage.models import Media
from storage.queries import actors, crediting, post_authors, post_media, quotes


@dataclass(frozen=True, slots=True)
class Described:
    """What is said anew of a picture; None stays as it is."""

    media_id: int
    alt: str | None = None
    focal: Focal | None = None


def edit_post(
    tx: Tx,
    env: Env,
    author_id: int,
    post_id: int,
    words: Words,
    described: Sequence[Described] = (),
) -> None:
    """Change an ordinary post of one author. A published co-tweet needs everybody's consent.

    ``words`` is the whole new version: its pictures are those of ``media_ids``, in this order. Its
    audience and what it answers and quotes stay; so does the poll, if ``words`` has none. A poll
    with other options begins anew. To what it says already: nothing happens.

    Refused besides what is refused of new posts: ``needs_consent`` and ``pictures_are_credited``
    (409), ``not_a_poll`` (422).
    """
    post = own_post(tx, author_id, post_id)
    _check_alone(tx, post_id)
    author = actors.actor(tx, author_id)
    if author is None:
        raise not_found("account")
    quote, asked = quotes.quote(tx, post_id), words.poll
    if asked is not None and post.kind != "Question":
        raise ServiceError(
            "not_a_poll", 422, "This post asks nothing.", "Write a new post to ask something."
        )
    words = replace(words, quote=None if quote is None else quote.quoted_uri)
    if words.besides is None and post.name:
        words = replace(words, besides=Besides(name=post.name))
    media = check_words(tx, env, author_id, words, post_id)
    # Before the pictures change, which are a part of it.
    before, voters = versions.present(tx, post), polls.remote_voters(tx, post_id)
    media = _arrange(tx, post_id, media, described)
    held = polls.words_of(tx, post_id)
    if held is not None and media:
        check_words(tx, env, author_id, replace(words, poll=asked or held), post_id)
    words = replace(words, poll=asked or held, visibility=post.visibility)
    mentioned = list(actors.actors(tx, words.body.mentioned).values())
    answered = answered_by(tx, env, author, words, mentioned)
    named = audiences.named_before(tx, post)
    # Whoever wrote to nobody meant themselves, and may go on so.
    audiences.check_addressed(post.visibility, [*mentioned, *answered, *named], to_oneself=True)
    document = document_of(tx, env, author, post_id, words, media, mentioned, answered, named)
    document["published"] = documents.format_time(post.published_at or env.now())
    if repeats.says_already(post.document, document):
        return
    if post.visibility not in audiences.EVERYBODYS:
        people = [actor.id for actor in (*mentioned, *answered)]
        audiences.keep(tx, post_id, post.sort_id, author_id, people)
    if asked is not None:
        polls.ask_anew(tx, post_id, asked)
    save_update(
        tx,
        env,
        post,
        document,
        also=voters,
        before=before,
        content=words.body.html,
        summary=words.summary,
        name=str(document.get("name", "")),
        sensitive=words.marked,
        language=words.language,
    )
    correspondence.add(tx, env, post_id)


def _check_alone(tx: Tx, post_id: int) -> None:
    rows = documents.claimed_rows(post_authors.authors_of(tx, [post_id])[post_id])
    if rows or companions.rows(tx, post_id):
        raise ServiceError(
            "needs_consent",
            409,
            "This post has co-authors: a change needs their consent.",
            say(
                "To ask them: fedi-cotweet edit {post} TEXT    (PUT /api/v1/cotweets/{post})",
                post=str(post_id),
            ),
        )


def _arrange(
    tx: Tx, post_id: int, media: Sequence[Media], described: Sequence[Described]
) -> list[Media]:
    """The pictures of a post become these, in this order, with what is said of them."""
    held = [item.id for item in post_media.media_of(tx, post_ids=[post_id])]
    wanted = [item.id for item in media]
    if held != wanted and crediting.credits_of(tx, [post_id]).get(post_id):
        # A credit stands with the place of a picture: it would come to name somebody else's.
        raise ServiceError(
            "pictures_are_credited",
            409,
            "Somebody is named as who made a picture of this post.",
            say(
                "Take the credit back first: fedi-cotweet uncredit {post} --picture NUMBER",
                post=str(post_id),
            ),
        )
    post_media.remove_media(tx, [number for number in held if number not in wanted])
    said = {entry.media_id: entry for entry in described}
    for position, number in enumerate(wanted):
        values: dict[str, Any] = {"post_id": post_id, "position": position}
        entry = said.get(number)
        if entry is not None and entry.alt is not None:
            values["alt"] = entry.alt
        if entry is not None and entry.focal is not None:
            values["focal_x"], values["focal_y"] = entry.focal
        post_media.change_media(tx, number, **values)
    return post_media.media_of(tx, post_ids=[post_id])
