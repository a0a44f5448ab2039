"""One real server on a fresh SQLite file, with people, followers and strangers put in before."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processes import free_ports, running
from fedi_cotweet.app import prepare
from fedi_cotweet.configuration import FILE, load
from fedi_cotweet.services import accounts
from fedi_cotweet.services.env import Addresses, Env
from fedi_cotweet.settings import Settings
from storage.engine import Tx
from storage.queries import actors, follows, hosts

Fill = Callable[[Tx, Env, Mapping[str, int]], None]
"""Puts rows in: transaction, ids and clock, the accounts' ids by name."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A server that runs. ``pid`` is its one process."""

    pid: int
    base: str
    data: Path

    def call(self, method: str, path: str, document: Any, *, account: str) -> Any:
        """The JSON API with the operator's token."""
        token = (self.data / "operator.token").read_text(encoding="utf-8").strip()
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "X-Account": account,
        }
        body = json.dumps(document).encode()
        request = urllib.request.Request(self.base + path, body, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def count(self, query: str, *values: str) -> int:
        """One number from the database, read beside the server."""
        file = f"file:{self.data / 'cotweet.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True, timeout=10)) as database:
            return int(database.execute(query, values).fetchone()[0])


@contextmanager
def serving(folder: Path, people: Sequence[str], fill: Fill) -> Iterator[Instance]:
    """A server with accounts for ``people`` and what ``fill`` puts in."""
    port = make_data(folder, people, fill)
    with up(folder, port) as instance:
        yield instance


def make_data(folder: Path, people: Sequence[str], fill: Fill) -> int:
    """The database of a server with accounts for ``people`` and what ``fill`` puts in; its port."""
    [port] = free_ports(1)
    settings = settings_of(folder, port)
    settings.data.mkdir(parents=True, exist_ok=True)
    # What is measured is how fast it is, not when it asks to wait.
    (settings.data / FILE).write_text("api_requests = 100_000_000\n", encoding="utf-8")

    async def make() -> None:
        store = await prepare(settings)
        env = Env(Addresses(settings.base_url))
        pairs = {name: accounts.make_keys() for name in people}

        def write(tx: Tx) -> None:
            made = {
                name: accounts.create_account(tx, env, username=name, keys=keys)
                for name, keys in pairs.items()
            }
            fill(tx, env, made)

        await store.write(write)
        await store.close()

    asyncio.run(make())
    return port


@contextmanager
def up(folder: Path, port: int) -> Iterator[Instance]:
    """The server of ``make_data`` until the block ends; it may be killed within."""
    settings = settings_of(folder, port)
    command = ["-m", "fedi_cotweet.cli.main", "--data", str(settings.data), "up", "--development"]
    command += ["--port", str(port)]
    probe = f"{settings.base_url}/.well-known/nodeinfo"
    with running(command, probe, folder / "server.log") as pid:
        yield Instance(pid, settings.base_url, settings.data)


def settings_of(folder: Path, port: int) -> Settings:
    """How the server of a folder is set up."""
    options = {"development": True, "listen_port": port}
    return load(folder / "data", options=options, environment={})


def add_stranger(
    tx: Tx,
    env: Env,
    uri: str,
    host: str,
    *,
    inbox: str,
    shared_inbox: str | None = None,
    public_pem: str | None = None,
) -> int:
    """A person of another server, known here as if fetched a moment ago; the id."""
    now = time.time_ns() // 1_000_000
    name = uri.rpartition("/")[2]
    actor_id = actors.save_actor(
        tx,
        {
            "id": env.new_id(),
            "uri": uri,
            "kind": "Person",
            "username": name,
            "host": host,
            "local": False,
            "name": name,
            "url": uri,
            "inbox": inbox,
            "shared_inbox": shared_inbox,
            "created_at": now,
            "fetched_at": now,
        },
        [] if public_pem is None else [(f"{uri}#main-key", "rsa", public_pem)],
        now,
    )
    hosts.note_aware(tx, host, False, now)
    return actor_id


def add_follow(tx: Tx, env: Env, follower_id: int, followed_id: int) -> None:
    """A follow that was accepted."""
    made = env.new_id()
    follows.add_follow(
        tx,
        id=made,
        follower_id=follower_id,
        followed_id=followed_id,
        uri=f"{env.addresses.base}/follows/{made}",
        state="accepted",
        now=env.now(),
    )
