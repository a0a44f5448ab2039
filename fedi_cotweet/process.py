"""A server as a process: it begins, says where it is, and ends when it is told to."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from dataclasses import dataclass
from typing import Final

import structlog

from fedi_cotweet import __version__
from fedi_cotweet.app import FINISH_S, build, limits_of, prepare, running
from fedi_cotweet.services import accounts, passwords
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from storage.engine import Store
from storage.queries import actors

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet")

GARBAGE_AFTER: Final = 10_000
"""New objects after which the youngest are looked at; a page of posts is some thousand."""
QUICK_S: Final = 0.2
"""What ends within that is not spoken of."""
_STOPPING: Final = (
    f"Stopping: finishing what is being answered, for {FINISH_S:.0f} seconds at most ..."
)


@dataclass(frozen=True, slots=True)
class FirstAccount:
    """An account made at the first start; the password is known only here and now."""

    username: str
    handle: str
    password: str


async def make_first_account(settings: Settings, store: Store, name: str) -> FirstAccount | None:
    """The first account, unless there is one."""
    env = Env(Addresses(settings.base_url), limits_of(settings))
    if await store.read(actors.count_people):
        return None
    username = accounts.check_username(name)
    password = passwords.make_password()
    hashed = await asyncio.to_thread(passwords.hash_password, password)
    keys = await asyncio.to_thread(accounts.make_keys)
    await store.write(
        lambda tx: accounts.create_account(
            tx, env, username=username, keys=keys, password_hash=hashed
        )
    )
    return FirstAccount(username, f"@{username}@{env.addresses.host}", password)


def configure_logging(settings: Settings) -> None:
    """Event name and key–values, one line each, to standard error."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


async def serve(settings: Settings, first_account: str | None = None) -> None:
    """Prepare, listen, say where, and stay until told to stop (SIGINT or SIGTERM)."""
    configure_logging(settings)
    store = await prepare(settings)
    made = (
        await make_first_account(settings, store, first_account)
        if first_account is not None
        else None
    )
    server = build(settings, store)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(server):
        _leave_out_what_stays()
        _announce(settings, made)
        if settings.development:
            log.warning("development_mode", meaning="plain http and private addresses are allowed")
        await stop.wait()
        saying = loop.call_later(QUICK_S, _say, _STOPPING)
    saying.cancel()


def _leave_out_what_stays() -> None:
    """Let the garbage collector look at what comes from now on alone, and less often.

    What was imported and built stays as long as the process does. To walk over all of it is some
    tenths of a second in which nobody is answered.
    """
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 10, 10)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _announce(settings: Settings, made: FirstAccount | None) -> None:
    lines = [f"fedi_cotweet {__version__} serves {settings.base_url}"]
    if settings.development:
        lines.append("Development mode: plain http, for this machine only.")
    if made is not None:
        lines += [
            "",
            f"First account: {made.handle}",
            f"Password:      {made.password}",
            f"Sign in:       {settings.base_url}/auth/sign_in",
        ]
    _say("\n".join(lines))


def run_server(settings: Settings, *, first_account: str | None = None) -> None:
    """Serve one instance in this process, blocking. The process ends with it."""
    with asyncio.Runner() as runner:
        runner.run(serve(settings, first_account))
        # All is committed and closed. Python would now look through every object there is, and
        # wait for threads that look up the names of dead servers: seconds, of no use to anybody.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
