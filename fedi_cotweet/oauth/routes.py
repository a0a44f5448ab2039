"""All addresses of OAuth for programs, and what they answer when something is wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.oauth import endpoints
from fedi_cotweet.oauth.answers import PREFLIGHT, failed, refused
from fedi_cotweet.oauth.requests import Call
from fedi_cotweet.services.applications import RegistrationError
from fedi_cotweet.services.attempts import Quota
from fedi_cotweet.services.oauth_errors import OAuthError
from fedi_cotweet.services.site import Site
from storage.errors import StorageError

Endpoint = Callable[[Call], Awaitable[web.Response]]

ENDPOINTS: Final[tuple[tuple[str, str, Endpoint], ...]] = (
    ("POST", "/api/v1/apps", endpoints.create_app),
    ("GET", "/api/v1/apps/verify_credentials", endpoints.verify_app),
    ("POST", "/oauth/token", endpoints.create_token),
    ("POST", "/oauth/revoke", endpoints.revoke),
    ("GET", "/oauth/userinfo", endpoints.userinfo),
    ("POST", "/oauth/userinfo", endpoints.userinfo),
)

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.oauth")


def setup(app: web.Application, site: Site) -> None:
    """Add OAuth to an application."""
    registrations = Quota(endpoints.REGISTRATIONS, endpoints.WINDOW)
    app_tokens = Quota(site.settings.api_requests_of_strangers, endpoints.WINDOW)

    def handler(endpoint: Endpoint) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await _answer(endpoint, Call(request, site, registrations, app_tokens))

        return handle

    for method, path, endpoint in ENDPOINTS:
        app.router.add_route(method, path, handler(endpoint))
    for path in dict.fromkeys(path for _, path, _ in ENDPOINTS):
        app.router.add_options(path, _preflight)


async def _preflight(_: web.Request) -> web.Response:
    return web.Response(status=204, headers=PREFLIGHT)


async def _answer(endpoint: Endpoint, call: Call) -> web.StreamResponse:
    path = call.request.path
    try:
        return await endpoint(call)
    except OAuthError as error:
        return refused(error)
    except RegistrationError as error:
        return failed(422, error.message)
    except StorageError as error:
        log.error("storage_failed", path=path, code=error.code, detail=error.detail)
        return failed(error.status, "The server is busy. Try again in a moment.")
    except web.HTTPRequestEntityTooLarge:
        return failed(413, "The request is too large")
    except web.RequestPayloadError:
        return failed(400, "The request cannot be read")
    except (web.HTTPException, ConnectionError):
        raise
    except Exception:
        log.exception("oauth_failed", path=path)
        return failed(500, "The server failed. Its log says more.")
