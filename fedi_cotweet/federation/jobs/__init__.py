"""Jobs: what needs the network or time. Each may run twice and changes nothing the second time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fedi_cotweet.domain.limits import HOUR, MINUTE, SECOND
from fedi_cotweet.federation.handlers.context import Context
from fedi_cotweet.federation.jobs.again import Again, More
from fedi_cotweet.federation.jobs.archiving import make_archive
from fedi_cotweet.federation.jobs.cards import fetch_card
from fedi_cotweet.federation.jobs.clearing import clear_posts, clear_posts_of_host
from fedi_cotweet.federation.jobs.consent_notes import fetch_answer, verify_consent_notes
from fedi_cotweet.federation.jobs.counting import count_poll
from fedi_cotweet.federation.jobs.crawling import crawl
from fedi_cotweet.federation.jobs.crediting import check_credits, verify_credit
from fedi_cotweet.federation.jobs.departing import apply_host_rule, depart, let_in
from fedi_cotweet.federation.jobs.emoji import fetch_emoji, name_emoji
from fedi_cotweet.federation.jobs.fetching import (
    fetch_actor,
    fetch_media,
    fetch_note,
    fetch_note_job,
    seek_publication,
)
from fedi_cotweet.federation.jobs.films import process_film
from fedi_cotweet.federation.jobs.handing_on import announce, deliver_local
from fedi_cotweet.federation.jobs.importing import import_row
from fedi_cotweet.federation.jobs.moving import move
from fedi_cotweet.federation.jobs.periodic import periodic, write_views
from fedi_cotweet.federation.jobs.profiles import (
    fetch_pin,
    fetch_profile_picture,
    verify_link,
)
from fedi_cotweet.federation.jobs.pushing import push
from fedi_cotweet.federation.jobs.quotes import answer_quote, verify_quote
from fedi_cotweet.federation.jobs.relaying import refresh_counts, relay, take_reaction
from fedi_cotweet.federation.jobs.settling import settle_proposals
from fedi_cotweet.federation.jobs.synchronising import synchronise
from fedi_cotweet.federation.jobs.verifying import guard_post, verify_post, verify_stamp
from fedi_cotweet.federation.runtime import Runtime, log
from fedi_cotweet.services import answers
from storage.queries import jobs
from storage.queries.jobs import JobRow

LEASE: Final = 2 * MINUTE
TRIES: Final = 12


async def claim(runtime: Runtime, limit: int) -> list[JobRow]:
    """Take due jobs."""
    now = runtime.env.now()
    return await runtime.store.write(
        lambda tx: jobs.claim(tx, now=now, limit=limit, lease_ms=LEASE)
    )


async def run(context: Context, job: JobRow) -> None:
    """Run one job and end it, or put it back."""
    runtime = context.runtime
    try:
        await KINDS[job.kind](context, job.payload)
    except More as more:
        run_at = runtime.env.now() + more.after
        await runtime.store.write(lambda tx: jobs.go_on(tx, job, run_at=run_at))
        # Workers look once a second by themselves, which is as long as there is to wait.
        asyncio.get_running_loop().call_later(more.after / SECOND, runtime.bells.jobs.set)
        return
    except Exception as error:  # whatever it is, the job is kept and the next one runs
        after = error.after if isinstance(error, Again) else None
        if not isinstance(error, Again):
            log.exception("job_failed", kind=job.kind, job=job.id)
        if job.attempts >= TRIES:
            log.warning("job_given_up", kind=job.kind, job=job.id, error=str(error))
            await _given_up(context, job)
        else:
            wait = after if after is not None else min(2 * SECOND * 3**job.attempts, 6 * HOUR)
            run_at, text = runtime.env.now() + wait, repr(error)[:500]
            await runtime.store.write(lambda tx: jobs.retry(tx, job, run_at=run_at, error=text))
            return
    await runtime.write(lambda tx: jobs.done(tx, job))


async def _given_up(context: Context, job: JobRow) -> None:
    if job.kind == "verify_stamp":
        offer_id = job.payload["offer_id"]
        await context.runtime.write(
            lambda tx: answers.acceptance_failed(
                tx, context.env, offer_id, "unreachable", for_good=False
            )
        )


Kind = Callable[[Context, Mapping[str, Any]], Awaitable[None]]


KINDS: Final[Mapping[str, Kind]] = {
    "announce": announce,
    "answer_quote": answer_quote,
    "apply_host_rule": apply_host_rule,
    "check_credits": check_credits,
    "clear_posts": clear_posts,
    "clear_posts_of_host": clear_posts_of_host,
    "count_poll": count_poll,
    "crawl": crawl,
    "deliver_local": deliver_local,
    "depart": depart,
    "fetch_actor": fetch_actor,
    "fetch_answer": fetch_answer,
    "fetch_card": fetch_card,
    "fetch_emoji": fetch_emoji,
    "fetch_media": fetch_media,
    "fetch_note": fetch_note_job,
    "fetch_pin": fetch_pin,
    "fetch_profile_picture": fetch_profile_picture,
    "guard_post": guard_post,
    "import_row": import_row,
    "let_in": let_in,
    "make_archive": make_archive,
    "move": move,
    "name_emoji": name_emoji,
    "push": push,
    "seek_publication": seek_publication,
    "process_film": process_film,
    "refresh_counts": refresh_counts,
    "relay": relay,
    "settle_proposals": settle_proposals,
    "synchronise": synchronise,
    "take_reaction": take_reaction,
    "verify_consent_notes": verify_consent_notes,
    "verify_credit": verify_credit,
    "verify_link": verify_link,
    "verify_post": verify_post,
    "verify_quote": verify_quote,
    "verify_stamp": verify_stamp,
}


__all__ = ["KINDS", "Again", "claim", "fetch_note", "periodic", "run", "write_views"]
