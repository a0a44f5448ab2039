"""Whether anything has changed of what is shown, since it was looked at last.

The database itself notes every change in the table ``changed``, by triggers (the revision of that
name), so no writer can forget to, whatever process it is in. A row is a name: the address (URI or
URL) of the post, actor, emoji picture or linked page whose own row was changed; with ``+`` before
it that of a post of which something else was: what hangs on it, who likes, boosts, answers or
quotes it. Of the few rules about servers all changes have one name.

What was made from rows is still true if every name it depends on was noted as often as then, and
no row of the table was dropped meanwhile: numbers only grow, so both can be seen from
``Sight``. This holds for two snapshots in whatever order, and however transactions overlap.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from sqlalchemy import ARRAY, Connection, Text, bindparam, text

HOST_RULES: Final = "host_rules"
"""The name under which all changes of the rules about servers are noted."""
LONGEST: Final = 500
"""Characters of a name that count."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How often each name was noted (left out: never), and the ``first`` row that is kept."""

    first: int | None
    times: Mapping[str, int]


def own(address: str) -> str:
    """The name under which changes of a thing's own row are noted."""
    return address[:LONGEST]


def around(address: str) -> str:
    """The name under which changes of what hangs on a post are noted."""
    return f"+{address}"[:LONGEST]


def sight(tx: Connection, names: Collection[str]) -> Sight:
    """What was noted of these names so far, in one statement."""
    wanted = list(names)
    sqlite = tx.dialect.name == "sqlite"
    found = tx.execute(
        _SIGHT[tx.dialect.name],
        {"names": orjson.dumps(wanted).decode() if sqlite else wanted},
    )
    times: dict[str, int] = {str(name): int(number) for name, number in found if number is not None}
    first = times.pop("", 0)
    return Sight(first or None, times)


_FIRST: Final = "SELECT '' AS what, (SELECT min(id) FROM changed) AS number UNION ALL "
_SIGHT: Final = {
    "sqlite": text(
        f"{_FIRST}SELECT what, count(*) FROM changed "  # noqa: S608 - nothing from outside
        "WHERE what IN (SELECT value FROM json_each(:names)) GROUP BY what"
    ),
    "postgresql": text(
        f"{_FIRST}SELECT what, count(*) FROM changed "  # noqa: S608 - nothing from outside
        "WHERE what = ANY (:names) GROUP BY what"
    ).bindparams(bindparam("names", type_=ARRAY(Text))),
}
