"""What time alone makes due, one bounded batch at a time.

After days of downtime there may be thousands of rows. What needs the network is only begun while
few jobs wait: other servers see a steady trickle and no storm.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fedi_cotweet.domain.limits import AWARENESS_FRESH_FOR, DAY, IDEMPOTENT_FOR, STAMP_UNUSED_FOR
from fedi_cotweet.services import (
    answers,
    crediting,
    inboxes,
    leaving,
    link_cards,
    polls,
    pruning,
    publishing,
    quotes,
    reminders,
    returning,
    scheduling,
    sign_up_links,
    sign_ups,
    streams,
    verification,
)
from fedi_cotweet.services.env import Env
from fedi_cotweet.services.events import later
from fedi_cotweet.services.pushing import EXPIRES_AFTER
from fedi_cotweet.services.tokens import OVER_KEPT
from storage.engine import Tx
from storage.queries import (
    actors,
    archives,
    cards,
    consents,
    crawls,
    idempotency,
    jobs,
    oauth,
    post_authors,
    pushes,
    sessions,
    space,
)
from storage.queries import posts as post_queries
from storage.queries import sign_up_links as links
from storage.queries import sign_ups as waiting

BATCH: Final = 100
MOST_WAITING: Final = 200
"""With so many jobs due, no further looks at stamps are begun."""

PAGES: Final = 256
"""So many pages of 4 KiB of a SQLite file are given back in one transaction: a few milliseconds."""
PAGES_KEPT: Final = 1024
"""So many empty ones stay: a file that shrinks and grows all the time gains nothing."""

Step = Callable[[Tx, Env], bool]
"""Does one batch; True when there may be more."""


def expire(tx: Tx, env: Env) -> bool:
    """Unanswered invitations whose time is over."""
    due = consents.offers_to_expire(tx, env.now(), BATCH)
    for offer in due:
        answers.expire(tx, env, offer)
    return len(due) == BATCH


def lapse(tx: Tx, env: Env) -> bool:
    """Consent that was given long ago to what was never published."""
    due = consents.offers_to_lapse(tx, env.now() - STAMP_UNUSED_FOR, BATCH)
    for offer in due:
        leaving.lapse(tx, env, offer.id)
    return len(due) == BATCH


def publish_scheduled(tx: Tx, env: Env) -> bool:
    """Drafts whose time has come."""
    due = post_queries.due_drafts(tx, env.now(), BATCH)
    for post in due:
        publishing.publish_due(tx, env, post)
    return len(due) == BATCH


def publish_scheduled_posts(tx: Tx, env: Env) -> bool:
    """The same for posts of one author."""
    return scheduling.publish_due(tx, env, BATCH) == BATCH


def remind(tx: Tx, env: Env) -> bool:
    """Invitations that end tomorrow."""
    return reminders.remind(tx, env, BATCH) == BATCH


def recheck(tx: Tx, env: Env) -> bool:
    """Stamps that are due for another look, as long as few jobs wait."""
    if jobs.count_due(tx, env.now(), MOST_WAITING) >= MOST_WAITING:
        return False
    due = post_authors.authors_due(tx, env.now(), BATCH)
    for post_id in due:
        verification.recheck(tx, env, post_id)
    return bool(due)


def renew_awareness(tx: Tx, env: Env) -> bool:
    """Servers of which it is a day ago that we asked whether they know FEP-af48."""
    for uri in actors.to_renew_awareness(tx, env.now() - AWARENESS_FRESH_FOR, 20):
        later(tx, env, "fetch_actor", uri, uri=uri, refresh=True)
    return False


def forget(tx: Tx, env: Env) -> bool:
    """Memories that can no longer matter."""
    consents.forget_withdrawn(tx, env.now())
    return crawls.forget(tx, env.now() - 2 * DAY, BATCH) == BATCH


def forget_cards(tx: Tx, env: Env) -> bool:
    """Previews of pages that no post links to any more."""
    return cards.forget(tx, env.now() - link_cards.FORGOTTEN_AFTER, BATCH) == BATCH


def forget_tokens(tx: Tx, env: Env) -> bool:
    """Sessions, codes and tokens that are over, apps that nobody let in, and people nobody did."""
    now = env.now()
    gone = oauth.forget(tx, now, now - OVER_KEPT, BATCH) + sessions.forget(tx, now, BATCH)
    waiting.forget(tx, now - sign_ups.WAITS)
    links.forget(tx, now - sign_up_links.OVER_KEPT)
    return gone >= BATCH


def forget_archives(tx: Tx, env: Env) -> bool:
    """Archives of accounts whose time is over."""
    archives.forget(tx, env.now())
    return False


def forget_keys(tx: Tx, env: Env) -> bool:
    """Which keys clients gave to what they made, once a repeat is none any more."""
    idempotency.forget(tx, env.now() - IDEMPOTENT_FOR)
    return False


def forget_pushes(tx: Tx, env: Env) -> bool:
    """What could not be pushed to an app while it was news."""
    return pushes.forget(tx, env.now() - EXPIRES_AFTER, BATCH) == BATCH


def give_space_back(tx: Tx, env: Env) -> bool:
    """Room of deleted rows, from a SQLite file to the disk."""
    return space.give_back(tx, PAGES, PAGES_KEPT) == PAGES


def close_polls(tx: Tx, env: Env) -> bool:
    """Polls whose time is over."""
    return polls.close_due(tx, env, BATCH) == BATCH


def end_questions(tx: Tx, env: Env) -> bool:
    """Questions to artists that nobody answered."""
    return crediting.expire_due(tx, env, BATCH) == BATCH


def recheck_credits(tx: Tx, env: Env) -> bool:
    """Artists' stamps that are due for another look, as long as few jobs wait."""
    if jobs.count_due(tx, env.now(), MOST_WAITING) >= MOST_WAITING:
        return False
    return crediting.recheck_due(tx, env, BATCH) == BATCH


def recheck_quotes(tx: Tx, env: Env) -> bool:
    """Consent to quotes that is due for another look, as long as few jobs wait."""
    if jobs.count_due(tx, env.now(), MOST_WAITING) >= MOST_WAITING:
        return False
    return quotes.recheck_due(tx, env, BATCH) == BATCH


STEPS: Final[tuple[Step, ...]] = (
    returning.note_running,
    publish_scheduled,
    publish_scheduled_posts,
    expire,
    lapse,
    remind,
    recheck,
    renew_awareness,
    close_polls,
    end_questions,
    recheck_credits,
    recheck_quotes,
    forget,
    forget_cards,
    forget_tokens,
    forget_archives,
    forget_keys,
    forget_pushes,
    streams.forget,
    inboxes.forget,
    pruning.prune_posts,
    pruning.prune_deliveries,
    give_space_back,
)
