from tests.storage.explain import every_query_has_an_index

__all__ = ["every_query_has_an_index"]
