"""What it costs to delete remote posts, and for how long nobody else can write meanwhile.

``python -m benchmarks.pruning [--json] [POSTS]``: a SQLite file with ``POSTS`` remote posts
(100,000), each with words to find, a tag and a place in a timeline, one in ten answered, one in ten
liked by somebody here. Fails if any is left that should have gone, or gone that should have stayed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, insert, select

from fedi_cotweet.domain.ids import id_at
from fedi_cotweet.domain.limits import DAY
from fedi_cotweet.services import accounts, pruning, upkeep
from fedi_cotweet.services.env import Addresses, Env, Limits
from storage import migrations
from storage.engine import Store, Tx, open_store
from storage.models import Actor, HomeEntry, Like, Post, PostTag
from storage.queries import search

NOW: Final = 1_795_168_800_000
CHUNK: Final = 1_000
_WORDS: Final = "Rooks, tea and trains; what the river says in winter. " * 8
Step = Callable[[Tx, Env], bool]


@dataclass(frozen=True, slots=True)
class Figures:
    """Sizes in octets, seconds, and of single transactions milliseconds as their caller waits."""

    posts: int
    left: int
    seconds: float
    transactions: int
    median_ms: float
    longest_ms: float
    longest_gap_ms: float
    before: int
    after: int


def _uri(number: int) -> str:
    return f"https://far.example/notes/{number}"


def _put(tx: Tx, author: int, reader: int, first: int, last: int) -> None:
    numbers = range(first, last)
    posts = [
        {
            "id": number,
            "sort_id": id_at(NOW - 400 * DAY + number, number),
            "uri": _uri(number),
            "author_id": author,
            "local": False,
            "state": "published",
            "visibility": "public",
            "content": f"<p>{_WORDS}</p>",
            "in_reply_to_uri": _uri(number - 1) if number % 10 == 1 else None,
            "url": _uri(number),
            "document": json.dumps({"id": _uri(number), "content": _WORDS * 3}),
            "published_at": NOW - 400 * DAY,
            "fetched_at": NOW - 400 * DAY,
        }
        for number in numbers
    ]
    homes = [{"account_id": reader, "post_id": n, "sort_id": n, "via_id": author} for n in numbers]
    tx.execute(insert(Post), posts)
    tx.execute(insert(HomeEntry), homes)
    tx.execute(
        insert(PostTag), [{"tag": f"t{n % 99}", "post_id": n, "sort_id": n} for n in numbers]
    )
    likes: list[dict[str, Any]] = [
        {"id": n, "uri": f"like:{n}", "actor_id": reader, "post_id": n, "created_at": NOW}
        for n in numbers
        if n % 10 == 5
    ]
    tx.execute(insert(Like), likes)
    for number in numbers:
        search.put(tx, number, _WORDS.lower().replace(",", "").split())


def _people(tx: Tx, env: Env, keys: Any) -> tuple[int, int]:
    reader = accounts.create_account(tx, env, username="alice", keys=keys)
    author = env.new_id()
    stranger = {
        "id": author,
        "uri": "https://far.example/users/zoe",
        "kind": "Person",
        "username": "zoe",
        "host": "far.example",
        "local": False,
        "url": "https://far.example/@zoe",
        "inbox": "https://far.example/inbox",
        "created_at": NOW,
        "fetched_at": NOW,
    }
    tx.execute(insert(Actor), stranger)
    return author, reader


def _count(tx: Tx) -> int:
    return int(tx.execute(select(func.count()).select_from(Post)).scalar_one())


async def _work_off(store: Store, env: Env, step: Step, waits: list[float]) -> None:
    more = True
    while more:
        started = time.perf_counter()
        more = await store.write(lambda tx: step(tx, env))
        waits.append((time.perf_counter() - started) * 1_000)


async def _writers(store: Store, gaps: list[float]) -> None:
    """Somebody else who wants to write all the time: how long each has to wait."""
    while True:
        started = time.perf_counter()
        await store.write(lambda tx: None)
        gaps.append((time.perf_counter() - started) * 1_000)
        await asyncio.sleep(0.01)


async def measure(folder: Path, count: int) -> Figures:
    """Fill a file and prune it."""
    path = folder / "pruning.sqlite3"
    url = f"sqlite:///{path}"
    await migrations.upgrade(url)
    limits = replace(Limits(), remote_posts_ms=30 * DAY)
    env = Env(Addresses("https://here.example"), limits, clock=lambda: NOW)
    store = open_store(url)
    keys = accounts.make_keys()
    author, reader = await store.write(lambda tx: _people(tx, env, keys))
    for first in range(0, count, CHUNK):
        last = min(first + CHUNK, count)
        await store.write(partial(_put, author=author, reader=reader, first=first, last=last))
    await store.close()
    before = path.stat().st_size
    store = open_store(url)
    waits: list[float] = []
    gaps: list[float] = []
    other = asyncio.create_task(_writers(store, gaps))
    started = time.perf_counter()
    await _work_off(store, env, pruning.prune_posts, waits)
    await _work_off(store, env, upkeep.give_space_back, waits)
    seconds = time.perf_counter() - started
    other.cancel()
    number = await store.read(_count)
    await store.close()
    waits.sort()
    return Figures(
        count,
        number,
        round(seconds, 1),
        len(waits),
        round(waits[len(waits) // 2], 1),
        round(waits[-1], 1),
        round(max(gaps), 1),
        before,
        path.stat().st_size,
    )


def main(arguments: list[str]) -> int:
    """Measure and print; 1 when the wrong posts are left."""
    count = next((int(word) for word in arguments if word.isdigit()), 100_000)
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(measure(Path(folder), count))
    kept = sum(1 for number in range(count) if number % 10 == 5)
    if "--json" in arguments:
        print(json.dumps(asdict(figures)))
    else:
        print(
            f"{figures.posts} posts, {figures.left} of them kept, in {figures.seconds} s and "
            f"{figures.transactions} transactions;\na transaction takes {figures.median_ms} ms "
            f"(median), {figures.longest_ms} ms at most; somebody else who writes waits "
            f"{figures.longest_gap_ms} ms at most.\nThe file: {figures.before / 2**20:.0f} MiB "
            f"before, {figures.after / 2**20:.0f} MiB afterwards."
        )
    return 0 if figures.left == kept else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
