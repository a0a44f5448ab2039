"""Small facts about this instance that outlive its processes."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from storage.dialect import insert_or_ignore, upsert
from storage.models import Setting
from storage.queries.rows import find


def fact(tx: Connection, name: str) -> Any:
    """What was remembered under this name, as JSON has it; None if nothing was."""
    held = find(tx, Setting, name=name)
    return None if held is None else json.loads(held.value)


def remember(tx: Connection, name: str, value: Any) -> None:
    """Remember it in place of what was remembered before."""
    upsert(tx, Setting, {"name": name, "value": json.dumps(value)}, key=("name",))


def remember_first(tx: Connection, name: str, value: Any) -> Any:
    """Remember it unless something was remembered before; gives what is remembered now."""
    insert_or_ignore(tx, Setting, {"name": name, "value": json.dumps(value)})
    return fact(tx, name)
