"""What Alembic runs for every command. The connection comes from ``configuration``."""

from __future__ import annotations

from alembic import context

from storage.migrations import is_modelled
from storage.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite changes tables by copying them.
    render_as_batch=True,
    # The caller's transaction holds all steps, on SQLite too.
    transactional_ddl=True,
    include_name=is_modelled,
)
with context.begin_transaction():
    context.run_migrations()
