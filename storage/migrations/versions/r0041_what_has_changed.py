"""What has changed of what is shown. Written by hand: the models say nothing of triggers.

``storage.queries.changed`` says what the rows of ``changed`` mean. The table is no model, and the
database itself writes it, so that nobody who changes something has to think of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from alembic import op

revision: str = "0041"
down_revision: str | None = "0040"
branch_labels: str | None = None
depends_on: str | None = None

KEPT = 20_000
"""When so many rows were written, those before are dropped."""
LONGEST = 500
"""Characters of a name: an index of PostgreSQL has no room for much more."""
_OF_ITS_POST = "SELECT '+' || uri AS what FROM posts WHERE id = {row}.post_id"
NOTED = {
    "posts": "SELECT {row}.uri AS what "
    "UNION SELECT '+' || {row}.in_reply_to_uri WHERE {row}.in_reply_to_uri IS NOT NULL "
    "UNION SELECT '+' || quoted_uri FROM quotes WHERE post_id = {row}.id",
    "quotes": "SELECT '+' || {row}.quoted_uri AS what UNION " + _OF_ITS_POST,
    "actors": "SELECT {row}.uri AS what",
    "emoji_pictures": "SELECT {row}.url AS what",
    "link_cards": "SELECT {row}.url AS what",
    "boosts": _OF_ITS_POST,
    "credits": _OF_ITS_POST,
    "likes": _OF_ITS_POST,
    "media": _OF_ITS_POST,
    "polls": _OF_ITS_POST,
    "post_authors": _OF_ITS_POST,
    "post_cards": _OF_ITS_POST,
}
"""By table: which names a row of it is noted under."""


def upgrade() -> None:
    for statement in _postgresql() if _is_postgresql() else _sqlite():
        op.execute(statement)


def downgrade() -> None:
    for table in NOTED:
        if _is_postgresql():
            op.execute(f"DROP TRIGGER note_changed ON {table}")
            op.execute(f"DROP FUNCTION note_changed_{table}()")
            continue
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER note_changed_{table}_{event}")
    op.execute("DROP TABLE changed")
    if _is_postgresql():
        op.execute("DROP FUNCTION drop_old_changed()")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _noted(names: str) -> dict[str, str]:
    """By event: what notes the names."""
    new, old = names.format(row="NEW"), names.format(row="OLD")
    return {
        event: "INSERT INTO changed (what) "  # noqa: S608 - nothing from outside
        f"SELECT substr(what, 1, {LONGEST}) FROM ({chosen}) AS names;"
        for event, chosen in (("INSERT", new), ("UPDATE", f"{new} UNION {old}"), ("DELETE", old))
    }


def _sqlite() -> Iterator[str]:
    # AUTOINCREMENT: a number never comes back.
    yield "CREATE TABLE changed (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL)"
    yield "CREATE INDEX ix_changed_what ON changed (what)"
    yield (
        f"CREATE TRIGGER drop_old_changed AFTER INSERT ON changed WHEN NEW.id % {KEPT} = 0 "  # noqa: S608
        "BEGIN DELETE FROM changed WHERE id < NEW.id; END"
    )
    for table, names in NOTED.items():
        for event, statement in _noted(names).items():
            yield (
                f"CREATE TRIGGER note_changed_{table}_{event.lower()} AFTER {event} ON {table} "
                f"BEGIN {statement} END"
            )


def _postgresql() -> Iterator[str]:
    yield (
        "CREATE TABLE changed (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
        "what TEXT NOT NULL)"
    )
    yield "CREATE INDEX ix_changed_what ON changed (what)"
    yield (
        "CREATE FUNCTION drop_old_changed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN DELETE FROM changed WHERE id < NEW.id; RETURN NULL; END $$"
    )
    yield (
        "CREATE TRIGGER drop_old_changed AFTER INSERT ON changed FOR EACH ROW "
        f"WHEN (NEW.id % {KEPT} = 0) EXECUTE FUNCTION drop_old_changed()"
    )
    for table, names in NOTED.items():
        noted = _noted(names)
        yield (
            f"CREATE FUNCTION note_changed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'INSERT' THEN {noted['INSERT']} "
            f"ELSIF TG_OP = 'UPDATE' THEN {noted['UPDATE']} "
            f"ELSE {noted['DELETE']} END IF; RETURN NULL; END $$"
        )
        yield (
            f"CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION note_changed_{table}()"
        )
