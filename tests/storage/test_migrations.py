"""The SQLite file and the PostgreSQL server reach the same schema by the same steps."""

import asyncio

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage import migrations
from storage.engine import Store, open_store
from storage.errors import SchemaError
from storage.models import Base
from storage.queries import consents, notifications
from tests.storage.cast import ALICE, BOB, NOW, raise_curtain


async def test_an_empty_database_gets_the_whole_schema(empty_url: str) -> None:
    assert await migrations.current(empty_url) is None
    with pytest.raises(SchemaError):
        await migrations.check(empty_url)
    await migrations.upgrade(empty_url)
    assert await migrations.current(empty_url) == migrations.head()
    await migrations.check(empty_url)
    await migrations.upgrade(empty_url)


async def test_two_processes_may_upgrade_at_once(empty_url: str) -> None:
    await asyncio.gather(migrations.upgrade(empty_url), migrations.upgrade(empty_url))
    await migrations.check(empty_url)


async def test_the_migrated_schema_is_that_of_the_models(store: Store) -> None:
    """When this fails: ``python -m storage.migrations.make`` (its docstring says how)."""

    def differences(tx: Connection) -> list[object]:
        context = MigrationContext.configure(tx, opts={"include_name": migrations.is_modelled})
        return list(compare_metadata(context, Base.metadata))

    assert await store.write(differences) == []


async def test_a_newer_schema_is_refused_and_left_alone(database_url: str) -> None:
    store = open_store(database_url)

    def pretend(tx: Connection) -> None:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    await store.write(pretend)
    await store.close()
    with pytest.raises(SchemaError, match="newer version"):
        await migrations.upgrade(database_url)
    with pytest.raises(SchemaError, match="newer version"):
        await migrations.check(database_url)
    assert await migrations.current(database_url) == "9999"


async def test_every_revision_can_be_taken_back(empty_url: str) -> None:
    await migrations.upgrade(empty_url)
    store = open_store(empty_url)

    def back(tx: Connection) -> None:
        command.downgrade(migrations.configuration(tx), "base")

    await store.write(back)
    await store.close()
    assert await migrations.current(empty_url) is None
    await migrations.upgrade(empty_url)
    await migrations.check(empty_url)


async def test_what_was_told_before_pages_counted_is_read(store: Store) -> None:
    stage = await raise_curtain(store)
    for number, account in ((1, ALICE), (2, ALICE), (3, BOB)):
        await stage.do(
            consents.notify,
            id=number,
            account_id=account,
            kind="follow",
            subject=str(number),
            text="",
            created_at=NOW,
        )
    await stage.do(notifications.set_marker, BOB, "notifications", 2, 7, NOW)

    def from_before(tx: Connection) -> None:
        command.downgrade(migrations.configuration(tx), "0054")
        command.upgrade(migrations.configuration(tx), "head")

    await store.write(from_before)
    assert await stage.ask(notifications.unread, ALICE, 9) == []
    assert (await stage.ask(notifications.markers, ALICE))["notifications"].last_read_id == 2
    assert (await stage.ask(notifications.markers, BOB))["notifications"].last_read_id == 2
