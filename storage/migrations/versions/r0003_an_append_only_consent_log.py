"""An append-only consent log: the database itself refuses to change or remove an entry."""

from __future__ import annotations

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None

REFUSAL = "the consent log is append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_consent_log_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER consent_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
            "ON consent_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_consent_log_change()"
        )
        return
    for what in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER consent_log_no_{what} BEFORE {what.upper()} ON consent_log "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER consent_log_append_only ON consent_log")
        op.execute("DROP FUNCTION refuse_consent_log_change()")
        return
    for what in ("update", "delete"):
        op.execute(f"DROP TRIGGER consent_log_no_{what}")
