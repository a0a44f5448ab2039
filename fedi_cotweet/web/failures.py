"""Error pages: what happened in words, for people; other software gets a bare status."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from fedi_cotweet.languages.wording import mark, said
from fedi_cotweet.services.errors import ServiceError
from fedi_cotweet.web import pages, refusals, tongues
from fedi_cotweet.web.headers import PAGE_HEADERS, spoken_headers
from fedi_cotweet.web.visits import Pages, Visit
from storage.errors import StorageError

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.web")

Page = Callable[[Visit], Awaitable[web.StreamResponse]]

NOT_PAGES = ("/api/", "/oauth/", "/.well-known/", "/nodeinfo/", "/users/", "/notes/", "/media/")

_TEXTS = {
    400: (
        mark("This request cannot be understood"),
        mark("Go back, reload the page and try again."),
    ),
    404: (
        mark("There is nothing here"),
        mark("The address may be mistyped, or what was here is gone or not for everybody."),
    ),
    405: (mark("This cannot be done here"), mark("Go back and use the buttons of the page.")),
    410: (mark("This post was deleted"), mark("Nothing of it is left here.")),
    413: (mark("That was too much at once"), mark("Send less.")),
    500: (
        mark("Something went wrong here"),
        mark("Try again in a moment. Whoever runs this server can see why."),
    ),
    503: (mark("This server is busy"), mark("Try again in a moment.")),
}
_AGAIN = mark("Go back and try again.")


async def answer(page: Page, visit: Visit) -> web.StreamResponse:
    """The page, or the page that tells why there is none."""
    try:
        return await page(visit)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _failed(visit, error.status)
    except ServiceError as error:
        if error.status == 404:  # every 404 is alike: nothing tells what is hidden from what is not
            return _failed(visit, 404)
        return _failed(visit, error.status, said(error.safe), refusals.fix(error))
    except StorageError as error:
        log.error("storage_failed", path=visit.request.path, code=error.code, detail=error.detail)
        return _failed(visit, error.status)
    except web.RequestPayloadError:
        return _failed(visit, 400)
    except ConnectionError:  # the reader hung up
        raise
    except Exception:
        log.exception("page_failed", method=visit.request.method, path=visit.request.path)
        return _failed(visit, 500)


def _failed(visit: Visit, status: int, title: str = "", what_to_do: str = "") -> web.Response:
    known = _TEXTS.get(status) or (HTTPStatus(status).phrase, _AGAIN)
    text = pages.render_error(
        status,
        title.rstrip(".") or said(known[0]),
        what_to_do or said(known[1]),
        visit.instance,
        session=visit.session,
    )
    return visit.html(text, status=status)


def unknown_pages(shared: Pages, default: str) -> Middleware:
    """Error pages for people at addresses and methods that no page has."""

    @web.middleware
    async def failures(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as error:
            reads = "text/html" in request.headers.get("Accept", "").lower()
            if not reads or request.path.startswith(NOT_PAGES):
                raise
            title, what_to_do = _TEXTS[error.status]
            tongues.choose(request, shared.cookies, default, None)
            headers = {**PAGE_HEADERS, **spoken_headers()}
            if isinstance(error, web.HTTPMethodNotAllowed):
                headers["Allow"] = ", ".join(sorted(error.allowed_methods))
            return web.Response(
                text=pages.render_error(
                    error.status, said(title), said(what_to_do), shared.instance
                ),
                status=error.status,
                content_type="text/html",
                headers=headers,
            )

    return failures
