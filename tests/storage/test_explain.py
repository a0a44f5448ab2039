import pytest
from sqlalchemy import Connection, select, text

from storage.engine import Store
from storage.models import Delivery, Setting
from tests.storage.explain import FullScanError, explained

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


async def test_a_query_without_an_index_is_found(store: Store) -> None:
    def run(tx: Connection) -> None:
        tx.execute(select(Delivery.id).where(Delivery.last_error == "x")).all()

    with pytest.raises(FullScanError, match="last_error"), explained(store.url):
        await store.read(run)


async def test_a_scan_behind_an_alias_is_found(store: Store) -> None:
    def run(tx: Connection) -> None:
        tx.execute(text("SELECT d.id FROM settings s JOIN deliveries AS d ON d.inbox > s.name"))

    with pytest.raises(FullScanError), explained(store.url):
        await store.read(run)


async def test_a_scan_of_a_whole_index_is_found(store: Store) -> None:
    def run(tx: Connection) -> None:
        tx.execute(select(Delivery.state)).all()

    with pytest.raises(FullScanError), explained(store.url):
        await store.read(run)


async def test_indexed_queries_and_small_tables_pass(store: Store) -> None:
    def run(tx: Connection) -> None:
        tx.execute(select(Delivery).where(Delivery.id == 5)).all()
        tx.execute(select(Setting)).all()

    with explained(store.url):
        await store.read(run)
