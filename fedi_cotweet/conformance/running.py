"""Runs cases one after another and notes what became of each."""

from __future__ import annotations

import asyncio
import fnmatch
import secrets
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import aiohttp

from fedi_cotweet.conformance.cases import CASES, Case
from fedi_cotweet.conformance.drivers import Driver, Refusal
from fedi_cotweet.conformance.kit import Kit, open_kit
from fedi_cotweet.conformance.origins import Origin, hold_port
from fedi_cotweet.conformance.outcomes import Failed, NotRun, Report, Result, State
from fedi_cotweet.conformance.unreachable import why_unreachable
from fedi_cotweet.conformance.waiting import Offset, Waits

SERVERS: Final = 5
WHOLE_RUN: Final = 170.0
ONE_CASE: Final = 60.0


def now() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where one of the kit's servers listens, and how the target reaches it."""

    host: str
    port: int
    base: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run. ``seconds`` bounds the whole run; ``places`` are one per server of the kit."""

    places: Sequence[Place]
    waits: Waits = field(default_factory=Waits)
    seconds: float = WHOLE_RUN
    clock: Callable[[], int] = now
    ssl_context: ssl.SSLContext | None = None


def free_places(host: str = "127.0.0.1") -> list[Place]:
    """Places on this machine that nobody uses."""
    held = [hold_port() for _ in range(SERVERS)]
    for _, keeper in held:
        keeper.close()
    return [Place(host, port) for port, _ in held]


def choose(patterns: Sequence[str]) -> list[Case]:
    """The cases whose id matches one of the patterns (``offer.*``); all without patterns.

    Those that let time pass come last: what they leave behind is old for all others.
    """
    chosen = [
        case
        for case in CASES.values()
        if not patterns or any(fnmatch.fnmatchcase(case.id, pattern) for pattern in patterns)
    ]
    return sorted(chosen, key=lambda case: case.lets_time_pass)


async def run(
    url: str,
    driver: Driver,
    plan: Plan,
    cases: Sequence[Case],
    tell: Callable[[Result], None] = lambda _: None,
) -> Report:
    """Try ``cases`` on the actor at ``url``; ``tell`` hears of each result as it comes.

    Raises ``TargetError`` where there is no actor, ``OSError`` where the kit cannot listen.
    """
    began = time.monotonic()
    moment = Offset(plan.clock)
    serial = f"{secrets.token_hex(4)}-"
    origins = [
        Origin(place.port, moment, place.host, place.base, serial, plan.ssl_context)
        for place in plan.places
    ]
    results: list[Result] = []
    undone = ""
    chosen = frozenset(case.id for case in cases)
    try:
        async with open_kit(url, driver, origins, moment, plan.waits, chosen) as kit:
            try:
                await kit.hands.begin()
                for case in cases:
                    left = plan.seconds - (time.monotonic() - began)
                    results.append(result := await _one(kit, case, left))
                    tell(result)
            finally:
                # While the kit's servers still hear that an invitation is declined, and also after
                # Ctrl-C: the user is not to be left open to everybody's invitations.
                undone = await kit.hands.end([origin.base for origin in origins])
    finally:
        await driver.close()
    return Report(url, tuple(results), time.monotonic() - began, undone)


async def _one(kit: Kit, case: Case, left: float) -> Result:
    began = time.monotonic()
    state, why = State.PASSED, ""
    try:
        if left <= 0:
            raise NotRun("the time for the whole run was over")
        async with asyncio.timeout(min(left, ONE_CASE)):
            await case.run(kit)
    except Failed as finding:
        state, why = State.FAILED, str(finding)
    except NotRun as reason:
        state, why = State.NOT_RUN, str(reason)
    except Refusal as no:
        state, why = State.FAILED, f"the server refused its own user: {no}"
    except TimeoutError:
        state, why = State.FAILED, f"it took longer than {min(left, ONE_CASE):.0f} s"
    except (OSError, aiohttp.ClientError) as error:
        state, why = State.NOT_RUN, f"the connection failed: {why_unreachable(error)}"
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # What came has another shape than any document of its kind.
        state, why = State.FAILED, f"an answer of the server cannot be read: {error!r}"
    return Result(
        id=case.id,
        part=case.part.value,
        section=case.section,
        severity=case.severity.value,
        title=case.title,
        state=state,
        why=why,
        seconds=time.monotonic() - began,
    )
