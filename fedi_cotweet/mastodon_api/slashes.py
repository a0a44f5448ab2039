"""Paths of the API that end in a slash are those without it: some libraries write them so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aiohttp import web
from aiohttp.web_urldispatcher import AbstractResource, UrlMappingMatchInfo
from yarl import URL

UNDER: Final = "/api"


class Slashes(AbstractResource):
    """Finds what a path means without its last slash. It has no routes of its own: all that there
    is can be reached without it, and is tried first."""

    def __init__(self, router: web.UrlDispatcher) -> None:
        super().__init__()
        self._router = router

    @property
    def canonical(self) -> str:
        """What paths it is asked about begin with."""
        return UNDER

    async def resolve(self, request: web.Request) -> tuple[UrlMappingMatchInfo | None, set[str]]:
        """The route of the path without the slash, if there is one."""
        url = request.rel_url
        bare = url.raw_path.removesuffix("/")
        if bare == url.raw_path or bare.endswith("/") or not bare.startswith(f"{UNDER}/"):
            return None, set()
        short = URL.build(path=bare, query_string=url.raw_query_string, encoded=True)
        found = await self._router.resolve(request.clone(rel_url=short))
        wrong = found.http_exception
        if isinstance(wrong, web.HTTPMethodNotAllowed):
            return None, set(wrong.allowed_methods)
        return (found, set()) if wrong is None else (None, set())

    def url_for(self, **kwargs: str) -> URL:
        """There is nothing to link to."""
        raise NotImplementedError(kwargs)

    def add_prefix(self, prefix: str) -> None:
        """It is for the application as a whole."""
        raise NotImplementedError(prefix)

    def get_info(self) -> Any:
        """What is shown of a resource."""
        return {"prefix": UNDER}

    def raw_match(self, path: str) -> bool:
        """Whether it was made for this path: for none."""
        del path
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Iterator[web.AbstractRoute]:
        return iter(())
