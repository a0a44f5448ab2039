"""Puts the parts together: one aiohttp application, its workers, its database."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from activitypub.shell.client import FederationClient
from activitypub.shell.guard import AddressPolicy
from activitypub.shell.tls import build_ssl_context
from fedi_cotweet import __version__, api, mastodon_api, oauth
from fedi_cotweet import web as pages
from fedi_cotweet.domain.limits import DAY, HOUR, SECOND
from fedi_cotweet.domain.rollout import parse_rollout
from fedi_cotweet.federation import client, finding, jobs, routes
from fedi_cotweet.federation.delivery import Courier
from fedi_cotweet.federation.directory import Directory
from fedi_cotweet.federation.handlers import Context
from fedi_cotweet.federation.intents import HomeFinder
from fedi_cotweet.federation.profiles import HostProfiles
from fedi_cotweet.federation.remote_files import RemoteFiles
from fedi_cotweet.federation.runtime import Keys, Runtime
from fedi_cotweet.federation.statistics import StatisticsFinder
from fedi_cotweet.services import accounts
from fedi_cotweet.services.env import Addresses, Env, Limits, system_now
from fedi_cotweet.services.host_rules import HostRules
from fedi_cotweet.services.ready import Ready
from fedi_cotweet.services.site import Site
from fedi_cotweet.settings import Settings
from fedi_cotweet.web.hanging_up import hanging_up
from fedi_cotweet.worker import Worker
from storage import migrations
from storage.engine import Store, open_store
from storage.queries import actors, hosts

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet")

TOKEN_FILE = "operator.token"  # noqa: S105 - the name of a file
SERVER_FILE = "server.json"
STARTING_FILE = "server.starting"
"""Holds the id of the process of whoever starts a server that does not listen yet."""
FINISH_S: Final = 5.0
"""How long what is being answered may go on when a server stops."""
NAMELESS = "Mozilla/5.0 (compatible)"
"""For fetches that must not tell who asks (FEP-af48, Publication)."""


@dataclass(slots=True)
class Server:
    """One instance, put together and not yet listening."""

    settings: Settings
    runtime: Runtime
    context: Context
    worker: Worker
    app: web.Application
    operator_token: str


def limits_of(settings: Settings) -> Limits:
    """The numbers of the use cases, in their units."""
    return Limits(
        max_authors=settings.max_authors,
        invite_expiry_ms=settings.invite_expiry_hours * HOUR,
        open_invites_per_sender=settings.open_invites_per_sender,
        open_invites_per_pair=settings.open_invites_per_pair,
        invites_per_day=settings.invites_per_day,
        invites_per_host_per_day=settings.invites_per_host_per_day,
        invite_min_account_age_ms=settings.invite_min_account_age_hours * HOUR,
        announce_delay_ms=settings.announce_delay_seconds * SECOND,
        post_characters=settings.post_characters,
        media_per_post=settings.media_per_post,
        rollout=parse_rollout(
            settings.cotweets, settings.cotweets_allowlist, settings.cotweets_until
        ),
        poll_options=settings.poll_options,
        poll_option_characters=settings.poll_option_characters,
        link_previews=settings.link_previews,
        password_grant=settings.password_grant,
        remote_posts_ms=settings.remote_posts_days * DAY,
        sign_up_links_by=settings.sign_up_links_by,
    )


def operator_token(data: Path) -> str:
    """The secret that the command line shows; made once, readable by its owner only."""
    path = data / TOKEN_FILE
    if path.exists():
        return path.read_text(encoding="utf-8").strip()
    token = secrets.token_urlsafe(32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(token)
    return token


async def prepare(settings: Settings) -> Store:
    """Make what is missing: folder, database, schema, the instance actor."""
    settings.data.mkdir(parents=True, exist_ok=True)
    await migrations.upgrade(settings.database)
    store = open_store(settings.database)
    env = Env(Addresses(settings.base_url), limits_of(settings))
    held = await store.read(lambda tx: actors.account_by_name(tx, accounts.INSTANCE_USERNAME))
    if held is None:
        keys = await asyncio.to_thread(accounts.make_keys)
        await store.write(
            lambda tx: accounts.create_account(
                tx,
                env,
                username=accounts.INSTANCE_USERNAME,
                keys=keys,
                name=settings.name,
                service=True,
            )
        )
    return store


def build(settings: Settings, store: Store, clock: Callable[[], int] = system_now) -> Server:
    """The application with everything on. Must run in the event loop it will serve in.

    ``clock`` gives milliseconds since 1970; all of the server's time comes from it.
    """
    ready = Ready(settings.timeline_cache_bytes)
    env = Env(Addresses(settings.base_url), limits_of(settings), clock, ready=ready)
    rules = HostRules()
    policy = AddressPolicy(development=settings.development, unwanted=rules.suspended)
    ssl_context = build_ssl_context(settings.ca_file)
    profiles = HostProfiles(store)
    runtime = Runtime(
        settings=settings,
        env=env,
        store=store,
        client=FederationClient(
            f"fedi_cotweet/{__version__} (+{settings.base_url}/)",
            policy,
            env.clock,
            ssl_context=ssl_context,
            profiles=profiles,
        ),
        anonymous=FederationClient(NAMELESS, policy, env.clock, ssl_context=ssl_context),
        keys=Keys(store, env),
        rules=rules,
    )
    directory = Directory(runtime)
    context = Context(runtime, directory, RemoteFiles(runtime))
    token = operator_token(settings.data)
    app = web.Application(client_max_size=settings.max_body_bytes, middlewares=[hanging_up])
    site = Site(
        settings=settings,
        env=env,
        store=store,
        find_actor=finding.ActorFinder(context),
        find_actor_now=finding.ActorFinder(context, anew=True),
        find_post=finding.PostFinder(context),
        changed=runtime.bells.ring,
        rules=rules,
        ask_statistics=StatisticsFinder(context),
        ask_home=HomeFinder(runtime),
        views=runtime.views,
        streams=runtime.bells.streams,
    )
    routes.setup(app, context)
    client.setup(app, site)
    api.setup(app, site, token)
    oauth.setup(app, site)
    mastodon_api.setup(app, site)
    pages.setup(app, site, routes.may_fetch_draft_media, context.files.there)
    courier = Courier(
        runtime, settings.deliver_concurrency, settings.delivery_retry_seconds * SECOND
    )
    worker = Worker(context, courier)

    async def run_workers(_: web.Application) -> AsyncIterator[None]:
        await profiles.load()
        await rules.load(store)
        runtime.away |= await store.read(hosts.away)
        await worker.take_over()
        worker.start()
        yield
        await worker.stop()
        await jobs.write_views(runtime)
        await context.files.close()
        await runtime.client.close()
        await runtime.anonymous.close()
        await profiles.close()
        await store.close()

    app.cleanup_ctx.append(run_workers)
    return Server(settings, runtime, context, worker, app, token)


@asynccontextmanager
async def running(server: Server) -> AsyncIterator[web.AppRunner]:
    """Serve until the block ends. Requests under way may finish."""
    settings = server.settings
    runner = web.AppRunner(server.app, access_log=None, shutdown_timeout=FINISH_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.listen_host, settings.listen_port).start()
        (settings.data / SERVER_FILE).write_text(
            json.dumps(
                {
                    "base": settings.base_url,
                    "listen": f"http://{_dialled(settings.listen_host)}:{settings.listen_port}",
                }
            ),
            encoding="utf-8",
        )
        (settings.data / STARTING_FILE).unlink(missing_ok=True)
        yield runner
    finally:
        await runner.cleanup()


def _dialled(host: str) -> str:
    """Where to reach a server that listens on ``host``."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
