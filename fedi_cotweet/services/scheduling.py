"""Posts of one author that are published at a time they chose.

What they say is made ready when they are written: at their time nobody is asked for anything.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

import structlog

from activitypub.documents.note import TagView
from fedi_cotweet.domain.limits import DAY, MINUTE
from fedi_cotweet.languages.wording import say
from fedi_cotweet.services import posts, quotable
from fedi_cotweet.services.composing import Composed
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.errors import ServiceError, not_found
from fedi_cotweet.services.homes import check_at_home
from fedi_cotweet.services.words import PollWords, Words, check_words
from storage.engine import Tx
from storage.models import ScheduledPost
from storage.queries import actors, idempotency, scheduled

SOONEST: Final = 5 * MINUTE
LATEST: Final = 3_650 * DAY
MOST: Final = 300
MOST_A_DAY: Final = 25

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.scheduling")


def schedule(
    tx: Tx,
    env: Env,
    account_id: int,
    words: Words,
    publish_at: int,
    *,
    asked: dict[str, Any],
    key: str = "",
) -> int:
    """Keep a post until its time; its id, which the published post will not have.

    ``asked`` is kept as it is, for whoever made it; ``key`` a digest of their ``Idempotency-Key``.
    Refused: what is refused of new posts, and ``bad_time``, ``too_many_scheduled`` (422).
    """
    check_at_home(tx, account_id)
    _check_time(tx, env, account_id, publish_at)
    check_words(tx, env, account_id, words)
    if words.quote is not None:
        quotable.check_may_quote(words.visibility)
        quotable.check_quotable(tx, env, account_id, words.quote)
    number = env.new_id()
    scheduled.add(
        tx,
        id=number,
        account_id=account_id,
        publish_at=publish_at,
        words=_kept(words, env.now()),
        asked=asked,
        key=key,
        failure="",
    )
    return number


def own(tx: Tx, account_id: int, number: int) -> ScheduledPost:
    """One of somebody's, or ``not_found`` (404)."""
    held = scheduled.own(tx, account_id, number)
    if held is None:
        raise not_found("scheduled post")
    return held


def postpone(tx: Tx, env: Env, account_id: int, number: int, publish_at: int) -> ScheduledPost:
    """Another time for one; one that could not be published is tried again then."""
    held = own(tx, account_id, number)
    if held.publish_at != publish_at:
        _check_time(tx, env, account_id, publish_at, but=held)
    scheduled.change(tx, held.id, publish_at=publish_at, failure="")
    return own(tx, account_id, number)


def cancel(tx: Tx, account_id: int, number: int) -> None:
    """It is never published."""
    scheduled.remove(tx, own(tx, account_id, number).id)


def publish_due(tx: Tx, env: Env, limit: int) -> int:
    """Publish those whose time has come, each once; how many were looked at.

    What cannot be published any more, since its picture is used elsewhere or its author moved away
    or was shut out, stays with the reason, and its author may choose another time or give it up.
    """
    due = scheduled.due(tx, env.now(), limit)
    for held in due:
        account, author = actors.account_of(tx, held.account_id), actors.actor(tx, held.account_id)
        if account is None or author is None or author.suspended_at or author.gone_at:
            scheduled.change(tx, held.id, failure="This account publishes nothing.")
            continue
        try:
            words = _words(held.words, env.now())
            made = posts.create_post(tx, env, held.account_id, words, to_oneself=True)
        except ServiceError as error:
            # Every check comes before the first row is written.
            log.info("scheduled_post_refused", id=held.id, code=error.code)
            scheduled.change(tx, held.id, failure=error.safe)
            continue
        if held.key:
            # A repeat of the request that made it gets the post.
            idempotency.remember(tx, held.account_id, held.key, made, env.now())
        scheduled.remove(tx, held.id)
    return len(due)


def _check_time(
    tx: Tx, env: Env, account_id: int, publish_at: int, *, but: ScheduledPost | None = None
) -> None:
    now = env.now()
    if not now + SOONEST <= publish_at <= now + LATEST:
        raise ServiceError(
            "bad_time", 422, "A post is scheduled for a time at least five minutes from now."
        )
    day = publish_at - publish_at % DAY
    others = scheduled.count(tx, account_id, day, day + DAY)
    if but is not None and day <= but.publish_at < day + DAY:
        others -= 1
    if others >= MOST_A_DAY:
        raise ServiceError(
            "too_many_scheduled",
            422,
            say("At most {most} posts are scheduled for one day.", most=MOST_A_DAY),
        )
    if but is None and scheduled.count(tx, account_id, 0, 2**62) >= MOST:
        raise ServiceError(
            "too_many_scheduled",
            422,
            say("At most {most} posts of one person are scheduled.", most=MOST),
        )


def _kept(words: Words, now: int) -> dict[str, Any]:
    """As JSON. A poll lasts as long from its publication as it would from now."""
    poll = words.poll
    return asdict(words) | {
        "poll": None if poll is None else asdict(poll) | {"ends_at": poll.ends_at - now}
    }


def _words(kept: dict[str, Any], now: int) -> Words:
    body, poll = kept["body"], kept["poll"]
    tags = tuple(TagView(**tag) for tag in body["tags"])
    made = Words(
        **{
            **kept,
            "body": Composed(body["html"], tags, tuple(body["mentioned"])),
            "media_ids": tuple(kept["media_ids"]),
            "blind": tuple(kept["blind"]),
            "poll": None,
        }
    )
    if poll is None:
        return made
    asked = PollWords(
        **{**poll, "options": tuple(poll["options"]), "ends_at": now + poll["ends_at"]}
    )
    return replace(made, poll=asked)
