"""Whom boosts are for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision: str = "0052"
down_revision: str | None = "0051"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    # Not in a batch, here and below: a table made anew would lose its triggers.
    op.add_column(
        "boosts", sa.Column("visibility", sa.Text(), server_default="public", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("boosts", "visibility")
