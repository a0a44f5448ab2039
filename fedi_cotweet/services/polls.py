"""Polls: votes from here and elsewhere, tallies, and the end."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from activitypub.documents.note import NoteView
from activitypub.documents.polls import Vote
from fedi_cotweet.domain.limits import MINUTE, POLL_SHORTEST
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import hiding, timelines
from fedi_cotweet.services.audiences import everybodys, may_see
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.services.events import emit, later, tell
from fedi_cotweet.services.homes import check_at_home
from fedi_cotweet.services.mistaken import no_such_post
from fedi_cotweet.services.unwelcome import unwelcome
from fedi_cotweet.services.views import PollOptionView, PollView
from fedi_cotweet.services.words import PollWords
from storage.engine import Tx
from storage.models import Actor, Poll, Post
from storage.queries import actors, follows, polls, post_authors, posts

COUNTED_EVERY = 3 * MINUTE
"""How often others hear of new votes at most."""
MOST_OPTIONS = 32
"""Of a poll elsewhere that we keep."""


def keep(tx: Tx, post_id: int, poll: PollWords) -> None:
    """Begin the poll of a post written here, or change it while nobody has voted."""
    polls.set_poll(
        tx,
        post_id,
        multiple=poll.multiple,
        options=[{"name": name, "votes": 0} for name in poll.options],
        voters=0,
        ends_at=poll.ends_at,
        closed_at=None,
        hides_totals=poll.hides_totals,
    )


def ask_anew(tx: Tx, post_id: int, poll: PollWords) -> None:
    """Change the poll of a published post: asked otherwise, whoever has voted has not answered."""
    held = words_of(tx, post_id)
    if held is not None and (held.options, held.multiple) == (poll.options, poll.multiple):
        polls.change_poll(
            tx, post_id, ends_at=poll.ends_at, closed_at=None, hides_totals=poll.hides_totals
        )
        return
    polls.remove_poll(tx, post_id)
    keep(tx, post_id, poll)


def words_of(tx: Tx, post_id: int) -> PollWords | None:
    """The poll of a post as its author wrote it."""
    poll = polls.poll(tx, post_id)
    if poll is None:
        return None
    names = tuple(str(option["name"]) for option in poll.options)
    return PollWords(names, poll.multiple, poll.ends_at or 0, poll.hides_totals)


def asked_anew(tx: Tx, env: Env, post_id: int, asked_at: int) -> PollWords | None:
    """The poll of a draft that is offered again: as long as it was when last offered."""
    poll = words_of(tx, post_id)
    if poll is None:
        return None
    return replace(poll, ends_at=env.now() + poll.ends_at - asked_at)


def too_late_to_publish(tx: Tx, env: Env, post: Post) -> bool:
    """Whether the poll of a draft would be over as soon as it is published; its author is told."""
    poll = polls.poll(tx, post.id)
    if poll is None or (poll.ends_at or 0) >= env.now() + POLL_SHORTEST:
        return False
    tell(
        tx,
        env,
        post.author_id,
        "cotweet.poll_over",
        f"{post.uri} {poll.ends_at}",
        post_id=post.id,
        text=say("The poll of your draft is over before everybody agreed. Change it to ask anew."),
    )
    return True


def is_over(poll: Poll, now: int) -> bool:
    """Whether no vote counts any more."""
    return poll.closed_at is not None or (poll.ends_at is not None and poll.ends_at <= now)


def view(poll: Poll, now: int, own: Sequence[int] = ()) -> PollView:
    """A poll as it is shown; ``own`` are the choices of whoever looks."""
    hidden = poll.hides_totals and not is_over(poll, now)
    return PollView(
        options=tuple(
            PollOptionView(str(option["name"]), 0 if hidden else int(option["votes"]))
            for option in poll.options
        ),
        multiple=poll.multiple,
        voters=poll.voters,
        ends_at=poll.ends_at,
        over=is_over(poll, now),
        own=tuple(own),
        hidden=hidden,
    )


def vote(tx: Tx, env: Env, account_id: int, post_id: int, choices: Collection[int]) -> None:
    """Vote, once. ``choices`` are positions from 0.

    Refused: ``not_found``, ``hidden_by_you``, ``own_poll``, ``poll_over``, ``voted_before``,
    ``bad_vote``, ``moved_away``.
    """
    check_at_home(tx, account_id)
    post, poll = posts.post(tx, post_id), polls.poll(tx, post_id)
    if (
        post is None
        or poll is None
        or post.state != "published"
        or not may_see(tx, post, account_id)
    ):
        raise no_such_post(tx, post, account_id, "poll")
    hiding.check_shown(tx, env.now(), account_id, post, "poll")
    chosen = sorted(set(choices))
    if (
        not chosen
        or not all(0 <= choice < len(poll.options) for choice in chosen)
        or (len(chosen) > 1 and not poll.multiple)
    ):
        raise ServiceError(
            "bad_vote",
            422,
            say("Choose one or more of {count} options.", count=len(poll.options))
            if poll.multiple
            else say("Choose one of {count} options.", count=len(poll.options)),
        )
    if account_id in _authors(tx, env, post):
        raise ServiceError("own_poll", 422, "Authors of a poll do not vote in it.")
    if is_over(poll, env.now()):
        raise ServiceError("poll_over", 409, "This poll is over.")
    if polls.votes_of(tx, post_id, account_id):
        raise ServiceError("voted_before", 409, "You have voted in this poll.")
    for choice in chosen:
        polls.add_vote(
            tx, post_id=post_id, actor_id=account_id, choice=choice, created_at=env.now()
        )
    if post.local:
        _count(tx, env, poll)
        return
    # Until their server tells the new count, at least our own vote is in it.
    options = [
        {**option, "votes": int(option["votes"]) + (position in chosen)}
        for position, option in enumerate(poll.options)
    ]
    polls.change_poll(tx, post_id, options=options, voters=poll.voters + 1)
    emit(tx, env, "poll.voted", post_id=post_id, account_id=account_id, choices=chosen)


def receive_vote(tx: Tx, env: Env, cast: Vote, sender: Actor) -> str:
    """A vote from elsewhere in a poll of ours; the reason code of what became of it.

    ``voted``, ``poll_over``, ``no_such_choice``, ``voted_before``, ``own_poll``, ``kept_away``,
    or ``no_poll`` where the note answers something else than a poll of this server.
    """
    post = posts.post_by_uri(tx, cast.question)
    poll = polls.poll(tx, post.id) if post is not None else None
    if post is None or poll is None or not post.local or not may_see(tx, post, sender.id):
        return "no_poll"
    if unwelcome(tx, env, post, sender):
        return "kept_away"
    names = [str(option["name"]) for option in poll.options]
    if cast.name not in names:
        return "no_such_choice"
    if sender.id in _authors(tx, env, post):
        return "own_poll"
    if is_over(poll, env.now()):
        return "poll_over"
    choice = names.index(cast.name)
    # One person, one vote, whatever they send; where several count, each once.
    if not poll.multiple and polls.votes_of(tx, post.id, sender.id):
        return "voted_before"
    if not polls.add_vote(
        tx,
        post_id=post.id,
        actor_id=sender.id,
        choice=choice,
        uri=cast.id,
        created_at=env.now(),
    ):
        return "voted_before"
    _count(tx, env, poll)
    return "voted"


def store_remote(tx: Tx, env: Env, post_id: int, note: NoteView) -> None:
    """The poll of a post elsewhere as its document says. It counts its own votes."""
    if note.kind != "Question" or not note.options:
        if polls.poll(tx, post_id) is not None:
            polls.remove_poll(tx, post_id)
        return
    options = note.options[:MOST_OPTIONS]
    known = polls.poll(tx, post_id)
    if known is not None and [option["name"] for option in known.options] != [
        name for name, _ in options
    ]:
        polls.remove_poll(tx, post_id)  # another question: nobody has answered it yet
    most = max((votes for _, votes in options), default=0)
    ends = [at for at in (note.end_at, note.closed_at) if at is not None]
    polls.set_poll(
        tx,
        post_id,
        multiple=note.multiple,
        options=[{"name": name, "votes": votes} for name, votes in options],
        voters=most if note.voters is None else max(note.voters, most),
        ends_at=min(ends, default=None),
    )


def close_due(tx: Tx, env: Env, limit: int) -> int:
    """End up to ``limit`` polls whose time is over; how many.

    The last count goes out, authors and voters hear of it.
    """
    now = env.now()
    due = polls.due(tx, now, limit)
    for poll in due:
        polls.change_poll(tx, poll.post_id, closed_at=poll.ends_at)
        post = posts.post(tx, poll.post_id)
        if post is None or post.state != "published":
            continue
        if post.local:
            emit(tx, env, "poll.counted", post_id=post.id, at=now)
        elif everybodys(post):
            later(tx, env, "fetch_note", post.uri, delay=COUNTED_EVERY, uri=post.uri)
        authors = follows.local_among(tx, _authors(tx, env, post))
        voters = follows.local_among(tx, polls.voter_ids(tx, post.id))
        for account_id in dict.fromkeys([*authors, *voters]):
            tell(
                tx,
                env,
                account_id,
                "poll",
                post.uri,
                actor_id=post.author_id,
                post_id=post.id,
                text=say("Your poll is over.")
                if account_id in authors
                else say("A poll you voted in is over."),
            )
    return len(due)


def tell_the_count(tx: Tx, env: Env, post_id: int) -> None:
    """Others hear how the votes stand."""
    emit(tx, env, "poll.counted", post_id=post_id, at=env.now())


def remote_voters(tx: Tx, post_id: int) -> tuple[int, ...]:
    """Voters of other servers: they see the count although they may follow nobody."""
    post, people = posts.post(tx, post_id), actors.actors(tx, polls.voter_ids(tx, post_id))
    away = [actor.id for actor in people.values() if not actor.local]
    # Who may not read it any more gets no new words with the count either.
    return tuple(voter for voter in away if post is not None and may_see(tx, post, voter))


def _authors(tx: Tx, env: Env, post: Post) -> list[int]:
    rows = post_authors.authors_of(tx, [post.id])[post.id]
    return timelines.shown_author_ids(post, rows, env.now())


def _count(tx: Tx, env: Env, poll: Poll) -> None:
    counted = polls.tallies(tx, poll.post_id)
    options = [
        {**option, "votes": counted.get(position, 0)}
        for position, option in enumerate(poll.options)
    ]
    voters = len(polls.voter_ids(tx, poll.post_id))
    polls.change_poll(tx, poll.post_id, options=options, voters=voters)
    later(tx, env, "count_poll", str(poll.post_id), delay=COUNTED_EVERY, post_id=poll.post_id)
