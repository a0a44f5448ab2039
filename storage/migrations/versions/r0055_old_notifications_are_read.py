"""What people were told before pages said how much of it is new counts as read."""

from __future__ import annotations

from alembic import op

revision: str = "0055"
down_revision: str | None = "0054"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO markers (account_id, timeline, last_read_id, version, updated_at) "
        "SELECT account_id, 'notifications', MAX(id), 1, MAX(created_at) FROM notifications "
        "WHERE NOT EXISTS (SELECT 1 FROM markers WHERE markers.account_id = "
        "notifications.account_id AND markers.timeline = 'notifications') GROUP BY account_id"
    )


def downgrade() -> None:
    """How far somebody has read is kept: it does no harm."""
