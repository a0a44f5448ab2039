"""The consent log grows and never changes: the code does not try, and the database refuses."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

import fedi_cotweet
import storage
from storage.engine import Store
from storage.errors import StorageError
from storage.queries import consents

OBJECT = "https://a.example/notes/1"


async def log_twice(store: Store) -> None:
    def write(tx: Connection) -> None:
        for number in (1, 2):
            consents.log(
                tx,
                id=number,
                object_uri=OBJECT,
                actor_uri="https://a.example/users/alice",
                move="offer",
                at=number,
            )

    await store.write(write)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_log SET move = 'accept'",
        "UPDATE consent_log SET at = 3 WHERE id = 1",
        "DELETE FROM consent_log",
        "DELETE FROM consent_log WHERE id = 2",
    ],
)
async def test_the_database_refuses_to_change_an_entry(store: Store, statement: str) -> None:
    await log_twice(store)
    with pytest.raises(StorageError) as refused:
        await store.write(lambda tx: tx.execute(text(statement)).close())
    assert "append-only" in f"{refused.value.__cause__}{refused.value}"
    entries = await store.read(lambda tx: consents.log_of(tx, OBJECT))
    assert [(entry.id, entry.move, entry.at) for entry in entries] == [
        (1, "offer", 1),
        (2, "offer", 2),
    ]


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
@pytest.mark.postgresql
async def test_it_cannot_be_emptied_at_once_either(store: Store) -> None:
    await log_twice(store)
    with pytest.raises(StorageError):
        await store.write(lambda tx: tx.execute(text("TRUNCATE consent_log")).close())


async def test_other_tables_are_changed_as_ever(store: Store) -> None:
    await store.write(lambda tx: tx.execute(text("DELETE FROM offers")).close())


def test_no_code_changes_or_removes_an_entry() -> None:
    """The model is read and added to; text of SQL never names the table but to guard it."""
    found = []
    for package in (fedi_cotweet, storage):
        for source in Path(str(package.__file__)).parent.rglob("*.py"):
            if source.parent.name == "versions":
                continue
            content = source.read_text(encoding="utf-8")
            for call in ast.walk(ast.parse(content)):
                if not isinstance(call, ast.Call) or not call.args:
                    continue
                names = [ast.unparse(argument) for argument in call.args[:2]]
                if "ConsentLogEntry" in names:
                    found.append((source.name, ast.unparse(call.func)))
            assert not re.search(r"(?i)(update|delete from|truncate)\s+consent_log", content)
    assert {function for _, function in found} <= {"add", "many", "select"}
    assert ("consents.py", "add") in found
