from tests.databases import (
    database_url,
    engine_name,
    postgresql_server,
    sqlite_template,
    store,
)
from tests.storage.explain import every_query_has_an_index

__all__ = [
    "database_url",
    "engine_name",
    "every_query_has_an_index",
    "postgresql_server",
    "sqlite_template",
    "store",
]
