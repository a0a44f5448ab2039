"""Limits, warnings and notes about single people, and answers to reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0054"
down_revision: str | None = "0053"
branch_labels: str | None = None
depends_on: str | None = None

_NOTE = "INSERT INTO changed (what) VALUES ('host_rules');"
"""A rule about a server changes how its people look (see revision 0041)."""


def upgrade() -> None:
    op.add_column("actors", sa.Column("limited_at", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("answer", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "account_warnings",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_account_warnings_account", "account_warnings", ["account_id", "id"])
    op.create_table(
        "staff_notes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["actors.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_staff_notes_actor", "staff_notes", ["actor_id", "id"])
    if _is_postgresql():
        op.execute(
            "CREATE FUNCTION note_changed_host_rules() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {_NOTE} RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER note_changed AFTER INSERT OR UPDATE OR DELETE ON host_rules "
            "FOR EACH ROW EXECUTE FUNCTION note_changed_host_rules()"
        )
        return
    for event in ("INSERT", "UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER note_changed_host_rules_{event.lower()} AFTER {event} ON host_rules "
            f"BEGIN {_NOTE} END"
        )


def downgrade() -> None:
    if _is_postgresql():
        op.execute("DROP TRIGGER note_changed ON host_rules")
        op.execute("DROP FUNCTION note_changed_host_rules()")
    else:
        for event in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER note_changed_host_rules_{event}")
    op.drop_table("staff_notes")
    op.drop_table("account_warnings")
    op.drop_column("reports", "answer")
    op.drop_column("actors", "limited_at")


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
