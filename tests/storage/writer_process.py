"""A process that writes and says what was acknowledged; run by the tests, and killed by them.

    python -m tests.storage.writer_process URL PREFIX COUNT [LIMIT]

Prints one line per acknowledged write, after it was acknowledged. With LIMIT, no file may grow
beyond that many octets: the way a full disk looks from inside.
"""

from __future__ import annotations

import asyncio
import itertools
import resource
import sys

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.engine import Store, open_store
from storage.errors import StorageError
from storage.models import Setting


async def write(store: Store, prefix: str, numbers: itertools.count[int], last: int) -> None:
    while (number := next(numbers)) < last:

        def run(tx: Connection, name: str = f"{prefix}{number}") -> None:
            tx.execute(insert(Setting), {"name": name, "value": "x" * 500})
            # Read, decide, write: what two processes must not do past each other.
            total = tx.execute(select(Setting.value).where(Setting.name == "total")).scalar_one()
            tx.execute(
                update(Setting).where(Setting.name == "total").values(value=bindparam("new")),
                {"new": str(int(total) + 1)},
            )

        try:
            await store.write(run)
        except StorageError as error:
            print(f"error {error.code}", flush=True)
            return
        print(f"{prefix}{number}", flush=True)


async def main(url: str, prefix: str, count: str, limit: str | None = None) -> None:
    if limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
    store = open_store(url)
    numbers = itertools.count()
    callers = 20 if url.startswith("sqlite") else 3
    await asyncio.gather(*(write(store, prefix, numbers, int(count)) for _ in range(callers)))
    await store.close()
    print("finished", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
