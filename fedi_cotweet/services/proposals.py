"""What a co-author proposes to the primary author: another text (C16, C37), or to delete (C36).

A proposal changes nothing by itself. Taken over, an edit becomes the primary author's own edit,
for which everybody is asked for consent.
"""

from __future__ import annotations

from typing import Any, Final

from activitypub.coauthorship.proposals import Proposal
from activitypub.documents.note import TagView
from activitypub.html import to_text
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.languages.wording import mark, say
from fedi_cotweet.services import changes, drafts, posts, proposed_words
from fedi_cotweet.services.circles import Circle, circle, own_circle
from fedi_cotweet.services.composing import Composed
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.proposal_endings import NO_AUTHOR, still_author
from fedi_cotweet.services.words import Words, marked_apart
from storage.engine import Tx
from storage.models import Actor, Change, Post
from storage.queries import actors, consents, post_media
from storage.queries import changes as change_queries
from storage.queries import posts as post_queries

MOST_OPEN = 3
MOST_A_DAY = 20
LONGEST_COMMENT = 500
MOST_LOOK_UPS = 10


def propose(tx: Tx, env: Env, account_id: int, number: int, words: Words, comment: str = "") -> int:
    """Propose another text of a co-tweet, draft or published, to its primary author; the id.

    ``number`` is the id of the post here or of the invitation. Refusals: 404, ``empty_post`` (422),
    ``nothing_changed`` and ``own_post`` (409), ``too_many_proposals`` (429).
    """
    around = own_circle(tx, env, account_id, number)
    if not words.body.html:
        raise ServiceError("empty_post", 422, "The post is empty.", "Write something.")
    proposed_words.check_new(around, words)
    tags = [{"type": tag.kind, "name": tag.name, "href": tag.href} for tag in words.body.tags]
    said: dict[str, Any] = {
        "content": words.body.html,
        "summary": words.summary,
        "language": words.language,
        "tags": tags,
    }
    return _propose(tx, env, account_id, around, "edit", said, comment)


def ask_for_deletion(tx: Tx, env: Env, account_id: int, number: int, comment: str = "") -> int:
    """Ask the primary author to delete a published co-tweet; the id of the request (C36)."""
    around = own_circle(tx, env, account_id, number)
    if not around.published:
        raise ServiceError(
            "not_published",
            409,
            "This is a draft: there is nothing to delete yet.",
            "Decline the invitation, or leave if you have agreed.",
        )
    return _propose(tx, env, account_id, around, "delete", {}, comment)


def _propose(
    tx: Tx,
    env: Env,
    account_id: int,
    around: Circle,
    kind: str,
    words: dict[str, Any],
    comment: str,
) -> int:
    me = _person(tx, account_id)
    if me.uri == around.primary:
        raise ServiceError(
            "own_post",
            409,
            "You are the primary author: nobody else has to agree to a proposal of yours.",
            "Edit or delete the post.",
        )
    if _too_many(tx, env, account_id, around.object_uri):
        raise ServiceError(
            "too_many_proposals",
            429,
            say(
                "At most {most} proposals wait for an answer, and {a_day} are made a day.",
                most=MOST_OPEN,
                a_day=MOST_A_DAY,
            ),
            "Withdraw one, or wait.",
        )
    change_id = env.new_id()
    uri = env.addresses.offer(me.username, env.token())
    _keep(tx, env, change_id, uri, around, me.id, kind, words, comment[:LONGEST_COMMENT])
    primary = actors.actor_by_uri(tx, around.primary)
    if primary is not None and primary.local:
        _tell_primary(tx, env, primary.id, me, change_id, kind, around.post)
    emit(tx, env, "proposal.made", change_id=change_id)
    return change_id


def _too_many(tx: Tx, env: Env, by_id: int, object_uri: str) -> bool:
    return (
        change_queries.count_proposed(tx, by_id, object_uri) >= MOST_OPEN
        or change_queries.count_proposals_by(tx, by_id, env.now() - DAY) >= MOST_A_DAY
    )


def _keep(
    tx: Tx,
    env: Env,
    change_id: int,
    uri: str,
    around: Circle,
    by_id: int,
    kind: str,
    words: dict[str, Any],
    comment: str,
) -> None:
    change_queries.add_change(
        tx,
        id=change_id,
        uri=uri,
        object_uri=around.object_uri,
        post_id=around.post.id if around.post is not None else None,
        by_id=by_id,
        kind=kind,
        state="proposed",
        words=words,
        comment=comment,
        created_at=env.now(),
    )


def _tell_primary(
    tx: Tx, env: Env, account_id: int, by: Actor, change_id: int, kind: str, post: Post | None
) -> None:
    tell(
        tx,
        env,
        account_id,
        "cotweet.proposal" if kind == "edit" else "cotweet.deletion_asked",
        str(change_id),
        actor_id=by.id,
        post_id=post.id if post is not None else None,
        text=say("{who} proposes another text for your post.", who=f"@{by.username}@{by.host}")
        if kind == "edit"
        else say("{who} asks that you delete your post.", who=f"@{by.username}@{by.host}"),
    )


def receive_proposal(tx: Tx, env: Env, wish: Proposal, sender: Actor) -> str:
    """A proposal came. Kept if its sender is an author of a post or draft of its target's.

    All others are told nothing, not even that there is such a draft.
    """
    post = post_queries.post_by_uri(tx, wish.object_id)
    if post is None or not post.local:
        return "not_an_author"
    around = circle(tx, env, post.uri, post.author_id)
    if around is None or around.primary != wish.target or sender.uri not in around.authors[1:]:
        return "not_an_author"
    if change_queries.change_by_uri(tx, wish.id) is not None:
        return "repeated"
    if consents.withdrawn(tx, wish.id, sender.uri) is not None:
        return "withdrawn_before"
    if wish.kind == "delete" and not around.published:
        return "not_published"
    if len(wish.content) > env.limits.post_characters * 8:
        return "too_long"
    if _too_many(tx, env, sender.id, post.uri):
        return "over_limit"
    words: dict[str, Any] = {}
    if wish.kind == "edit":
        words = {
            "content": wish.content,
            "summary": to_text(wish.summary)[:500],
            "language": wish.language,
            "tags": [{"type": t.kind, "name": t.name, "href": t.href} for t in wish.tags],
        }
        if proposed_words.is_said_already(around, post, words):
            return "nothing_changed"
        _get_to_know(tx, env, wish)
    change_id = env.new_id()
    comment = to_text(wish.comment)[:LONGEST_COMMENT]
    _keep(tx, env, change_id, wish.id, around, sender.id, wish.kind, words, comment)
    _tell_primary(tx, env, post.author_id, sender, change_id, wish.kind, post)
    return "proposed"


def _get_to_know(tx: Tx, env: Env, wish: Proposal) -> None:
    """Whoever the new text mentions is to be addressed, if it is taken over."""
    mentioned = [tag.href for tag in wish.tags if tag.kind == "Mention" and tag.href]
    known = actors.actors_by_uri(tx, mentioned)
    for uri in [uri for uri in dict.fromkeys(mentioned) if uri not in known][:MOST_LOOK_UPS]:
        later(tx, env, "fetch_actor", uri, uri=uri)


def take(tx: Tx, env: Env, account_id: int, change_id: int) -> None:
    """The primary author does what was proposed: one step, whatever it is."""
    change, post = _asked(tx, account_id, change_id)
    if not still_author(tx, env, change, post):
        raise ServiceError("proposal_over", 409, NO_AUTHOR)
    if change.kind == "delete":
        posts.delete_post(tx, env, account_id, post.id)
    else:
        _edit(tx, env, account_id, post, change)
    _decide(tx, env, change, "applied")


def _edit(tx: Tx, env: Env, account_id: int, post: Post, change: Change) -> None:
    tags = tuple(TagView(t["type"], t["href"], t["name"]) for t in change.words.get("tags", ()))
    mentioned = actors.actors_by_uri(
        tx, [tag.href for tag in tags if tag.kind == "Mention" and tag.href]
    )
    body = Composed(
        html=str(change.words["content"]),
        tags=tags,
        mentioned=tuple(actor.id for actor in mentioned.values()),
    )
    media = post_media.media_of(tx, post_ids=[post.id])
    words = Words(
        body=body,
        summary=str(change.words.get("summary") or ""),
        language=change.words.get("language"),
        visibility=post.visibility,
        in_reply_to=post.in_reply_to_uri,
        media_ids=tuple(item.id for item in media),
        sensitive=marked_apart(post),
    )
    if post.state == "draft":
        drafts.edit_draft(tx, env, account_id, post.id, words)
    else:
        changes.offer_change(tx, env, account_id, post.id, words)


def decline(tx: Tx, env: Env, account_id: int, change_id: int, reason: str = "") -> None:
    """The primary author leaves everything as it is; the reason, if any, goes to who proposed."""
    change, _ = _asked(tx, account_id, change_id)
    _decide(tx, env, change, "declined", reason[:LONGEST_COMMENT])


def withdraw(tx: Tx, env: Env, account_id: int, change_id: int) -> None:
    """Whoever proposed it takes it back."""
    change = change_queries.change_by_id(tx, change_id)
    if change is None or change.uri is None or change.by_id != account_id:
        raise not_found("proposal")
    _open(change)
    change_queries.set_change(tx, change.id, state="cancelled", decided_at=env.now())
    emit(tx, env, "proposal.withdrawn", change_id=change.id)


def _asked(tx: Tx, account_id: int, change_id: int) -> tuple[Change, Post]:
    """An open proposal to this person about a post of theirs, or 404, or ``proposal_over``."""
    change = change_queries.change_by_id(tx, change_id)
    post = post_queries.post_by_uri(tx, change.object_uri) if change is not None else None
    if change is None or change.uri is None or post is None or post.author_id != account_id:
        raise not_found("proposal")
    if not post.local or post.state not in ("draft", "published"):
        raise not_found("proposal")
    _open(change)
    return change, post


_OVER: Final = {
    "applied": mark("This proposal is applied already."),
    "cancelled": mark("This proposal is cancelled already."),
    "declined": mark("This proposal is declined already."),
}


def _open(change: Change) -> None:
    if change.state != "proposed":
        raise ServiceError("proposal_over", 409, _OVER[change.state], "Make a new one.")


def _decide(tx: Tx, env: Env, change: Change, state: str, reason: str = "") -> None:
    change_queries.set_change(tx, change.id, state=state, decided_at=env.now(), reason=reason)
    by = actors.actor(tx, change.by_id)
    if by is not None and by.local:
        _tell_proposer(tx, env, change, state, reason)
    emit(tx, env, "proposal.answered", change_id=change.id)


def _decided(kind: str, state: str, reason: str) -> str:
    match kind == "edit", state == "applied":
        case True, True:
            return say("Your proposal was taken over.")
        case False, True:
            return say("Your wish to delete a post was taken over.")
        case True, False if reason:
            return say("Your proposal was declined: {reason}", reason=reason)
        case False, False if reason:
            return say("Your wish to delete a post was declined: {reason}", reason=reason)
        case True, _:
            return say("Your proposal was declined.")
    return say("Your wish to delete a post was declined.")


def _tell_proposer(tx: Tx, env: Env, change: Change, state: str, reason: str) -> None:
    tell(
        tx,
        env,
        change.by_id,
        f"cotweet.proposal_{state}",
        str(change.id),
        post_id=change.post_id,
        text=_decided(change.kind, state, reason),
    )


def receive_answer(
    tx: Tx, env: Env, uri: str, sender: Actor, *, accepted: bool, reason: str = ""
) -> str | None:
    """The primary author answered a proposal that was made here; None if it is about none."""
    change = change_queries.change_by_uri(tx, uri)
    by = actors.actor(tx, change.by_id) if change is not None else None
    if change is None or by is None or not by.local:
        return None
    received = consents.offers_for_object(tx, change.object_uri, "received")
    if sender.id not in {offer.sender_id for offer in received if offer.target_id == by.id}:
        return "not_the_primary_author"
    if change.state != "proposed":
        return "kept"
    state = "applied" if accepted else "declined"
    reason = reason[:LONGEST_COMMENT]
    change_queries.set_change(tx, change.id, state=state, decided_at=env.now(), reason=reason)
    if accepted or circle(tx, env, change.object_uri, by.id) is not None:
        _tell_proposer(tx, env, change, state, reason)
    return f"proposal_{state}"


def receive_withdrawal(tx: Tx, env: Env, uri: str, sender: Actor) -> str | None:
    """Whoever proposed something took it back; None if it was no proposal."""
    change = change_queries.change_by_uri(tx, uri)
    if change is None:
        return None
    if change.by_id != sender.id:
        return "not_the_sender"
    if change.state != "proposed":
        return "kept"
    change_queries.set_change(tx, change.id, state="cancelled", decided_at=env.now())
    return "proposal_withdrawn"


def _person(tx: Tx, account_id: int) -> Actor:
    found = actors.actor(tx, account_id)
    if found is None:
        raise not_found("account")
    return found
