"""Everything that goes wrong in the API as JSON: what happened, and what to do about it."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from fedi_cotweet.api.calls import answer
from fedi_cotweet.services.errors import ServiceError
from storage.errors import StorageError

PREFIX = "/api/"
"""What nothing answers there is refused here too; the client API answers its own errors."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("fedi_cotweet.api")


def refusal(status: int, code: str, message: str, fix: str = "") -> web.Response:
    """An error as this API says it."""
    return answer({"error": code, "message": message, "fix": fix}, status=status)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer errors on this API's paths; a fault of ours is logged and not described."""
    if not request.path.startswith(PREFIX):
        return await handler(request)
    try:
        return await handler(request)
    except ServiceError as error:
        response = refusal(error.status, error.code, error.safe, error.fix)
        if error.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response
    except StorageError as error:
        if error.status >= 500:
            log.error("storage_failed", path=request.path, code=error.code, detail=error.detail)
        return refusal(error.status, error.code, error.safe)
    except web.HTTPException as error:
        return _http(error)
    except web.RequestPayloadError:
        return refusal(400, "bad_body", "The request's body cannot be read.", "Send it anew.")
    except ConnectionError:  # the caller hung up
        raise
    except Exception:
        log.exception("api_failed", method=request.method, path=request.path)
        return refusal(500, "internal_error", "The server failed.", "Its log says more.")


def _http(error: web.HTTPException) -> web.Response:
    phrase = HTTPStatus(error.status).phrase
    match error:
        case web.HTTPMethodNotAllowed():
            allowed = ", ".join(sorted(error.allowed_methods))
            response = refusal(405, "method_not_allowed", f"{phrase}.", f"Allowed: {allowed}.")
            response.headers["Allow"] = allowed
            return response
        case web.HTTPNotFound():
            response = refusal(404, "not_found", "There is no such address.", "Check the path.")
            # Apps in browsers try operations that a server may not have.
            response.headers["Access-Control-Allow-Origin"] = "*"
            return response
        case web.HTTPRequestEntityTooLarge():
            return refusal(413, "too_large", "The request is too large.", "Send less.")
        case _:
            return refusal(error.status, phrase.lower().replace(" ", "_"), f"{phrase}.")
