"""The index of words. Written by hand: the engines have nothing in common here.

Neither table is a model: ``storage.queries.search`` is all that knows them.
"""

from __future__ import annotations

from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        # The terms come folded and split: unicode61 only cuts them at spaces.
        op.execute(
            "CREATE VIRTUAL TABLE post_search USING fts5(terms, "
            "tokenize = \"unicode61 remove_diacritics 0 categories 'L* M* N* Co'\", "
            "detail = none, columnsize = 0)"
        )
        return
    op.execute(
        "CREATE TABLE post_search ("
        "post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE, "
        "terms TSVECTOR NOT NULL)"
    )
    op.execute("CREATE INDEX ix_post_search_terms ON post_search USING GIN (terms)")


def downgrade() -> None:
    op.execute("DROP TABLE post_search")
