"""The private thread on a draft, among those who are to be its authors (C16)."""

from __future__ import annotations

from activitypub.coauthorship.discussion import Comment
from activitypub.html import sanitise, to_text
from fedi_cotweet.domain.limits import CLOCK_DIFFERENCE, DAY
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services.circles import Circle, circle, own_circle
from fedi_cotweet.services.composing import compose
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, tell
from fedi_cotweet.services.people import author_view
from fedi_cotweet.services.talk_views import CommentView
from storage.engine import Tx
from storage.models import Actor
from storage.queries import actors, consents, discussion, posts

LONGEST = 2_000
MOST_ON_A_DRAFT = 500
MOST_A_DAY = 200


def comment(tx: Tx, env: Env, account_id: int, number: int, text: str) -> int:
    """Say something about a draft to its other authors; the id of the remark.

    ``number`` is the id of the draft or of the invitation to it.
    """
    around = own_circle(tx, env, account_id, number)
    me = _person(tx, account_id)
    said = text.strip()
    if not said:
        raise ServiceError("empty_comment", 422, "The comment is empty.", "Write something.")
    if len(said) > LONGEST:
        raise ServiceError(
            "comment_too_long",
            422,
            "The comment is too long.",
            say("At most {most} characters.", most=LONGEST),
        )
    if around.published:
        raise ServiceError(
            "discussion_over",
            409,
            "The post is published: its draft is not discussed any more.",
            "Propose a change instead.",
        )
    if len(around.authors) < 2:
        raise ServiceError("nobody_to_tell", 409, "Nobody else takes part in this draft now.")
    if too_many(tx, env, around.object_uri, account_id):
        raise ServiceError(
            "too_many_comments",
            429,
            say(
                "A draft has at most {most} comments, and a person writes {a_day} a day.",
                most=MOST_ON_A_DRAFT,
                a_day=MOST_A_DAY,
            ),
            "Wait until tomorrow, or talk elsewhere.",
        )
    comment_id = env.new_id()
    uri = f"{me.uri}/comments/{env.token()}"
    content = compose(said, {}, env.addresses.base).html
    _keep(tx, env, comment_id, uri, around.object_uri, me.id, content)
    for reader in actors.actors_by_uri(tx, around.authors).values():
        if reader.local and reader.id != account_id:
            _tell(tx, env, reader.id, me, around, uri)
    emit(tx, env, "comment.made", comment_id=comment_id)
    return comment_id


def _keep(
    tx: Tx, env: Env, comment_id: int, uri: str, object_uri: str, actor_id: int, content: str
) -> bool:
    return discussion.add_comment(
        tx,
        id=comment_id,
        uri=uri,
        object_uri=object_uri,
        actor_id=actor_id,
        content=content,
        created_at=env.now(),
    )


def too_many(tx: Tx, env: Env, object_uri: str, actor_id: int, *, by_message: bool = False) -> bool:
    """Whether there is no room for a remark of this person's on this draft now.

    ``by_message``: it is an answer to a question by message. Those fill half a draft's room at
    most, so that a flood of them does not silence its authors.
    """
    room = MOST_ON_A_DRAFT // 2 if by_message else MOST_ON_A_DRAFT
    return (
        discussion.count_comments_on(tx, object_uri) >= room
        or discussion.count_comments_by(tx, actor_id, env.now() - DAY) >= MOST_A_DAY
    )


def _tell(tx: Tx, env: Env, account_id: int, by: Actor, around: Circle, uri: str) -> None:
    mine = circle(tx, env, around.object_uri, account_id)
    tell(
        tx,
        env,
        account_id,
        "cotweet.comment",
        uri,
        actor_id=by.id,
        post_id=mine.post.id if mine is not None and mine.post is not None else None,
        offer_id=mine.offer.id if mine is not None and mine.offer is not None else None,
        text=say("{who} wrote about the draft you share.", who=f"@{by.username}@{by.host}"),
    )


def concerns_draft(tx: Tx, object_uri: str) -> bool:
    """Whether private notes about this object are remarks on a draft, or nothing at all."""
    post = posts.post_by_uri(tx, object_uri)
    if post is not None and (post.local or post.published_at is not None):
        return post.published_at is None
    return bool(consents.offers_for_object(tx, object_uri, "received"))


def readers(tx: Tx, env: Env, remark: Comment, sender: Actor) -> list[tuple[Actor, Circle]]:
    """Who here is to read a remark: whoever is in one circle with its sender, if nobody outside
    of it is to read it too.

    Until shortly after publication, while remarks may be on their way; later a private note to an
    author is an ordinary answer.
    """
    found = []
    for reader in actors.actors_by_uri(tx, remark.to).values():
        around = circle(tx, env, remark.object_id, reader.id) if reader.local else None
        if around is None or sender.uri not in around.authors or not around.named >= {*remark.to}:
            continue
        if around.published and env.now() > (around.published_at or 0) + CLOCK_DIFFERENCE:
            continue
        found.append((reader, around))
    return found


def receive_comment(tx: Tx, env: Env, remark: Comment, sender: Actor) -> str:
    """A remark came. Taken if its sender and somebody it is for belong to one circle here.

    Everything else has no effect and tells nobody anything: a stranger who guessed the draft's id,
    somebody who is not invited any more, a remark that others are to read too.
    """
    if discussion.comment_by_uri(tx, remark.id) is not None:
        return "repeated"
    if posts.buried(tx, remark.id, sender.uri) is not None:
        return "deleted_before"
    found = readers(tx, env, remark, sender)
    if not found:
        return "not_in_the_circle"
    if too_many(tx, env, remark.object_id, sender.id):
        return "over_limit"
    content = sanitise(remark.content)
    _keep(tx, env, env.new_id(), remark.id, remark.object_id, sender.id, content)
    for reader, around in found:
        _tell(tx, env, reader.id, sender, around, remark.id)
    return "commented"


def delete_comment(tx: Tx, env: Env, account_id: int, comment_id: int) -> None:
    """Take one's own remark back; whoever got it is told."""
    held = discussion.comment(tx, comment_id)
    if held is None or held.actor_id != account_id or held.deleted_at is not None:
        raise not_found("comment")
    discussion.change_comment(tx, held.id, deleted_at=env.now(), content="")
    emit(tx, env, "comment.deleted", comment_id=held.id)


def receive_deletion(tx: Tx, env: Env, uri: str, sender: Actor) -> bool:
    """Whether this was a remark of the sender's, which is gone now."""
    held = discussion.comment_by_uri(tx, uri)
    if held is None or held.actor_id != sender.id:
        return False
    if held.deleted_at is None:
        discussion.change_comment(tx, held.id, deleted_at=env.now(), content="")
    return True


def thread(tx: Tx, env: Env, account_id: int, number: int) -> list[CommentView]:
    """What was said about a draft, oldest first, for one of its authors; 404 for all others."""
    around = own_circle(tx, env, account_id, number)
    found = discussion.comments_on(tx, around.object_uri, MOST_ON_A_DRAFT)
    people = actors.actors(tx, [row.actor_id for row in found])
    return [
        CommentView(
            id=str(row.id),
            author=author_view(env, people[row.actor_id]),
            content=row.content,
            text=to_text(row.content),
            created_at=row.created_at,
            mine=row.actor_id == account_id,
        )
        for row in found
        if row.created_at >= around.since
    ]


def _person(tx: Tx, account_id: int) -> Actor:
    found = actors.actor(tx, account_id)
    if found is None:
        raise not_found("account")
    return found
