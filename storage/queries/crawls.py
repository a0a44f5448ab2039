"""Crawls: what is still to be fetched, and when whom may be asked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from storage.dialect import insert_or_ignore, upsert
from storage.dialect import limit as literal_limit
from storage.models import Crawl, CrawlHost, CrawlItem
from storage.queries.rows import among, change, find, many, one


def crawl(tx: Connection, crawl_id: int) -> Crawl | None:
    """A crawl by id."""
    return find(tx, Crawl, id=crawl_id)


def crawl_of(tx: Connection, subject: str) -> Crawl | None:
    """The last crawl of a thread or an outbox."""
    return find(tx, Crawl, subject=subject)


def begin(tx: Connection, /, **values: Any) -> None:
    """Begin a crawl; the last one of its subject is forgotten with what it left undone."""
    tx.execute(delete(Crawl).where(Crawl.subject == values["subject"]))
    insert_or_ignore(tx, Crawl, values)


def change_crawl(tx: Connection, crawl_id: int, /, **values: Any) -> None:
    """Update columns of a crawl."""
    change(tx, Crawl, crawl_id, **values)


def add_item(tx: Connection, /, **values: Any) -> bool:
    """Put an address on a crawl's list; False when it is or was there."""
    return bool(insert_or_ignore(tx, CrawlItem, values))


def change_item(tx: Connection, item_id: int, /, **values: Any) -> None:
    """Update columns of an item."""
    change(tx, CrawlItem, item_id, **values)


def next_item(tx: Connection, host: str) -> CrawlItem | None:
    """What is to be asked of a server next."""
    return one(
        tx,
        CrawlItem,
        select(CrawlItem)
        .where(CrawlItem.host == host, CrawlItem.state == "waiting")
        .order_by(CrawlItem.rank, CrawlItem.id)
        .limit(literal_limit(1)),
    )


def waiting_for(tx: Connection, crawl_id: int, parent_uri: str) -> list[CrawlItem]:
    """Posts that were fetched and wait for this one, which they answer."""
    return many(
        tx,
        CrawlItem,
        select(CrawlItem).where(
            CrawlItem.crawl_id == crawl_id,
            CrawlItem.parent_uri == parent_uri,
            CrawlItem.state == "parent",
        ),
    )


def held(tx: Connection, crawl_id: int, host: str) -> list[CrawlItem]:
    """Posts of a server that are here already, and wait for who wrote them."""
    return many(
        tx,
        CrawlItem,
        select(CrawlItem)
        .where(
            CrawlItem.crawl_id == crawl_id,
            CrawlItem.state == "waiting",
            CrawlItem.host == host,
            CrawlItem.document.is_not(None),
        )
        .order_by(CrawlItem.id),
    )


def count_waiting(tx: Connection, crawl_id: int) -> int:
    """How much of a crawl is still to be asked for."""
    return int(
        tx.execute(
            select(func.count())
            .select_from(CrawlItem)
            .where(CrawlItem.crawl_id == crawl_id, CrawlItem.state == "waiting")
        ).scalar_one()
    )


def crawls_of(tx: Connection, subjects: Collection[str]) -> list[Crawl]:
    """The crawls of any of these threads."""
    return among(tx, Crawl, "subject", subjects)


def count_of_host(tx: Connection, crawl_id: int, host: str) -> int:
    """How many addresses of one server a crawl has had."""
    states = ("waiting", "parent", "done")
    return int(
        tx.execute(
            select(func.count())
            .select_from(CrawlItem)
            .where(
                CrawlItem.crawl_id == crawl_id,
                CrawlItem.state.in_(states),
                CrawlItem.host == host,
            )
        ).scalar_one()
    )


def drop_host(tx: Connection, crawl_id: int, host: str) -> None:
    """A server does not answer: it is not asked for the rest of a crawl."""
    tx.execute(
        update(CrawlItem)
        .where(
            CrawlItem.crawl_id == crawl_id,
            CrawlItem.state == "waiting",
            CrawlItem.host == host,
        )
        .values(state="done", document=None)
    )


def drop(tx: Connection, crawl_id: int) -> None:
    """A crawl took too long: nobody is asked for the rest."""
    tx.execute(
        update(CrawlItem)
        .where(CrawlItem.crawl_id == crawl_id, CrawlItem.state == "waiting")
        .values(state="done", document=None)
    )


def count_since(tx: Connection, since: int, most: int) -> int:
    """How many crawls were begun after ``since``; counts no further than ``most``."""
    found = select(Crawl.id).where(Crawl.begun_at > since).limit(literal_limit(most)).subquery()
    return int(tx.execute(select(func.count()).select_from(found)).scalar_one())


def next_at(tx: Connection, host: str) -> int:
    """When a server may be asked again; 0 for at once."""
    held = find(tx, CrawlHost, host=host)
    return held.next_at if held is not None else 0


def set_next_at(tx: Connection, host: str, at: int) -> None:
    """Leave a server alone until then."""
    upsert(tx, CrawlHost, {"host": host, "next_at": at}, key=["host"])


def forget(tx: Connection, before: int, most: int) -> int:
    """Forget crawls and paces of long ago; how many crawls."""
    old = select(Crawl.id).where(Crawl.begun_at < before).limit(literal_limit(most))
    ids = [int(row[0]) for row in tx.execute(old)]
    if ids:
        tx.execute(delete(Crawl).where(Crawl.id.in_(ids)))
    tx.execute(delete(CrawlHost).where(CrawlHost.next_at < before))
    return len(ids)
